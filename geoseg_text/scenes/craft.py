"""Ships on the water and aircraft on their aprons."""

from __future__ import annotations

import numpy as np

from geoseg_text.scenes.canvas import Canvas, Mask, Patch
from geoseg_text.scenes.frame import Pose
from geoseg_text.scenes.noise import Field
from geoseg_text.scenes.palette import rgb, tint

_BOX_COLOURS = ("red", "blue", "green", "orange", "white", "grey", "brown", "yellow")
_WAKE = rgb(214, 222, 222)
_GLASS = rgb(44, 52, 60)


def paint_ship(
    canvas: Canvas,
    pose: Pose,
    length_m: float,
    kind: str,
    rng: np.random.Generator,
    word: str | None = None,
    *,
    under_way: bool = False,
) -> bool:
    """A vessel afloat, its bow along the pose's angle; False unless all of it lies on free water.

    Args:
        canvas: Where.
        pose: Centre and heading.
        length_m: From bow to stern.
        kind: "boat" (a yacht), "cargo" (hatches and a bridge) or "container".
        rng: Source of its details.
        word: Colour of deck and hull; drawn when None, and meaningless for stacked containers.
        under_way: Whether it draws a wake.
    """
    width = length_m * float(rng.uniform(0.26, 0.34) if kind == "boat" else rng.uniform(0.14, 0.18))
    patch = canvas.rigid(pose, length_m * (1.6 if under_way else 0.52))
    if patch is None or canvas.full:
        return False
    a, b = patch.u / np.float32(length_m / 2), patch.v / np.float32(width / 2)
    taper = np.where(a > 0.35, np.sqrt(np.clip(1.0 - ((a - 0.35) / 0.65) ** 2, 0.0, 1.0)), 1.0)
    hull = (np.abs(a) <= 1.0) & (np.abs(b) <= taper * np.where(a < -0.85, 0.9, 1.0))
    if not hull.any() or not (
        canvas.wet[patch.span][hull].all() and (canvas.top[patch.span][hull] == 0).all()
    ):
        return False
    if word is None:
        words = (
            ["white", "white", "white", "blue", "red", "beige", "black"]
            if kind == "boat"
            else ["red", "brown", "grey", "blue", "green", "black", "white"]
        )
        word = str(rng.choice(words))
    if under_way:
        _wake(canvas, patch, a, b, rng)
    bright = 1.0 + 0.03 * canvas.noise.at("fine", patch.span)
    colour = tint(word, rng) * bright[..., None]
    height = np.full(hull.shape, 1.2 if kind == "boat" else 7.0, np.float32)
    rim = hull & ((np.abs(b) > taper * 0.86) | (np.abs(a) > 0.96))
    colour[rim] *= 0.8
    attributes = {"colour": word, "shape": "long"}
    if kind == "boat":
        colour = _boat(colour, height, a, b, taper, rng)
    else:
        _bridge(colour, height, a, b, rng)
        if kind == "container":
            attributes = {"shape": "long"}
            _containers(colour, height, patch, a, b, width, rng)
        else:
            _hatches(colour, height, a, b)
    canvas.stand(patch.span, hull, colour.astype(np.float32), height, canvas.add("ship", attributes))
    return True


def _wake(canvas: Canvas, patch: Patch, a: Field, b: Field, rng: np.random.Generator) -> None:
    spread = 0.5 + 0.9 * np.clip(-a - 0.6, 0, None)
    foam = (a < -0.5) & (a > -3.0) & (np.abs(b) < spread) & canvas.wet[patch.span]
    foam &= canvas.noise.at("fine", patch.span) > 0.35 + 0.5 * (-a - 1.0)
    canvas.mark(patch.span, foam, _WAKE, float(rng.uniform(0.3, 0.7)))


def _boat(colour: Field, height: Field, a: Field, b: Field, taper: Field, rng: np.random.Generator) -> Field:
    cabin = (a > -0.35) & (a < 0.35) & (np.abs(b) < 0.62 * taper)
    colour[cabin] = np.clip(colour[cabin] * 1.12 + 0.04, 0, 1)
    colour[(a > 0.2) & (a < 0.35) & (np.abs(b) < 0.58 * taper)] = _GLASS
    colour[(a < -0.45) & (a > -0.85) & (np.abs(b) < 0.6)] *= 0.62
    height[cabin] = 2.4
    return colour


def _bridge(colour: Field, height: Field, a: Field, b: Field, rng: np.random.Generator) -> None:
    house = (a > -0.86) & (a < -0.64) & (np.abs(b) < 0.88)
    colour[house] = tint("white", rng)
    colour[(a > -0.66) & (a < -0.64) & (np.abs(b) < 0.88)] = _GLASS
    height[house] = 20.0
    funnel = (a > -0.82) & (a < -0.76) & (np.abs(b) < 0.25)
    colour[funnel] *= 0.35
    height[funnel] = 24.0


def _hatches(colour: Field, height: Field, a: Field, b: Field) -> None:
    hatch = (a > -0.56) & (a < 0.66) & (np.abs(b) < 0.62) & (((a + 0.56) % 0.244) < 0.20)
    colour[hatch] *= 1.14
    height[hatch] += 1.5
    crane = (np.abs(b) < 0.12) & (np.abs((a + 0.56) % 0.244 - 0.222) < 0.02) & (a > -0.5) & (a < 0.7)
    colour[crane] = 0.75
    height[crane] += 9.0


def _containers(
    colour: Field, height: Field, patch: Patch, a: Field, b: Field, width: float, rng: np.random.Generator
) -> None:
    deck = (a > -0.58) & (a < 0.72) & (np.abs(b) < 0.9)
    bay, row = np.floor(patch.u / 6.3).astype(int), np.floor((patch.v + 50 * 2.5) / 2.5).astype(int)
    table = np.stack([tint(w, rng) for w in _BOX_COLOURS])
    pick = rng.integers(0, len(_BOX_COLOURS), (64, 128))
    colour[deck] = table[pick[bay % 64, row % 128]][deck]
    height[deck] += (rng.integers(1, 5, (64, 128))[bay % 64, row % 128] * 2.6)[deck]


def paint_aircraft(canvas: Canvas, pose: Pose, length_m: float, rng: np.random.Generator) -> bool:
    """A parked aeroplane, its nose along the pose's angle; False where something stands."""
    airliner = length_m > 18
    patch = canvas.rigid(pose, length_m * 0.62)
    if patch is None or canvas.full:
        return False
    u: Field = patch.u / np.float32(length_m)
    v: Field = (np.abs(patch.v) / np.float32(length_m)).astype(np.float32)
    fuselage, wings, tail = _aeroplane(u, v, airliner)
    engines = np.zeros(u.shape, bool)
    if airliner:
        for at in (0.16,) if length_m < 48 else (0.14, 0.27):
            engines |= (
                (np.abs(v - at) < 0.025) & (u > 0.0 - 0.55 * (at - 0.14)) & (u < 0.12 - 0.55 * (at - 0.14))
            )
    body = fuselage | wings | tail | engines
    if not body.any() or (canvas.top[patch.span][body] != 0).any() or canvas.wet[patch.span][body].any():
        return False
    livery = tint("white" if rng.random() < 0.75 else "grey", rng)
    colour = np.broadcast_to(livery, (*u.shape, 3)).copy()
    colour[wings | tail] *= 0.93
    stripe = tint(str(rng.choice(["blue", "red", "orange", "green", "white", "grey"])), rng)
    colour[(u < -0.36) & (v < 0.012)] = stripe
    if rng.random() < 0.3:
        colour[(np.abs(v) < 0.012) & fuselage] = stripe
    colour[(u > 0.445) & fuselage] *= 0.6
    colour[engines & ~wings] *= 0.62
    height = np.full(u.shape, 0.10 * length_m if airliner else 1.6, np.float32)
    height[fuselage] *= 1.5
    thing = canvas.add("aircraft", {})
    canvas.stand(patch.span, body, colour.astype(np.float32), height, thing)
    return True


def _aeroplane(u: Field, v: Field, airliner: bool) -> tuple[Mask, Mask, Mask]:
    """Masks of fuselage, wings and tailplane; u runs to the nose, v outward, both in lengths."""
    half = 0.052 if airliner else 0.07
    nose = np.sqrt(np.clip(1.0 - np.clip((u - 0.36) / 0.14, 0, None) ** 2, 0, 1))
    rear = np.clip((u + 0.5) / 0.24, 0.12, 1.0)
    fuselage = (np.abs(u) <= 0.5) & (v <= half * nose * rear)
    if airliner:
        lead, trail = 0.13 - 0.52 * v, -0.09 - 0.24 * v - 0.12 * np.clip(v - 0.2, 0, None)
        wings = (v < 0.47) & (u < lead) & (u > np.maximum(trail, -0.30))
        tail = (v < 0.17) & (u < -0.37 - 0.45 * v) & (u > -0.47 - 0.16 * v)
    else:
        wings = (v < 0.62) & (u < 0.21) & (u > 0.03 + 0.05 * v)
        tail = (v < 0.22) & (u < -0.36) & (u > -0.49)
    return fuselage, wings, tail
