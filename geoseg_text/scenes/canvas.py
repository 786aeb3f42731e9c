"""The canvas: what every painter paints on.

Four rasters grow together: colour, height above ground, ground id and top id. Truth is written by the same
mask as the colour, so it cannot drift from the picture. Light is added at the end from the heights.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoseg_text.scenes.frame import Frame, Pose
from geoseg_text.scenes.noise import Field, Noise, Span
from geoseg_text.values.scene import SceneObject

Mask = NDArray[np.bool_]
MAX_OBJECTS = 65000
"""Ids are 16 bit; a scene that is full takes no more objects."""


@dataclass(frozen=True)
class Patch:
    """A window of the canvas with the coordinates of its pixel centres.

    Attributes:
        span: Rows and columns of the canvas.
        u: Metres along the thing's (or the street's) direction.
        v: Metres across it.
    """

    span: Span
    u: Field
    v: Field


class Canvas:
    """Rasters of a scene in the making.

    Args:
        shape: (rows, cols) in pixels.
        gsd_m: Metres per pixel.
        frame: Layout coordinates.
        noise: Noise fields over the same pixels.
    """

    def __init__(self, shape: tuple[int, int], gsd_m: float, frame: Frame, noise: Noise) -> None:
        self.shape, self.gsd_m, self.frame, self.noise = shape, gsd_m, frame, noise
        self.x = ((np.arange(shape[1]) + 0.5) * gsd_m).astype(np.float32)
        self.y = ((np.arange(shape[0]) + 0.5) * gsd_m).astype(np.float32)
        self.u, self.v = frame.rasters(self.x.astype(float), self.y.astype(float))
        self.albedo = np.zeros((*shape, 3), np.float32)
        self.height = np.zeros(shape, np.float32)
        self.ground = np.zeros(shape, np.uint16)
        self.top = np.zeros(shape, np.uint16)
        self.keep = np.zeros(shape, bool)  # roads, water, courts: nothing is built there
        self.wet = np.zeros(shape, bool)
        self.lean = (0.0, 0.0)  # metres that a roof is displaced in (x, y) per metre of height
        self.objects: list[SceneObject] = []

    @property
    def full(self) -> bool:
        """Whether no id is left."""
        return len(self.objects) >= MAX_OBJECTS

    def add(self, category: str, attributes: Mapping[str, str] | None = None) -> int:
        """The id of a new object; paint with it at once."""
        thing = SceneObject(len(self.objects) + 1, category, attributes or {})
        self.objects.append(thing)
        return thing.id

    def span(self, x0: float, y0: float, x1: float, y1: float) -> Span | None:
        """Pixels that touch a box of scene metres; None outside."""
        col0, col1 = max(0, int(x0 / self.gsd_m)), min(self.shape[1], int(x1 / self.gsd_m) + 1)
        row0, row1 = max(0, int(y0 / self.gsd_m)), min(self.shape[0], int(y1 / self.gsd_m) + 1)
        if col0 >= col1 or row0 >= row1:
            return None
        return slice(row0, row1), slice(col0, col1)

    def area(self, u0: float, v0: float, u1: float, v1: float) -> Patch | None:
        """A layout rectangle's window in street coordinates; None when it lies outside."""
        span = self.span(*self.frame.box(u0, v0, u1, v1))
        return None if span is None else Patch(span, self.u[span], self.v[span])

    def rigid(self, pose: Pose, radius_m: float) -> Patch | None:
        """The window around a rigid thing, in its own coordinates; None when it lies outside."""
        span = self.span(pose.x_m - radius_m, pose.y_m - radius_m, pose.x_m + radius_m, pose.y_m + radius_m)
        if span is None:
            return None
        dx, dy = self.x[None, span[1]] - np.float32(pose.x_m), self.y[span[0], None] - np.float32(pose.y_m)
        cos, sin = np.float32(math.cos(pose.angle)), np.float32(math.sin(pose.angle))
        return Patch(span, cos * dx + sin * dy, cos * dy - sin * dx)

    def cover(self, span: Span, mask: Mask, colour: Field, thing: int) -> None:
        """Paints a ground object; `colour` is (3,) or (rows, cols, 3)."""
        self._colour(span, mask, colour)
        self.ground[span][mask] = thing

    def mark(self, span: Span, mask: Mask, colour: Field, opacity: float = 1.0) -> None:
        """Paints colour alone: a line, a stain; what lies there keeps its id."""
        if opacity >= 1.0:
            self._colour(span, mask, colour)
            return
        window = self.albedo[span]
        window[mask] += opacity * ((colour if colour.ndim == 1 else colour[mask]) - window[mask])

    def stand(self, span: Span, mask: Mask, colour: Field, height: Field | float, thing: int) -> None:
        """Paints a thing that stands on the ground, with its height in metres."""
        self._colour(span, mask, colour)
        self.top[span][mask] = thing
        window = self.height[span]
        window[mask] = height[mask] if isinstance(height, np.ndarray) else height

    def _colour(self, span: Span, mask: Mask, colour: Field) -> None:
        window = self.albedo[span]
        window[mask] = colour if colour.ndim == 1 else colour[mask]

    def free(self, span: Span, mask: Mask) -> bool:
        """Whether nothing stands there and nothing is kept clear."""
        return not (self.top[span][mask].any() or self.keep[span][mask].any())
