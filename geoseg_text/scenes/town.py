"""A place's bones: how its streets divide the ground, what its roads are made of, where its water lies."""

from __future__ import annotations

import numpy as np

from geoseg_text.scenes.blocks import Site
from geoseg_text.scenes.frame import Frame
from geoseg_text.scenes.harbour import paint_quay
from geoseg_text.scenes.layout import Block, Street, split
from geoseg_text.scenes.noise import Field
from geoseg_text.scenes.places import Place
from geoseg_text.scenes.roads import RoadLook, paint_roundabout, paint_streets
from geoseg_text.scenes.water import paint_river, paint_sea


def draw_look(kind: Place, rng: np.random.Generator) -> RoadLook:
    """What the roads of a place of this kind are made of, this time."""
    paved, dirt = str(rng.choice(kind.paved)), str(rng.choice(kind.dirt))
    pavement = str(rng.choice(["concrete", "paving"]))
    return RoadLook(
        paved,
        dirt,
        pavement,
        float(rng.uniform(0.8, 1.1)),
        bool(rng.random() < 0.85),
        bool(rng.random() < 0.35),
    )


def divide(
    frame: Frame, extent: tuple[float, float], kind: Place, rng: np.random.Generator
) -> tuple[list[Block], list[Street]]:
    """The blocks of which something may be seen, largest view first, and all streets, main ones first.

    Args:
        frame: Layout coordinates.
        extent: (width, height) of the scene in metres.
        kind: The kind of place.
        rng: Source of chance.
    """
    reach = float(np.hypot(*extent)) / 2 + 20.0
    pad = float(rng.uniform(0.0, 60.0))
    # A scene of a few hectares would lie inside one field: large blocks shrink with a small scene.
    factor = 1.0
    if kind.plan.block_m[0] > 60.0:
        factor = float(np.clip(min(extent) / 260.0, 0.5, 1.25))
    blocks, streets = split(Block(-reach - pad, -reach, reach, reach + pad), kind.plan.scaled(factor), rng)
    views = []
    for block in blocks:
        x0, y0, x1, y1 = frame.box(block.u0, block.v0, block.u1, block.v1)
        width, height = min(x1, extent[0]) - max(x0, 0.0), min(y1, extent[1]) - max(y0, 0.0)
        if width > 0 and height > 0:
            views.append((width * height, block))
    views.sort(key=lambda view: -view[0])
    return [block for _, block in views], streets


def deal_uses(count: int, kind: Place, rng: np.random.Generator) -> list[str]:
    """A use for each of `count` blocks, close to the place's shares among the first few as among all.

    Steps of the golden ratio spread any number of first blocks evenly over the shares; independent draws
    would leave a suburb of five blocks without houses now and then.
    """
    uses = list(kind.uses)
    order = rng.permutation(len(uses))
    edges = np.cumsum(np.array(list(kind.uses.values()))[order])
    points = (float(rng.random()) + np.arange(count) * 0.6180339887) % 1.0 * edges[-1]
    return [uses[order[min(int(k), len(uses) - 1)]] for k in np.searchsorted(edges, points, side="right")]


def paint_water_and_streets(site: Site, streets: list[Street]) -> None:
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
        if site.chance(kind.quay):
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
