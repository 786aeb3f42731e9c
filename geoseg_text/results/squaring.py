"""Outlines with right angles, as buildings have them: stairs of pixels become straight walls.

The work is `buildingregulariser`'s: each wall is turned into the direction of most of the outline or across
it. Each polygon is squared by itself, so that a result does not depend on which polygons come together;
neighbours may therefore come apart or overlap by a pixel.
"""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import shapely
from buildingregulariser import regularize_geodataframe
from numpy.typing import NDArray

from geoseg_text.values.warp import Polygons

STAIRS_PX = 1.5
"""Bends smaller than this are the stairs of a slanting wall: a pixel's diagonal, and a little."""
STEP_PX = 2.0
"""Parallel walls nearer to each other than this are one."""
LEAST_PX = 9.0
"""Smaller polygons have no direction to speak of, and stay as they are."""
LEAST_COMMON = 0.5
"""Share of both areas together that a squared polygon and its plain outline have in common at least."""

# The library cuts walls longer than five times its tolerance into parts, which would square each by itself,
# and opens outlines by a fiftieth of it: half a pixel.
_TOLERANCE_PX = 25.0
# Degrees to either side of a diagonal that are not taken for one: all there are, so that no wall is diagonal.
# To forbid diagonals outright turns one of two opposite walls by 90 degrees in release 0.2.5.
_NO_DIAGONALS_DEG = 22.5


def squared(polygons: Polygons) -> Polygons:
    """Make outlines right-angled.

    Args:
        polygons: (N,) in pixels of the run grid, whose pixels are square.

    Returns:
        As many valid polygons in the same order, of the same areas; what cannot be squared without becoming
        something else (a river, a blob of few pixels) keeps its outline.
    """
    chosen = np.flatnonzero(shapely.area(polygons) >= LEAST_PX)
    straight = np.asarray(shapely.simplify(polygons[chosen], STAIRS_PX), object)
    place, found = _regularised(straight)
    single = np.bincount(place, minlength=len(chosen))[place] == 1  # what fell apart keeps its outline
    place = chosen[place[single]]
    found = _resized(found[single], polygons[place])
    kept = _is_sound(found, polygons[place])
    result = polygons.copy()
    result[place[kept]] = shapely.orient_polygons(found[kept], exterior_cw=True)  # rows count downwards
    return result


def _regularised(polygons: Polygons) -> tuple[NDArray[np.int64], Polygons]:
    """What the library makes of them, and of which polygon each piece is."""
    if not len(polygons):
        return np.empty(0, np.int64), polygons
    table = gpd.GeoDataFrame({"place": np.arange(len(polygons))}, geometry=polygons)
    with warnings.catch_warnings():
        # It warns of polygons that it gives back as they were, and of pandas' future.
        warnings.simplefilter("ignore")
        found = regularize_geodataframe(
            table,
            parallel_threshold=STEP_PX,
            simplify=False,
            simplify_tolerance=_TOLERANCE_PX,
            allow_circles=False,
            allow_45_degree=True,
            diagonal_threshold_reduction=_NO_DIAGONALS_DEG,
            num_cores=1,
        )
    return found["place"].to_numpy(np.int64), np.asarray(found.geometry.to_numpy(), object)


def _resized(squared: Polygons, plain: Polygons) -> Polygons:
    """Move all walls alike, outwards or inwards, until the area is that of the plain outline."""
    missing = shapely.area(plain) - shapely.area(squared)
    by_px = missing / np.maximum(shapely.length(squared), 1.0)
    with np.errstate(all="ignore"):  # what comes back without a place is not sound
        return np.asarray(shapely.buffer(squared, by_px, join_style="mitre"), object)


def _is_sound(squared: Polygons, plain: Polygons) -> NDArray[np.bool_]:
    """Which squared polygons are valid and still lie where the plain ones do."""
    sound = shapely.is_valid(squared) & (shapely.get_type_id(squared) == shapely.GeometryType.POLYGON)
    sound &= ~shapely.is_empty(squared)
    both, one = squared[sound], plain[sound]
    common = shapely.area(shapely.intersection(both, one)) / shapely.area(shapely.union(both, one))
    sound[sound] = common >= LEAST_COMMON
    return np.asarray(sound, bool)
