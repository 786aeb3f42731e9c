"""What a training minimises."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from geoseg_text.training.losses import soft_dice


def referring_loss(logits: Tensor, truth: Tensor, dice_weight: float) -> Tensor:
    """Weighted binary cross-entropy plus soft Dice.

    The two-class cross-entropy with weights 0.9 and 1.1 of the LAVT family, on one logit. Dice is averaged
    over the phrases that have a referent, so that it does not grow with the batch and empty masks
    stay defined.

    Args:
        logits: (N, H, W).
        truth: (N, H, W) bool, or the share of each pixel in 0..1.
        dice_weight: share of Dice beside the cross-entropy.
    """
    target = truth.float()
    entropy = F.binary_cross_entropy_with_logits(logits, target, weight=0.9 + 0.2 * target)
    dice = soft_dice(logits, target)
    present = (target.amax(dim=(1, 2)) > 0).float()
    return entropy + dice_weight * (dice * present).sum() / present.sum().clamp(min=1)


def contrast_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """How clearly a pixel that one phrase means and another does not scores higher for the first.

    Between two phrases over one view, what makes a pixel likely or unlikely for both falls out; what is left
    is what the words say. Averaged over the pairs of phrases that differ.

    Args:
        logits: (B, P, H, W), P phrases of each view.
        truth: (B, P, H, W) bool.
    """
    own = truth.unsqueeze(2) & ~truth.unsqueeze(1)
    misses = F.softplus(logits.unsqueeze(1) - logits.unsqueeze(2)) * own
    pixels = own.sum(dim=(3, 4))
    of_pair = misses.sum(dim=(3, 4)) / pixels.clamp(min=1)
    return of_pair.sum() / (pixels > 0).sum().clamp(min=1)


def allowed_loss(logits: Tensor, allowed: Tensor) -> Tensor:
    """Minus the log-probability that a pixel is one of the classes its labels allow.

    Args:
        logits: (N, classes, H, W).
        allowed: (N, H, W) int32, bit c set for class c; at least one bit.
    """
    bits = torch.arange(logits.shape[1], device=logits.device, dtype=torch.int32).view(-1, 1, 1)
    permitted = (allowed.unsqueeze(1) >> bits & 1).bool()
    chances = logits.float().log_softmax(dim=1).masked_fill(~permitted, -1e4)
    return -chances.logsumexp(dim=1).mean()
