"""Areas over a grid, counted in pixels: how many of each are seen, and how many of those others cover.

A pixel belongs to an area if its centre does. All is counted piece by piece, so that no grid is too large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize

from geoseg_text.datasets.building.geometry import Geometries
from geoseg_text.evaluation.metrics import Mask
from geoseg_text.values.windows import Window

HALF = 0.5
"""Share of an area from which it counts as covered."""


class Areas:
    """Areas and what was counted of them so far.

    Attributes:
        pixels: int64 (n,) seen of each.
        covered: int64 (n,) of them that others cover.

    Args:
        shapes: (n,) valid polygons in pixels (col, row) of the grid.
    """

    def __init__(self, shapes: Geometries) -> None:
        self._shapes = shapes
        self._tree = shapely.STRtree(shapes)
        self.pixels = np.zeros(len(shapes), np.int64)
        self.covered = np.zeros(len(shapes), np.int64)

    def mask(self, window: Window) -> Mask:
        """The pixels (rows, cols) of a window that belong to any."""
        return _painted([self._shapes[number] for number in self._touching(window)], window)

    def count(self, window: Window, seen: Mask, others: Mask) -> None:
        """Add the pixels of a window.

        Args:
            window: which pixels; no two calls share one.
            seen: (rows, cols) those that count.
            others: (rows, cols) what covers.
        """
        for number in self._touching(window):
            part = _around(self._shapes[number], window)
            if part is None:
                continue
            rows = slice(part.row - window.row, part.row_stop - window.row)
            cols = slice(part.col - window.col, part.col_stop - window.col)
            own = _painted([self._shapes[number]], part) & seen[rows, cols]
            self.pixels[number] += np.count_nonzero(own)
            self.covered[number] += np.count_nonzero(own & others[rows, cols])

    @property
    def judged(self) -> int:
        """Areas of which a pixel was seen."""
        return int(np.count_nonzero(self.pixels))

    @property
    def mostly_covered(self) -> int:
        """Those of them that are covered at least by half."""
        return int(np.count_nonzero((self.pixels > 0) & (self.covered >= HALF * self.pixels)))

    def _touching(self, window: Window) -> NDArray[np.intp]:
        box = shapely.box(window.col, window.row, window.col_stop, window.row_stop)
        return np.asarray(self._tree.query(box), np.intp)


@dataclass
class Overlap:
    """Pixels of two sets of areas, of those that are seen.

    Attributes:
        truth: the areas that there are.
        found: the areas that are said to be.
        seen_px: pixels that count.
        truth_px: those in `truth`.
        found_px: those in `found`.
        both_px: those in both.
    """

    truth: Areas
    found: Areas
    seen_px: int = 0
    truth_px: int = 0
    found_px: int = 0
    both_px: int = 0

    def add(self, window: Window, seen: Mask) -> None:
        """Count the pixels of a window; no two calls share one.

        Args:
            window: which pixels.
            seen: (rows, cols) those that count.
        """
        truth, found = self.truth.mask(window), self.found.mask(window)
        self.seen_px += int(np.count_nonzero(seen))
        self.truth_px += int(np.count_nonzero(truth & seen))
        self.found_px += int(np.count_nonzero(found & seen))
        self.both_px += int(np.count_nonzero(truth & found & seen))
        self.truth.count(window, seen, found)
        self.found.count(window, seen, truth)


def _around(shape: shapely.Geometry, window: Window) -> Window | None:
    """The part of a window that holds what a shape has of it."""
    left, top, right, bottom = shapely.bounds(shape)
    row, col = int(np.floor(top)), int(np.floor(left))
    box = Window(row, col, max(1, int(np.ceil(bottom)) - row), max(1, int(np.ceil(right)) - col))
    return box.intersection(window)


def _painted(shapes: list[shapely.Geometry], window: Window) -> Mask:
    if not shapes:
        return np.zeros(window.shape, np.bool_)
    place = Affine.translation(window.col, window.row)
    painted: NDArray[np.uint8] = rasterize(shapes, out_shape=window.shape, transform=place, dtype="uint8")
    return painted.astype(np.bool_)
