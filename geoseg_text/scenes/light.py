"""Sun and sky: shading from the slopes of the height raster, shadows from its shape.

One sun per scene. Shadows are exact for the height raster: the ceiling under which a pixel lies in shadow
is the greatest height towards the sun less the fall of the ray, which doubling finds in log2(length) steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoseg_text.scenes.canvas import Canvas
from geoseg_text.scenes.noise import Field

_STRIP_PX = 512


@dataclass(frozen=True)
class Sun:
    """Where the light comes from.

    Attributes:
        azimuth: Direction towards the sun, radians clockwise from north (up).
        elevation: Radians above the horizon.
        ambient: Share of a flat lit surface's light that reaches it in shadow.
    """

    azimuth: float
    elevation: float
    ambient: float

    @property
    def towards(self) -> tuple[float, float]:
        """Unit vector (x right, y down) on the ground towards the sun."""
        return float(np.sin(self.azimuth)), float(-np.cos(self.azimuth))


def draw_sun(rng: np.random.Generator) -> Sun:
    """A sun of an imagery flight: between mid-morning and mid-afternoon, from any side a latitude allows."""
    azimuth = np.pi + rng.uniform(-1.1, 1.1)
    if rng.random() < 0.25:  # the southern half of the world is lit from the north
        azimuth -= np.pi
    return Sun(float(azimuth), float(np.radians(rng.uniform(30.0, 68.0))), float(rng.uniform(0.26, 0.50)))


def _ceiling(height: Field, sun: Sun, gsd_m: float, reach_m: float) -> Field:
    """Height below which a point is in shadow, (rows, cols)."""
    dx, dy = sun.towards
    fall = np.tan(sun.elevation)
    out = height.copy()
    step = 1
    source = height
    while step * gsd_m < reach_m / fall:
        ox, oy = round(dx * step), round(dy * step)
        if abs(oy) >= height.shape[0] or abs(ox) >= height.shape[1]:
            break
        if ox or oy:
            drop = np.float32(np.hypot(ox, oy) * gsd_m * fall)
            rows, cols = height.shape
            to = (slice(max(0, -oy), rows - max(0, oy)), slice(max(0, -ox), cols - max(0, ox)))
            at = (slice(max(0, oy), rows - max(0, -oy)), slice(max(0, ox), cols - max(0, -ox)))
            shifted = source[at] - drop
            out = source.copy()
            np.maximum(out[to], shifted, out=out[to])
            source = out
        step *= 2
    return out


def _slope(height: Field, axis: int, gsd_m: float) -> Field:
    """The gentler of the two one-sided slopes: roofs keep theirs up to the eaves, walls have none."""
    step = np.diff(height, axis=axis) / np.float32(gsd_m)
    edge = [(0, 0), (0, 0)]
    edge[axis] = (1, 1)
    step = np.pad(step, edge)
    before = step[:-1] if axis == 0 else step[:, :-1]
    after = step[1:] if axis == 0 else step[:, 1:]
    gentle = np.where(np.abs(before) < np.abs(after), before, after)
    return np.asarray(gentle * (before * after > 0), np.float32)


def shade(canvas: Canvas, sun: Sun) -> None:
    """Turns the canvas's colours into light that reaches the camera, in place."""
    reach = float(canvas.height.max())
    ceiling = _ceiling(canvas.height, sun, canvas.gsd_m, reach) if reach > 0 else canvas.height
    sx, sy = sun.towards
    across, up = np.float32(np.cos(sun.elevation)), np.float32(np.sin(sun.elevation))
    rows = canvas.shape[0]
    for start in range(0, rows, _STRIP_PX):
        low, high = max(0, start - 1), min(rows, start + _STRIP_PX + 1)
        cut = slice(start - low, min(rows, start + _STRIP_PX) - low)
        height = canvas.height[low:high]
        gx, gy = _slope(height, 1, canvas.gsd_m)[cut], _slope(height, 0, canvas.gsd_m)[cut]
        facing = (up - across * (np.float32(sx) * gx + np.float32(sy) * gy)) / (
            up * np.sqrt(1 + gx * gx + gy * gy)
        )
        strip = slice(start, start + _STRIP_PX)
        lit = ceiling[strip] <= canvas.height[strip] + np.float32(0.3)
        _expose(canvas.albedo[strip], np.clip(facing, 0.0, 1.6), lit, sun.ambient)


def _expose(albedo: Field, facing: Field, lit: NDArray[np.bool_], ambient: float) -> None:
    direct = facing * lit * np.float32(1.0 - ambient)
    sky = np.array([0.94, 1.0, 1.10], np.float32) * np.float32(ambient)  # shadows are lit by blue sky alone
    full = (1.0 / (1.0 - ambient + sky)).astype(np.float32)
    albedo *= (direct[..., None] + sky) * full
