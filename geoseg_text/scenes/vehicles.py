"""Cars, trucks and buses, in their real sizes."""

from __future__ import annotations

import numpy as np

from geoseg_text.scenes.canvas import Canvas, Mask
from geoseg_text.scenes.frame import Pose
from geoseg_text.scenes.noise import Field
from geoseg_text.scenes.palette import rgb, tint

_GLASS = rgb(40, 46, 54)
_WORDS = ("white", "grey", "black", "blue", "red", "beige", "green", "yellow", "brown", "orange")
_SHARES = {
    "car": (0.26, 0.20, 0.17, 0.11, 0.13, 0.03, 0.03, 0.03, 0.02, 0.02),
    "truck": (0.42, 0.10, 0.02, 0.16, 0.14, 0.02, 0.06, 0.05, 0.0, 0.03),
    "bus": (0.34, 0.0, 0.0, 0.16, 0.20, 0.0, 0.06, 0.14, 0.0, 0.10),
}
_SIZES_M = {"car": (4.4, 1.85, 1.45), "truck": (9.5, 2.5, 3.2), "bus": (12.0, 2.6, 3.1)}


def paint_vehicle(canvas: Canvas, pose: Pose, category: str, rng: np.random.Generator) -> bool:
    """Parks a vehicle if there is room; its front looks along the pose's angle.

    Returns:
        Whether it stands there.
    """
    word = _WORDS[int(rng.choice(len(_WORDS), p=_SHARES[category]))]
    length, width, height = (size * float(rng.uniform(0.93, 1.1)) for size in _SIZES_M[category])
    if category == "truck" and rng.random() < 0.3:
        length *= 1.6
    patch = canvas.rigid(pose, length / 2 + 0.3)
    if patch is None or canvas.full:
        return False
    u, v = patch.u / np.float32(length / 2), patch.v / np.float32(width / 2)
    au, av = np.abs(u), np.abs(v)
    body = (au <= 1) & (av <= 1) & (au + 0.35 * av <= 1.27)
    if not body.any() or (canvas.top[patch.span][body] != 0).any() or canvas.wet[patch.span][body].any():
        return False
    thing = canvas.add(category, {"colour": word})
    paint = tint(word, rng)
    colour = np.broadcast_to(paint, (*body.shape, 3)).copy()
    if category == "car":
        tall = _car(colour, u, av, body, height)
    else:
        tall = _box(colour, u, body, height, category, rng)
    canvas.stand(patch.span, body, colour, tall, thing)
    return True


def _car(colour: Field, u: Field, av: Field, body: Mask, height: float) -> Field:
    cabin = (u > -0.78) & (u < 0.42) & (av < 0.86)
    front = (u > 0.14) & (u < 0.42) & (av < 0.84)
    rear = (u > -0.78) & (u < -0.58) & (av < 0.80)
    colour[front | rear] = _GLASS
    colour[(av >= 0.74) & (av < 0.9) & (u > -0.55) & (u < 0.14)] *= 0.55  # side windows seen at a slant
    return np.asarray(np.where(cabin, np.float32(height), np.float32(0.62 * height)) * body, np.float32)


def _box(
    colour: Field,
    u: Field,
    body: Mask,
    height: float,
    category: str,
    rng: np.random.Generator,
) -> Field:
    if category == "truck":
        cab = tint(str(rng.choice(["white", "blue", "red", "white"])), rng)
        colour[(u > 0.66)] = cab
        colour[(u > 0.60) & (u < 0.66)] *= 0.4
        colour[(u > 0.90)] = _GLASS
        return np.asarray(np.where(u > 0.6, np.float32(0.85 * height), np.float32(height)) * body, np.float32)
    colour[u > 0.93] = _GLASS
    hatch = (np.abs(np.abs(u) - 0.45) < 0.07) & body
    colour[hatch] *= 0.8
    return np.asarray(body * np.float32(height), np.float32)
