"""Things made for one purpose: storage tanks, solar panels, sports courts."""

from __future__ import annotations

import numpy as np

from geoseg_text.scenes.canvas import Canvas
from geoseg_text.scenes.frame import Pose
from geoseg_text.scenes.palette import rgb, tint

_TANKS = ("white", "white", "grey", "beige", "brown", "green", "blue", "red")
_COURTS = {"tennis": (26.5, 13.6, 23.77, 10.97), "basketball": (30.0, 17.0, 28.0, 15.0)}
_COURT_COLOURS = ("green", "blue", "red", "orange", "grey", "brown")
_LINE = rgb(234, 234, 230)
_CELL = rgb(40, 52, 88)


def paint_tank(
    canvas: Canvas, pose: Pose, radius_m: float, rng: np.random.Generator, word: str | None = None
) -> bool:
    """A cylindrical tank with a low cone or a sunken floating roof; False where something stands."""
    patch = canvas.rigid(pose, radius_m)
    if patch is None or canvas.full:
        return False
    distance = np.hypot(patch.u, patch.v)
    round_ = distance <= radius_m
    if not round_.any() or not canvas.free(patch.span, round_):
        return False
    word = word or _TANKS[int(rng.integers(len(_TANKS)))]
    bright = 1.0 + 0.03 * canvas.noise.at("fine", patch.span) + 0.02 * canvas.noise.at("grain", patch.span)
    angle = np.arctan2(patch.v, patch.u)
    seams = np.abs((angle * (12 / np.pi)) % 1.0 - 0.5) > 0.47
    bright = bright - 0.05 * seams
    colour = tint(word, rng) * bright[..., None]
    tall = float(rng.uniform(0.5, 0.9)) * min(16.0, radius_m * 1.4) + 2.0
    height = tall + 0.14 * (radius_m - distance)
    rim = distance > radius_m - max(0.35, 0.06 * radius_m)
    colour[rim] *= 0.86
    if rng.random() < 0.35 and radius_m > 4:  # a floating roof lies below the rim, which shades it
        height = np.where(rim, tall, tall - float(rng.uniform(1.0, 4.0)))
    thing = canvas.add("storage_tank", {"colour": word, "shape": "round"})
    canvas.stand(patch.span, round_, colour.astype(np.float32), height.astype(np.float32), thing)
    if radius_m > 5:
        walk = (np.abs(patch.v) < 0.5) & (patch.u > 0) & round_ & (patch.u < radius_m - 0.5)
        canvas.mark(patch.span, walk, np.array([0.45, 0.45, 0.45], np.float32), 0.6)
    return True


def paint_solar(
    canvas: Canvas,
    pose: Pose,
    length_m: float,
    width_m: float,
    rng: np.random.Generator,
    lift_m: float = 1.2,
    *,
    roof: bool = False,
) -> bool:
    """A table of solar panels; on a roof it lies on the building, else it needs free ground."""
    patch = canvas.rigid(pose, float(np.hypot(length_m, width_m)) / 2)
    if patch is None or canvas.full:
        return False
    table = (np.abs(patch.u) <= length_m / 2) & (np.abs(patch.v) <= width_m / 2)
    if not table.any() or (not roof and not canvas.free(patch.span, table)):
        return False
    frame = (np.abs((patch.u + 50.0) % 1.05 - 0.52) > 0.44) | (np.abs((patch.v + 50.0) % 1.7 - 0.85) > 0.76)
    share = min(1.0, 0.15 / canvas.gsd_m)
    bright = 1.0 + 0.06 * canvas.noise.at("fine", patch.span) + 0.5 * share * frame
    colour = (_CELL * float(rng.uniform(0.75, 1.2)) * bright[..., None]).astype(np.float32)
    base = canvas.height[patch.span] + 0.15 if roof else np.float32(lift_m) + 0.25 * patch.v
    thing = canvas.add("solar_panel", {"colour": "blue"})
    canvas.stand(patch.span, table, colour, np.maximum(base, 0.1).astype(np.float32), thing)
    return True


def paint_court(
    canvas: Canvas, pose: Pose, sport: str, rng: np.random.Generator, word: str | None = None
) -> bool:
    """A marked sports court; False where something lies already."""
    slab_l, slab_w, play_l, play_w = _COURTS[sport]
    patch = canvas.rigid(pose, float(np.hypot(slab_l, slab_w)) / 2 + 0.5)
    if patch is None or canvas.full:
        return False
    au, av = np.abs(patch.u), np.abs(patch.v)
    slab = (au <= slab_l / 2) & (av <= slab_w / 2)
    play = (au <= play_l / 2) & (av <= play_w / 2)
    if not slab.any() or not canvas.free(patch.span, slab):
        return False
    word = word or _COURT_COLOURS[int(rng.integers(len(_COURT_COLOURS)))]
    bright = 1.0 + 0.02 * canvas.noise.at("fine", patch.span) + 0.03 * canvas.noise.at("mid", patch.span)
    paint = tint(word, rng)
    colour = paint * bright[..., None]
    around = paint * 0.85
    if rng.random() < 0.25:
        around = tint(str(rng.choice(["green", "red", "grey"])), rng)
    colour[slab & ~play] = around
    thing = canvas.add("court", {"colour": word, "sport": sport, "shape": "rectangular"})
    canvas.cover(patch.span, slab, colour.astype(np.float32), thing)
    half = max(0.05, canvas.gsd_m / 2)
    lines = play & ((au > play_l / 2 - 2 * half) | (av > play_w / 2 - 2 * half))
    if sport == "tennis":
        lines |= play & (np.abs(av - 4.115) < half)
        lines |= (np.abs(au - 6.4) < half) & (av < 4.115)
        lines |= (np.abs(patch.v) < half) & (au < 6.4)
        lines |= (np.abs(patch.u) < half) & (av < play_w / 2 + 0.9)
    else:
        ring = np.hypot(patch.u, patch.v)
        lines |= (np.abs(ring - 1.8) < half) | (play & (np.abs(patch.u) < half))
        arc = np.hypot(au - play_l / 2 + 1.6, patch.v)
        lines |= play & (np.abs(arc - 6.75) < half)
        lines |= play & (au > play_l / 2 - 5.8) & (np.abs(av - 2.45) < half)
    canvas.mark(patch.span, lines, _LINE, min(0.9, 0.2 / canvas.gsd_m))
    canvas.keep[patch.span] |= slab
    return True
