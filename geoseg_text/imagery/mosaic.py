"""Many rasters as one picture: layers on the run grid, of which the earlier one is seen.

A layer whose pixels coincide with those of the grid is read as it is. Any other is warped in blocks of a
lattice that is fixed to the grid, never in windows: GDAL's results depend on how a warp is cut, and a pixel
must not depend on the window in which it is read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geoseg_text.imagery.clip import Clip
from geoseg_text.imagery.native import Loss, NativeReader, Valid
from geoseg_text.imagery.radiometry import Stretch
from geoseg_text.imagery.raster import READ_ERRORS, Raster, explain
from geoseg_text.imagery.resample import Recipe, warp_block
from geoseg_text.values.grid import Grid
from geoseg_text.values.windows import Window, lattice

FILL = 0
"""What stands under invalid pixels, whatever the raster stores there."""

_BLOCK_PX = 512
_SOURCE_BLOCK_PX = 2048  # pixels of the raster per side that a block is made from, where that can be
_LEAST_BLOCK_PX = 32
_CACHE_BYTES = 128 * 2**20

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Patch:
    """Pixels of the run grid.

    Attributes:
        image: (3, rows, cols), FILL where invalid.
        valid: (rows, cols).
        losses: what could not be read, on the run grid.
        names: the raster each loss belongs to.
    """

    image: Picture
    valid: Valid
    losses: tuple[tuple[str, Loss], ...] = ()


class Layer(Protocol):
    """One raster on the run grid."""

    @property
    def raster(self) -> Raster:
        """The raster."""

    @property
    def window(self) -> Window:
        """Where it may hold pixels."""

    def read(self, window: Window, reader: NativeReader) -> Patch:
        """Read a window that lies within `self.window`."""


@dataclass(frozen=True)
class NativeLayer:
    """A raster whose pixels are pixels of the run grid.

    Attributes:
        raster: the raster.
        bands: which of its bands are shown.
        stretch: how.
        window: where it lies on the run grid.
    """

    raster: Raster
    bands: tuple[int, ...]
    stretch: Stretch
    window: Window

    def read(self, window: Window, reader: NativeReader) -> Patch:
        """Read a window that lies within `self.window`."""
        piece = reader.read(self.raster, self.bands, window.within(self.window))
        losses = tuple(
            (self.raster.name, Loss(loss.window.shifted(self.window.row, self.window.col), loss.reason))
            for loss in piece.losses
        )
        return _patch(self.stretch, piece.values, piece.valid, losses)


class BlockCache:
    """Blocks computed lately, the latest last, within a budget of memory."""

    def __init__(self, most_bytes: int = _CACHE_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._blocks: OrderedDict[tuple[str, Window], Patch] = OrderedDict()

    def get(self, key: tuple[str, Window]) -> Patch | None:
        """Return a block, or None where it is not held."""
        if key in self._blocks:
            self._blocks.move_to_end(key)
        return self._blocks.get(key)

    def put(self, key: tuple[str, Window], patch: Patch) -> None:
        """Hold a block, and let go of the oldest ones beyond the budget."""
        self._blocks[key] = patch
        self._bytes += _size(patch)
        while self._bytes > self._most_bytes and len(self._blocks) > 1:
            self._bytes -= _size(self._blocks.popitem(last=False)[1])


@dataclass(frozen=True)
class ResampledLayer:
    """A raster that is brought onto the run grid.

    Attributes:
        recipe: how.
        stretch: how its values are shown.
        grid: the run grid.
        window: where it may hold pixels.
        cache: what holds the blocks of all layers.
    """

    recipe: Recipe
    stretch: Stretch
    grid: Grid
    window: Window
    cache: BlockCache

    @property
    def raster(self) -> Raster:
        """The raster."""
        return self.recipe.raster

    @property
    def block_px(self) -> int:
        """Side of the lattice's blocks: the stronger the reduction, the smaller."""
        side = _BLOCK_PX
        while side > _LEAST_BLOCK_PX and side * self.recipe.source_px > _SOURCE_BLOCK_PX:
            side //= 2
        return side

    def read(self, window: Window, reader: NativeReader) -> Patch:
        """Read a window that lies within `self.window`."""
        patch = _empty(window.shape)
        losses: list[tuple[str, Loss]] = []
        for whole in lattice(window, self.block_px):
            block = whole.intersection(self.window)  # a small raster fills only a corner of it
            part = None if block is None else block.intersection(window)
            if block is None or part is None:
                continue
            found = self._block(block, reader)
            here, there = part.within(window).slices, part.within(block).slices
            patch.image[:, *here] = found.image[:, *there]
            patch.valid[here] = found.valid[there]
            losses += found.losses
        return Patch(patch.image, patch.valid, tuple(losses))

    def _block(self, block: Window, reader: NativeReader) -> Patch:
        key = (self.raster.name, block)
        held = self.cache.get(key)
        if held is None:
            held = self._compute(block, reader)
            self.cache.put(key, held)
        return held

    def _compute(self, block: Window, reader: NativeReader) -> Patch:
        try:
            warped = warp_block(self.recipe, self.grid, block, reader)
        except READ_ERRORS as error:  # a place that PROJ cannot compute, say
            empty = _empty(block.shape)
            return Patch(empty.image, empty.valid, ((self.raster.name, Loss(block, explain(error))),))
        losses = tuple((self.raster.name, Loss(block, loss.reason)) for loss in warped.losses[:1])
        return _patch(self.stretch, warped.values, warped.valid, losses)


@dataclass(frozen=True)
class Mosaic:
    """The layers of a run, in the order in which they are seen.

    Attributes:
        grid: the run grid.
        layers: the earlier ones cover the later.
        clips: areas outside which nothing is seen.
    """

    grid: Grid
    layers: Sequence[Layer]
    clips: Sequence[Clip] = ()

    def covers(self, window: Window) -> bool:
        """Return whether some layer may hold pixels in a window; costs nothing."""
        return bool(self._touched(window))

    def read(self, window: Window, reader: NativeReader) -> Patch:
        """Read a window of the run grid; what lies past the grid is invalid."""
        seen: Patch | None = None
        losses: list[tuple[str, Loss]] = []
        for layer in self._touched(window):
            part = layer.window.intersection(window)
            if part is None or (seen is not None and seen.valid[part.within(window).slices].all()):
                continue
            patch = layer.read(part, reader)
            losses += patch.losses
            if seen is None and part == window:
                seen = patch  # nothing to lay over one another: the usual case costs no copy
                continue
            seen = _empty(window.shape) if seen is None else seen
            _lay_under(seen, patch, part.within(window))
        seen = _empty(window.shape) if seen is None else seen
        valid = seen.valid
        for clip in self.clips:
            valid = valid & clip.mask(window)
        if valid is not seen.valid:
            seen.image[:, ~valid] = FILL
        return Patch(seen.image, valid, tuple(losses))

    @cached_property
    def _edges(self) -> NDArray[np.int64]:
        """First row and column of each layer, and those after its last: (4, layers)."""
        windows = [layer.window for layer in self.layers]
        edges = [(window.row, window.col, window.row_stop, window.col_stop) for window in windows]
        return np.array(edges, np.int64).T

    def _touched(self, window: Window) -> list[Layer]:
        """Return the layers that reach a window; quick for a mosaic of many thousand tiles."""
        if len(self.layers) == 1:
            return [layer for layer in self.layers if layer.window.intersection(window)]
        row, col, row_stop, col_stop = self._edges
        touched = (row < window.row_stop) & (col < window.col_stop)
        touched &= (row_stop > window.row) & (col_stop > window.col)
        return [self.layers[number] for number in np.flatnonzero(touched).tolist()]


def _lay_under(seen: Patch, patch: Patch, where: Window) -> None:
    """Show a patch where nothing is seen yet."""
    rows, cols = where.slices
    new = patch.valid & ~seen.valid[rows, cols]
    np.copyto(seen.image[:, rows, cols], patch.image, where=new)
    seen.valid[rows, cols] |= new


def _patch(
    stretch: Stretch, values: NDArray[np.generic], valid: Valid, losses: tuple[tuple[str, Loss], ...]
) -> Patch:
    image = stretch.apply(values)
    if not valid.all():
        image[:, ~valid] = FILL
    return Patch(image, valid, losses)


def _empty(shape: tuple[int, int]) -> Patch:
    return Patch(np.full((3, *shape), FILL, np.uint8), np.zeros(shape, np.bool_))


def _size(patch: Patch) -> int:
    return patch.image.nbytes + patch.valid.nbytes
