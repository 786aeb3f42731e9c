"""What is done to averaged weights after a training: their norms are measured, their threshold is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from geoseg_text.models.mafn import MAFN
from geoseg_text.training.samples import Sample

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
            scores = torch.sigmoid(_logits(model, [sample])).numpy()
            found += [
                generalised_iou(score, truth)
                for score, truth in zip(scores, sample["truth"].numpy(), strict=True)
            ]
    return float(THRESHOLDS[np.mean(found, axis=0).argmax()].round(2))


def refresh_norms(model: MAFN, samples: Iterable[Sample], views: int = 4) -> None:
    """Measure the batch norms' statistics anew, on views of the size the network will be asked at.

    Statistics that were averaged along a training belong to weights long gone and to smaller views.

    Args:
        model: left in evaluation mode.
        samples: views with phrases; whole batches of them are used.
        views: views in a batch.
    """
    norms = [module for module in model.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    model.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over all batches
        norm.train()
    drawn = iter(samples)
    with torch.no_grad():
        while batch := list(islice(drawn, views)):
            _logits(model, batch)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    model.eval()


def _logits(model: MAFN, batch: Sequence[Sample]) -> Tensor:
    """Logits (views * P, rows, cols) of samples of one size."""
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in (model.config.mean, model.config.std))
    images = torch.stack([(sample["image"].float() / 255 - mean) / std for sample in batch])
    ids, mask = (torch.cat([sample[name] for sample in batch]) for name in ("ids", "mask"))
    return model.forward_matched(images, model.text_encoder(ids, mask))


def generalised_iou(scores: NDArray[np.float32], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """IoU of scores (rows, cols) cut at each of `THRESHOLDS` with a truth; 1 where both are empty."""
    # counts of pixels at or above each threshold, of all and of the true ones
    level = np.searchsorted(THRESHOLDS, scores.ravel(), side="right")
    every = np.bincount(level, minlength=len(THRESHOLDS) + 1)[::-1].cumsum()[::-1][1:]
    both = np.bincount(level[truth.ravel()], minlength=len(THRESHOLDS) + 1)[::-1].cumsum()[::-1][1:]
    union = every + int(truth.sum()) - both
    iou: NDArray[np.float64] = np.where(union == 0, 1.0, both / np.maximum(union, 1))
    return iou
