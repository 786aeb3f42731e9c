"""Overlap of masks against counts made by hand."""

import math

import numpy as np
import pytest

from geoseg_text.evaluation.metrics import iou, mean_iou, overall_iou, overlap, precision_at

LEFT = np.array([[1, 1, 0, 0], [1, 1, 0, 0]], dtype=bool)
MIDDLE = np.array([[0, 1, 1, 0], [0, 1, 1, 0]], dtype=bool)
NONE = np.zeros((2, 4), dtype=bool)


def test_half_shifted_square_overlaps_by_a_third() -> None:
    assert overlap(LEFT, MIDDLE) == (2, 6)
    assert iou(LEFT, MIDDLE) == pytest.approx(1 / 3)


def test_nothing_for_nothing_is_right_and_something_for_nothing_is_wrong() -> None:
    assert iou(NONE, NONE) == 1.0
    assert iou(LEFT, NONE) == 0.0


def test_overall_iou_weighs_pixels_and_mean_iou_weighs_answers() -> None:
    pairs = [(LEFT, LEFT), (LEFT, MIDDLE), (NONE, MIDDLE)]
    assert mean_iou(pairs) == pytest.approx((1 + 1 / 3 + 0) / 3)
    assert overall_iou(pairs) == pytest.approx((4 + 2 + 0) / (4 + 6 + 4))


def test_no_answers_have_no_mean() -> None:
    assert math.isnan(mean_iou([]))
    assert math.isnan(overall_iou([(NONE, NONE)]))


def test_precision_counts_the_threshold_itself() -> None:
    assert precision_at([0.5, 0.9, 0.2, 1.0], (0.5, 0.9)) == [0.75, 0.5]
