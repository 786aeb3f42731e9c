"""The score from which a pixel counts, chosen after training."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray

from geoseg_text.models.mafn import MAFN
from geoseg_text.tensors import to_tensor
from geoseg_text.training.pools.samples import Sample

THRESHOLDS = np.linspace(0.2, 0.7, 26)


def best_threshold(model: MAFN, samples: Iterable[Sample]) -> float:
    """The threshold of highest generalised IoU: per phrase; where nothing is meant, 1 for an empty answer.

    Args:
        model: in evaluation mode.
        samples: views of one size with their phrases; ids, masks and truths as a training draws them.
    """
    found = []
    with torch.inference_mode():
        for sample in samples:
            image = to_tensor(sample["image"][None].numpy(), model.config.mean, model.config.std)
            text = model.text_encoder(sample["ids"], sample["mask"])
            scores = torch.sigmoid(model(image, text)[0]).numpy()
            found += [
                generalised_iou(score, truth)
                for score, truth in zip(scores, sample["truth"].numpy(), strict=True)
            ]
    return float(THRESHOLDS[np.mean(found, axis=0).argmax()].round(2))


def generalised_iou(scores: NDArray[np.float32], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """IoU of scores (rows, cols) cut at each of `THRESHOLDS` with a truth; 1 where both are empty."""
    # counts of pixels at or above each threshold, of all and of the true ones
    level = np.searchsorted(THRESHOLDS, scores.ravel(), side="right")
    every = np.bincount(level, minlength=len(THRESHOLDS) + 1)[::-1].cumsum()[::-1][1:]
    both = np.bincount(level[truth.ravel()], minlength=len(THRESHOLDS) + 1)[::-1].cumsum()[::-1][1:]
    union = every + int(truth.sum()) - both
    iou: NDArray[np.float64] = np.where(union == 0, 1.0, both / np.maximum(union, 1))
    return iou
