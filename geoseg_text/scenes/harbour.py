"""Quays, jetties and what is moored at them or under way on open water."""

from __future__ import annotations

import numpy as np

from geoseg_text.scenes.blocks import Site
from geoseg_text.scenes.craft import paint_ship
from geoseg_text.scenes.frame import Pose
from geoseg_text.scenes.layout import Block
from geoseg_text.scenes.noise import Field
from geoseg_text.scenes.palette import rgb
from geoseg_text.scenes.surfaces import inside, lay
from geoseg_text.scenes.water import SEA, fill, whole


def paint_quay(site: Site, share: float) -> None:
    """The sea along a straight quay, with ships alongside and jetties full of boats."""
    canvas, rng = site.canvas, site.rng
    extent = max(canvas.frame.centre) * 2
    edge = (0.5 - share) * extent * 0.8
    depth: Field = canvas.v - np.float32(edge)
    if not (depth > 0).any():
        return
    thing = canvas.add("sea")
    fill(canvas, whole(canvas), depth > 0, SEA[int(rng.integers(len(SEA)))], depth + 6.0, thing)
    kerb = (depth > -1.0) & (depth <= 0)
    canvas.mark(whole(canvas), kerb, rgb(206, 202, 192), 0.8)
    canvas.height[kerb] = 1.0
    reach = float(np.hypot(*canvas.frame.centre)) + 10
    u = -reach + site.between(0, 40)
    while u < reach:
        if site.chance(0.5):
            u += _marina(site, u, edge)
        else:
            u += _berth(site, u, edge)


def _berth(site: Site, u: float, edge: float) -> float:
    rng = site.rng
    length = float(rng.choice([24.0, 40.0, 70.0, 110.0])) * site.between(0.85, 1.2)
    kind = "boat" if length < 32 else str(rng.choice(["cargo", "container", "cargo"]))
    width = length * (0.3 if kind == "boat" else 0.17)
    turn = 0.0 if site.chance(0.5) else np.pi
    pose = site.canvas.frame.pose(u + length / 2, edge + width / 2 + 1.5, turn)
    paint_ship(site.canvas, pose, length, kind, rng)
    return length + site.between(8.0, 25.0)


def _marina(site: Site, u: float, edge: float) -> float:
    rng, canvas = site.rng, site.canvas
    long = site.between(30.0, 70.0)
    boat = site.between(7.0, 14.0)
    for side in range(int(rng.integers(1, 3))):
        at = u + boat + side * (2 * boat + 10.0)
        pier = Block(at - 1.2, edge - 0.5, at + 1.2, edge + long)
        patch = canvas.area(pier.u0, pier.v0, pier.u1, pier.v1)
        if patch is not None:
            mask = inside(patch, pier.u0, pier.v0, pier.u1, pier.v1)
            if mask.any():
                lay(
                    canvas,
                    patch,
                    mask,
                    "paving",
                    canvas.add("pavement", {"material": "concrete"}),
                    light=0.95,
                )
                canvas.wet[patch.span] &= ~mask
                canvas.height[patch.span][mask] = 0.8
        gap = boat * 0.34 + 0.9
        for along in np.arange(edge + 3.0, edge + long - 2.0, gap):
            for way in (-1.0, 1.0):
                if site.chance(0.75):
                    length = boat * site.between(0.75, 1.05)
                    heading = 0.0 if way > 0 else np.pi
                    turn = heading + (np.pi if site.chance(0.3) else 0.0)
                    pose = canvas.frame.pose(at + way * (1.6 + length / 2), float(along), turn)
                    paint_ship(canvas, pose, length, "boat", rng)
    return 2 * (2 * boat + 10.0)


def moor(site: Site) -> None:
    """Boats and ships under way or at anchor wherever there is water wide enough."""
    canvas, rng = site.canvas, site.rng
    share = float(canvas.wet.mean())
    if share < 0.02:
        return
    area = share * 4 * canvas.frame.centre[0] * canvas.frame.centre[1]
    for _ in range(int(rng.poisson(min(400.0, area / 1800.0)))):
        x, y = rng.uniform(0, 2 * canvas.frame.centre[0]), rng.uniform(0, 2 * canvas.frame.centre[1])
        length = float(rng.choice([7.0, 11.0, 16.0, 28.0, 60.0], p=[0.35, 0.3, 0.2, 0.1, 0.05])) * float(
            rng.uniform(0.85, 1.15)
        )
        kind = "boat" if length < 30 else "cargo"
        pose = Pose(float(x), float(y), site.between(0, 2 * np.pi))
        paint_ship(canvas, pose, length, kind, rng, under_way=site.chance(0.35))
