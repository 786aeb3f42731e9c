"""The frame in which a place is laid out: straight streets there are gently bent streets on the ground.

Layout coordinates (u, v) are metres like the scene's (x, y), turned and warped. The warp is a sum of sines,
so it can be evaluated anywhere and inverted by a few fixed-point steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pose:
    """Where a rigid thing lies: its centre in scene metres and the turn of its long axis."""

    x_m: float
    y_m: float
    angle: float


class Frame:
    """Warped and turned coordinates over a scene.

    Args:
        rng: Source of turn and bend.
        extent_m: (width, height) of the scene in metres.
        bend: 0 for straight streets, 1 for winding ones.
        turn: The turn in radians; drawn when None.
    """

    def __init__(
        self, rng: np.random.Generator, extent_m: tuple[float, float], bend: float, turn: float | None = None
    ) -> None:
        self.centre = (extent_m[0] / 2.0, extent_m[1] / 2.0)
        self.turn = float(rng.uniform(-np.pi / 2, np.pi / 2)) if turn is None else turn
        self._cos, self._sin = math.cos(self.turn), math.sin(self.turn)
        wavelength = rng.uniform(220.0, 480.0, (2, 2))
        heading = rng.uniform(0.0, 2 * np.pi, (2, 2))
        # A slope of 0.16 bends a street well and stretches no lot by more than a sixth.
        self._amplitude = bend * 0.08 * wavelength / (2 * np.pi)
        self._kx = 2 * np.pi / wavelength * np.cos(heading)
        self._ky = 2 * np.pi / wavelength * np.sin(heading)
        self._phase = rng.uniform(0.0, 2 * np.pi, (2, 2))
        table = np.stack([self._amplitude, self._kx, self._ky, self._phase], axis=-1)
        self._waves: list[list[list[float]]] = table.tolist()  # per axis, per sine: amplitude, kx, ky, phase

    def rasters(self, x_m: Floats, y_m: Floats) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(u, v) at the crossing of every y with every x, each (len(y_m), len(x_m)) float32."""
        dx, dy = (x_m - self.centre[0])[None, :], (y_m - self.centre[1])[:, None]
        planes = (self._cos * dx + self._sin * dy, -self._sin * dx + self._cos * dy)
        warped = []
        for axis, plane in enumerate(planes):
            total = plane.astype(np.float32)
            for k in range(2):  # sin(a + b) from outer products: one multiply per pixel instead of a sine
                a = self._kx[axis, k] * dx + self._phase[axis, k]
                b = self._ky[axis, k] * dy
                amplitude = self._amplitude[axis, k]
                total += (amplitude * np.cos(b)).astype(np.float32) * np.sin(a).astype(np.float32)
                total += (amplitude * np.sin(b)).astype(np.float32) * np.cos(a).astype(np.float32)
            warped.append(total)
        return warped[0], warped[1]

    def point(self, u: float, v: float) -> tuple[float, float]:
        """Scene metres (x, y) of one layout point."""
        dx, dy = self._solve(u, v)
        return dx + self.centre[0], dy + self.centre[1]

    def _solve(self, u: float, v: float) -> tuple[float, float]:
        """Offset from the centre; in plain floats, because arrays of one cost more than their numbers."""
        cos, sin = self._cos, self._sin
        dx, dy = cos * u - sin * v, sin * u + cos * v
        for _ in range(4):  # the warp's slope is below 1/6: each step wins most of a digit
            a, b = u, v
            for amplitude, kx, ky, phase in self._waves[0]:
                a -= amplitude * math.sin(kx * dx + ky * dy + phase)
            for amplitude, kx, ky, phase in self._waves[1]:
                b -= amplitude * math.sin(kx * dx + ky * dy + phase)
            dx, dy = cos * a - sin * b, sin * a + cos * b
        return dx, dy

    def pose(self, u: float, v: float, angle: float = 0.0) -> Pose:
        """The pose on the ground of a thing at (u, v) turned by `angle` from the local street direction."""
        dx, dy = self._solve(u, v)
        slope = [[self._cos, self._sin], [-self._sin, self._cos]]
        for axis in (0, 1):
            for amplitude, kx, ky, phase in self._waves[axis]:
                steep = amplitude * math.cos(kx * dx + ky * dy + phase)
                slope[axis][0] += steep * kx
                slope[axis][1] += steep * ky
        along = math.atan2(-slope[1][0], slope[1][1])  # the direction in which v does not change
        return Pose(dx + self.centre[0], dy + self.centre[1], along + angle)

    def box(self, u0: float, v0: float, u1: float, v1: float) -> tuple[float, float, float, float]:
        """Scene bounds (x0, y0, x1, y1) that hold a layout rectangle."""
        length = max(u1 - u0, v1 - v0, 1e-3)
        parts = 1 + int(length / 40.0)
        steps = [k / parts for k in range(parts + 1)]
        edge = [(u0 + t * (u1 - u0), v) for t in steps for v in (v0, v1)]
        edge += [(u, v0 + t * (v1 - v0)) for t in steps[1:-1] for u in (u0, u1)]
        points = [self._solve(u, v) for u, v in edge]
        slack = 0.05 + 0.0006 * (length / parts) ** 2  # how far an edge may bulge between two of its points
        x, y = [p[0] for p in points], [p[1] for p in points]
        cx, cy = self.centre
        return min(x) + cx - slack, min(y) + cy - slack, max(x) + cx + slack, max(y) + cy + slack
