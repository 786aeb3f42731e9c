"""Scores of overlapping windows -> rows of the run grid, each flushed as soon as no window can touch it.

Weights and scores are whole numbers, kept as floats of 64 bits, which add up exactly and at the quickest: the
blended sum does not depend on order or on how the raster is cut. A weight is never 0, so a pixel at the
raster's border counts as much as any other. A band of rows as high as a window is all that is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, isqrt

import numpy as np
from numpy.typing import NDArray

from geoseg_text.errors import InputError
from geoseg_text.values.rows import FULL_SCORE, ScoreRows, WindowScores
from geoseg_text.values.windows import Window

FLUSH_PX = 1 << 20
"""Most pixels of one `ScoreRows`: small enough that what comes next works in the processor's cache."""
_STRIP_PX = 1 << 16
"""Most pixels of one sum, for the same reason."""
_EXACT = 1 << 53
"""Whole numbers up to this one are exact as floats of 64 bits."""
_LEVELS = 1000
"""A window comes in with a thousandth of its neighbour's weight; with a hundredth a seam can be measured."""


@dataclass(frozen=True)
class Blend:
    """How much each pixel of a window counts: a ramp over the overlap, flat in the middle.

    Attributes:
        window_px: side of a window.
        overlap_px: pixels that neighbouring windows share.
    """

    window_px: int
    overlap_px: int

    def __post_init__(self) -> None:
        """Refuses an overlap that leaves no step between windows."""
        if not 0 <= self.overlap_px < self.window_px:
            raise InputError(
                f"overlap of {self.overlap_px} px does not fit a window of {self.window_px} px: "
                f"give 0 to {self.window_px - 1}"
            )

    @property
    def cover(self) -> int:
        """Most windows that can share a pixel: the last row and column, shifted inward, add one each."""
        return (ceil(self.window_px / (self.window_px - self.overlap_px)) + 1) ** 2

    @property
    def levels(self) -> int:
        """Highest weight along one axis, 1 where nothing overlaps; the largest sum stays exact."""
        exact = isqrt(_EXACT // (self.cover * (FULL_SCORE + 1)))
        return min(_LEVELS, exact) if self.overlap_px else 1

    def weights(self) -> NDArray[np.float64]:
        """Whole-number weights (window_px, window_px), each at least 1, symmetric."""
        from_edge = np.minimum(np.arange(self.window_px), np.arange(self.window_px)[::-1])
        ramp = 1 + from_edge * (self.levels - 1) // max(1, self.overlap_px)
        axis = np.minimum(ramp, self.levels).astype(np.float64)
        square: NDArray[np.float64] = np.multiply.outer(axis, axis)
        return square


def stitch(
    windows: Iterable[WindowScores], region: Window, phrases: int, blend: Blend
) -> Iterator[ScoreRows]:
    """Blend windows into rows.

    Args:
        windows: those that touch the region, in row-major order of their top left corners; windows may be
            missing, their pixels are then invalid unless a neighbour saw them.
        region: which pixels of the run grid are wanted.
        phrases: number of phrases.
        blend: the weights.

    Yields:
        Rows of the region from top to bottom without gaps.

    Raises:
        InputError: the windows are not in row-major order.
    """
    band = _Band(region, phrases, blend)
    for scored in windows:
        yield from band.flush(scored.window.row)
        band.add(scored)
    yield from band.flush(region.row_stop)


class _Band:
    """Sums of the rows that later windows may still touch."""

    def __init__(self, region: Window, phrases: int, blend: Blend) -> None:
        self._region = region
        self._weights = blend.weights()
        self._top = region.row
        height = min(blend.window_px, region.rows)
        self._sums = np.zeros((phrases, height, region.cols))
        self._weight = np.zeros((height, region.cols))

    def add(self, scored: WindowScores) -> None:
        """Count what the region holds of a window; its first row there is the band's first."""
        part = scored.window.intersection(self._region)
        if part is None:
            return
        seen = part.within(scored.window).slices
        at = part.shifted(-self._top, -self._region.col).slices
        weights = self._weights[seen]
        valid = scored.valid[seen]
        if not valid.all():
            weights = weights * valid
        self._weight[at] += weights
        for sums, scores in zip(self._sums, scored.scores, strict=True):
            here, own = sums[at], scores[seen]
            for rows in _strips(weights.shape):
                here[rows] += weights[rows] * own[rows]

    def flush(self, until: int) -> Iterator[ScoreRows]:
        """Give away the rows above `until` and move the rest up."""
        if until < self._top and self._top > self._region.row:
            raise InputError(
                f"a window at row {until} came after one at row {self._top}: give them row by row"
            )
        while self._top < until:
            count = min(until - self._top, len(self._weight))
            step = max(1, FLUSH_PX // self._region.cols)
            for start in range(0, count, step):
                yield self._blended(start, min(count, start + step))
            for held in (*self._sums, self._weight):
                for at in range(0, len(held), count):  # piece by piece: numpy copies what overlaps itself
                    below = held[at + count : at + 2 * count]
                    held[at : at + len(below)] = below
                held[len(held) - count :] = 0
            self._top += count

    def _blended(self, start: int, stop: int) -> ScoreRows:
        weight, sums = self._weight[start:stop], self._sums[:, start:stop]
        scores = np.empty(sums.shape, np.uint16)
        for rows in _strips(weight.shape):
            divisor = np.maximum(weight[rows], 1)
            # Rounded half up: a pixel on which all windows agree keeps its score bit for bit.
            half = np.floor(divisor / 2)
            for number, total in enumerate(sums):
                scores[number, rows] = (total[rows] + half) / divisor
        return ScoreRows(self._top + start, scores, weight > 0)


def _strips(shape: tuple[int, ...]) -> Iterator[slice]:
    step = max(1, _STRIP_PX // shape[1])
    return (slice(start, start + step) for start in range(0, shape[0], step))
