"""The run grid: the one grid on which a run works.

Rasters that are upright and square on the ground are worked on as they are, if their pixels are of a size
that the model has learnt. Everything else is brought onto an upright, square grid: in the CRS of the first
raster where pixels can be square in it, else in a metric CRS made for the place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from affine import Affine
from pyproj import CRS

from geoseg_text.errors import InputError, RasterError
from geoseg_text.imagery.projections import local_metric_crs, lonlat_bounds, moved
from geoseg_text.imagery.raster import Raster
from geoseg_text.values.grid import Grid

MOST_REFINED = 4.0
"""Coarse imagery is refined so far at most: each doubling quadruples the work and shows nothing new."""

_MOST_SIDE_PX = 2**31 - 1  # what GDAL can count
_SAME = 1e-6  # relative difference of pixel sizes that only rounding explains
_ALIGNED_PX = 0.01  # grids that differ by less share their pixels
_DIVIDED_FROM_PX = 10  # fewer pixels are not made to fill an area evenly: they could turn out 10 % off square

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class GsdPlan:
    """At which ground sample distance a run works.

    Attributes:
        native_m: of the finest raster.
        working_m: of the run grid.
        warning: what the user should know, or None.
    """

    native_m: float
    working_m: float
    warning: str | None = None


def plan_gsd(
    rasters: Sequence[Raster], gsd_range_m: tuple[float, float] | None, gsd_m: float | None
) -> GsdPlan:
    """Choose the GSD: as given, else native within the model's range, else that range's nearer bound.

    Args:
        rasters: what is read; the finest counts.
        gsd_range_m: finest and coarsest that the model has learnt, or None where it does not say.
        gsd_m: what the user asks for, or None.

    Raises:
        InputError: a distance is not a positive number, or the range is upside down.
    """
    native_m = min(_native_gsd(raster) for raster in rasters)
    if gsd_m is not None:
        if not (math.isfinite(gsd_m) and gsd_m > 0):
            raise InputError(f"gsd {gsd_m}: give metres per pixel, more than 0")
        return GsdPlan(native_m, gsd_m)
    if gsd_range_m is None:
        return GsdPlan(native_m, native_m)
    finest_m, coarsest_m = gsd_range_m
    if not 0 < finest_m <= coarsest_m < math.inf:
        raise InputError(
            f"gsd range {gsd_range_m}: give the finer and the coarser bound, in metres per pixel"
        )
    working_m = max(min(native_m, coarsest_m), finest_m, native_m / MOST_REFINED)
    known = f"imagery of {native_m:.3g} m per pixel; the model has learnt {finest_m:g} to {coarsest_m:g} m"
    if native_m > coarsest_m * (1 + _SAME):
        return GsdPlan(native_m, working_m, f"{known}: what it looks for may be too small to be seen here")
    return GsdPlan(native_m, working_m)


def choose_run_grid(rasters: Sequence[Raster], plan: GsdPlan) -> Grid:
    """Choose the run grid of some rasters; it covers all of them.

    Args:
        rasters: what is read; the first one's CRS and pixel lattice are kept where they can be.
        plan: the ground sample distance.

    Raises:
        RasterError: the rasters lie too far apart for one grid, or outside the area of its CRS.
        InputError: the grid would have more pixels than can be counted.
    """
    first = rasters[0]
    native = math.isclose(plan.working_m, _native_gsd(first), rel_tol=_SAME)
    if first.grid.is_north_up_square() and native:
        return _on_lattice(first.grid, rasters)
    a, b, _, d, e, _ = first.grid.affine[:6]
    size = Affine.scale(math.hypot(a, b), -math.hypot(d, e))  # a turn by 90 degrees swaps the sides
    if not _turned_by_quarters(first.grid):
        side = math.sqrt(abs(first.grid.affine.determinant))
        size = Affine.scale(side, -side)
    crs = first.grid.crs
    if not _upright(first.grid, crs, size).is_north_up_square():
        crs = _place_crs(first, rasters)
        size = Affine.scale(1, -1)
    bounds = _bounds_in(crs, rasters)
    probe = _upright(first.grid, crs, size, bounds)
    if probe.gsd_m is None:
        raise RasterError(f"{first.name}: lies outside the area of its CRS; assign the right one")
    return _cover(crs, bounds, size @ Affine.scale(plan.working_m / probe.gsd_m), exact=native)


def footprint(raster: Raster, crs: CRS | None) -> list[tuple[float, float]]:
    """Return the edge of a raster as points (x, y) in another CRS; those without a place are left out."""
    xs, ys = raster.place.outline()
    if crs is not None:
        xs, ys = moved(raster.place.crs, crs, xs, ys)
    return [(x, y) for x, y in zip(xs, ys, strict=True) if math.isfinite(x) and math.isfinite(y)]


def aligned(inner: Grid, outer: Grid) -> tuple[int, int] | None:
    """Return the row and column of `outer` where `inner` begins, or None where their pixels differ."""
    if inner.crs != outer.crs:
        return None
    relative = ~outer.affine @ inner.affine
    rows, cols = inner.shape
    row, col = round(relative.f), round(relative.c)
    # A difference in pixel size adds up over the raster: what counts is where its far corner falls.
    corners = [(relative @ corner, corner) for corner in ((0, 0), (cols, 0), (0, rows), (cols, rows))]
    drift = max(max(abs(x - (col + c)), abs(y - (row + r))) for (x, y), (c, r) in corners)
    return (row, col) if drift <= _ALIGNED_PX else None


def _native_gsd(raster: Raster) -> float:
    gsd_m = raster.grid.gsd_m
    if gsd_m is None:
        raise RasterError(f"{raster.name}: its pixels have no size on the ground; assign the right CRS")
    return gsd_m


def _on_lattice(grid: Grid, rasters: Sequence[Raster]) -> Grid:
    """Extend a grid, pixel by pixel, until it covers every raster."""
    rows, cols = grid.shape
    tops, lefts, bottoms, rights = [0], [0], [rows], [cols]
    for raster in rasters[1:]:
        offset = aligned(raster.grid, grid)
        if offset is not None:
            (top, left), (high, wide) = offset, raster.shape
            tops, lefts = [*tops, top], [*lefts, left]
            bottoms, rights = [*bottoms, top + high], [*rights, left + wide]
            continue
        points = [~grid.affine @ point for point in footprint(raster, grid.crs)]
        if not points:
            raise _too_far(raster)
        tops.append(math.floor(min(y for _, y in points)))
        lefts.append(math.floor(min(x for x, _ in points)))
        bottoms.append(math.ceil(max(y for _, y in points)))
        rights.append(math.ceil(max(x for x, _ in points)))
    shape = _checked_shape(max(bottoms) - min(tops), max(rights) - min(lefts))
    if (min(tops), min(lefts), *shape) == (0, 0, rows, cols):
        return grid
    return Grid.of(grid.affine @ Affine.translation(min(lefts), min(tops)), shape, grid.crs)


def _turned_by_quarters(grid: Grid) -> bool:
    a, b, _, d, e, _ = grid.affine[:6]
    straight, crossed = max(abs(a), abs(e)), max(abs(b), abs(d))
    return bool(min(straight, crossed) <= _SAME * max(straight, crossed))


def _upright(grid: Grid, crs: CRS | None, size: Affine, bounds: Bounds | None = None) -> Grid:
    """Return a pixel of a size about the centre of an area, to measure it."""
    left, bottom, right, top = grid.bounds if bounds is None else bounds
    centre = Affine.translation((left + right) / 2, (bottom + top) / 2)
    return Grid.of(centre @ size @ Affine.translation(-0.5, -0.5), (1, 1), crs)


def _place_crs(first: Raster, rasters: Sequence[Raster]) -> CRS:
    crs = first.place.crs
    points = [point for raster in rasters for point in footprint(raster, crs)]
    bounds = lonlat_bounds(crs, [x for x, _ in points], [y for _, y in points])
    if bounds is None:
        raise _too_far(first)
    return local_metric_crs(crs, bounds)


def _bounds_in(crs: CRS | None, rasters: Sequence[Raster]) -> Bounds:
    points: list[tuple[float, float]] = []
    for raster in rasters:
        found = footprint(raster, crs)
        if not found:
            raise _too_far(raster)
        points += found
    xs, ys = zip(*points, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


def _cover(crs: CRS | None, bounds: Bounds, size: Affine, *, exact: bool) -> Grid:
    """Lay pixels of a size over an area, from its top-left corner.

    Unless `exact`, their size gives way a little so that a whole number of them fills the area.
    """
    left, bottom, right, top = bounds
    width, height = size.a, -size.e
    cols, rows = (right - left) / width, (top - bottom) / height
    if not exact and min(cols, rows) >= _DIVIDED_FROM_PX:
        width, height = (right - left) / round(cols), (top - bottom) / round(rows)
        shape = (round(rows), round(cols))
    else:
        shape = (math.ceil(rows - _ALIGNED_PX), math.ceil(cols - _ALIGNED_PX))
    affine = Affine.translation(left, top) @ Affine.scale(width, -height)
    return Grid.of(affine, _checked_shape(max(shape[0], 1), max(shape[1], 1)), crs)


def _checked_shape(rows: int, cols: int) -> tuple[int, int]:
    if max(rows, cols) > _MOST_SIDE_PX:
        raise InputError(
            f"the run grid would have {rows} x {cols} px, more than {_MOST_SIDE_PX} on a side; "
            "give a coarser gsd, or fewer rasters at a time"
        )
    return (rows, cols)


def _too_far(raster: Raster) -> RasterError:
    return RasterError(f"{raster.name}: has no place on the grid of the other rasters; run it by itself")
