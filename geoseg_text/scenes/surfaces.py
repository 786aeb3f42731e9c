"""What the ground is made of: each surface two colours that blend in patches, and a roughness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geoseg_text.scenes.canvas import Canvas, Mask, Patch
from geoseg_text.scenes.noise import Field, Span
from geoseg_text.scenes.palette import Colour, rgb


@dataclass(frozen=True)
class Surface:
    """A ground material.

    Attributes:
        colour: Its usual colour.
        patch: The colour it turns to in patches.
        rough: Brightness deviation of the fine texture.
        blotch: How strongly the patches show, 0..1.
    """

    colour: Colour
    patch: Colour
    rough: float = 0.04
    blotch: float = 0.5


SURFACES: dict[str, Surface] = {
    "grass": Surface(rgb(106, 120, 76), rgb(138, 136, 96), 0.06, 0.6),
    "lush": Surface(rgb(82, 112, 60), rgb(110, 132, 78), 0.06, 0.5),
    "dry_grass": Surface(rgb(158, 148, 112), rgb(128, 126, 90), 0.07, 0.7),
    "laterite": Surface(rgb(184, 132, 96), rgb(160, 108, 76), 0.05, 0.6),
    "sand": Surface(rgb(216, 206, 188), rgb(196, 182, 158), 0.03, 0.6),
    "pale_sand": Surface(rgb(226, 222, 220), rgb(202, 196, 192), 0.03, 0.6),
    "soil": Surface(rgb(150, 126, 100), rgb(122, 102, 80), 0.06, 0.6),
    "gravel": Surface(rgb(168, 162, 152), rgb(146, 140, 130), 0.07, 0.4),
    "asphalt": Surface(rgb(104, 104, 106), rgb(122, 120, 118), 0.025, 0.5),
    "old_asphalt": Surface(rgb(140, 138, 136), rgb(122, 120, 118), 0.03, 0.5),
    "concrete": Surface(rgb(192, 188, 178), rgb(172, 168, 160), 0.025, 0.5),
    "paving": Surface(rgb(178, 172, 164), rgb(160, 154, 148), 0.04, 0.4),
    "litter": Surface(rgb(96, 88, 62), rgb(74, 76, 48), 0.08, 0.5),
}


def weave(canvas: Canvas, span: Span, surface: Surface, shift: float = 0.0, light: float = 1.0) -> Field:
    """The surface's colour over a window, (rows, cols, 3).

    Args:
        canvas: Whose noise fields shape it.
        span: The window.
        surface: The material.
        shift: Moves the blend towards the patch colour (positive) or the usual one; about -1..1.
        light: Factor on the brightness.
    """
    noise = canvas.noise
    blend = noise.at("broad", span) * np.float32(0.30) + noise.at("mid", span) * np.float32(0.22)
    blend += noise.at("fine", span) * np.float32(0.08)
    blend = np.clip((blend + np.float32(0.4 + 0.5 * shift)) * np.float32(2 * surface.blotch), 0.0, 1.25)
    bright = noise.at("fine", span) * np.float32(surface.rough)
    bright += noise.at("grain", span) * np.float32(0.6 * surface.rough)
    bright += np.float32(1.0)
    bright *= np.float32(light)
    colour = blend[..., None] * (surface.patch - surface.colour) + surface.colour
    colour *= bright[..., None]
    return np.asarray(colour, np.float32)


def lay(
    canvas: Canvas, patch: Patch, mask: Mask, name: str, thing: int, shift: float = 0.0, light: float = 1.0
) -> None:
    """Covers the ground under the mask with a surface, for one object."""
    canvas.cover(patch.span, mask, weave(canvas, patch.span, SURFACES[name], shift, light), thing)


def inside(patch: Patch, u0: float, v0: float, u1: float, v1: float) -> Mask:
    """Pixels of a patch within a rectangle of its own coordinates."""
    return np.asarray((patch.u >= u0) & (patch.u < u1) & (patch.v >= v0) & (patch.v < v1))
