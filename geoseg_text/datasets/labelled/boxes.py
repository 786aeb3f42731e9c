"""Axis-aligned boxes of long things (cars, buses) as the turned rectangles that fit them.

A box around a parked car that stands askew is half asphalt. A rectangle of known proportions that touches all
four sides of its box has one of two turns, mirror images of each other; the picture tells which: inside and
outside of the right one differ more in colour. A thing that stands along the box, or fits no turn, fills its
box.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoseg_text.datasets.labelled.reading import Pixels

Mask = npt.NDArray[np.bool_]

# A corner of a car is round: a turned car touches its box nearer its middle than its corner would, so that
# the rectangle that fits the box by its corners is shorter and narrower than the car. Measured on overlays.
_ROUND_CORNERS = 1.06
_DEGREES = np.arange(0.0, 90.5, 0.5)


@dataclass(frozen=True)
class Box:
    """An axis-aligned box in pixel coordinates: centre (x, y), width and height."""

    x: float
    y: float
    width: float
    height: float


def turned_rectangle(box: Box, proportion: float, image: Pixels) -> tuple[slice, slice, Mask]:
    """The pixels of the thing in the box.

    Args:
        box: where it is, in pixels of `image`.
        proportion: its width by its length, in 0..1 (a car about 0.42).
        image: uint8 (3, rows, cols).

    Returns:
        Row slice, column slice and, inside them, a bool mask (rows, cols). Empty when the box lies outside.
    """
    rows, cols = _window(box, image.shape[1:])
    y, x = np.mgrid[rows, cols] + 0.5
    degrees, length = _fit(box, proportion)
    turns = (degrees, -degrees) if 0 < degrees < 90 else (degrees,)
    masks = [_rectangle(x - box.x, y - box.y, turn, length, proportion * length) for turn in turns]
    inside_box = (abs(x - box.x) <= box.width / 2) & (abs(y - box.y) <= box.height / 2)
    patch = image[:, rows, cols].astype(np.float64)
    best = max(masks, key=lambda mask: _separation(patch, mask, inside_box))
    return rows, cols, best & inside_box


def _fit(box: Box, proportion: float) -> tuple[float, float]:
    """Turn in degrees (0: along x) and length of the rectangle of that proportion whose box is `box`."""
    radians = np.deg2rad(_DEGREES)
    wide = np.cos(radians) + proportion * np.sin(radians)
    high = np.sin(radians) + proportion * np.cos(radians)
    error = np.abs(np.log(wide / high) - math.log(box.width / box.height))
    best = int(np.argmin(error))
    degrees = float(_DEGREES[best])
    length = math.sqrt(box.width * box.height / (wide[best] * high[best]))
    if degrees in (0.0, 90.0):
        return degrees, max(box.width, box.height)
    return degrees, length * _ROUND_CORNERS


def _rectangle(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], degrees: float, length: float, width: float
) -> Mask:
    along = x * math.cos(math.radians(degrees)) + y * math.sin(math.radians(degrees))
    across = y * math.cos(math.radians(degrees)) - x * math.sin(math.radians(degrees))
    return np.asarray((abs(along) <= length / 2) & (abs(across) <= width / 2))


def _separation(patch: npt.NDArray[np.float64], mask: Mask, box: Mask) -> float:
    """Squared distance of the mean colours inside and outside, over the spread within both."""
    inside, outside = patch[:, mask & box], patch[:, box & ~mask]
    if inside.shape[1] == 0 or outside.shape[1] == 0:
        return 0.0
    between = float(((inside.mean(1) - outside.mean(1)) ** 2).sum())
    within = float((inside.var(1) * inside.shape[1] + outside.var(1) * outside.shape[1]).sum())
    return float(between / (within / (inside.shape[1] + outside.shape[1]) + 1.0))


def _window(box: Box, shape: tuple[int, ...]) -> tuple[slice, slice]:
    top, bottom = box.y - box.height / 2, box.y + box.height / 2
    left, right = box.x - box.width / 2, box.x + box.width / 2
    rows = slice(max(0, math.floor(top)), max(0, min(shape[0], math.ceil(bottom))))
    cols = slice(max(0, math.floor(left)), max(0, min(shape[1], math.ceil(right))))
    return rows, cols
