"""Verdicts: whether a claim holds of an object, with a dead zone between yes and no.

A phrase is only used where nothing is too close to call, so its referents are true by construction.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geoseg_text.language.measures import Floats, Indices, Measures

YES, UNCLEAR, NO = 1, 0, -1
Verdicts: TypeAlias = NDArray[np.int8]
"""One of YES, UNCLEAR, NO for each object asked about."""


class Predicate(Protocol):
    """A claim about objects."""

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """The verdict on each object at the positions ``among``."""


def verdicts(yes: NDArray[np.bool_], no: NDArray[np.bool_]) -> Verdicts:
    """Yes, no, or unclear where neither holds."""
    return np.where(yes, YES, np.where(no, NO, UNCLEAR)).astype(np.int8)


def split(values: Floats, low: float, high: float, ratio: float, open_ended: bool = True) -> Verdicts:
    """Parts values where they part by themselves: small is YES, large is NO.

    People judge "beside" and "large" by the objects at hand, so the border lies in the widest gap between
    neighbouring values within ``low``..``high``; without a gap of at least ``ratio`` the values between the
    bounds are unclear.

    Args:
        values: what to part.
        low: below it a value is small whatever the others are.
        high: above it a value is large whatever the others are.
        ratio: the narrowest gap that parts.
        open_ended: True where all may be small, or all large; else the gap must lie between two values.

    Returns:
        A verdict for each value.
    """
    ends = [[low / ratio], [high * ratio]] if open_ended else [[], []]
    ordered = np.sort(np.concatenate([ends[0], np.maximum(values, 1e-6), ends[1]]))
    left, right = ordered[:-1], ordered[1:]
    middle = np.sqrt(np.maximum(left, low / ratio) * np.minimum(right, high * ratio))
    width = right / left
    width = np.where((middle >= low) & (middle <= high), width, 0)
    best = int(np.argmax(width))
    if width[best] < ratio:
        return verdicts(values < low, values > high)
    return verdicts(values <= left[best], values >= right[best])


def undecided(among: Indices) -> Verdicts:
    """Unclear for every object."""
    return np.full(len(among), UNCLEAR, dtype=np.int8)
