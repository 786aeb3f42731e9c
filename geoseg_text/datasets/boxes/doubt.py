"""Which masks are doubtful, and why: measured on the masks alone, without looking at the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil, floor
from types import MappingProxyType
from typing import Literal

import numpy as np

from geoseg_text.datasets.boxes.points import Box
from geoseg_text.datasets.sample import Mask
from geoseg_text.errors import InputError

Kind = Literal["unsure", "empty", "spills", "sparse", "short", "differ"]

MEANINGS: Mapping[Kind, str] = MappingProxyType(
    {
        "unsure": "the model gives its mask a low IoU",
        "empty": "the mask has no pixel",
        "spills": "much of the mask lies outside of its box",
        "sparse": "the mask fills little of its box",
        "short": "the mask does not reach the sides of its box",
        "differ": "the candidates are unlike one another",
    }
)
"""Each kind of doubt and what it says."""

_WORDS: Mapping[Kind, str] = {
    "unsure": "predicted IoU {:.2f}",
    "empty": "empty",
    "spills": "{:.0%} outside of the box",
    "sparse": "fills {:.0%} of the box",
    "short": "IoU {:.2f} of its own box with the box",
    "differ": "IoU {:.2f} among the candidates",
}


@dataclass(frozen=True)
class Limits:
    """From where on a mask is doubtful.

    Attributes:
        sure: least IoU that the model must predict.
        spill: most of the mask that may lie outside of the box, a share of the mask.
        fill: least of the box that the mask must cover, a share of the box: a bridge across it covers little.
        box_iou: least IoU of the mask's own box with the box.
        agreement: least mean IoU of the candidates, two by two.
    """

    sure: float = 0.8
    spill: float = 0.2
    fill: float = 0.05
    box_iou: float = 0.5
    agreement: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.sure <= 1:
            raise InputError(f"--sure {self.sure:g}: give an IoU from 0 to 1")


@dataclass(frozen=True)
class Doubt:
    """A reason to doubt a mask.

    Attributes:
        kind: a key of `MEANINGS`.
        value: what was measured.
    """

    kind: Kind
    value: float = 0.0

    def __str__(self) -> str:
        return _WORDS[self.kind].format(self.value)


@dataclass(frozen=True)
class Fit:
    """How a mask lies in its box.

    Attributes:
        pixels: of the mask.
        spill: share of them outside of the box.
        fill: share of the box that the mask covers.
        box_iou: IoU of the box around the mask with the box.
    """

    pixels: int
    spill: float
    fill: float
    box_iou: float


def fit(mask: Mask, box: Box) -> Fit:
    """Measure a mask (rows, cols) that was drawn from a box, to four digits."""
    measured = (round(measure(mask, box), 4) for measure in (outside, filled, box_iou))
    return Fit(int(mask.sum()), *measured)


def doubts(found: Fit, predicted_iou: float, agreement: float, limits: Limits) -> tuple[Doubt, ...]:
    """Why a mask is doubtful; nothing where it is not.

    Args:
        found: how it lies in its box.
        predicted_iou: what the model gives it.
        agreement: of all candidates with one another.
        limits: see there.
    """
    if not found.pixels:
        return (Doubt("empty"),)
    measured: tuple[tuple[Kind, float, bool], ...] = (
        ("unsure", predicted_iou, predicted_iou >= limits.sure),
        ("spills", found.spill, found.spill <= limits.spill),
        ("sparse", found.fill, found.fill >= limits.fill),
        ("short", found.box_iou, found.box_iou >= limits.box_iou),
        ("differ", agreement, agreement >= limits.agreement),
    )
    return tuple(Doubt(kind, value) for kind, value, good in measured if not good)


def outside(mask: Mask, box: Box) -> float:
    """Share of a mask's pixels that lie outside of the pixels a box touches; 0 for an empty mask."""
    total = int(mask.sum())
    return 1 - int(mask[_touched(box)].sum()) / total if total else 0.0


def filled(mask: Mask, box: Box) -> float:
    """Share of the pixels a box touches that a mask covers."""
    inside = mask[_touched(box)]
    return float(inside.mean()) if inside.size else 0.0


def box_iou(mask: Mask, box: Box) -> float:
    """IoU of the box around a mask with another box; 0 for an empty mask."""
    own = bounds(mask)
    wide, high = (
        max(min(own[end], box[end]) - max(own[start], box[start]), 0.0) for start, end in ((0, 2), (1, 3))
    )
    shared = wide * high
    areas = ((one[2] - one[0]) * (one[3] - one[1]) for one in (own, box))
    return float(shared / (sum(areas) - shared))


def bounds(mask: Mask) -> tuple[int, int, int, int]:
    """First column and row of a mask, and those after the last; all 0 for an empty one."""
    rows, cols = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 0, 0, 0
    return int(cols[0]), int(rows[0]), int(cols[-1]) + 1, int(rows[-1]) + 1


def likeness(masks: Sequence[Mask]) -> float:
    """Mean IoU of masks, two by two; 1 for a single one. Two empty masks are alike."""
    pairs = list(combinations(masks, 2))
    if not pairs:
        return 1.0
    return sum(map(_iou, *zip(*pairs, strict=True))) / len(pairs)


def _iou(one: Mask, other: Mask) -> float:
    union = int((one | other).sum())
    return int((one & other).sum()) / union if union else 1.0


def _touched(box: Box) -> tuple[slice, slice]:
    """Rows and columns of the pixels that a box touches."""
    left, top, right, bottom = box
    return slice(floor(top), ceil(bottom)), slice(floor(left), ceil(right))
