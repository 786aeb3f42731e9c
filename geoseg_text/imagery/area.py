"""The area that the user asks for, on the run grid."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TypeAlias

import geopandas
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from geoseg_text.errors import InputError

Area: TypeAlias = "BaseGeometry | geopandas.GeoDataFrame | geopandas.GeoSeries | str | os.PathLike[str]"
Bounds = tuple[float, float, float, float]

_PARTS = 64  # an edge of the area is a curve in another CRS


def bounds_in(bounds: Bounds, crs: CRS | str | None, source_crs: CRS, target: CRS) -> Bounds:
    """Return the box, in another CRS, around a box.

    Args:
        bounds: left, bottom, right and top.
        crs: their CRS, or None for that of the imagery.
        source_crs: the CRS of the imagery.
        target: the CRS wanted.

    Raises:
        InputError: the box is empty or upside down, or has no place in `target`.
    """
    left, bottom, right, top = bounds
    if not (all(math.isfinite(value) for value in bounds) and left < right and bottom < top):
        raise InputError(
            f"bounds {bounds}: give left, bottom, right, top, with left < right and bottom < top"
        )
    box = area_in(shapely.box(*bounds), crs, source_crs, target)
    found: Bounds = box.bounds
    return found


def area_in(area: Area, crs: CRS | str | None, source_crs: CRS, target: CRS) -> BaseGeometry:
    """Return an area as one polygon or several in another CRS.

    Args:
        area: a geometry in `crs`; or a table or vector file of polygons, which brings its own CRS.
        crs: the CRS of a geometry without one, or None for that of the imagery.
        source_crs: the CRS of the imagery.
        target: the CRS wanted.

    Raises:
        InputError: the file cannot be read, or the area holds no polygon or has no place in `target`.
    """
    shapes = _shapes(area)
    try:
        own = shapes.crs or (source_crs if crs is None else CRS.from_user_input(crs))
    except CRSError as error:
        raise InputError(f"{crs!s:.80} is no coordinate reference system: {error}") from error
    whole = shapely.make_valid(shapely.union_all(shapes.geometry.to_numpy()))
    if whole.is_empty or whole.area == 0:
        raise InputError("the area of interest holds no polygon: give at least one")
    left, bottom, right, top = whole.bounds
    cut = shapely.segmentize(whole, max(right - left, top - bottom) / _PARTS)
    moved = geopandas.GeoSeries([cut], crs=own).to_crs(target).iloc[0]
    if not all(math.isfinite(value) for value in moved.bounds):
        raise InputError(f"the area asked for has no place in the CRS of the imagery, {target.name!r}")
    return shapely.make_valid(moved)


def _shapes(area: Area) -> geopandas.GeoSeries:
    if isinstance(area, BaseGeometry):
        return geopandas.GeoSeries([area])
    if isinstance(area, geopandas.GeoSeries):
        return area
    if isinstance(area, geopandas.GeoDataFrame):
        return area.geometry
    path = Path(area)
    if not path.is_file():
        raise InputError(f"{path}: no such file; give a vector file with the area of interest")
    try:
        return geopandas.read_file(path).geometry
    # pyogrio names a file it cannot read in several ways; each means the same to the user.
    except (OSError, ValueError, RuntimeError, AttributeError) as error:
        raise InputError(f"{path}: cannot be read as vector data ({error}); check it with ogrinfo") from error
