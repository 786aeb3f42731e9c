"""A block's answer on disk: plain arrays in one ``.npz`` file, which appears whole or not at all.

Its being there says that the block is done.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geoseg_text.errors import InputError
from geoseg_text.outputs.destination import replacing
from geoseg_text.values.rows import PolygonBatch, WindowFailure
from geoseg_text.values.windows import Window
from geoseg_text.vectorize.components import Measures
from geoseg_text.vectorize.fragments import Fragments, Sides

_COLUMNS = tuple(column.name for column in fields(PolygonBatch) if column.name != "geometry")
# What numpy, zlib and shapely make of a file that somebody cut off or wrote over.
_DAMAGE = (
    OSError, EOFError, ValueError, KeyError, TypeError, IndexError, MemoryError, NotImplementedError,
    zipfile.BadZipFile, zlib.error, shapely.errors.ShapelyError,
)  # fmt: skip
_MEASURES = tuple(column.name for column in fields(Measures))


@dataclass(frozen=True, eq=False)
class BlockAnswer:
    """What a block found.

    Attributes:
        polygons: those that touch no seam.
        fragments: of each phrase, what touches one.
        failures: what was not seen of its windows.
    """

    polygons: PolygonBatch
    fragments: tuple[Fragments, ...]
    failures: tuple[WindowFailure, ...]


def write_answer(path: Path, answer: BlockAnswer) -> None:
    """Write a block's answer.

    Raises:
        OutputError: the disk is full, or the file cannot be written.
    """
    arrays = {f"polygons.{name}": getattr(answer.polygons, name) for name in _COLUMNS}
    if len(answer.polygons):
        _, points, (rings, parts) = shapely.to_ragged_array(answer.polygons.geometry)
        arrays |= {"polygons.points": points, "polygons.rings": rings, "polygons.parts": parts}
    for part in answer.fragments:
        arrays |= {f"{part.phrase_index}.{name}": value for name, value in _arrays_of(part).items()}
    failures = [asdict(failure) for failure in answer.failures]
    header = {"phrases": len(answer.fragments), "failures": failures}
    with replacing(path) as draft, draft.open("wb") as file:
        np.savez(file, allow_pickle=False, header=np.array(json.dumps(header)), **arrays)


def read_polygons(path: Path) -> PolygonBatch:
    """Read what touches no seam of a block.

    Raises:
        InputError: the file is damaged.
    """
    with _opened(path) as file:
        return _polygons(file)


def read_fragments(path: Path, region: Window) -> tuple[Fragments, ...]:
    """Read what touches the seams of a block, phrase by phrase.

    Raises:
        InputError: the file is damaged.
    """
    with _opened(path) as file:
        return tuple(_fragments(file, index, region) for index in range(_header(file)["phrases"]))


def read_failures(path: Path) -> tuple[WindowFailure, ...]:
    """Read what was not seen of a block.

    Raises:
        InputError: the file is missing or damaged.
    """
    with _opened(path) as file:
        return tuple(
            WindowFailure(**{**failure, "window": Window(**failure["window"])})
            for failure in _header(file)["failures"]
        )


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open an answer, of which only what is asked for is read."""
    try:
        # numpy leaves a damaged file open that it has opened itself
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            yield file
    except _DAMAGE as error:
        raise InputError(
            f"{path}: damaged ({error}); go on with --resume, which does the block again"
        ) from error


def _header(file: Any) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(str(file["header"]))
    return header


def _arrays_of(part: Fragments) -> dict[str, NDArray[Any]]:
    measures = {name: getattr(part.measures, name) for name in _MEASURES}
    return {**measures, "corners": part.corners, "owner": part.owner, **part.sides._asdict()}


def _fragments(file: Any, index: int, region: Window) -> Fragments:
    def get(name: str) -> NDArray[Any]:
        found: NDArray[Any] = file[f"{index}.{name}"]
        return found

    return Fragments(
        index,
        region,
        Measures(*(get(name) for name in _MEASURES)),
        get("corners"),
        get("owner"),
        Sides(*(get(name) for name in Sides._fields)),
    )


def _polygons(file: Any) -> PolygonBatch:
    columns = {name: file[f"polygons.{name}"] for name in _COLUMNS}
    if not len(columns["area_px"]):
        return PolygonBatch.empty()
    offsets = (file["polygons.rings"], file["polygons.parts"])
    points = file["polygons.points"]
    geometry = shapely.from_ragged_array(shapely.GeometryType.POLYGON, points, offsets)
    return PolygonBatch(geometry=np.asarray(geometry, object), **columns)
