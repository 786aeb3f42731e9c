"""Hints: where the referent of a phrase is, in pixels of the image that a network sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from geoseg_text.errors import InputError

if TYPE_CHECKING:
    from geoseg_text.values.grid import Grid
    from geoseg_text.values.prompts import Prompt
    from geoseg_text.values.windows import Window

CERTAIN = 10.0
"""Logit that a drawn mask has inside, its negative outside; what SAM 2 makes of a mask without scores."""

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Hints:
    """What narrows one phrase down; pixel coordinates begin at the outer corner of the first pixel.

    Attributes:
        points: places (x, y) on the referent.
        points_off: places (x, y) that do not belong to it.
        boxes: (left, top, right, bottom) around it.
        mask: logits (H, W) of an earlier answer.
    """

    points: tuple[Point, ...] = ()
    points_off: tuple[Point, ...] = ()
    boxes: tuple[Box, ...] = ()
    mask: Tensor | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, prompt: Prompt, grid: Grid, window: Window | None = None) -> Hints:
        """The part of a prompt's hints that a window sees.

        Args:
            prompt: its points and boxes in the CRS of the grid, its mask on the grid.
            grid: the run grid.
            window: pixels of the grid; the whole grid where None. It may reach past the grid.

        Raises:
            InputError: the prompt's mask is not of the grid's shape.
        """
        window = window or grid.window
        points = (_pixel(point, grid, window) for point in prompt.points)
        boxes = (_clipped(box, grid, window) for box in prompt.boxes)
        return cls(
            points=tuple((x, y) for x, y in points if 0 <= x < window.cols and 0 <= y < window.rows),
            boxes=tuple(box for box in boxes if box[0] < box[2] and box[1] < box[3]),
            mask=_seen(prompt, grid, window),
        )


def _pixel(point: Point, grid: Grid, window: Window) -> Point:
    x, y = ~grid.affine @ point
    return (x - window.col, y - window.row)


def _clipped(box: Box, grid: Grid, window: Window) -> Box:
    """The pixels around a box's corners, cut off at the window's sides; empty where they do not meet."""
    left, bottom, right, top = box
    corners = [_pixel((x, y), grid, window) for x in (left, right) for y in (bottom, top)]
    xs = [min(max(x, 0.0), window.cols) for x, _ in corners]
    ys = [min(max(y, 0.0), window.rows) for _, y in corners]
    return (min(xs), min(ys), max(xs), max(ys))


def _seen(prompt: Prompt, grid: Grid, window: Window) -> Tensor | None:
    """Logits of a drawn mask within a window; None where nothing of it lies there."""
    if prompt.mask is None:
        return None
    if prompt.mask.shape != grid.shape:
        raise InputError(
            f"the mask of {prompt.phrase!r} has {prompt.mask.shape} rows and columns and the grid has "
            f"{grid.shape}: draw it on the run grid"
        )
    both = window.intersection(grid.window)
    if both is None or not prompt.mask[both.slices].any():
        return None
    logits = torch.full(window.shape, -CERTAIN)
    logits[both.within(window).slices][torch.from_numpy(prompt.mask[both.slices])] = CERTAIN
    return logits
