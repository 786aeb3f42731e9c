"""One raster on another grid: averaged where the grid is coarser, interpolated where it is not.

Values and validity are warped together: the average of v * valid, divided by the average of valid, is the
average over the valid pixels alone, and nothing stored under an invalid pixel can enter it. A pixel of the
grid is valid where at least half of what it is made of is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.warp import reproject

from geoseg_text.imagery.native import Loss, NativeReader, Valid, band_count
from geoseg_text.imagery.projections import moved, raster_crs
from geoseg_text.imagery.raster import Raster, open_dataset
from geoseg_text.values.grid import Grid
from geoseg_text.values.windows import Window

_AVERAGE_FROM = 1.05  # pixels of the grid per pixel of the raster; below, averaging only shifts
_REACH_PX = 4  # a cubic kernel reads two pixels on each side; twice that for what warping rounds
_CURVE = 0.02  # share of a block's extent by which its edges may bend
_MESH = 17  # points per side at which the bend is looked at
_MOST_PX = 2**23  # pixels of the raster that one block may need in memory
_STRIP_PX = 2**22
_HALF = 0.5

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Recipe:
    """How a raster is brought onto a grid.

    Attributes:
        raster: what is read.
        bands: which of its bands.
        level: overview to read, or None.
        shape: rows and columns of that overview.
        reduction: how many pixels of it are averaged into one, per side, before warping.
        residual: how many of those then go into one pixel of the grid, per side.
    """

    raster: Raster
    bands: tuple[int, ...]
    level: int | None
    shape: tuple[int, int]
    reduction: int
    residual: float

    @property
    def scale(self) -> tuple[float, float]:
        """Stored pixels per pixel of the overview: rows, columns."""
        return (self.raster.shape[0] / self.shape[0], self.raster.shape[1] / self.shape[1])

    @property
    def source_px(self) -> float:
        """Pixels of the overview per pixel of the grid, per side."""
        return self.reduction * self.residual


def plan_recipe(raster: Raster, bands: tuple[int, ...], gsd_m: float) -> Recipe:
    """Choose overview and averaging for a ground sample distance.

    Args:
        raster: what is read.
        bands: which of its bands.
        gsd_m: ground sample distance of the grid, in metres.
    """
    ratio = gsd_m / (raster.grid.gsd_m or gsd_m)
    fitting = [(factor, level) for level, factor in enumerate(raster.overviews) if factor <= ratio * 1.01]
    level, shape = None, raster.shape
    if fitting:
        level = max(fitting)[1]
        with open_dataset(raster.name, level) as overview:
            shape = (overview.height, overview.width)
        ratio /= math.sqrt(raster.shape[0] / shape[0] * raster.shape[1] / shape[1])
    reduction = max(int(ratio * _AVERAGE_FROM), 1)
    return Recipe(raster, bands, level, shape, reduction, ratio / reduction)


@dataclass(frozen=True)
class Warped:
    """A block of the grid.

    Attributes:
        values: (bands, rows, cols), 0 where invalid.
        valid: (rows, cols).
        losses: what could not be read, in pixels of the overview.
    """

    values: Floats
    valid: Valid
    losses: tuple[Loss, ...] = ()


def warp_block(recipe: Recipe, grid: Grid, block: Window, reader: NativeReader) -> Warped:
    """Compute a block of a grid.

    Args:
        recipe: how.
        grid: the grid that `block` is counted on.
        block: which pixels; it may reach past the grid.
        reader: what reads the raster.
    """
    source = _source_window(recipe, grid, block)
    values = np.zeros((band_count(recipe.raster, recipe.bands), *block.shape), np.float32)
    valid = np.zeros(block.shape, np.bool_)
    if source is None:
        return Warped(values, valid)
    if source.rows * source.cols > _MOST_PX * recipe.reduction**2 and max(block.shape) > 1:
        losses: tuple[Loss, ...] = ()
        for part in _quarters(block):
            warped = warp_block(recipe, grid, part, reader)
            rows, cols = part.within(block).slices
            values[:, rows, cols], valid[rows, cols] = warped.values, warped.valid
            losses += warped.losses
        return Warped(values, valid, losses)
    weighted, losses = _read_reduced(recipe, source, reader)
    target = np.zeros((len(weighted), *block.shape), np.float32)
    coarser = recipe.residual > _AVERAGE_FROM
    step = recipe.reduction
    # Unless it is told, GDAL derives its kernel's width from each block's extent, and blurs a turned one.
    shrink = str(1 / recipe.residual if coarser else 1.0)
    reproject(
        weighted,
        target,
        **recipe.raster.place.arguments(
            source.row * recipe.scale[0],
            source.col * recipe.scale[1],
            step * recipe.scale[0],
            step * recipe.scale[1],
        ),
        dst_crs=None if grid.crs is None else raster_crs(grid.crs),
        dst_transform=grid.affine @ grid.affine.translation(block.col, block.row),
        resampling=Resampling.average if coarser else Resampling.cubic,
        num_threads=1,
        XSCALE=shrink,
        YSCALE=shrink,
    )
    valid = target[-1] >= _HALF
    np.divide(target[:-1], target[-1], out=values, where=valid)
    return Warped(values, valid, losses)


def _source_window(recipe: Recipe, grid: Grid, block: Window) -> Window | None:
    """Return the pixels of the overview that a block may need, cut on multiples of the reduction."""
    mesh = np.linspace(0, 1, _MESH)
    cols, rows = np.meshgrid(block.col + mesh * block.cols, block.row + mesh * block.rows)
    points = [grid.affine @ point for point in zip(cols.ravel(), rows.ravel(), strict=True)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    place = recipe.raster.place
    if grid.crs is not None:
        xs, ys = moved(grid.crs, place.crs, xs, ys)
    found_cols, found_rows = place.to_pixels(xs, ys)
    spans = []
    for found, scale, length in zip((found_rows, found_cols), recipe.scale, recipe.shape, strict=True):
        finite = found[np.isfinite(found)] / scale
        if not len(finite):
            return None
        margin = _REACH_PX * max(recipe.source_px, 1) + _CURVE * np.ptp(finite)
        step = recipe.reduction
        start = max(math.floor((finite.min() - margin) / step) * step, 0)
        stop = min(math.ceil((finite.max() + margin) / step) * step, length)
        if stop <= start:
            return None
        spans.append((start, stop - start))
    return Window(spans[0][0], spans[1][0], spans[0][1], spans[1][1])


def _read_reduced(recipe: Recipe, source: Window, reader: NativeReader) -> tuple[Floats, tuple[Loss, ...]]:
    """Return (bands + 1, rows, cols): the means of v * valid and, last, of valid."""
    step = recipe.reduction
    bands = band_count(recipe.raster, recipe.bands)
    shape = (-(-source.rows // step), -(-source.cols // step))
    reduced = np.empty((bands + 1, *shape), np.float32)
    losses: tuple[Loss, ...] = ()
    strip_rows = max(_STRIP_PX // (source.cols * step), 1) * step
    for start in range(0, source.rows, strip_rows):
        rows = min(strip_rows, source.rows - start)
        strip = Window(source.row + start, source.col, rows, source.cols)
        piece = reader.read(recipe.raster, recipe.bands, strip, recipe.level)
        losses += piece.losses
        weighted = np.concatenate([piece.values.astype(np.float32), piece.valid[None].astype(np.float32)])
        top = start // step
        reduced[:, top : top + -(-rows // step)] = _box_mean(weighted, step)
    return reduced, losses


def _box_mean(values: Floats, step: int) -> Floats:
    """Average boxes of step x step; a box cut by the edge counts what is missing as invalid."""
    if step == 1:
        return values
    bands, rows, cols = values.shape
    padded = np.pad(values, ((0, 0), (0, -rows % step), (0, -cols % step)))
    boxes = padded.reshape(bands, padded.shape[1] // step, step, padded.shape[2] // step, step)
    mean: Floats = boxes.mean(axis=(2, 4), dtype=np.float32)
    return mean


def _quarters(block: Window) -> list[Window]:
    rows, cols = (block.rows + 1) // 2, (block.cols + 1) // 2
    return [
        Window(row, col, min(rows, block.row_stop - row), min(cols, block.col_stop - col))
        for row in range(block.row, block.row_stop, rows)
        for col in range(block.col, block.col_stop, cols)
    ]
