"""Polygons from one CRS to another: edges stay where they were, and every polygon stays valid."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from geoseg_text.errors import RasterError

Polygons = NDArray[np.object_]

_MAX_PARTS = 1024
"""Most parts an edge is cut into; reached only where a CRS is used far outside the area it is made for."""


def warp_polygons(
    polygons: Polygons, source: CRS, target: CRS, tolerance: float, near_lon: float | None = None
) -> Polygons:
    """Transform polygons.

    An edge that is straight in `source` is a curve in `target`: it is cut into parts so that none strays
    further than `tolerance`. A polygon across the antimeridian stays in one piece, with longitudes beyond 180
    on either side.

    Args:
        polygons: polygons and multipolygons (N,).
        source: their CRS, x first.
        target: the CRS wanted, x first.
        tolerance: how far an edge may stray, in units of `source`.
        near_lon: longitudes of a geographic target are those nearest to this one; by default those nearest to
            each polygon's own first point.

    Raises:
        RasterError: a point lies where `target` is not defined.
    """
    if source == target or not len(polygons):
        return polygons
    transformer = Transformer.from_crs(source, target, always_xy=True)
    warped = _rebuilt(polygons, transformer, tolerance)
    if target.is_geographic:
        warped = _unwrapped(warped, near_lon)
    return valid_polygons(warped)


def valid_polygons(polygons: Polygons) -> Polygons:
    """Mend those that are not valid, keeping areas alone."""
    broken = ~shapely.is_valid(polygons)
    if not broken.any():
        return polygons
    mended = polygons.copy()
    mended[broken] = [_areas(shapely.make_valid(polygon)) for polygon in polygons[broken]]
    return mended


def _areas(geometry: shapely.Geometry) -> shapely.Geometry:
    parts = [part for part in shapely.get_parts([geometry]) if part.area > 0]
    flat = [piece for part in parts for piece in shapely.get_parts([part]) if piece.geom_type == "Polygon"]
    return flat[0] if len(flat) == 1 else shapely.MultiPolygon(flat)


def _rebuilt(polygons: Polygons, transformer: Transformer, tolerance: float) -> Polygons:
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, point_ring = shapely.get_coordinates(rings, return_index=True)
    points, point_ring = _cut_edges(points, point_ring, transformer, tolerance)
    rings = shapely.linearrings(warp_points(transformer, points), indices=point_ring)
    parts = shapely.polygons(rings, indices=ring_part)
    if len(parts) == len(polygons):
        return np.asarray(parts, object)
    return np.asarray(shapely.multipolygons(parts, indices=owner), object)


def _cut_edges(
    points: NDArray[np.float64], ring: NDArray[np.intp], transformer: Transformer, tolerance: float
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Cut edges into equal parts that stay within the tolerance; the stray grows with the length squared."""
    edge = ring[1:] == ring[:-1]
    start, stop = points[:-1][edge], points[1:][edge]
    there = warp_points(transformer, np.concatenate((start, (start + stop) / 2, stop)))
    first, middle, last = there.reshape(3, -1, 2)
    chord = np.hypot(*(last - first).T)
    with np.errstate(divide="ignore", invalid="ignore"):
        stray = np.hypot(*(middle - (first + last) / 2).T) * np.hypot(*(stop - start).T) / chord
    # An edge across the antimeridian seems to stray without end; it is as long as any other.
    stray[~np.isfinite(stray) | (chord > 180) & _in_degrees(transformer)] = 0
    parts = np.ones(len(points), np.int64)
    parts[:-1][edge] = np.clip(np.ceil(np.sqrt(stray / tolerance)), 1, _MAX_PARTS).astype(np.int64)
    if parts.max(initial=1) == 1:
        return points, ring
    origin = np.repeat(np.arange(len(points)), parts)
    step = (np.arange(len(origin)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[origin]
    after = np.minimum(origin + 1, len(points) - 1)
    return points[origin] + (points[after] - points[origin]) * step[:, None], ring[origin]


def _in_degrees(transformer: Transformer) -> bool:
    return transformer.target_crs is not None and transformer.target_crs.is_geographic


def warp_points(transformer: Transformer, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Transform points (N, 2), x first.

    Raises:
        RasterError: a point lies where the target is not defined.
    """
    try:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1], errcheck=True))
    except ProjError as error:
        raise RasterError(
            f"polygons cannot be brought into {transformer.target_crs}: {error}; "
            "write a GeoPackage, which keeps the CRS of the imagery, or reproject the imagery first"
        ) from error


def _unwrapped(polygons: Polygons, near_lon: float | None) -> Polygons:
    points, owner = shapely.get_coordinates(polygons, return_index=True)
    first = points[np.searchsorted(owner, np.arange(len(polygons))), 0]
    turns = np.rint((points[:, 0] - (first[owner] if near_lon is None else near_lon)) / 360)
    if not turns.any():
        return polygons
    points[:, 0] -= 360 * turns
    return np.asarray(shapely.set_coordinates(polygons.copy(), points), object)
