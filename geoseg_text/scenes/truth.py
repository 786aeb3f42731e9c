"""Truth as polygons: exact to the pixel."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from affine import Affine
from rasterio.features import shapes
from shapely.geometry import MultiPolygon, Polygon, shape

from geoseg_text.values.scene import Scene


def truth_polygons(scene: Scene) -> gpd.GeoDataFrame:
    """The objects of a scene as polygons along pixel edges.

    Every object once, by the pixels `Scene.mask` gives it; parts are 4-connected.

    Args:
        scene: The scene; without an affine the polygons are in pixels (col, row).

    Returns:
        Columns id, category, one per attribute that occurs (None where an object has none), geometry; by id.
    """
    affine = scene.affine or Affine.identity()
    parts: dict[int, list[Polygon]] = {}
    hidden = scene.hidden
    for layer, seen in ((scene.ground, (scene.ground != 0) & ~hidden), (scene.top, scene.top != 0)):
        for geometry, value in shapes(layer.astype(np.int32), mask=seen, connectivity=4, transform=affine):
            parts.setdefault(int(value), []).append(shape(geometry))
    things = [thing for thing in scene.objects if thing.id in parts]
    names = sorted({name for thing in things for name in thing.attributes})
    columns: dict[str, list[object]] = {
        "id": [thing.id for thing in things],
        "category": [thing.category for thing in things],
    }
    for name in names:
        columns[name] = [thing.attributes.get(name) for thing in things]
    geometries = [
        parts[thing.id][0] if len(parts[thing.id]) == 1 else MultiPolygon(parts[thing.id]) for thing in things
    ]
    return gpd.GeoDataFrame(columns, geometry=geometries, crs=scene.crs)
