"""Rivers, lakes, the sea and pools: smooth, dark where deep, light along the shore."""

from __future__ import annotations

import numpy as np

from geoseg_text.scenes.canvas import Canvas, Mask, Patch
from geoseg_text.scenes.noise import Field, Span, smooth_field
from geoseg_text.scenes.palette import Colour, rgb
from geoseg_text.scenes.surfaces import SURFACES, weave

WATERS: tuple[Colour, ...] = (
    rgb(44, 58, 54),
    rgb(56, 74, 62),
    rgb(40, 66, 84),
    rgb(84, 86, 64),
    rgb(30, 40, 44),
    rgb(34, 84, 96),
    rgb(58, 66, 46),
    rgb(112, 108, 84),
)
SEA: tuple[Colour, ...] = (rgb(30, 58, 70), rgb(40, 84, 96), rgb(36, 50, 54), rgb(52, 70, 60))
_POOL = (rgb(92, 178, 204), rgb(70, 150, 190), rgb(120, 196, 206))


def fill(canvas: Canvas, span: Span, mask: Mask, deep: Colour, shore_m: Field, thing: int) -> None:
    """Water under the mask; `shore_m` is each pixel's distance from the shore in metres."""
    noise = canvas.noise
    shallow = np.exp(-np.clip(shore_m, 0, None) / 5.0)[..., None] * 0.35
    ripple = (
        1.0 + 0.03 * noise.at("fine", span) + 0.02 * noise.at("grain", span) + 0.06 * noise.at("broad", span)
    )
    colour = deep * ripple[..., None]
    colour = colour + shallow * (np.array([0.50, 0.50, 0.40], np.float32) - colour)
    canvas.cover(span, mask, colour.astype(np.float32), thing)
    canvas.keep[span] |= mask
    canvas.wet[span] |= mask


def whole(canvas: Canvas) -> Span:
    """The window of everything."""
    return slice(0, canvas.shape[0]), slice(0, canvas.shape[1])


def paint_river(canvas: Canvas, rng: np.random.Generator, width_m: float) -> Field:
    """A winding river through the scene.

    Returns:
        Signed distance from its bank in metres, (rows, cols), positive in the water.
    """
    turn = canvas.frame.turn + float(rng.normal(0.0, 0.3)) + (np.pi / 2 if rng.random() < 0.5 else 0.0)
    dx = canvas.x[None, :] - np.float32(canvas.frame.centre[0])
    dy = canvas.y[:, None] - np.float32(canvas.frame.centre[1])
    along = dx * np.float32(np.cos(turn)) + dy * np.float32(np.sin(turn))
    across = dy * np.float32(np.cos(turn)) - dx * np.float32(np.sin(turn))
    extent = max(canvas.frame.centre) * 2
    length = max(140.0, extent * float(rng.uniform(0.8, 1.4)))
    phase = rng.uniform(0, 2 * np.pi, 3)
    course = length * 0.075 * np.sin(2 * np.pi * along / length + phase[0])
    course += length * 0.02 * np.sin(2 * np.pi * along / (0.37 * length) + phase[1])
    course += float(rng.uniform(-0.22, 0.22)) * extent
    half = width_m / 2 * (1.0 + 0.18 * np.sin(2 * np.pi * along / (0.6 * length) + phase[2]))
    wobble = smooth_field(rng, canvas.shape, 14.0 / canvas.gsd_m)
    bank = (half - np.abs(across - course) + 0.05 * width_m * wobble).astype(np.float32)
    if (bank > 0).any():
        deep = WATERS[int(rng.integers(len(WATERS)))]
        silt = (bank > -2.5 - canvas.noise.at("mid", whole(canvas))) & (bank <= 0)
        canvas.mark(whole(canvas), silt, rgb(98, 96, 68) if rng.random() < 0.6 else rgb(176, 164, 134), 0.65)
        fill(canvas, whole(canvas), bank > 0, deep, bank, canvas.add("river"))
    return np.asarray(bank, np.float32)


def paint_sea(canvas: Canvas, rng: np.random.Generator, share: float) -> Field:
    """The sea along one side, over about `share` of the scene; gives the signed distance from the shore."""
    turn = float(rng.uniform(0, 2 * np.pi))
    dx = canvas.x[None, :] - np.float32(canvas.frame.centre[0])
    dy = canvas.y[:, None] - np.float32(canvas.frame.centre[1])
    across = dx * np.float32(np.cos(turn)) + dy * np.float32(np.sin(turn))
    extent = max(canvas.frame.centre) * 2
    coast = smooth_field(rng, canvas.shape, extent * 0.7 / canvas.gsd_m) * (0.05 * extent)
    coast = coast + smooth_field(rng, canvas.shape, 25.0 / canvas.gsd_m) * 1.5
    depth = (across - (0.5 - share) * extent + coast).astype(np.float32)
    if (depth > 0).any():
        span = whole(canvas)
        strand = (depth > -float(rng.uniform(6.0, 22.0)) - 2.0 * canvas.noise.at("mid", span)) & (depth <= 0)
        if strand.any():
            name = str(rng.choice(["sand", "sand", "gravel", "soil"]))
            canvas.cover(
                span,
                strand,
                weave(canvas, span, SURFACES[name]),
                canvas.add("bare_ground", {"material": "sand"}),
            )
            canvas.keep[span] |= strand
        thing = canvas.add("sea")
        fill(canvas, span, depth > 0, SEA[int(rng.integers(len(SEA)))], depth, thing)
        if rng.random() < 0.5:
            lap = np.abs(depth - 2.5 - 1.2 * canvas.noise.at("broad", span)) < 1.4 + 0.7 * canvas.noise.at(
                "mid", span
            )
            canvas.mark(span, lap & (depth > 0), rgb(222, 228, 226), 0.55)
    return depth


def paint_lake(
    canvas: Canvas,
    patch: Patch,
    centre: tuple[float, float],
    radii: tuple[float, float],
    rng: np.random.Generator,
) -> bool:
    """A lake in street coordinates of the patch."""
    u = (patch.u - centre[0]) / radii[0]
    v = (patch.v - centre[1]) / radii[1]
    wave = np.arctan2(v, u)
    phase = rng.uniform(0, 6.28, 3)
    edge = (
        1.0
        + 0.13 * np.sin(2 * wave + phase[0])
        + 0.09 * np.sin(3 * wave + phase[1])
        + 0.05 * np.sin(5 * wave + phase[2])
    )
    shore = ((edge - np.hypot(u, v)) * min(radii)).astype(np.float32)
    mask = shore > 0
    if not mask.any():
        return False
    fill(canvas, patch.span, mask, WATERS[int(rng.integers(len(WATERS)))], shore, canvas.add("lake"))
    return True


def paint_pool(
    canvas: Canvas, patch: Patch, length_m: float, width_m: float, rng: np.random.Generator
) -> bool:
    """A swimming pool with its deck in the patch's own coordinates; False where something stands."""
    au, av = np.abs(patch.u), np.abs(patch.v)
    deck = (au < length_m / 2 + 1.2) & (av < width_m / 2 + 1.2)
    round_pool = rng.random() < 0.4
    if round_pool:
        water = (patch.u / (length_m / 2)) ** 2 + (patch.v / (width_m / 2)) ** 2 < 1.0 + 0.25 * np.sin(
            patch.u
        )
    else:
        water = (au < length_m / 2) & (av < width_m / 2)
    if not water.any() or not canvas.free(patch.span, deck):
        return False
    canvas.mark(patch.span, deck, rgb(206, 198, 184))
    colour = _POOL[int(rng.integers(3))] * (1.0 + 0.05 * canvas.noise.at("fine", patch.span))[..., None]
    thing = canvas.add("pool", {"shape": "round" if round_pool else "rectangular", "colour": "blue"})
    canvas.cover(patch.span, water & deck, colour.astype(np.float32), thing)
    canvas.keep[patch.span] |= deck
    return True
