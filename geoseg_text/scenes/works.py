"""Blocks of work and leisure: sheds, tank farms, solar fields, aprons, car parks, courts."""

from __future__ import annotations

import numpy as np

from geoseg_text.scenes.blocks import Site
from geoseg_text.scenes.craft import paint_aircraft
from geoseg_text.scenes.layout import Block
from geoseg_text.scenes.palette import rgb
from geoseg_text.scenes.structures import paint_court, paint_solar, paint_tank
from geoseg_text.scenes.surfaces import inside

_WHITE = rgb(228, 228, 224)


def sheds(site: Site, block: Block) -> None:
    """Warehouses on a paved yard with trucks."""
    rng = site.rng
    done = site.cover(
        block,
        str(rng.choice([site.ground, "concrete", "old_asphalt", "gravel"])),
        light=site.between(0.85, 1.05),
    )
    if done is not None:
        site.debris(*done, float(rng.choice([0.0, 0.01, 0.03])))
    inner = block.inset(5.0)
    columns = max(1, round(inner.size[0] / site.between(26, 55)))
    rows = max(1, round(inner.size[1] / site.between(22, 45)))
    du, dv = inner.size[0] / columns, inner.size[1] / rows
    for i in range(columns):
        for j in range(rows):
            u, v = inner.u0 + (i + 0.5) * du, inner.v0 + (j + 0.5) * dv
            if site.chance(0.85):
                site.house(
                    (u, v),
                    (du * site.between(0.6, 0.85), dv * site.between(0.5, 0.75)),
                    eaves_m=site.between(5, 10),
                )
            for k in range(int(rng.integers(0, 6))):
                site.vehicle(
                    u - du / 2 + 3.2 * k + 3,
                    v - dv * 0.46,
                    np.pi / 2 + float(rng.normal(0, 0.04)),
                    "truck" if site.chance(0.7) else "car",
                )
    if site.chance(0.6):
        site.boxes(block, int(rng.integers(2, 12)), (6.1, 2.5, 2.6))
    site.scatter_trees(block, site.place.trees)


def car_park(site: Site, block: Block) -> None:
    """Bays in double rows, many of them taken."""
    rng, canvas = site.rng, site.canvas
    done = site.cover(
        block.inset(1.0),
        str(rng.choice(["asphalt", "old_asphalt", "concrete"])),
        category="car_park",
        light=site.between(0.85, 1.1),
    )
    if done is None:
        return
    bay, deep, aisle = 2.6, 5.0, 6.2
    taken = site.between(0.3, 0.95)
    line = max(0.07, canvas.gsd_m / 2)
    opacity = 0.8 * min(1.0, 0.14 / canvas.gsd_m)
    v = block.v0 + 3.0
    while v + 2 * deep + aisle < block.v1 + 4:
        for row, facing in ((v, np.pi / 2), (v + deep, -np.pi / 2)):
            patch = canvas.area(block.u0 + 4, row, block.u1 - 4, row + deep)
            if patch is not None:
                band = inside(patch, block.u0 + 4, row, block.u1 - 4, row + deep) & ~canvas.keep[patch.span]
                canvas.mark(
                    patch.span,
                    band & (np.abs((patch.u - block.u0 - 4 + bay / 2) % bay - bay / 2) < line),
                    _WHITE,
                    opacity,
                )
            for u in np.arange(block.u0 + 4 + bay / 2, block.u1 - 4 - bay / 2, bay):
                if site.chance(taken):
                    turn = facing + (np.pi if site.chance(0.35) else 0.0) + float(rng.normal(0, 0.03))
                    site.vehicle(
                        float(u) + float(rng.normal(0, 0.08)),
                        row + deep / 2 + float(rng.normal(0, 0.2)),
                        turn,
                    )
        v += 2 * deep + aisle


def courts(site: Site, block: Block) -> None:
    """Sports courts side by side on a lawn or a paved ground."""
    rng = site.rng
    site.cover(block, str(rng.choice(["grass", "lush", "paving", site.ground])))
    sport = "tennis" if site.chance(0.6) else "basketball"
    turn = 0.0 if site.chance(0.5) else np.pi / 2
    du, dv = (30.0, 17.0) if sport == "tennis" else (33.0, 20.0)
    if turn:
        du, dv = dv, du
    one = str(rng.choice(["green", "blue", "red"])) if site.chance(0.3) else None
    for u in np.arange(block.u0 + du / 2 + 1, block.u1 - du / 2, du):
        for v in np.arange(block.v0 + dv / 2 + 1, block.v1 - dv / 2, dv):
            if site.chance(0.8):
                paint_court(site.canvas, site.canvas.frame.pose(float(u), float(v), turn), sport, rng, one)
    site.scatter_trees(block, 40.0)


def tanks(site: Site, block: Block) -> None:
    """Storage tanks in rows within a bund."""
    rng = site.rng
    site.cover(block, str(rng.choice(["gravel", "concrete", "soil", site.ground])))
    largest = float(rng.choice([4.0, 6.5, 10.0, 18.0], p=[0.3, 0.36, 0.24, 0.1]))
    cell = 2 * largest + site.between(3.0, 7.0)
    for u in np.arange(block.u0 + cell / 2, block.u1 - cell / 2 + 1, cell):
        for v in np.arange(block.v0 + cell / 2, block.v1 - cell / 2 + 1, cell):
            if site.chance(0.88):
                radius = largest * site.between(0.55, 1.0)
                paint_tank(site.canvas, site.canvas.frame.pose(float(u), float(v)), radius, rng)
    for _ in range(int(rng.poisson(2.0))):
        site.vehicle(
            site.between(block.u0, block.u1),
            site.between(block.v0, block.v1),
            0.0,
            "truck" if site.chance(0.5) else "car",
        )


def solar(site: Site, block: Block) -> None:
    """Tables of solar panels in rows."""
    rng = site.rng
    site.cover(block, str(rng.choice(["grass", "dry_grass", "gravel"])))
    length, width, gap = (
        site.between(12.0, 30.0),
        site.between(3.2, 5.0),
        site.between(2.5, 4.5),
    )
    for v in np.arange(block.v0 + 4.0, block.v1 - 4.0, width + gap):
        for u in np.arange(block.u0 + 3.0 + length / 2, block.u1 - length / 2 - 2.0, length + 1.5):
            if site.chance(0.93):
                paint_solar(site.canvas, site.canvas.frame.pose(float(u), float(v)), length, width, rng)


def apron(site: Site, block: Block) -> None:
    """Concrete with parked aircraft and their taxi lines."""
    rng, canvas = site.rng, site.canvas
    done = site.cover(
        block, str(rng.choice(["concrete", "concrete", "old_asphalt"])), light=site.between(0.88, 1.06)
    )
    if done is None:
        return
    patch, mask = done
    joint = mask & ((patch.u % 7.5 < canvas.gsd_m) | (patch.v % 7.5 < canvas.gsd_m))
    canvas.mark(
        patch.span, joint, np.array([0.45, 0.44, 0.42], np.float32), 0.22 * min(1.0, 0.3 / canvas.gsd_m)
    )
    length = float(rng.choice([8.5, 12.0, 32.0, 40.0], p=[0.3, 0.2, 0.3, 0.2]))
    cell = length * 1.22
    heading = float(rng.integers(4)) * np.pi / 2
    for u in np.arange(block.u0 + cell / 2, block.u1 - cell / 2 + 1, cell):
        line = mask & (np.abs(patch.u - float(u)) < max(0.1, canvas.gsd_m / 2))
        canvas.mark(patch.span, line, rgb(214, 178, 60), 0.6 * min(1.0, 0.3 / canvas.gsd_m))
        for v in np.arange(block.v0 + cell / 2, block.v1 - cell / 2 + 1, cell * 1.1):
            if site.chance(0.75):
                turn = heading + float(rng.normal(0, 0.06))
                paint_aircraft(
                    canvas,
                    canvas.frame.pose(float(u), float(v), turn),
                    length * site.between(0.94, 1.04),
                    rng,
                )
            for _ in range(int(rng.poisson(0.8))):
                site.vehicle(
                    float(u) + site.between(-0.5, 0.5) * cell,
                    float(v) + site.between(-0.5, 0.5) * cell,
                    site.between(0, 6),
                    "car" if site.chance(0.5) else "truck",
                )
