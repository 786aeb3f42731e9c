"""From a seed to a scene: the order in which a place comes into being."""

from __future__ import annotations

import numpy as np
from affine import Affine

from geoseg_text.errors import InputError
from geoseg_text.scenes import homes, open_land, works
from geoseg_text.scenes.blocks import COVER_CATEGORY, Filler, Site
from geoseg_text.scenes.canvas import Canvas
from geoseg_text.scenes.frame import Frame
from geoseg_text.scenes.georeference import georeference
from geoseg_text.scenes.harbour import moor, paint_quay
from geoseg_text.scenes.layout import Block, Street, split
from geoseg_text.scenes.light import draw_sun, shade
from geoseg_text.scenes.noise import Field, Noise
from geoseg_text.scenes.places import PLACES, Place
from geoseg_text.scenes.roads import RoadLook, paint_roundabout, paint_streets
from geoseg_text.scenes.sensor import photograph
from geoseg_text.scenes.surfaces import SURFACES, weave
from geoseg_text.scenes.water import paint_river, paint_sea
from geoseg_text.values.scene import Scene

CATEGORIES = frozenset(
    "building road car_park car truck bus tree wood lawn field river lake sea pool court storage_tank ship aircraft "
    "bare_ground solar_panel pavement".split()
)
"""Every category of a synthetic scene; all are labelled completely."""

FILLERS: dict[str, Filler] = {
    "houses": homes.houses, "villas": homes.villas, "dense": homes.dense, "compound": homes.compound,
    "towers": homes.towers, "flats": homes.towers, "field": open_land.field, "meadow": open_land.meadow,
    "bare": open_land.bare, "wood": open_land.wood, "park": open_land.park, "lake": open_land.lake,
    "farm": open_land.farm, "sheds": works.sheds, "car_park": works.car_park, "courts": works.courts,
    "tanks": works.tanks, "solar": works.solar, "apron": works.apron,
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
    site = Site(canvas, paint_rng, kind, str(layout_rng.choice(kind.ground)), _look(kind, layout_rng))
    site.tree_factor = float(np.exp(layout_rng.normal(0.0, 0.6)))
    site.solar_share = float(layout_rng.choice([0.0, 0.0, 0.05, 0.2]))
    tilt = layout_rng.normal(0.0, 0.11, 2)
    canvas.lean = (float(tilt[0]), float(tilt[1]))
    blocks, streets = _divide(frame, extent, kind, layout_rng)
    _open_ground(site)
    _water_and_streets(site, streets)
    for block in blocks:
        use = str(paint_rng.choice(list(kind.uses), p=np.array(list(kind.uses.values())) / sum(kind.uses.values())))
        FILLERS[use](site, block)
    _traffic(site, streets)
    _avenues(site, streets)
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
        raise InputError(f"a scene of {shape[0]} x {shape[1]} px cannot be made; choose 16 to {_MAX_PX} px a side")
    if not _GSD_LIMITS_M[0] <= gsd_m <= _GSD_LIMITS_M[1]:
        raise InputError(f"gsd {gsd_m} m cannot be made; choose {_GSD_LIMITS_M[0]} to {_GSD_LIMITS_M[1]} m")
    if place is not None and place not in PLACES:
        raise InputError(f"no place is called {place!r}; choose one of {', '.join(sorted(PLACES))}")


def _look(kind: Place, rng: np.random.Generator) -> RoadLook:
    paved, dirt = str(rng.choice(kind.paved)), str(rng.choice(kind.dirt))
    pavement = str(rng.choice(["concrete", "paving"]))
    return RoadLook(paved, dirt, pavement, float(rng.uniform(0.8, 1.1)), bool(rng.random() < 0.85), bool(rng.random() < 0.35))


def _divide(
    frame: Frame, extent: tuple[float, float], kind: Place, rng: np.random.Generator
) -> tuple[list[Block], list[Street]]:
    reach = float(np.hypot(*extent)) / 2 + 20.0
    pad = float(rng.uniform(0.0, 60.0))
    # A scene of a few hectares would lie inside one field: what is large in a place shrinks with a small scene.
    factor = 1.0
    if kind.plan.block_m[0] > 60.0:
        factor = float(np.clip(min(extent) / 260.0, 0.5, 1.25))
    blocks, streets = split(Block(-reach - pad, -reach, reach, reach + pad), kind.plan.scaled(factor), rng)
    seen = []
    for block in blocks:
        x0, y0, x1, y1 = frame.box(block.u0, block.v0, block.u1, block.v1)
        if x1 > 0 and y1 > 0 and x0 < extent[0] and y0 < extent[1]:
            seen.append(block)
    return seen, streets


def _open_ground(site: Site) -> None:
    canvas = site.canvas
    thing = canvas.add(COVER_CATEGORY[site.ground])
    canvas.ground[:] = thing
    for start in range(0, canvas.shape[0], _STRIP_PX):
        span = (slice(start, min(start + _STRIP_PX, canvas.shape[0])), slice(0, canvas.shape[1]))
        canvas.albedo[span] = weave(canvas, span, SURFACES[site.ground])


def _water_and_streets(site: Site, streets: list[Street]) -> None:
    """A river goes under main roads and cuts small ones; the sea ends them all."""
    rng, kind = site.rng, site.place
    large = [street for street in streets if street.kind in ("main", "motorway")]
    small = [street for street in streets if street.kind not in ("main", "motorway")]
    paint_streets(site.canvas, small, site.look)
    if rng.random() < kind.river:
        bank = paint_river(site.canvas, rng, float(rng.uniform(9.0, 42.0)))
        _riverside(site, bank)
    paint_streets(site.canvas, large, site.look)
    for street in large:
        if site.chance(0.25):
            paint_roundabout(site.canvas, street, site.look, float(rng.uniform(11.0, 19.0)))
    if rng.random() < kind.sea:
        share = float(rng.uniform(0.25, 0.5))
        if site.chance(0.7):
            paint_quay(site, share)
        else:
            paint_sea(site.canvas, rng, share)


def _riverside(site: Site, bank: Field) -> None:
    """Trees along the banks of a river, asked for at once and planted last."""
    rng, canvas = site.rng, site.canvas
    near = np.flatnonzero((bank < -2.0) & (bank > -9.0))
    count = int(rng.uniform(0.0, 0.012) * len(near) * canvas.gsd_m**2 * site.tree_factor)
    for spot in rng.choice(near, min(count, len(near)), replace=False) if count else ():
        row, col = divmod(int(spot), canvas.shape[1])
        u, v = float(canvas.u[row, col]), float(canvas.v[row, col])
        site.greenery.append((Block(u, v, u + 0.1, v + 0.1), 1.2e6, (1.5, 3.8)))


def _avenues(site: Site, streets: list[Street]) -> None:
    """Rows of trees along some streets."""
    rng = site.rng
    for street in streets:
        if street.kind not in ("main", "residential") or not site.chance(min(0.8, site.place.trees / 80.0)):
            continue
        size, gap = float(rng.uniform(1.6, 3.8)), float(rng.uniform(7.0, 14.0))
        for along in np.arange(street.start, street.stop, gap):
            for side in (-1.0, 1.0):
                across = street.at + side * (street.half_m + 1.2)
                if site.chance(0.8):
                    u, v = (float(along), across) if street.along_u else (across, float(along))
                    site.tree(u, v, size * float(rng.uniform(0.8, 1.2)))


def _traffic(site: Site, streets: list[Street]) -> None:
    rng = site.rng
    for street in streets:
        if street.kind in ("path", "track"):
            continue
        length = street.stop - street.start
        rate = site.place.traffic * (1.6 if street.kind == "main" else 1.0)
        for _ in range(int(rng.poisson(rate * length / 100.0))):
            along, side = float(rng.uniform(street.start, street.stop)), 1.0 if site.chance(0.5) else -1.0
            lane = side * street.width_m / 4 if street.kind == "main" else side * (street.width_m / 2 - 1.2)
            turn = (0.0 if side > 0 else np.pi) + (0.0 if street.along_u else np.pi / 2)
            u, v = (along, street.at + lane) if street.along_u else (street.at + lane, along)
            kinds = ["car", "car", "car", "car", "car", "car", "truck", "bus"] if street.kind == "main" else ["car"]
            if site.on_road(u, v):
                site.vehicle(u, v, turn, str(rng.choice(kinds)))

