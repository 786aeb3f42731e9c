"""Single trees and woods: irregular crowns whose light and shade come from their height."""

from __future__ import annotations

import numpy as np

from geoseg_text.scenes.canvas import Canvas, Mask
from geoseg_text.scenes.frame import Pose
from geoseg_text.scenes.noise import Field, Span
from geoseg_text.scenes.palette import Colour, rgb

LEAVES: tuple[Colour, ...] = (
    rgb(58, 86, 42), rgb(74, 98, 48), rgb(48, 76, 44), rgb(88, 108, 58), rgb(66, 82, 50), rgb(98, 104, 62),
)


def paint_tree(canvas: Canvas, x_m: float, y_m: float, radius_m: float, leaf: Colour, rng: np.random.Generator) -> bool:
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
    crown = (distance < 1.0) & (canvas.top[patch.span] == 0)
    if not crown.any():
        return False
    thing = canvas.add("tree")
    tall = radius_m * float(rng.uniform(1.3, 2.0)) + 1.0
    dome = np.sqrt(np.clip(1.0 - 0.8 * distance**2, 0.05, 1.0))
    height = (tall * (0.35 + 0.65 * dome) + 0.35 * leafy).astype(np.float32)
    bright = (0.86 + 0.12 * leafy + 0.06 * canvas.noise.at("grain", patch.span))[..., None]
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
    height = 5.0 + 5.5 * dome + 1.2 * own + 0.45 * leafy + 1.0 * noise.at("broad", span)
    bright = 0.66 + 0.24 * dome + 0.07 * own + 0.09 * leafy + 0.05 * noise.at("grain", span)
    warm = (own * np.float32(0.05))[..., None] * np.array([1.0, 0.4, 0.0], np.float32)
    colour = (leaf * bright[..., None] * (1.0 + warm)).astype(np.float32)
    canvas.stand(span, mask, colour, np.clip(height, 2.0, 22.0).astype(np.float32), thing)
    return True
