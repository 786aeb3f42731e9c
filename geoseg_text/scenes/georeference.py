"""Where on the earth a made-up scene lies."""

from __future__ import annotations

import numpy as np
from affine import Affine
from pyproj import CRS, Geod, Proj, Transformer
from pyproj.exceptions import CRSError, ProjError

from geoseg_text.errors import InputError

_GEOD = Geod(ellps="WGS84")


def georeference(crs: str, origin: tuple[float, float] | None, gsd_m: float, seed: int) -> tuple[Affine, str]:
    """The affine of a north-up scene and its CRS as "EPSG:code" where it has one, else as WKT.

    The pixel is `gsd_m` on the ground: a geographic CRS gets degrees, and one that stretches the ground by
    more than 1 % (Web Mercator away from the equator) gets stretched units.

    Args:
        crs: As pyproj reads it.
        origin: CRS (x, y) of the top left corner; near the middle of the CRS's area of use when None.
        gsd_m: Metres per pixel.
        seed: Moves the default origin, so that scenes do not all lie on one spot.

    Raises:
        InputError: the CRS is unknown, has no area of use to default to, or does not reach the origin.
    """
    try:
        known = CRS.from_user_input(crs)
    except CRSError as problem:
        raise InputError(f"CRS {crs!r} is not known ({problem}); give one like EPSG:32636") from problem
    if not (known.is_geographic or known.is_projected):
        raise InputError(f"CRS {crs!r} is neither projected nor geographic; give one like EPSG:32636")
    x, y = _default_origin(known, seed) if origin is None else origin
    try:
        lon, lat = Transformer.from_crs(known, 4326, always_xy=True).transform(x, y, errcheck=True)
    except ProjError as problem:
        raise InputError(
            f"origin ({x}, {y}) is outside CRS {crs!r} ({problem}); choose one inside"
        ) from problem
    if not (np.isfinite(lon) and np.isfinite(lat) and abs(lat) < 85.0):
        raise InputError(f"origin ({x}, {y}) is outside CRS {crs!r} or near a pole; choose one inside")
    width, height = _pixel(known, lon, lat, gsd_m)
    code = known.to_epsg()
    return Affine(width, 0.0, x, 0.0, -height, y), known.to_wkt() if code is None else f"EPSG:{code}"


def _default_origin(crs: CRS, seed: int) -> tuple[float, float]:
    area = crs.area_of_use
    if area is None:
        raise InputError(f"CRS {crs.name!r} states no area of use; give the origin")
    step = np.random.default_rng([seed, 99]).uniform(-0.1, 0.1, 2)
    east = area.east if area.east > area.west else area.east + 360.0  # across the antimeridian
    lon = (area.west + east) / 2 + step[0] * (east - area.west)
    lat = min(60.0, max(-60.0, (area.south + area.north) / 2 + step[1] * (area.north - area.south)))
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    digits = 6 if crs.is_geographic else 0
    return round(float(x), digits), round(float(y), digits)


def _pixel(crs: CRS, lon: float, lat: float, gsd_m: float) -> tuple[float, float]:
    """CRS units per pixel (along x, along y)."""
    if crs.is_geographic:
        east = _GEOD.line_length([lon - 0.0005, lon + 0.0005], [lat, lat]) / 0.001
        north = _GEOD.line_length([lon, lon], [lat - 0.0005, lat + 0.0005]) / 0.001
        return gsd_m / east, gsd_m / north
    unit_m = crs.axis_info[0].unit_conversion_factor
    factors = Proj(crs).get_factors(lon, lat)
    along, across = (
        gsd_m / unit_m * (scale if abs(scale - 1.0) > 0.01 else 1.0)
        for scale in (factors.parallel_scale, factors.meridional_scale)
    )
    return along, across
