"""Each doubt by numbers that were counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from geoseg_text.datasets.boxes.doubt import Doubt, Fit, Limits, doubts, fit, likeness

BOX = (2.0, 4.0, 12.0, 14.0)  # 10 x 10 px
GOOD = (2, 4, 12, 14)


def mask(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    found = np.zeros((20, 20), bool)
    for left, top, right, bottom in boxes:
        found[top:bottom, left:right] = True
    return found


def kinds(one: np.ndarray, iou: float = 0.9, limits: Limits | None = None) -> list[str]:
    return [doubt.kind for doubt in doubts(fit(one, BOX), iou, 1.0, limits or Limits())]


def test_a_mask_that_fills_its_box_is_beyond_doubt() -> None:
    assert kinds(mask(GOOD)) == []
    assert kinds(mask(GOOD), iou=0.8) == []


@pytest.mark.parametrize(
    ("one", "share", "part", "reach"),
    [
        (mask(GOOD), 0.0, 1.0, 1.0),
        (mask((2, 4, 12, 19)), 50 / 150, 1.0, 100 / 150),  # five rows below the box
        (mask((2, 4, 7, 14)), 0.0, 0.5, 0.5),  # its left half
        (mask((2, 4, 3, 5), (11, 13, 12, 14)), 0.0, 0.02, 1.0),  # two corners: thin, but it reaches the sides
        (mask((5, 7, 9, 11)), 0.0, 0.16, 0.16),  # 4 x 4 px in its middle
        (mask((14, 0, 20, 4)), 1.0, 0.0, 0.0),  # elsewhere
        (mask(), 0.0, 0.0, 0.0),
    ],
)
def test_what_is_measured(one: np.ndarray, share: float, part: float, reach: float) -> None:
    assert fit(one, BOX) == Fit(int(one.sum()), round(share, 4), round(part, 4), round(reach, 4))


def test_each_doubt_is_told_with_its_number() -> None:
    assert doubts(fit(mask(GOOD), BOX), 0.62, 1.0, Limits()) == (Doubt("unsure", 0.62),)
    assert kinds(mask()) == ["empty"]
    assert kinds(mask((2, 4, 12, 17))) == ["spills"]  # 30 of 130
    assert kinds(mask((2, 4, 12, 16))) == []  # 20 of 120
    assert kinds(mask((2, 4, 3, 5), (11, 13, 12, 14))) == ["sparse"]
    assert kinds(mask((5, 7, 9, 11))) == ["short"]
    assert kinds(mask((14, 0, 20, 4)), iou=0.1) == ["unsure", "spills", "sparse", "short"]
    said = [str(doubt) for doubt in doubts(fit(mask((14, 0, 20, 4)), BOX), 0.1, 1.0, Limits())]
    assert said[:2] == ["predicted IoU 0.10", "100% outside of the box"]
    assert kinds(mask(GOOD), iou=float("nan")) == ["unsure"]


def test_candidates_that_are_unlike_raise_doubt() -> None:
    whole, half, none = mask(GOOD), mask((2, 4, 7, 14)), mask()
    assert likeness([whole]) == 1.0
    assert likeness([whole, whole, whole]) == 1.0
    assert likeness([whole, half, whole]) == pytest.approx((0.5 + 1 + 0.5) / 3)
    assert likeness([whole, none, none]) == pytest.approx((0 + 0 + 1) / 3)
    assert doubts(fit(whole, BOX), 0.9, 0.5, Limits()) == ()
    assert doubts(fit(whole, BOX), 0.9, 0.4999, Limits()) == (Doubt("differ", 0.4999),)


def test_a_box_between_pixels_counts_those_it_touches() -> None:
    assert fit(mask(GOOD), (2.5, 4.5, 11.5, 13.5)) == Fit(100, 0.0, 1.0, 0.81)
    assert fit(mask((3, 3, 4, 4)), (3.2, 3.2, 3.4, 3.4)).fill == 1.0
