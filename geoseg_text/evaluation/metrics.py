"""Overlap of predicted and true masks, as the referring segmentation papers count it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

PRECISION_THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
"""IoUs of Pr@X, as the papers report it."""


def overlap(predicted: Mask, truth: Mask) -> tuple[int, int]:
    """Pixels of the intersection and of the union of two masks of one shape."""
    return int(np.count_nonzero(predicted & truth)), int(np.count_nonzero(predicted | truth))


def iou(predicted: Mask, truth: Mask) -> float:
    """Intersection over union; 1 where both are empty, since "none" was rightly answered."""
    intersection, union = overlap(predicted, truth)
    return intersection / union if union else 1.0


def mean_iou(pairs: Iterable[tuple[Mask, Mask]]) -> float:
    """mIoU: mean over (predicted, truth) pairs; NaN without any."""
    values = [iou(predicted, truth) for predicted, truth in pairs]
    return float(np.mean(values)) if values else float("nan")


def overall_iou(pairs: Iterable[tuple[Mask, Mask]]) -> float:
    """oIoU: summed intersections over summed unions; NaN where every union is empty."""
    counts = [overlap(predicted, truth) for predicted, truth in pairs]
    union = sum(u for _, u in counts)
    return sum(i for i, _ in counts) / union if union else float("nan")


def precision_at(ious: Sequence[float], thresholds: Sequence[float] = PRECISION_THRESHOLDS) -> list[float]:
    """Pr@X: share of answers whose IoU reaches each threshold."""
    values = np.asarray(ious, dtype=float)
    return [float(np.mean(values >= threshold)) for threshold in thresholds]
