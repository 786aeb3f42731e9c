"""Areas outside which nothing is seen: the edge of warped rasters, and the area the user asks for."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import shapely
from affine import Affine
from rasterio.features import rasterize
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

from geoseg_text.imagery.native import Valid
from geoseg_text.values.grid import Grid
from geoseg_text.values.windows import Window, lattice

_BLOCK_PX = 512
_HELD = 64
_HAIR_PX = 1e-3


class Clip:
    """An area of a grid.

    Masks are drawn in blocks of a lattice fixed to the grid, so that a pixel on the edge falls on the same
    side in every window.
    """

    def __init__(self, area: BaseGeometry, grid: Grid, *, whole_pixels: bool) -> None:
        """Take an area.

        Args:
            area: what is seen, in the CRS of the grid.
            grid: the grid.
            whole_pixels: whether a pixel must lie inside with all its corners, not with its centre alone.
        """
        a, b, c, d, e, f = (~grid.affine)[:6]
        pixels = affine_transform(area, (a, b, d, e, c, f))
        # A pixel whose edge is the area's own edge is inside.
        self._area = pixels.buffer(_HAIR_PX, join_style="mitre") if whole_pixels else pixels
        self._whole_pixels = whole_pixels
        self._held: OrderedDict[Window, Valid] = OrderedDict()
        shapely.prepare(self._area)

    def holds(self, window: Window) -> bool:
        """Return whether all of a window is seen."""
        return bool(shapely.contains_properly(self._area, _box(window)))

    def mask(self, window: Window) -> Valid:
        """Return which pixels of a window are seen, (rows, cols)."""
        if self.holds(window):
            return np.ones(window.shape, np.bool_)
        seen = np.zeros(window.shape, np.bool_)
        for block in lattice(window, _BLOCK_PX):
            part = block.intersection(window)
            if part is not None:
                seen[part.within(window).slices] = self._block(block)[part.within(block).slices]
        return seen

    def _block(self, block: Window) -> Valid:
        if block not in self._held:
            self._held[block] = self._draw(block)
            if len(self._held) > _HELD:
                self._held.popitem(last=False)
        self._held.move_to_end(block)
        return self._held[block]

    def _draw(self, block: Window) -> Valid:
        square = _box(block)
        if shapely.contains_properly(self._area, square):
            return np.ones(block.shape, np.bool_)
        inside = shapely.intersection(self._area, square)
        drawn = shapely.difference(square, inside) if self._whole_pixels else inside
        touched = np.zeros(block.shape, np.uint8)
        if not drawn.is_empty:
            rasterize(
                [(drawn, 1)],
                out=touched,
                transform=Affine.translation(block.col, block.row),
                all_touched=self._whole_pixels,
            )
        seen: Valid = touched == 0 if self._whole_pixels else touched == 1
        return seen


def _box(window: Window) -> BaseGeometry:
    return shapely.box(window.col, window.row, window.col_stop, window.row_stop)
