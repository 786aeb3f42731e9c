"""A block's answer on disk: plain arrays in one ``.npz`` file, which appears whole or not at all.

Its being there says that the block is done.
"""

from __future__ import annotations

import json
import zipfile
import zlib
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


def read_answer(path: Path, region: Window) -> BlockAnswer:
    """Read a block's answer.

    Raises:
        InputError: the file is damaged.
    """
    try:
        # numpy leaves a damaged file open that it has opened itself
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            header = json.loads(str(file["header"]))
            return BlockAnswer(
                _polygons(file),
                tuple(_fragments(file, index, region) for index in range(header["phrases"])),
                tuple(
                    WindowFailure(**{**failure, "window": Window(**failure["window"])})
                    for failure in header["failures"]
                ),
            )
    except _DAMAGE as error:
        raise InputError(
            f"{path}: damaged ({error}); go on with --resume, which does the block again"
        ) from error


def is_complete(path: Path) -> bool:
    """Whether an answer can be read and every window of its block was seen."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return not json.loads(str(file["header"]))["failures"]
    except _DAMAGE:
        return False


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
