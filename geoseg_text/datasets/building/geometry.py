"""Geometries of a layer as areas in pixels of the run grid: repaired, reprojected, lines and points widened.

In pixels of an upright, square grid a width in metres means the same in every direction, whatever the CRS.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geoseg_text.datasets.building.tags import Form
from geoseg_text.values.grid import Grid

Geometries = NDArray[np.object_]

_FORMS: dict[str, Form] = {
    "Polygon": "area", "MultiPolygon": "area", "LineString": "line", "MultiLineString": "line",
    "LinearRing": "line", "Point": "point", "MultiPoint": "point",
}  # fmt: skip


@dataclass(frozen=True)
class Placed:
    """The usable geometries of a layer.

    Attributes:
        shapes: (n,) areas, lines and points in pixels (col, row) of the run grid.
        forms: (n,) what each is.
        rows: (n,) the row of the layer's table that each came from.
        repaired: invalid ones that were mended.
        unusable: those left out: missing, empty, without a place, or nothing left after mending.
    """

    shapes: Geometries
    forms: tuple[Form, ...]
    rows: NDArray[np.intp]
    repaired: int
    unusable: int


def place(series: geopandas.GeoSeries, grid: Grid) -> Placed:
    """Bring geometries onto a grid.

    Args:
        series: geometries with their CRS.
        grid: the run grid, with a CRS.
    """
    given = series.to_numpy()
    there = np.flatnonzero(~(shapely.is_missing(given) | shapely.is_empty(given)))
    shapes, repaired = _mended(shapely.force_2d(given[there]))
    shapes = _in_pixels(geopandas.GeoSeries(shapes, crs=series.crs), grid)
    forms = [_FORMS.get(shape.geom_type) for shape in shapes]
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1) if len(shapes) else np.zeros(0, bool)
    usable = np.flatnonzero([form is not None and bool(ok) for form, ok in zip(forms, finite, strict=True)])
    kept = tuple(form for number in usable if (form := forms[number]) is not None)
    return Placed(shapes[usable], kept, there[usable], repaired, len(given) - len(usable))


def widened(shape: shapely.Geometry, width_px: float) -> shapely.Geometry:
    """The area within half a width of a line or a point."""
    return shapely.buffer(shape, width_px / 2)


def _mended(shapes: Geometries) -> tuple[Geometries, int]:
    """Valid geometries of the kind they were, and how many had to be mended."""
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    mended = shapes.copy()
    for number in broken:
        mended[number] = _same_kind(
            shapely.make_valid(shapes[number]), shapely.get_dimensions(shapes[number])
        )
    return mended, len(broken)


def _same_kind(shape: shapely.Geometry, dimensions: int) -> shapely.Geometry:
    """What a mended geometry holds of the kind it was: mending an area may leave stray lines beside it."""
    parts = [part for piece in shapely.get_parts([shape]) for part in shapely.get_parts([piece])]
    kept = [part for part in parts if shapely.get_dimensions(part) == dimensions]
    return shapely.union_all(kept) if kept else shapely.GeometryCollection()


def _in_pixels(series: geopandas.GeoSeries, grid: Grid) -> Geometries:
    moved = series if _same(series.crs, grid.crs) else series.to_crs(grid.crs)
    inverse = ~grid.affine

    def to_pixels(points: NDArray[np.float64]) -> NDArray[np.float64]:
        cols, rows = inverse @ (points[:, 0], points[:, 1])
        return np.column_stack([cols, rows])

    return np.asarray(shapely.transform(moved.to_numpy(), to_pixels), object)


def _same(one: CRS | None, two: CRS | None) -> bool:
    return one is not None and two is not None and bool(CRS.from_user_input(one) == two)
