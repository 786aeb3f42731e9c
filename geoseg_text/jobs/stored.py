"""A block's answer on disk: plain arrays in one ``.npz`` file, which appears whole or not at all.

Its being there says that the block is done. Polygons lie in bands of rows of the run grid, by their first
pixel, so that those of neighbouring blocks are put in order without holding all of them.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import shapely
from numpy.typing import NDArray

from geoseg_text.errors import InputError
from geoseg_text.jobs.blocks import BAND_PX
from geoseg_text.outputs.destination import replacing
from geoseg_text.values.rows import PolygonBatch, WindowFailure
from geoseg_text.values.windows import Window
from geoseg_text.vectorize.components import Measures
from geoseg_text.vectorize.fragments import Fragments, Sides

_OUTLINES = ("points", "rings", "parts")
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

    @classmethod
    def of(cls, found: Iterable[PolygonBatch | Fragments]) -> Self:
        """Gather what the tracing of a block gives."""
        batches: list[PolygonBatch] = []
        fragments: list[Fragments] = []
        for part in found:
            if isinstance(part, Fragments):
                fragments.append(part)
            else:
                batches.append(part)
        return cls(PolygonBatch.join(batches), tuple(fragments), ())


def write_answer(path: Path, answer: BlockAnswer) -> None:
    """Write a block's answer.

    Raises:
        OutputError: the disk is full, or the file cannot be written.
    """
    arrays: dict[str, NDArray[Any]] = {}
    band = answer.polygons.first_row // BAND_PX
    for number in np.unique(band).tolist():
        arrays |= _named(f"band.{number}", _polygon_arrays(answer.polygons.take(band == number)))
    for part in answer.fragments:
        arrays |= _named(f"phrase.{part.phrase_index}", _fragment_arrays(part))
    header = {"failures": [asdict(failure) for failure in answer.failures]}
    with replacing(path) as draft, draft.open("wb") as file:
        np.savez(file, allow_pickle=False, header=np.array(json.dumps(header)), **arrays)


def read_polygons(path: Path, band: int) -> PolygonBatch:
    """Read what touches no seam of a block and begins in a band.

    Raises:
        InputError: the file is missing or damaged.
    """
    with _opened(path) as file:
        if f"band.{band}.area_px" not in file:
            return PolygonBatch.empty()
        columns = {name: file[f"band.{band}.{name}"] for name in (*_COLUMNS, *_OUTLINES)}
        points, *offsets = (columns.pop(name) for name in _OUTLINES)
        geometry = shapely.from_ragged_array(shapely.GeometryType.POLYGON, points, tuple(offsets))
        return PolygonBatch(geometry=np.asarray(geometry, object), **columns)


def read_fragments(path: Path, region: Window, phrase_index: int) -> Fragments:
    """Read what touches the seams of a block.

    Raises:
        InputError: the file is missing or damaged.
    """
    with _opened(path) as file:

        def get(names: Iterable[str]) -> Iterator[NDArray[Any]]:
            return (file[f"phrase.{phrase_index}.{name}"] for name in names)

        corners, owner = get(("corners", "owner"))
        sides = Sides(*get(Sides._fields))
        return Fragments(phrase_index, region, Measures(*get(_MEASURES)), corners, owner, sides)


def read_failures(path: Path) -> tuple[WindowFailure, ...]:
    """Read what was not seen of a block.

    Raises:
        InputError: the file is missing or damaged.
    """
    with _opened(path) as file:
        return tuple(
            WindowFailure(**{**failure, "window": Window(**failure["window"])})
            for failure in json.loads(str(file["header"]))["failures"]
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


def _named(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {f"{prefix}.{name}": values for name, values in arrays.items()}


def _polygon_arrays(batch: PolygonBatch) -> dict[str, NDArray[Any]]:
    _, points, offsets = shapely.to_ragged_array(batch.geometry)
    columns = {name: getattr(batch, name) for name in _COLUMNS}
    return columns | dict(zip(_OUTLINES, (points, *offsets), strict=True))


def _fragment_arrays(part: Fragments) -> dict[str, NDArray[Any]]:
    measures = {name: getattr(part.measures, name) for name in _MEASURES}
    return {**measures, "corners": part.corners, "owner": part.owner, **part.sides._asdict()}
