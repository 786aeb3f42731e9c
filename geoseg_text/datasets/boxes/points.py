"""Points that guide a mask: where the thing is, and where it is not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from geoseg_text.errors import InputError

Box = tuple[float, float, float, float]
"""First and last column and row, xmin, ymin, xmax, ymax, as distances from the image's corner in pixels."""

_SIGNS = {"+": True, "-": False}


@dataclass(frozen=True)
class Point:
    """A place in an image.

    Attributes:
        x: distance from the left side in pixels.
        y: distance from the upper side in pixels.
        on: whether the thing is there.
    """

    x: float
    y: float
    on: bool


def parse_points(text: str) -> tuple[Point, ...]:
    """The points of a text such as ``120,80,+;140.5,96,-``.

    Raises:
        InputError: it is not of that form.
    """
    return tuple(_parsed(part) for part in text.split(";") if part.strip())


def written(points: Sequence[Point]) -> str:
    """The text that `parse_points` reads."""
    return ";".join(f"{_said(point.x)},{_said(point.y)},{'+' if point.on else '-'}" for point in points)


def outside(points: Sequence[Point], shape: tuple[int, int]) -> Point | None:
    """The first point that is not on an image of so many rows and columns."""
    rows, cols = shape
    return next((one for one in points if not (0 <= one.x <= cols and 0 <= one.y <= rows)), None)


def _parsed(part: str) -> Point:
    words = [word.strip() for word in part.split(",")]
    try:
        x, y, sign = words
        point = Point(float(x), float(y), _SIGNS[sign])
    except (ValueError, KeyError) as error:
        raise InputError(_wanted(part)) from error
    if not (math.isfinite(point.x) and math.isfinite(point.y)):
        raise InputError(_wanted(part))
    return point


def _said(length: float) -> str:
    """A length with all its digits, without a fraction where it has none."""
    return repr(length).removesuffix(".0")


def _wanted(part: str) -> str:
    return f"{part.strip()[:40]!r} is no point; write x,y,+ on the thing and x,y,- beside it, with ; between"
