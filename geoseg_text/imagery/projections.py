"""Coordinate reference systems: of the Earth alone, and one in metres for any place on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from pyproj import CRS, Transformer
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import LambertAzimuthalEqualAreaConversion, UTMConversion
from pyproj.exceptions import CRSError, ProjError
from rasterio._err import CPLE_BaseError
from rasterio.crs import CRS as RasterCRS
from rasterio.warp import transform

from geoseg_text.errors import RasterError

# Every ellipsoid and sphere in use for the Earth lies between; Venus has 6,051,800 m, Mars 3,396,190 m.
_EARTH_RADIUS_M = (6_340_000.0, 6_400_000.0)
# A zone is 6 degrees wide; half a degree more on each side still keeps its scale within 0.2 %.
_UTM_HALF_WIDTH_DEG = 3.5
_UTM_LAT_DEG = 84.0


def earth_crs(crs: RasterCRS, name: str) -> CRS:
    """Return pyproj's form of a raster's CRS.

    Args:
        crs: the CRS as rasterio gives it.
        name: the raster, for the message.

    Raises:
        RasterError: the CRS is of another body, or no place on the Earth can be computed from it.
    """
    try:
        found, geodetic = _read(crs.to_wkt(version="WKT2_2019"))
    except CRSError as error:
        raise RasterError(f"{name}: its CRS cannot be read ({error}); {way_to_assign(name)}") from error
    ellipsoid = found.ellipsoid
    if geodetic is None or ellipsoid is None:
        raise RasterError(f"{name}: its CRS {found.name!r} has no place; {way_to_assign(name)}")
    low_m, high_m = _EARTH_RADIUS_M
    if not low_m <= ellipsoid.semi_major_metre <= high_m:
        raise RasterError(
            f"{name}: its CRS {found.name!r} is not of the Earth: the radius is "
            f"{ellipsoid.semi_major_metre:.0f} m; only imagery of the Earth can be placed here"
        )
    return found


@lru_cache(maxsize=64)  # the thousands of files of a mosaic share one
def _read(wkt: str) -> tuple[CRS, CRS | None]:
    """A CRS, and the geodetic one beneath it."""
    found = CRS.from_wkt(wkt)
    return found, found.to_2d().geodetic_crs


def way_to_assign(name: str) -> str:
    """Return the sentence that tells how to give a raster a CRS."""
    return f"assign the right one with: gdal_edit.py -a_srs EPSG:CODE {name}"


@lru_cache(maxsize=64)  # to find out that a CRS has no code takes a search through all of them
def raster_crs(crs: CRS) -> RasterCRS:
    """Return rasterio's form of a pyproj CRS."""
    epsg = crs.to_epsg(min_confidence=100)
    return RasterCRS.from_epsg(epsg) if epsg else RasterCRS.from_wkt(crs.to_wkt())


def moved(
    source: CRS, target: CRS, xs: Sequence[float], ys: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Transform points with the PROJ that also warps pixels; a point without a place there becomes NaN."""
    if source == target:
        return list(xs), list(ys)
    crss = raster_crs(source), raster_crs(target)
    try:
        new_xs, new_ys = transform(*crss, xs, ys)
        return new_xs, new_ys
    except CPLE_BaseError:  # some points fail, and rasterio then gives none
        points = [_moved_alone(*crss, x, y) for x, y in zip(xs, ys, strict=True)]
        return [x for x, _ in points], [y for _, y in points]


def _moved_alone(source: RasterCRS, target: RasterCRS, x: float, y: float) -> tuple[float, float]:
    try:
        (new_x,), (new_y,) = transform(source, target, [x], [y])
    except CPLE_BaseError:
        return math.nan, math.nan
    return new_x, new_y


def local_metric_crs(crs: CRS, bounds: tuple[float, float, float, float]) -> CRS:
    """Return a CRS in metres, north up at the centre of an area, on the datum of `crs`.

    Args:
        crs: the CRS of the imagery.
        bounds: west, south, east and north of the imagery in degrees of that CRS's datum; east may exceed
        180.

    Returns:
        The UTM zone of the centre where the area fits it, else an equal-area azimuthal projection about the
        centre.
    """
    west, south, east, north = bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    zone = math.floor((lon + 180) / 6) % 60 + 1
    meridian = zone * 6 - 183
    reach_deg = (east - west) / 2 + abs((lon - meridian + 180) % 360 - 180)
    geodetic = _geodetic(crs)
    if reach_deg <= _UTM_HALF_WIDTH_DEG and max(abs(south), abs(north)) <= _UTM_LAT_DEG:
        if geodetic == CRS.from_epsg(4326):
            return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)
        hemisphere = "N" if lat >= 0 else "S"
        name = f"UTM zone {zone}{hemisphere} on {geodetic.name}"
        return _projected(name, UTMConversion(str(zone), hemisphere=hemisphere), geodetic)
    name = f"azimuthal about {lat:.2f}, {lon:.2f} on {geodetic.name}"
    return _projected(name, LambertAzimuthalEqualAreaConversion(lat, lon), geodetic)


def lonlat_bounds(crs: CRS, xs: list[float], ys: list[float]) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north of points, in degrees on the datum of `crs`.

    Longitudes are unwrapped about the first point, so east exceeds 180 across the antimeridian. None if no
    point can be placed.
    """
    flat = crs.to_2d()
    try:
        lons, lats = Transformer.from_crs(flat, _geodetic(crs), always_xy=True).transform(xs, ys)
    except ProjError:
        return None
    placed = [
        (lon, lat) for lon, lat in zip(lons, lats, strict=True) if math.isfinite(lon) and math.isfinite(lat)
    ]
    if not placed:
        return None
    first = placed[0][0]
    # A picture of the whole globe keeps its 360 degrees: only a longitude that wrapped at the antimeridian
    # moves.
    wrapped = not flat.is_geographic
    unwrapped = [lon + 360 * round((first - lon) / 360) if wrapped else lon for lon, _ in placed]
    return (min(unwrapped), min(lat for _, lat in placed), max(unwrapped), max(lat for _, lat in placed))


def _projected(
    name: str, conversion: UTMConversion | LambertAzimuthalEqualAreaConversion, geodetic: CRS
) -> CRS:
    # A CRS of pyproj's subclass cannot be taken to two dimensions; the same one by its text can.
    return CRS.from_wkt(ProjectedCRS(conversion, name=name, geodetic_crs=geodetic).to_wkt())


def _geodetic(crs: CRS) -> CRS:
    geodetic = crs.to_2d().geodetic_crs
    if geodetic is None:  # `earth_crs` lets no such CRS pass
        raise RasterError(f"the CRS {crs.name!r} is tied to no place on the Earth")
    return geodetic
