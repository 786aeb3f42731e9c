"""Single trees and woods: irregular crowns whose light and shade come from their height."""

from __future__ import annotations

import numpy as np

from geoseg_text.scenes.canvas import Canvas, Mask
from geoseg_text.scenes.frame import Pose
from geoseg_text.scenes.noise import Field, Span
from geoseg_text.scenes.palette import Colour, rgb

LEAVES: tuple[Colour, ...] = (
    rgb(64, 84, 52),
    rgb(80, 98, 58),
    rgb(52, 72, 50),
    rgb(96, 108, 68),
    rgb(74, 84, 58),
    rgb(104, 104, 72),
    rgb(70, 96, 50),
    rgb(58, 70, 46),
)
BRANCHES: tuple[Colour, ...] = (rgb(112, 104, 90), rgb(98, 92, 78), rgb(124, 112, 94))
"""Crowns in winter: twigs."""


def paint_tree(
    canvas: Canvas, x_m: float, y_m: float, radius_m: float, leaf: Colour, rng: np.random.Generator
) -> bool:
    """Plants a tree where nothing stands.

    Returns:
        Whether it stands there.
    """
    patch = canvas.rigid(Pose(x_m, y_m, float(rng.uniform(0, np.pi))), radius_m * 1.35)
    if patch is None or canvas.full:
        return False
    squeeze = float(rng.uniform(0.85, 1.15))
    distance = np.hypot(patch.u / np.float32(radius_m * squeeze), patch.v * np.float32(squeeze / radius_m))
    wave = np.arctan2(patch.v, patch.u)
    lobes = int(rng.integers(3, 7))
    distance += 0.10 * np.sin(lobes * wave + rng.uniform(0, 6.28)) + 0.06 * np.sin((2 * lobes + 1) * wave)
    leafy = canvas.noise.at("fine", patch.span)
    distance += np.float32(0.09) * leafy
    tall = radius_m * float(rng.uniform(1.3, 2.1)) + 1.0
    dome = np.sqrt(np.clip(1.0 - 0.8 * distance**2, 0.05, 1.0))
    height = (tall * (0.45 + 0.55 * dome) + 0.30 * leafy).astype(np.float32)
    crown = (distance < 1.0) & (height > canvas.height[patch.span] + 0.3)  # branches reach over lower roofs
    if not crown.any():
        return False
    thing = canvas.add("tree")
    bright = 0.84 + 0.22 * dome + 0.13 * leafy + 0.06 * canvas.noise.at("grain", patch.span)
    bright = bright[..., None]
    canvas.stand(patch.span, crown, (leaf * bright).astype(np.float32), height, thing)
    return True


def _crowns(u: Field, v: Field, cell_m: float, rng: np.random.Generator) -> tuple[Field, Field]:
    """Distance to the nearest of a jittered lattice of stems (in cells) and that stem's own random number."""
    n = 64
    jitter = rng.uniform(0.15, 0.85, (n, n, 2)).astype(np.float32)
    own = rng.standard_normal((n, n), dtype=np.float32)
    a, b = u / np.float32(cell_m), v / np.float32(cell_m)
    i0, j0 = np.floor(a).astype(np.int32), np.floor(b).astype(np.int32)
    best = np.full(a.shape, 9.0, np.float32)
    which = np.zeros(a.shape, np.float32)
    for di in (-1, 0, 1):
        for dj in (-1, 0, 1):
            i, j = i0 + di, j0 + dj
            stem = jitter[i % n, j % n]
            scale = 1.0 + 0.18 * own[i % n, j % n]
            far = ((a - i - stem[..., 0]) ** 2 + (b - j - stem[..., 1]) ** 2) * scale
            nearer = far < best
            best[nearer] = far[nearer]
            which[nearer] = own[i % n, j % n][nearer]
    return np.sqrt(best), which


def paint_wood(canvas: Canvas, span: Span, mask: Mask, leaf: Colour, rng: np.random.Generator) -> bool:
    """Grows a closed canopy under the mask, as one wood."""
    mask = mask & (canvas.top[span] == 0)
    if not mask.any() or canvas.full:
        return False
    thing = canvas.add("wood")
    u, v = canvas.u[span], canvas.v[span]
    distance, own = _crowns(u, v, float(rng.uniform(4.5, 8.5)), rng)
    noise = canvas.noise
    leafy = noise.at("fine", span)
    dome = np.sqrt(np.clip(1.0 - 0.9 * distance**2, 0.0, 1.0))
    height = 6.0 + 3.6 * dome + 0.9 * own + 0.40 * leafy + 0.8 * noise.at("broad", span)
    bright = 0.76 + 0.36 * dome + 0.10 * own + 0.12 * leafy + 0.05 * noise.at("grain", span)
    warm = (own * np.float32(0.05))[..., None] * np.array([1.0, 0.4, 0.0], np.float32)
    colour = (leaf * bright[..., None] * (1.0 + warm)).astype(np.float32)
    canvas.stand(span, mask, colour, np.clip(height, 2.0, 22.0).astype(np.float32), thing)
    return True
