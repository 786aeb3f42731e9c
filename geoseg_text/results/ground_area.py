"""How much ground polygons cover: areas on the ellipsoid, all rings at once."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer

from geoseg_text.values.warp import Polygons, warp_points

WGS84 = Geod(ellps="WGS84")


def geodesic_area(polygons: Polygons, crs: CRS) -> NDArray[np.float64]:
    """Area on the ellipsoid in square metres; polygons are in `crs`.

    The ellipsoid is laid on the sphere of the same area, latitude by latitude (the authalic sphere: J. P.
    Snyder, Map Projections, USGS 1395, equations 3-11 to 3-13). There an edge is an arc of a great circle,
    and the area between it and the equator is its spherical excess. What lies between such an arc and the
    geodesic is less than a millionth of a polygon with edges of up to 10 km. A ring around a pole encloses
    the pole.

    Raises:
        RasterError: a point lies where longitude and latitude are not defined.
    """
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    if not crs.is_geographic:
        geodetic = crs.geodetic_crs or CRS("OGC:CRS84")
        points = warp_points(Transformer.from_crs(crs, geodetic, always_xy=True), points)
    inside = _ring_areas(points, ring, len(rings), crs.get_geod() or WGS84)
    is_shell = np.diff(ring_part, prepend=-1) > 0
    return _sums(owner[ring_part], np.where(is_shell, inside, -inside), len(polygons))


def _ring_areas(
    lonlat: NDArray[np.float64], ring: NDArray[np.intp], count: int, geod: Geod
) -> NDArray[np.float64]:
    """Area (R,) that each ring encloses; points (N, 2) in degrees, and the ring of each (N,), ascending."""
    sine, whole = _authalic_sine(np.radians(lonlat[:, 1]), geod)
    latitude = np.arcsin(sine)
    edge = ring[1:] == ring[:-1]
    start, stop, of = latitude[:-1][edge], latitude[1:][edge], ring[:-1][edge]
    east = np.diff(lonlat[:, 0])[edge]
    east = np.radians(east - 360 * np.rint(east / 360))  # over the antimeridian is the short way
    excess = 2 * np.arctan(np.tan(east / 2) * np.sin((start + stop) / 2) / np.cos((start - stop) / 2))
    below = np.abs(_sums(of, excess, count))
    turns = np.rint(_sums(of, east, count) / (2 * np.pi))
    share: NDArray[np.float64] = np.where(turns % 2 == 1, 2 * np.pi - below, below) / (4 * np.pi)
    return share * whole


def _sums(of: NDArray[np.intp], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    return np.bincount(of, values, minlength=count).astype(np.float64)  # which of nothing are whole numbers


def _authalic_sine(latitude: NDArray[np.float64], geod: Geod) -> tuple[NDArray[np.float64], float]:
    """Sine of the authalic latitude, and the area of the whole ellipsoid."""
    sine, e = np.sin(latitude), np.sqrt(geod.es)
    if e == 0:
        return sine, float(4 * np.pi * geod.a**2)

    def q(sine: NDArray[np.float64]) -> NDArray[np.float64]:
        zones: NDArray[np.float64] = (1 - e**2) * (sine / (1 - (e * sine) ** 2) + np.arctanh(e * sine) / e)
        return zones

    pole = q(np.ones(1))[0]
    authalic: NDArray[np.float64] = np.clip(q(sine) / pole, -1, 1)
    return authalic, float(2 * np.pi * geod.a**2 * pole)
