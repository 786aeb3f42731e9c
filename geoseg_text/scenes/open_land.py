"""Blocks of open land: fields, meadows, woods, parks, lakes, bare ground, farmsteads."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from geoseg_text.scenes.blocks import Site
from geoseg_text.scenes.canvas import Mask, Patch
from geoseg_text.scenes.layout import Block
from geoseg_text.scenes.noise import Field, smooth_field
from geoseg_text.scenes.palette import rgb
from geoseg_text.scenes.surfaces import inside, lay
from geoseg_text.scenes.trees import paint_wood
from geoseg_text.scenes.water import paint_lake

_CROPS: dict[str, tuple[tuple[str, tuple[int, int, int]], ...]] = {
    "bare": (("brown", (138, 108, 84)), ("brown", (118, 92, 72)), ("beige", (188, 164, 130))),
    "green": (("green", (88, 120, 58)), ("green", (70, 106, 56)), ("green", (106, 136, 70))),
    "ripe": (("yellow", (200, 176, 98)), ("yellow", (190, 162, 84)), ("beige", (196, 178, 136))),
}


def field(site: Site, block: Block) -> None:
    """A field with its crop in rows, sometimes several strips side by side."""
    rng = site.rng
    along_u = block.size[0] >= block.size[1]
    strips = int(rng.integers(1, 6)) if max(block.size) > 50 else 1
    turn = float(rng.choice([0.0, np.pi / 2])) + float(rng.normal(0.0, 0.05))
    edges = np.linspace(0.0, 1.0, strips + 1)
    for low, high in pairwise(edges.tolist()):
        if along_u:
            piece = Block(block.u0 + low * block.size[0], block.v0, block.u0 + high * block.size[0], block.v1)
        else:
            piece = Block(block.u0, block.v0 + low * block.size[1], block.u1, block.v0 + high * block.size[1])
        _crop(site, piece.inset(0.8), turn)


def _crop(site: Site, block: Block, turn: float) -> None:
    rng, canvas = site.rng, site.canvas
    patch = canvas.area(block.u0, block.v0, block.u1, block.v1)
    if patch is None or canvas.full:
        return
    mask = inside(patch, block.u0, block.v0, block.u1, block.v1) & ~canvas.keep[patch.span]
    if not mask.any():
        return
    crop = str(rng.choice(["bare", "green", "ripe"], p=[0.34, 0.38, 0.28]))
    shades = _CROPS[crop]
    word, value = shades[int(rng.integers(len(shades)))]
    noise = canvas.noise
    pitch = float(rng.choice([0.75, 1.5, 3.0, 6.0, 12.0]))
    across = patch.v * np.float32(np.cos(turn)) - patch.u * np.float32(np.sin(turn))
    visible = min(1.0, max(0.0, pitch / canvas.gsd_m - 1.5) / 3.0)
    rows = np.sin(across * np.float32(2 * np.pi / pitch) + 0.6 * noise.at("mid", patch.span))
    bright = (
        1.0
        + (0.09 * visible) * rows
        + 0.035 * noise.at("broad", patch.span)
        + 0.03 * noise.at("fine", patch.span)
    )
    bright = bright + 0.02 * noise.at("grain", patch.span)
    tram = np.abs(across % 18.0 - 9.0) < 0.35
    bright = bright - 0.07 * tram
    colour = rgb(*value) * bright[..., None] * np.float32(rng.uniform(0.94, 1.06))
    thing = canvas.add("field", {"crop": crop, "colour": word})
    canvas.cover(patch.span, mask, colour.astype(np.float32), thing)
    canvas.keep[patch.span] |= mask


def meadow(site: Site, block: Block) -> None:
    """Grass with a few trees."""
    done = site.cover(
        block, str(site.rng.choice(["grass", "dry_grass", "lush"])), shift=float(site.rng.normal(0, 0.5))
    )
    if done is not None:
        site.shrubs(*done, site.between(-0.6, 0.6))
    site.scatter_trees(block, site.place.trees * 0.6)


def bare(site: Site, block: Block) -> None:
    """Bare ground with scrub."""
    surface = site.ground if site.ground in ("sand", "pale_sand", "laterite", "soil", "gravel") else "soil"
    done = site.cover(block, surface, shift=float(site.rng.normal(0, 0.4)), light=site.between(0.92, 1.08))
    if done is not None:
        site.shrubs(*done, site.between(-0.8, 0.5))
        _tyre_tracks(site, *done)
        if site.chance(0.3):
            site.debris(*done, 0.02)
    site.scatter_trees(block, float(site.rng.choice([0.0, 8.0, 40.0])), (0.8, 2.0))


def _tyre_tracks(site: Site, patch: Patch, mask: Mask) -> None:
    """Where somebody drove across: two faint lines that wander."""
    rng = site.rng
    for _ in range(int(rng.poisson(1.5))):
        turn, bend = site.between(0, np.pi), site.between(4.0, 16.0)
        along = patch.u * np.float32(np.cos(turn)) + patch.v * np.float32(np.sin(turn))
        across = patch.v * np.float32(np.cos(turn)) - patch.u * np.float32(np.sin(turn))
        across = (
            across
            - float(rng.uniform(across.min(), across.max()))
            + bend * np.sin(along / site.between(18, 40))
        )
        wheel = mask & (np.abs(np.abs(across) - 0.9) < max(0.3, site.canvas.gsd_m / 2))
        site.canvas.mark(
            patch.span, wheel, site.canvas.albedo[patch.span] * np.float32(rng.choice([0.86, 1.10])), 0.7
        )


def _blob(site: Site, patch: Patch, block: Block) -> tuple[Mask, Field]:
    """A rounded area that fills most of a block; its mask and the noise that frays it."""
    u = (patch.u - (block.u0 + block.u1) / 2) / np.float32(block.size[0] / 2)
    v = (patch.v - (block.v0 + block.v1) / 2) / np.float32(block.size[1] / 2)
    shape = u.shape
    wobble = smooth_field(site.rng, (shape[0], shape[1]), 26.0 / site.canvas.gsd_m)
    wobble += 0.5 * smooth_field(site.rng, (shape[0], shape[1]), 9.0 / site.canvas.gsd_m)
    edge = np.maximum(np.abs(u), np.abs(v)) * 0.5 + np.hypot(u, v) * 0.5
    return np.asarray(edge + 0.10 * wobble < 0.93), wobble


def wood(site: Site, block: Block) -> None:
    """Trees whose crowns have closed."""
    patch = site.canvas.area(block.u0, block.v0, block.u1, block.v1)
    if patch is None:
        return
    site.cover(block, str(site.rng.choice(["litter", "grass", "dry_grass"])))
    mask, _ = _blob(site, patch, block)
    if site.chance(0.4):
        mask = inside(patch, block.u0, block.v0, block.u1, block.v1)
    mask &= inside(patch, block.u0, block.v0, block.u1, block.v1) & ~site.canvas.keep[patch.span]
    paint_wood(site.canvas, patch.span, mask, site.leaf(), site.rng)
    site.scatter_trees(block, 12.0, (2.0, 4.5))


def park(site: Site, block: Block) -> None:
    """Lawn, trees, sometimes a pond."""
    done = site.cover(
        block, str(site.rng.choice(["grass", "lush", "lush"])), shift=float(site.rng.normal(0, 0.4))
    )
    if done is not None:
        site.shrubs(*done, site.between(-0.6, 0.4))
    _footpath(site, block)
    if min(block.size) > 34 and site.chance(0.4):
        lake(site, block, ground=False)
    site.scatter_trees(block, site.between(15.0, 70.0), (1.8, 5.2))


def _footpath(site: Site, block: Block) -> None:
    patch = site.canvas.area(block.u0, block.v0, block.u1, block.v1)
    if patch is None or site.canvas.full:
        return
    along, across = (patch.u, patch.v) if site.chance(0.5) else (patch.v, patch.u)
    middle = (block.v0 + block.v1) / 2 if along is patch.u else (block.u0 + block.u1) / 2
    swing = 0.2 * min(block.size)
    course = middle + swing * np.sin(along / site.between(12, 30) + site.between(0, 6))
    path = (np.abs(across - course) < site.between(0.8, 1.6)) & ~site.canvas.keep[patch.span]
    path &= inside(patch, block.u0, block.v0, block.u1, block.v1)
    if path.any():
        thing = site.canvas.add("pavement", {"material": "gravel"})
        lay(site.canvas, patch, path, "gravel", thing)


def lake(site: Site, block: Block, *, ground: bool = True) -> None:
    """A lake with a green shore."""
    rng = site.rng
    if ground:
        site.cover(block, str(rng.choice(["grass", "lush", "dry_grass"])))
    patch = site.canvas.area(block.u0, block.v0, block.u1, block.v1)
    if patch is None:
        return
    share = site.between(0.5, 0.78) if ground else site.between(0.25, 0.45)
    centre = ((block.u0 + block.u1) / 2, (block.v0 + block.v1) / 2)
    paint_lake(site.canvas, patch, centre, (block.size[0] / 2 * share, block.size[1] / 2 * share), rng)
    site.scatter_trees(block, 20.0)


def oasis(site: Site, block: Block) -> None:
    """Dark water in bare sand, palms in clumps."""
    bare(site, block)
    patch = site.canvas.area(block.u0, block.v0, block.u1, block.v1)
    if patch is None:
        return
    share = site.between(0.2, 0.4)
    radii = block.size[0] * share, block.size[1] * share
    paint_lake(site.canvas, patch, block.middle, radii, site.rng)
    site.scatter_trees(block, 25.0, (1.2, 3.0))


def farm(site: Site, block: Block) -> None:
    """A farmstead: house and barns round a yard, trees about it."""
    rng = site.rng
    site.cover(block, str(rng.choice(["grass", "dry_grass", "soil"])), shift=float(rng.normal(0, 0.3)))
    u, v = (block.u0 + block.u1) / 2 + rng.normal(0, 6), (block.v0 + block.v1) / 2 + rng.normal(0, 6)
    yard = Block(float(u) - 16, float(v) - 14, float(u) + 16, float(v) + 14)
    site.cover(yard, str(rng.choice(["gravel", "soil", "laterite"])))
    turn = float(rng.normal(0.0, 0.1))
    for du, dv, quarter in (
        (0.0, -17.0, 0),
        (0.0, 17.0, 0),
        (-21.0, 0.0, 1),
        (21.0, 0.0, 1),
        (38.0, 14.0, 0),
        (-38.0, -14.0, 1),
    ):
        if site.chance(0.72):
            length = site.between(11.0, 28.0)
            site.house(
                (float(u) + du + float(rng.normal(0, 1.5)), float(v) + dv),
                (length, site.between(8.0, 13.0)),
                angle=turn + quarter * np.pi / 2,
                eaves_m=site.between(3.0, 6.0),
            )
    for _ in range(int(rng.poisson(2.5))):
        site.vehicle(
            site.between(yard.u0, yard.u1),
            site.between(yard.v0, yard.v1),
            site.between(0, 6),
            "car" if site.chance(0.7) else "truck",
        )
    site.scatter_trees(block, 18.0)
