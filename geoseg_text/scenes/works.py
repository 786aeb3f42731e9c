"""Blocks of work and leisure: sheds, tank farms, solar fields, aprons, car parks, courts."""

from __future__ import annotations

import numpy as np

from geoseg_text.scenes.blocks import Site
from geoseg_text.scenes.layout import Block
from geoseg_text.scenes.palette import rgb
from geoseg_text.scenes.surfaces import inside

_WHITE = rgb(228, 228, 224)


def sheds(site: Site, block: Block) -> None:
    """Warehouses on a paved yard with trucks."""
    rng = site.rng
    site.cover(block, str(rng.choice([site.ground, "concrete", "old_asphalt", "gravel"])), light=float(rng.uniform(0.85, 1.05)))
    inner = block.inset(5.0)
    columns = max(1, round(inner.size[0] / float(rng.uniform(26, 55))))
    rows = max(1, round(inner.size[1] / float(rng.uniform(22, 45))))
    du, dv = inner.size[0] / columns, inner.size[1] / rows
    for i in range(columns):
        for j in range(rows):
            u, v = inner.u0 + (i + 0.5) * du, inner.v0 + (j + 0.5) * dv
            if site.chance(0.85):
                site.house(u, v, du * float(rng.uniform(0.6, 0.85)), dv * float(rng.uniform(0.5, 0.75)), eaves_m=float(rng.uniform(5, 10)))
            for k in range(int(rng.integers(0, 6))):
                site.vehicle(u - du / 2 + 3.2 * k + 3, v - dv * 0.46, np.pi / 2 + float(rng.normal(0, 0.04)),
                             "truck" if site.chance(0.7) else "car")
    site.scatter_trees(block, site.place.trees)


def car_park(site: Site, block: Block) -> None:
    """Bays in double rows, many of them taken."""
    rng, canvas = site.rng, site.canvas
    done = site.cover(block.inset(1.0), str(rng.choice(["asphalt", "old_asphalt", "concrete"])), category="car_park",
                      light=float(rng.uniform(0.85, 1.1)))
    if done is None:
        return
    bay, deep, aisle = 2.6, 5.0, 6.2
    taken = float(rng.uniform(0.3, 0.95))
    line = max(0.07, canvas.gsd_m / 2)
    opacity = 0.8 * min(1.0, 0.14 / canvas.gsd_m)
    v = block.v0 + 3.0
    while v + 2 * deep + aisle < block.v1 + 4:
        for row, facing in ((v, np.pi / 2), (v + deep, -np.pi / 2)):
            patch = canvas.area(block.u0 + 4, row, block.u1 - 4, row + deep)
            if patch is not None:
                band = inside(patch, block.u0 + 4, row, block.u1 - 4, row + deep) & ~canvas.keep[patch.span]
                canvas.mark(patch.span, band & (np.abs((patch.u - block.u0 - 4 + bay / 2) % bay - bay / 2) < line), _WHITE, opacity)
            for u in np.arange(block.u0 + 4 + bay / 2, block.u1 - 4 - bay / 2, bay):
                if site.chance(taken):
                    turn = facing + (np.pi if site.chance(0.35) else 0.0) + float(rng.normal(0, 0.03))
                    site.vehicle(float(u) + float(rng.normal(0, 0.08)), row + deep / 2 + float(rng.normal(0, 0.2)), turn)
        v += 2 * deep + aisle


