"""From a seed to a scene: the order in which a place comes into being."""

from __future__ import annotations

import numpy as np

from geoseg_text.errors import InputError
from geoseg_text.scenes import homes, open_land, works
from geoseg_text.scenes.blocks import COVER_CATEGORY, Filler, Site
from geoseg_text.scenes.canvas import Canvas
from geoseg_text.scenes.frame import Frame
from geoseg_text.scenes.georeference import georeference
from geoseg_text.scenes.harbour import moor
from geoseg_text.scenes.light import draw_sun, shade
from geoseg_text.scenes.noise import Noise
from geoseg_text.scenes.places import PLACES
from geoseg_text.scenes.sensor import photograph
from geoseg_text.scenes.streetlife import drive, plant_avenues
from geoseg_text.scenes.surfaces import SURFACES, weave
from geoseg_text.scenes.town import deal_uses, divide, draw_look, paint_water_and_streets
from geoseg_text.values.scene import Scene

CATEGORIES = frozenset(
    (
        *("building", "road", "pavement", "car_park", "bare_ground", "lawn", "field", "court", "solar_panel"),
        *("car", "truck", "bus", "ship", "aircraft", "storage_tank", "tree", "wood"),
        *("river", "lake", "sea", "pool"),
    )
)
"""Every category of a synthetic scene; all are labelled completely."""

FILLERS: dict[str, Filler] = {
    "houses": homes.houses,
    "villas": homes.villas,
    "dense": homes.dense,
    "compound": homes.compound,
    "towers": homes.towers,
    "flats": homes.towers,
    "field": open_land.field,
    "meadow": open_land.meadow,
    "bare": open_land.bare,
    "wood": open_land.wood,
    "park": open_land.park,
    "oasis": open_land.oasis,
    "lake": open_land.lake,
    "farm": open_land.farm,
    "sheds": works.sheds,
    "car_park": works.car_park,
    "courts": works.courts,
    "tanks": works.tanks,
    "solar": works.solar,
    "apron": works.apron,
}

_STRIP_PX = 512
_GSD_LIMITS_M = (0.05, 2.5)
_MAX_PX = 16384


def render_scene(
    seed: int,
    shape: tuple[int, int] = (512, 512),
    gsd_m: float = 0.3,
    *,
    place: str | None = None,
    crs: str | None = None,
    origin: tuple[float, float] | None = None,
) -> Scene:
    """Renders a synthetic aerial scene.

    Args:
        seed: Everything follows from it: the same arguments give the same bytes.
        shape: (rows, cols) in pixels.
        gsd_m: Metres per pixel; made for 0.15 to 1.2.
        place: One of `PLACES`; drawn from the seed when None.
        crs: CRS for the georeference, as pyproj reads it; projected in metres, or geographic.
        origin: CRS (x, y) of the top left corner; a place within the CRS when None.

    Returns:
        The scene with its objects; `affine` is set when `crs` is.

    Raises:
        InputError: a size, GSD or place outside what can be made.
    """
    _check(shape, gsd_m, place)
    layout_rng, paint_rng, light_rng, camera_rng, noise_rng = (
        np.random.default_rng([seed, stream]) for stream in range(5)
    )
    name = place or str(layout_rng.choice(sorted(PLACES)))
    kind = PLACES[name]
    extent = (shape[1] * gsd_m, shape[0] * gsd_m)
    frame = Frame(layout_rng, extent, kind.bend)
    canvas = Canvas(shape, gsd_m, frame, Noise(noise_rng, shape, gsd_m))
    site = Site(canvas, paint_rng, kind, str(layout_rng.choice(kind.ground)), draw_look(kind, layout_rng))
    site.tree_factor = float(np.exp(layout_rng.normal(0.0, 0.6)))
    site.leafless = bool(layout_rng.random() < 0.12) and kind.trees > 15.0
    site.solar_share = float(layout_rng.choice([0.0, 0.0, 0.05, 0.2]))
    tilt = layout_rng.normal(0.0, 0.11, 2)
    canvas.lean = (float(tilt[0]), float(tilt[1]))
    blocks, streets = divide(frame, extent, kind, layout_rng)
    _open_ground(site)
    paint_water_and_streets(site, streets)
    for block, use in zip(blocks, deal_uses(len(blocks), kind, paint_rng), strict=True):
        FILLERS[use](site, block)
    drive(site, streets)
    plant_avenues(site, streets)
    site.plant()
    moor(site)
    shade(canvas, draw_sun(light_rng))
    image = photograph(canvas.albedo, camera_rng)
    present = np.zeros(65536, bool)
    present[canvas.ground.ravel()] = True
    present[canvas.top.ravel()] = True
    things = tuple(thing for thing in canvas.objects if present[thing.id])
    affine, wkt = (None, None) if crs is None else georeference(crs, origin, gsd_m, seed)
    return Scene(image, canvas.ground, canvas.top, things, gsd_m, CATEGORIES, affine, wkt)


def _check(shape: tuple[int, int], gsd_m: float, place: str | None) -> None:
    if min(shape) < 16 or max(shape) > _MAX_PX:
        raise InputError(
            f"a scene of {shape[0]} x {shape[1]} px cannot be made; choose 16 to {_MAX_PX} px a side"
        )
    if not _GSD_LIMITS_M[0] <= gsd_m <= _GSD_LIMITS_M[1]:
        raise InputError(f"gsd {gsd_m} m cannot be made; choose {_GSD_LIMITS_M[0]} to {_GSD_LIMITS_M[1]} m")
    if place is not None and place not in PLACES:
        raise InputError(f"no place is called {place!r}; choose one of {', '.join(sorted(PLACES))}")


def _open_ground(site: Site) -> None:
    canvas = site.canvas
    thing = canvas.add(COVER_CATEGORY[site.ground])
    canvas.ground[:] = thing
    for start in range(0, canvas.shape[0], _STRIP_PX):
        span = (slice(start, min(start + _STRIP_PX, canvas.shape[0])), slice(0, canvas.shape[1]))
        canvas.albedo[span] = weave(canvas, span, SURFACES[site.ground])
