"""Blocks where people live: garden suburbs, villas, compounds, dense settlements, city blocks."""

from __future__ import annotations

import numpy as np

from geoseg_text.scenes.blocks import Site
from geoseg_text.scenes.canvas import Mask, Patch
from geoseg_text.scenes.layout import Block
from geoseg_text.scenes.surfaces import inside
from geoseg_text.scenes.water import paint_pool


def houses(site: Site, block: Block) -> None:
    """Lots along both long sides of a block, each with a house, a garden and what belongs to it."""
    lot = site.between(12.0, 23.0)
    deep = site.between(7.0, 13.5)
    along_u = block.size[0] >= block.size[1]
    start, stop = (block.u0, block.u1) if along_u else (block.v0, block.v1)
    low, high = (block.v0, block.v1) if along_u else (block.u0, block.u1)
    middle = (low + high) / 2
    at = start
    while at + 0.6 * lot < stop:
        width = min(lot * site.between(0.85, 1.25), stop - at)
        for near, far in ((low, middle), (high, middle)):
            if abs(near - far) > 12:
                _lot(site, (at, at + width), (near, far), deep, along_u)
        at += width


def _lot(
    site: Site, ends: tuple[float, float], sides: tuple[float, float], house_m: float, along_u: bool
) -> None:
    """A lot between two ends of the street and from the street side to the back."""
    rng = site.rng
    (start, stop), (street, back) = ends, sides
    low, high = min(street, back), max(street, back)
    plot = Block(start, low, stop, high) if along_u else Block(low, start, high, stop)
    surface = str(rng.choice([site.ground, site.ground, "grass", "dry_grass"]))
    done = site.cover(plot, surface, shift=float(rng.normal(0.0, 0.5)), light=site.between(0.88, 1.1))
    if done is not None:
        _garden(site, plot, *done)
    inward = 1.0 if back > street else -1.0
    width, depth = stop - start, high - low
    across = street + inward * (2.5 + house_m / 2 + 0.05 * depth + site.between(0.0, 2.0))
    along = (start + stop) / 2 + float(rng.normal(0.0, 0.8))
    turn = 0.0 if along_u else np.pi / 2
    length, deep = site.between(0.58, 0.86) * width, house_m * site.between(0.85, 1.1)
    wing = site.between(0.3, 0.45) if site.chance(0.35) else 0.0
    deep *= 0.75 if wing else 1.0
    if inward < 0:
        turn += np.pi

    def point(a: float, c: float) -> tuple[float, float]:
        return (a, c) if along_u else (c, a)

    drive = Block(*point(stop - 4.4, min(street, across)), *point(stop - 1.6, max(street, across)))
    if site.chance(0.75):
        site.cover(drive, "concrete", light=site.between(0.85, 1.05))
    ridge = turn + (np.pi / 2 if site.chance(0.2) and length < 1.5 * deep else 0.0)
    site.house(point(along, across), (length, deep), angle=ridge, eaves_m=site.between(2.8, 5.5), wing=wing)
    if site.chance(0.6):
        site.vehicle(*point(stop - 3.0, street + inward * site.between(2.8, 4.0)), turn + np.pi / 2)
    if depth > 22 and site.chance(0.24):
        pose = site.canvas.frame.pose(*point(along, back - inward * 5.0), turn)
        patch = site.canvas.rigid(pose, 9.0)
        if patch is not None:
            paint_pool(site.canvas, patch, site.between(6.0, 10.0), site.between(3.2, 5.0), rng)
    if site.chance(0.35):
        site.house(
            point(start + 3.0, back - inward * 3.0), (site.between(2.6, 4.5), 2.6), angle=turn, eaves_m=2.2
        )
    site.scatter_trees(plot, site.place.trees * site.between(0.4, 1.8))


def _garden(site: Site, plot: Block, patch: Patch, mask: Mask) -> None:
    """Hedge or fence, shrubs and what stands about."""
    edge = mask & ~inside(patch, plot.u0 + 0.6, plot.v0 + 0.6, plot.u1 - 0.6, plot.v1 - 0.6)
    kind = site.rng.random()
    if kind < 0.3:
        site.canvas.mark(patch.span, edge, site.leaf() * np.float32(0.85), 0.9)
        site.canvas.height[patch.span][edge] = 1.6
    elif kind < 0.7:
        thin = edge & ~inside(patch, plot.u0 + 0.25, plot.v0 + 0.25, plot.u1 - 0.25, plot.v1 - 0.25)
        site.canvas.mark(patch.span, thin, np.array([0.62, 0.58, 0.52], np.float32), 0.6)
        site.canvas.height[patch.span][thin] = 1.5
    site.shrubs(patch, mask, site.between(0.0, 0.7))
    site.debris(patch, mask, float(site.rng.choice([0.0, 0.0, 0.01, 0.03])))


def _wall(site: Site, plot: Block, patch: Patch, mask: Mask) -> None:
    """A wall around a plot."""
    wall = mask & ~inside(patch, plot.u0 + 1.2, plot.v0 + 1.2, plot.u1 - 1.2, plot.v1 - 1.2)
    site.canvas.mark(patch.span, wall, np.array([0.80, 0.76, 0.68], np.float32), 0.7)
    site.canvas.height[patch.span][wall] = 1.8


def villas(site: Site, block: Block) -> None:
    """Walled plots of a desert town, each with a large pale house."""
    rng = site.rng
    size = site.between(22.0, 30.0)
    for u in np.arange(block.u0, block.u1 - 0.6 * size, size):
        for v in np.arange(block.v0, block.v1 - 0.6 * size, size):
            plot = Block(float(u), float(v), min(float(u) + size, block.u1), min(float(v) + size, block.v1))
            if site.chance(0.12):
                continue
            surface = str(
                rng.choice([site.ground, "paving", "concrete", "grass"], p=[0.45, 0.25, 0.18, 0.12])
            )
            done = site.cover(plot.inset(0.8), surface, light=site.between(0.9, 1.05))
            if done:
                site.shrubs(*done, site.between(-0.2, 0.5))
                _wall(site, plot, *done)
            u0, v0 = plot.middle
            wing = site.between(0.35, 0.5) if site.chance(0.35) else 0.0
            turn = float(rng.integers(4)) * np.pi / 2
            shrink = 0.7 if wing else 1.0
            site.house(
                (u0 + float(rng.normal()), v0 + float(rng.normal())),
                (size * site.between(0.5, 0.66), size * shrink * site.between(0.4, 0.55)),
                angle=turn,
                eaves_m=site.between(4.0, 8.0),
                wing=wing,
            )
            if site.chance(0.5):
                site.vehicle(plot.u0 + 3.5, plot.v0 + site.between(4, size - 6), np.pi / 2)
            site.scatter_trees(plot, site.place.trees * 1.5, (1.2, 2.8))


def dense(site: Site, block: Block) -> None:
    """Tin-roofed houses wall to wall on bare earth."""
    rng = site.rng
    done = site.cover(block, site.ground, shift=float(rng.normal(0, 0.3)))
    if done is not None:
        site.debris(*done, site.between(0.01, 0.08))
    cell = site.between(6.5, 10.0)
    bias = float(rng.normal(0.0, 0.12))
    v = block.v0 + cell * 0.4
    while v < block.v1:
        row = cell * site.between(0.75, 1.15)
        u = block.u0 + cell * site.between(0.2, 0.8)
        while u < block.u1 - 2.0:
            length = cell * site.between(0.6, 1.7)
            if not site.chance(0.10):
                turn = bias + float(rng.normal(0.0, 0.09)) + (np.pi / 2 if site.chance(0.25) else 0.0)
                site.house(
                    (u + length / 2, v + float(rng.normal(0, 0.5))),
                    (length, row * site.between(0.72, 1.02)),
                    angle=turn,
                    eaves_m=site.between(2.3, 3.6),
                    crowd=True,
                )
            u += length + float(rng.exponential(0.5))
        v += row
    site.scatter_trees(block, site.place.trees * 0.5, (1.2, 3.2))


def compound(site: Site, block: Block) -> None:
    """Larger houses apart from one another, with green yards and trees."""
    rng = site.rng
    size = site.between(12.0, 20.0)
    for u in np.arange(block.u0, block.u1 - 0.6 * size, size):
        for v in np.arange(block.v0, block.v1 - 0.6 * size, size):
            plot = Block(float(u), float(v), min(float(u) + size, block.u1), min(float(v) + size, block.v1))
            surface = str(rng.choice([site.ground, "grass", "lush", "laterite"]))
            done = site.cover(plot.inset(0.4), surface, shift=float(rng.normal(0, 0.4)))
            if done is not None:
                site.shrubs(*done, site.between(0.0, 0.9))
                site.debris(*done, site.between(0.0, 0.05))
                if site.chance(0.4):
                    _wall(site, plot, *done)
            turn = float(rng.normal(0.0, 0.12)) + float(rng.integers(4)) * np.pi / 2
            wing = site.between(0.3, 0.5) if site.chance(0.3) else 0.0
            length = size * site.between(0.45, 0.75)
            site.house(
                plot.middle,
                (length, length * site.between(0.5, 0.95) * (0.7 if wing else 1)),
                angle=turn,
                eaves_m=site.between(2.8, 4.0),
                wing=wing,
            )
            for _ in range(int(rng.poisson(1.8))):
                site.house(
                    (site.between(plot.u0 + 2, plot.u1 - 2), site.between(plot.v0 + 2, plot.v1 - 2)),
                    (site.between(3, 6), site.between(2.5, 4)),
                    angle=turn,
                    eaves_m=2.3,
                )
            if site.chance(0.3):
                site.vehicle(plot.u0 + 3.0, (plot.v0 + plot.v1) / 2, np.pi / 2)
            site.scatter_trees(plot, site.place.trees * 2.0, (1.5, 4.2))


def towers(site: Site, block: Block) -> None:
    """Large flat roofs of a city block around a yard, or a few slabs."""
    rng = site.rng
    site.cover(
        block,
        str(rng.choice([site.ground, "paving", "grass", "concrete"])),
        light=site.between(0.85, 1.05),
    )
    inner = block.inset(2.5)
    columns = max(1, round(inner.size[0] / site.between(22, 42)))
    rows = max(1, round(inner.size[1] / site.between(20, 34)))
    du, dv = inner.size[0] / columns, inner.size[1] / rows
    for i in range(columns):
        for j in range(rows):
            if site.chance(0.14):
                _yard(
                    site,
                    Block(
                        inner.u0 + i * du, inner.v0 + j * dv, inner.u0 + (i + 1) * du, inner.v0 + (j + 1) * dv
                    ),
                )
                continue
            wing = site.between(0.3, 0.45) if site.chance(0.22) else 0.0
            length, width = (
                du * site.between(0.62, 0.9),
                dv * site.between(0.5, 0.86) * (0.62 if wing else 1.0),
            )
            turn = np.pi if site.chance(0.5) else 0.0
            u, v = (
                inner.u0 + (i + 0.5) * du,
                inner.v0 + (j + (0.36 if wing and not turn else 0.64 if wing else 0.5)) * dv,
            )
            site.house((u, v), (length, width), angle=turn, eaves_m=site.between(6.0, 24.0), wing=wing)
    site.scatter_trees(block, site.place.trees * 2.0, (1.5, 3.6))


def _yard(site: Site, yard: Block) -> None:
    site.cover(yard, "grass" if site.chance(0.6) else "paving", shift=float(site.rng.normal(0, 0.3)))
    site.scatter_trees(yard, 60.0, (1.5, 4.0))
