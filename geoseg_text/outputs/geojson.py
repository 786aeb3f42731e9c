"""GeoJSON as RFC 7946 wants it: longitude and latitude, right-hand rule, no CRS, cut at the antimeridian."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import shapely
from pyproj import CRS

from geoseg_text.outputs.layer import write_layer
from geoseg_text.values.polygon_table import PolygonTable
from geoseg_text.values.warp import Polygons, valid_polygons, warp_polygons

DECIMALS = 7
"""Of a degree: 1.1 cm (RFC 7946, section 11.2, finds 6 enough for most)."""

_METRES_PER_DEGREE = 111_320
_TOLERANCE_M = 0.01


def write_geojson(table: PolygonTable, path: Path, gsd_m: float | None) -> None:
    """Write polygons.

    Args:
        table: with a CRS.
        path: the file.
        gsd_m: ground sample distance of the imagery; pixels finer than 5 cm get more decimals.
    """
    options = {
        "RFC7946": "YES",  # GDAL winds rings, cuts at the antimeridian and leaves the CRS out
        "WRITE_NAME": "NO",
    }
    _write(table, path, "GeoJSON", options, gsd_m)


def write_geojson_lines(table: PolygonTable, path: Path, gsd_m: float | None) -> None:
    """Write polygons, one on each line (RFC 8142 without its record separator); see `write_geojson`."""
    _write(table, path, "GeoJSONSeq", {"RS": "NO"}, gsd_m)


def _write(
    table: PolygonTable, path: Path, driver: str, options: dict[str, str], gsd_m: float | None
) -> None:
    decimals = _decimals(gsd_m)
    lonlat = (
        part.set_geometry(_lonlat(part.geometry.to_numpy(), part.crs, decimals), crs="OGC:CRS84")
        for part in table.parts()
    )
    if decimals != DECIMALS:  # GDAL's default; named, it adds a member that says so
        options = options | {"COORDINATE_PRECISION": str(decimals)}
    write_layer(lonlat, path, driver, options)


def _lonlat(polygons: Polygons, crs: CRS, decimals: int) -> Polygons:
    unit_m = crs.axis_info[0].unit_conversion_factor if crs.is_projected else math.radians(1) * 6_371_000
    there = warp_polygons(polygons, crs, CRS("OGC:CRS84"), _TOLERANCE_M / unit_m)
    rounded = np.asarray(shapely.transform(there, lambda points: points.round(decimals)), object)
    broken = ~shapely.is_valid(rounded)
    if broken.any():
        rounded[broken] = shapely.set_precision(there[broken], 10.0**-decimals)
    return valid_polygons(rounded)


def _decimals(gsd_m: float | None) -> int:
    """Return enough decimals for a quarter of a pixel, seven at least."""
    if not gsd_m:
        return DECIMALS
    return min(12, max(DECIMALS, math.ceil(-math.log10(gsd_m / 4 / _METRES_PER_DEGREE))))
