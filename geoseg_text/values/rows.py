"""What flows from the network to the file: scores of windows, rows of scores, polygons.

Scores are whole numbers, 0 for a score of 0 and `FULL_SCORE` for 1, so that sums of them do not depend on
their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from shapely import Geometry

from geoseg_text.errors import InputError
from geoseg_text.values.windows import Window

FULL_SCORE = 65535
"""The whole number that stands for a score of 1."""


def score_level(threshold: float) -> int:
    """Whole-number score from which a pixel belongs to the referent.

    Args:
        threshold: score, 0..1.

    Raises:
        InputError: the threshold is outside 0..1.
    """
    if not 0.0 <= threshold <= 1.0:
        raise InputError(f"threshold {threshold} is outside 0..1: give a score such as 0.5")
    return round(threshold * FULL_SCORE)


@dataclass(frozen=True, eq=False)
class WindowScores:
    """What the network says of one window.

    Attributes:
        window: where, on the run grid; it may reach past the right and bottom of a raster smaller than
            itself.
        scores: uint16 (phrases, rows, cols) of the window's size.
        valid: bool (rows, cols), false for nodata, masked pixels and padding.
    """

    window: Window
    scores: NDArray[np.uint16]
    valid: NDArray[np.bool_]


@dataclass(frozen=True)
class WindowFailure:
    """A window, or a part of one, that was not seen.

    Attributes:
        window: where, on the run grid.
        stage: ``"read"`` or ``"predict"``.
        reason: what the last attempt said, one line.
        source: the raster that could not be read; empty where its pixels were read and not answered.
    """

    window: Window
    stage: str
    reason: str
    source: str = ""

    def __str__(self) -> str:
        """Place and reason, one line."""
        named = f"{self.source}: " if self.source else ""
        return f"row {self.window.row}, column {self.window.col}: {named}{self.reason}"


@dataclass(frozen=True, eq=False)
class ScoreRows:
    """Finished rows of a region of the run grid, as wide as the region.

    Attributes:
        row: the first of them, counted on the run grid.
        scores: uint16 (phrases, rows, cols); what stands under an invalid pixel means nothing.
        valid: bool (rows, cols), false for nodata, masked pixels and windows that were not seen.
    """

    row: int
    scores: NDArray[np.uint16]
    valid: NDArray[np.bool_]


@dataclass(frozen=True)
class ScoredPolygon:
    """One referent.

    Attributes:
        phrase_index: which of the run's phrases.
        geometry: polygon in pixels of the run grid: x is a column, y a row, (0, 0) the top left corner.
        score: mean over its pixels, 0..1.
        score_max: highest among its pixels, 0..1.
        area_px: number of its pixels.
        first_pixel: (row, col) of its first pixel, row by row.
    """

    phrase_index: int
    geometry: Geometry
    score: float
    score_max: float
    area_px: int
    first_pixel: tuple[int, int]


@dataclass(frozen=True, eq=False)
class PolygonBatch:
    """N polygons, column by column; `records` gives them one by one.

    Attributes:
        phrase_index: int64 (N,).
        geometry: object (N,) of polygons in pixels of the run grid.
        score: float64 (N,), mean over the polygon's pixels.
        score_max: float64 (N,).
        area_px: int64 (N,).
        first_row: int64 (N,).
        first_col: int64 (N,).
    """

    phrase_index: NDArray[np.int64]
    geometry: NDArray[np.object_]
    score: NDArray[np.float64]
    score_max: NDArray[np.float64]
    area_px: NDArray[np.int64]
    first_row: NDArray[np.int64]
    first_col: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.geometry)

    @classmethod
    def empty(cls) -> PolygonBatch:
        """No polygon."""
        whole, real = np.empty(0, np.int64), np.empty(0, np.float64)
        return cls(whole, np.empty(0, object), real, real, whole, whole, whole)

    @classmethod
    def join(cls, batches: Sequence[PolygonBatch]) -> PolygonBatch:
        """All polygons in the run's order: first pixel, row by row, then phrase."""
        if not batches:
            return cls.empty()
        columns = {f.name: np.concatenate([getattr(batch, f.name) for batch in batches]) for f in fields(cls)}
        return cls(**columns).take(
            np.lexsort((columns["phrase_index"], columns["first_col"], columns["first_row"]))
        )

    def take(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> PolygonBatch:
        """The polygons at these places."""
        return PolygonBatch(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    def records(self) -> Iterator[ScoredPolygon]:
        """One polygon after the other."""
        for i in range(len(self)):
            yield ScoredPolygon(
                int(self.phrase_index[i]),
                self.geometry[i],
                float(self.score[i]),
                float(self.score_max[i]),
                int(self.area_px[i]),
                (int(self.first_row[i]), int(self.first_col[i])),
            )
