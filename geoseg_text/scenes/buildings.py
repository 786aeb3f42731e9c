"""Buildings: a footprint, a roof whose height gives its light, and a covering of tiles, sheets or slabs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoseg_text.scenes.canvas import Canvas, Mask, Patch
from geoseg_text.scenes.frame import Pose
from geoseg_text.scenes.noise import Field
from geoseg_text.scenes.palette import rgb, tint

Part = tuple[Mask, Field, Field]
"""Of a wing: its mask, its rise above the eaves, the coordinate along its ridge."""


@dataclass(frozen=True)
class Plan:
    """A building to be.

    Attributes:
        pose: Centre and direction of the ridge.
        length_m: Along the ridge.
        width_m: Across it.
        eaves_m: Height of the walls.
        roof: "gabled", "hipped", "flat" or "shed" (one slope).
        material: "tile", "metal", "concrete", "slate" or "thatch".
        colour: Colour word.
        wing: Share of the length that a wing across one end takes; 0 for a plain rectangle.
    """

    pose: Pose
    length_m: float
    width_m: float
    eaves_m: float
    roof: str
    material: str
    colour: str
    wing: float = 0.0


_RUST = rgb(128, 78, 52)
_PITCH = {"tile": 0.55, "slate": 0.7, "thatch": 0.8, "metal": 0.3, "concrete": 0.2}


def paint_building(canvas: Canvas, plan: Plan, rng: np.random.Generator, *, crowd: bool = False) -> bool:
    """Builds it if the ground is free.

    Args:
        canvas: Where.
        plan: What.
        rng: Source of its details.
        crowd: Whether it may lean on its neighbours, as shacks do: only its free part is built then.

    Returns:
        Whether it stands there.
    """
    shift = _shift(canvas, plan)
    deep = plan.width_m * (2 if plan.wing else 1)
    patch = canvas.rigid(plan.pose, math.hypot(plan.length_m, deep) / 2 + math.hypot(*shift))
    if patch is None or canvas.full:
        return False
    parts = _parts(plan, patch)
    footprint = _free(canvas, patch, _outline(parts), crowd=crowd)
    if footprint is None:
        return False
    wall: Field | None = None
    if shift != (0.0, 0.0):
        wall, patch = _walls(canvas, plan, patch, shift)
        if (canvas.top[patch.span][wall > 0] != 0).any():
            return False
        parts = _parts(plan, patch)
        footprint = _outline(parts)
    thing = canvas.add("building", _attributes(plan))
    if wall is not None:
        storeys = 0.62 - 0.22 * ((wall % 3.2) > 1.7)
        plaster = tint(str(rng.choice(["beige", "grey", "white"])), rng) * storeys[..., None]
        canvas.stand(patch.span, wall > 0, plaster.astype(np.float32), wall, thing)
    rise = np.zeros(footprint.shape, np.float32)
    for mask, h, _ in parts:
        np.maximum(rise, h, out=rise, where=mask)
    colour = _covering(canvas, plan, patch, parts, rng)
    canvas.stand(patch.span, footprint, colour, np.float32(plan.eaves_m) + rise, thing)
    if plan.roof == "flat":
        _clutter(canvas, plan, patch, footprint, rng)
    elif canvas.gsd_m < 0.5:
        _chimneys(canvas, plan, patch, footprint, rng)
    return True


def _free(canvas: Canvas, patch: Patch, footprint: Mask, *, crowd: bool) -> Mask | None:
    """The part of the footprint that may be built on; None when there is no room."""
    taken = (canvas.top[patch.span] != 0) | canvas.keep[patch.span]
    if not crowd:
        return footprint if footprint.any() and not (footprint & taken).any() else None
    free = footprint & ~taken
    return free if free.sum() >= max(1.0, 0.6 * footprint.sum()) else None


def _attributes(plan: Plan) -> dict[str, str]:
    attributes = {"colour": plan.colour, "material": plan.material}
    if plan.roof != "shed":
        attributes["roof"] = plan.roof
    shape = _shape_word(plan)
    return {**attributes, "shape": shape} if shape else attributes


def _outline(parts: list[Part]) -> Mask:
    return np.asarray(np.logical_or.reduce([mask for mask, _, _ in parts]))


def _shift(canvas: Canvas, plan: Plan) -> tuple[float, float]:
    """How far the slant view moves the roof off the ground plan, in the building's own coordinates."""
    x, y = canvas.lean[0] * plan.eaves_m, canvas.lean[1] * plan.eaves_m
    if np.hypot(x, y) < 0.7 * canvas.gsd_m:
        return 0.0, 0.0
    cos, sin = np.cos(plan.pose.angle), np.sin(plan.pose.angle)
    return float(cos * x + sin * y), float(cos * y - sin * x)


def _walls(canvas: Canvas, plan: Plan, patch: Patch, shift: tuple[float, float]) -> tuple[Field, Patch]:
    """Height of the walls seen between ground plan and displaced roof (0 elsewhere); the roof's patch."""
    steps = int(np.hypot(*shift) / canvas.gsd_m) + 2
    wall = np.zeros(patch.u.shape, np.float32)
    moved = patch
    for t in np.linspace(0.05, 1.0, steps):
        moved = Patch(patch.span, patch.u - np.float32(t * shift[0]), patch.v - np.float32(t * shift[1]))
        wall[_outline(_parts(plan, moved))] = t * plan.eaves_m
    return wall, moved


def _chimneys(canvas: Canvas, plan: Plan, patch: Patch, footprint: Mask, rng: np.random.Generator) -> None:
    """A chimney by the ridge, sometimes roof windows."""
    if plan.material not in ("tile", "slate"):
        return
    for _ in range(int(rng.integers(0, 4))):
        u, v = rng.uniform(-0.4, 0.4) * plan.length_m, rng.uniform(-0.3, 0.3) * plan.width_m
        box = (
            (np.abs(patch.u - u) < rng.uniform(0.3, 0.7))
            & (np.abs(patch.v - v) < rng.uniform(0.3, 0.6))
            & footprint
        )
        if abs(v) < 0.12 * plan.width_m:
            canvas.mark(patch.span, box, rgb(120, 92, 82), 0.8)
            canvas.height[patch.span][box] += np.float32(1.2)
        else:
            canvas.mark(patch.span, box, rgb(60, 70, 84), 0.8)


def _shape_word(plan: Plan) -> str | None:
    if plan.wing:
        return "l_shaped"
    aspect = plan.length_m / plan.width_m
    if aspect < 1.12:
        return "square"
    if aspect > 2.7:
        return "long"
    return "rectangular" if aspect > 1.3 else None


def _parts(plan: Plan, patch: Patch) -> list[Part]:
    """Each wing's mask, its rise above the eaves and the coordinate along its ridge."""
    half_l, half_w = plan.length_m / 2, plan.width_m / 2
    main = (*_wing(plan, patch.u, patch.v, half_l, half_w), patch.u)
    if not plan.wing:
        return [main]
    side = plan.wing * plan.length_m / 2
    u = patch.u - np.float32(half_l - side)
    v = patch.v - np.float32(half_w * 0.9)
    return [main, (*_wing(plan, v, u, half_w * 1.9, side), patch.v)]


def _wing(plan: Plan, along: Field, across: Field, half_l: float, half_w: float) -> tuple[Mask, Field]:
    al, aw = np.abs(along), np.abs(across)
    mask = np.asarray((al <= half_l) & (aw <= half_w))
    pitch = _PITCH[plan.material]
    rise: NDArray[np.floating[Any]]
    if plan.roof == "gabled":
        rise = pitch * (half_w - aw)
    elif plan.roof == "hipped":
        rise = pitch * np.minimum(half_w - aw, half_l - al)
    elif plan.roof == "shed":
        rise = 0.12 * (across + half_w)
    else:
        rise = np.where(np.minimum(half_w - aw, half_l - al) < 0.35, np.float32(0.7), np.float32(0.0))
    return mask, np.maximum(rise, 0).astype(np.float32)


def _covering(canvas: Canvas, plan: Plan, patch: Patch, parts: list[Part], rng: np.random.Generator) -> Field:
    noise = canvas.noise
    bright = np.ones(patch.u.shape, np.float32)
    for name, rough in (("fine", 0.03), ("grain", 0.02), ("mid", 0.03)):
        bright += np.float32(rough) * noise.at(name, patch.span)
    along = parts[0][2]
    if len(parts) > 1:
        along = np.where(parts[1][0], parts[1][2], along)
    if plan.material == "metal":
        sheets = rng.normal(0.0, 0.045, 64).astype(np.float32)
        bright += sheets[np.floor(along / 0.9).astype(int) % 64]
    elif plan.material in ("tile", "slate"):
        rows = parts[0][1] / np.float32(_PITCH[plan.material])
        course: Field = np.sign(np.sin(rows * np.float32(2 * np.pi / 0.7)))
        bright += np.float32(0.05 * min(1.0, 0.2 / canvas.gsd_m)) * course
    colour = tint(plan.colour, rng) * bright[..., None]
    if plan.material == "metal" and plan.colour in ("brown", "grey", "red") and rng.random() < 0.6:
        amount = float(rng.uniform(0.25, 0.8))
        stain = noise.at("mid", patch.span) + 0.6 * noise.at("fine", patch.span)
        stain = stain + rng.normal(0.0, 0.7, 64).astype(np.float32)[np.floor(along / 0.9).astype(int) % 64]
        rust = np.clip(stain - 0.6, 0.0, 1.0) * amount
        if plan.colour != "brown":
            rust *= 0.28  # a stain, not another colour
        colour = colour + rust[..., None] * (_RUST - colour)
    return np.asarray(colour, np.float32)


def _clutter(canvas: Canvas, plan: Plan, patch: Patch, footprint: Mask, rng: np.random.Generator) -> None:
    """Boxes, ducts and a lighter membrane on a flat roof."""
    count = int(rng.poisson(min(14.0, plan.length_m * plan.width_m / 70.0)))
    for _ in range(count):
        u, v = rng.uniform(-0.42, 0.42) * plan.length_m, rng.uniform(-0.42, 0.42) * plan.width_m
        a, b = rng.uniform(0.5, 1.8, 2)
        box = (np.abs(patch.u - u) < a) & (np.abs(patch.v - v) < b) & footprint
        canvas.mark(patch.span, box, tint(str(rng.choice(["white", "grey", "grey"])), rng), 0.75)
        canvas.height[patch.span][box] += np.float32(rng.uniform(0.8, 2.2))
