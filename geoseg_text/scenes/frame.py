"""The frame in which a place is laid out: straight streets there are gently bent streets on the ground.

Layout coordinates (u, v) are metres like the scene's (x, y), turned and warped. The warp is a sum of sines, so it
can be evaluated anywhere and inverted by a few fixed-point steps.
"""

from __future__ import annotations

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
        self._cos, self._sin = np.cos(self.turn), np.sin(self.turn)
        wavelength = rng.uniform(220.0, 480.0, (2, 2))
        heading = rng.uniform(0.0, 2 * np.pi, (2, 2))
        # A slope of 0.16 bends a street well and stretches no lot by more than a sixth.
        self._amplitude = bend * 0.08 * wavelength / (2 * np.pi)
        self._kx = 2 * np.pi / wavelength * np.cos(heading)
        self._ky = 2 * np.pi / wavelength * np.sin(heading)
        self._phase = rng.uniform(0.0, 2 * np.pi, (2, 2))

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

    def _bend(self, dx: Floats, dy: Floats) -> Floats:
        """What the warp adds to (u, v), (2, points)."""
        angle = self._kx[..., None] * dx + self._ky[..., None] * dy + self._phase[..., None]
        bend: Floats = (self._amplitude[..., None] * np.sin(angle)).sum(axis=1)
        return bend

    def to_scene(self, u: Floats | float, v: Floats | float) -> tuple[Floats, Floats]:
        """Scene metres (x, y) of layout points."""
        goal = np.stack([np.atleast_1d(np.asarray(u, float)), np.atleast_1d(np.asarray(v, float))])
        back = np.array([[self._cos, -self._sin], [self._sin, self._cos]])
        offset = back @ goal
        for _ in range(5):  # the warp's slope is below 1/6: each step wins a digit
            offset = back @ (goal - self._bend(offset[0], offset[1]))
        return offset[0] + self.centre[0], offset[1] + self.centre[1]

    def point(self, u: float, v: float) -> tuple[float, float]:
        """Scene metres (x, y) of one layout point."""
        x, y = self.to_scene(u, v)
        return float(x[0]), float(y[0])

    def pose(self, u: float, v: float, angle: float = 0.0) -> Pose:
        """The pose on the ground of a thing at (u, v) turned by `angle` from the local street direction."""
        x, y = self.to_scene(np.array([u, u + 1.0]), np.array([v, v]))
        return Pose(float(x[0]), float(y[0]), float(np.arctan2(y[1] - y[0], x[1] - x[0])) + angle)

    def box(self, u0: float, v0: float, u1: float, v1: float) -> tuple[float, float, float, float]:
        """Scene bounds (x0, y0, x1, y1) of a layout rectangle."""
        t = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
        us = np.concatenate([u0 + (u1 - u0) * t, u0 + (u1 - u0) * t, np.full(5, u0), np.full(5, u1)])
        vs = np.concatenate([np.full(5, v0), np.full(5, v1), v0 + (v1 - v0) * t, v0 + (v1 - v0) * t])
        x, y = self.to_scene(us, vs)
        slack = 0.2 + 0.005 * max(u1 - u0, v1 - v0)  # between the points an edge may bulge
        return float(x.min()) - slack, float(y.min()) - slack, float(x.max()) + slack, float(y.max()) + slack
