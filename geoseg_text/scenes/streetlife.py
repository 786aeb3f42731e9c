"""What is added along the streets: traffic and avenues of trees."""

from __future__ import annotations

import numpy as np

from geoseg_text.scenes.blocks import Site
from geoseg_text.scenes.layout import Street


def plant_avenues(site: Site, streets: list[Street]) -> None:
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


def drive(site: Site, streets: list[Street]) -> None:
    """Vehicles on all streets: cars everywhere, trucks and buses on main roads."""
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
            kinds = (
                ["car", "car", "car", "car", "car", "car", "truck", "bus"]
                if street.kind == "main"
                else ["car"]
            )
            if site.on_road(u, v):
                site.vehicle(u, v, turn, str(rng.choice(kinds)))
