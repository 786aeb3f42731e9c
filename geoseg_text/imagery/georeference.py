"""How pixels lie on the ground: by an affine, by ground control points, or by a sensor model (RPC)."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio._err import CPLE_BaseError
from rasterio.control import GroundControlPoint
from rasterio.io import DatasetReader
from rasterio.rpc import RPC
from rasterio.transform import GCPTransformer, RPCTransformer
from rasterio.warp import calculate_default_transform

from geoseg_text.errors import InputError, RasterError
from geoseg_text.imagery.projections import (
    earth_crs,
    local_metric_crs,
    lonlat_bounds,
    raster_crs,
    way_to_assign,
)
from geoseg_text.values.grid import Grid

Kind = Literal["affine", "gcps", "rpcs"]
_OUTLINE_PARTS = 32


@dataclass(frozen=True)
class Georeference:
    """The way from pixels to the ground and back.

    Attributes:
        kind: what the raster brings along.
        crs: the CRS of its coordinates, to which results go back.
        grid: its own grid; of a raster placed by points or a sensor model, the upright grid that they
        suggest. shape: rows and columns as stored. gcps: ground control points, if it is placed by them.
        rpcs: the sensor model, if it is placed by one.
    """

    kind: Kind
    crs: CRS
    grid: Grid
    shape: tuple[int, int]
    gcps: tuple[GroundControlPoint, ...] = ()
    rpcs: RPC | None = None

    def to_pixels(self, xs: Sequence[float], ys: Sequence[float]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return columns and rows (float, from the corner of the first pixel) of points in `crs`."""
        if self.kind == "affine":
            inverse, x, y = ~self.grid.affine, np.asarray(xs, float), np.asarray(ys, float)
            return inverse.a * x + inverse.b * y + inverse.c, inverse.d * x + inverse.e * y + inverse.f
        transformer = GCPTransformer(list(self.gcps)) if self.kind == "gcps" else RPCTransformer(self.rpcs)
        with transformer:
            rows, cols = transformer.rowcol(list(xs), list(ys), op=_as_it_is)
        return np.asarray(cols, float), np.asarray(rows, float)

    def outline(self) -> tuple[list[float], list[float]]:
        """Return points along the edge of the raster, in `crs`, first pixel first, once around."""
        cols, rows = _edge(self.shape)
        if self.kind == "affine":
            points = [self.grid.affine @ point for point in zip(cols, rows, strict=True)]
            return [x for x, _ in points], [y for _, y in points]
        return _outline_by_points(cols, rows, self.gcps, self.rpcs)

    def arguments(self, row: float, col: float, row_scale: float, col_scale: float) -> dict[str, Any]:
        """Return what `rasterio.warp.reproject` needs to place an array taken from the raster.

        Args:
            row: where the array begins, in stored pixels.
            col: where the array begins, in stored pixels.
            row_scale: stored pixels that one row of the array stands for.
            col_scale: stored pixels that one column of the array stands for.
        """
        if self.kind == "affine":
            moved = self.grid.affine @ Affine.translation(col, row) @ Affine.scale(col_scale, row_scale)
            return {"src_crs": raster_crs(self.crs), "src_transform": moved}
        if self.kind == "gcps":
            moved_gcps = [
                GroundControlPoint(
                    (point.row - row) / row_scale, (point.col - col) / col_scale, point.x, point.y, point.z
                )
                for point in self.gcps
            ]
            return {"src_crs": raster_crs(self.crs), "gcps": moved_gcps}
        return {"src_crs": raster_crs(self.crs), "rpcs": _moved(self.rpcs, row, col, row_scale, col_scale)}


def _moved(rpcs: RPC, row: float, col: float, row_scale: float, col_scale: float) -> RPC:
    moved = copy.copy(rpcs)
    # A sensor model counts from the centre of the first pixel, an array from its corner.
    moved.line_off = (rpcs.line_off + 0.5 - row) / row_scale - 0.5
    moved.samp_off = (rpcs.samp_off + 0.5 - col) / col_scale - 0.5
    moved.line_scale /= row_scale
    moved.samp_scale /= col_scale
    return moved


def georeference(name: str, dataset: DatasetReader) -> Georeference:
    """Find out how an open raster is placed.

    Raises:
        RasterError: it is not placed on the Earth, and the message says what is missing.
    """
    shape = (dataset.height, dataset.width)
    points, points_crs = dataset.gcps
    placed = not dataset.transform.is_identity
    if placed and dataset.crs is not None:
        crs = earth_crs(dataset.crs, name)
        try:
            grid = Grid.of(dataset.transform, shape, crs)
        except InputError as error:
            raise RasterError(f"{name}: {error}; georeference it again, e.g. with gdalwarp") from error
        return _checked(name, Georeference("affine", crs, grid, shape))
    if points and (points_crs or dataset.crs) is not None:
        crs = earth_crs(points_crs or dataset.crs, name)
        grid = _suggested_grid(name, crs, shape, points, None)
        return _checked(name, Georeference("gcps", crs, grid, shape, gcps=tuple(points)))
    if dataset.rpcs is not None:
        crs = CRS.from_epsg(4326)
        grid = _suggested_grid(name, crs, shape, (), dataset.rpcs)
        return _checked(name, Georeference("rpcs", crs, grid, shape, rpcs=dataset.rpcs))
    if dataset.crs is None:
        raise RasterError(f"{name}: has no coordinate reference system; {way_to_assign(name)}")
    raise RasterError(
        f"{name}: has a CRS but no place: no geotransform, control points or RPC; "
        f"give it corners with: gdal_edit.py -a_ullr LEFT TOP RIGHT BOTTOM {name}"
    )


def _checked(name: str, place: Georeference) -> Georeference:
    if place.grid.gsd_m is None:
        raise RasterError(
            f"{name}: its bounds {tuple(round(value, 2) for value in place.grid.bounds)} lie outside the "
            f"area of its CRS {place.crs.name!r}; {way_to_assign(name)}"
        )
    return place


def _suggested_grid(
    name: str, crs: CRS, shape: tuple[int, int], gcps: Sequence[GroundControlPoint], rpcs: RPC | None
) -> Grid:
    rows, cols = shape
    try:
        xs, ys = _outline_by_points(*_edge(shape), gcps, rpcs)
        target = crs
        bounds = lonlat_bounds(crs, xs, ys)
        if crs.is_geographic and bounds is not None:
            target = local_metric_crs(crs, bounds)
        tied = {"rpcs": rpcs} if rpcs is not None else {"gcps": list(gcps)}
        affine, width, height = calculate_default_transform(
            raster_crs(crs), raster_crs(target), cols, rows, **tied
        )
        return Grid.of(affine, (height, width), target)
    # GDAL answers points that fit no polynomial with a different error for each way they fail.
    except (OSError, ValueError, RuntimeError, CPLE_BaseError) as error:
        what = "control points" if gcps else "RPC"
        raise RasterError(
            f"{name}: its {what} place it nowhere ({error}); georeference it with gdalwarp"
        ) from error


def _outline_by_points(
    cols: list[float], rows: list[float], gcps: Sequence[GroundControlPoint], rpcs: RPC | None
) -> tuple[list[float], list[float]]:
    with RPCTransformer(rpcs) if rpcs is not None else GCPTransformer(list(gcps)) as transformer:
        xs, ys = transformer.xy(rows, cols, offset="ul")
    return [float(x) for x in xs], [float(y) for y in ys]


def _edge(shape: tuple[int, int]) -> tuple[list[float], list[float]]:
    rows, cols = shape
    steps = [part / _OUTLINE_PARTS for part in range(_OUTLINE_PARTS)]
    along_cols = [cols * step for step in steps]
    along_rows = [rows * step for step in steps]
    edge_cols = (
        along_cols + [float(cols)] * len(steps) + [cols - col for col in along_cols] + [0.0] * len(steps)
    )
    edge_rows = (
        [0.0] * len(steps) + along_rows + [float(rows)] * len(steps) + [rows - row for row in along_rows]
    )
    return edge_cols, edge_rows


def _as_it_is(value: float) -> float:
    return value if math.isfinite(value) else math.nan
