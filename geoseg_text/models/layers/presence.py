"""Masks and whether there is anything at all: how a network's several logits become one map for a phrase."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

NOTHING = -1024.0
"""Logit of every pixel where there is no referent, as SAM 2 writes it: a score of 0 in any precision."""

_AT_ONCE = 32
"""Masks that are resized together, which bounds memory."""


def both(first: Tensor, second: Tensor) -> Tensor:
    """Logit of the product of two probabilities, from their logits: a gate that gradients pass."""
    return -torch.logsumexp(torch.stack((-first, -second, -first - second)), dim=0)


def resized(masks: Tensor, shape: tuple[int, int]) -> Tensor:
    """Logits (N, h, w) at the image's size, (N, H, W)."""
    return F.interpolate(masks[:, None], size=shape, mode="bilinear", align_corners=False)[:, 0]


def union(masks: Tensor, shape: tuple[int, int]) -> Tensor:
    """One map for all objects of a phrase.

    Args:
        masks: logits (K, h, w) of K objects; K may be 0.
        shape: H and W.

    Returns:
        The largest logit of each pixel, (H, W); `NOTHING` where there is no object.
    """
    whole = masks.new_full(shape, NOTHING)
    for some in masks.split(_AT_ONCE):
        if len(some):
            whole = torch.maximum(whole, resized(some, shape).amax(dim=0))
    return whole
