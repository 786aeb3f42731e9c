"""The losses of the papers, one number for each phrase, so that batches can be put together in any way.

The releases average over whatever is in a batch: cross-entropy over all of its pixels by their weights, Dice
as a plain sum over its phrases (so that its weight grows with the batch). Here each phrase has its own loss;
accumulated batches and several devices then give the gradient of one large batch. What a release sums over
phrases is written as a larger weight in the recipes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor

from geoseg_text.training.config import CrossEntropy, CrossEntropyDice, FocalDiceIouPresence, Loss

if TYPE_CHECKING:
    from geoseg_text.models.rsam import Judgement


class Answered(NamedTuple):
    """What a network says of N phrases in training."""

    logits: Tensor
    """(N, H, W) of what belongs to the referent."""
    judgement: Judgement | None = None
    """Of a network that judges presence and quality apart; its masks are at the images' size."""


def penalise(loss: Loss, answered: Answered, truth: Tensor) -> dict[str, Tensor]:
    """The weighted parts of a loss, means over phrases; the loss is their sum.

    Args:
        loss: which, and its weights.
        answered: logits of N phrases.
        truth: (N, H, W) bool.
    """
    if isinstance(loss, FocalDiceIouPresence):
        # the learner asks the network to judge where this loss is chosen
        return judged(loss, cast("Judgement", answered.judgement), truth)
    logits = answered.logits.float()
    entropy = weighted_cross_entropy(logits, truth, loss.weights).mean()
    if isinstance(loss, CrossEntropy):
        return {"cross_entropy": entropy}
    return _with_dice(loss, entropy, logits, truth)


def _with_dice(loss: CrossEntropyDice, entropy: Tensor, logits: Tensor, truth: Tensor) -> dict[str, Tensor]:
    """CADFormer equation 13, which RMSIN, FIANet and MAFN share: lambda CE + (1 - lambda) Dice."""
    dice = two_class_dice(logits, truth).mean()
    return {"cross_entropy": loss.cross_entropy * entropy, "dice": loss.dice * dice}


def weighted_cross_entropy(logits: Tensor, truth: Tensor, weights: tuple[float, float]) -> Tensor:
    """Cross-entropy of background and referent, averaged over a phrase's pixels by their weights.

    On one logit, referent less background, it is the binary cross-entropy.

    Args:
        logits: (N, H, W).
        truth: (N, H, W) bool.
        weights: of background and referent; 0.9 and 1.1 in the LAVT family.

    Returns:
        (N,).
    """
    weight = torch.where(truth, weights[1], weights[0])
    entropy = F.binary_cross_entropy_with_logits(logits, truth.float(), reduction="none")
    return (weight * entropy).sum(dim=(1, 2)) / weight.sum(dim=(1, 2))


def two_class_dice(logits: Tensor, truth: Tensor, smooth: float = 1e-6) -> Tensor:
    """Dice losses of background and referent, summed, as RMSIN and its descendants have it: (N,)."""
    background = soft_dice(-logits, ~truth, smooth)
    return background + soft_dice(logits, truth, smooth)


def soft_dice(logits: Tensor, truth: Tensor, smooth: float = 1.0) -> Tensor:
    """One less twice the overlap over the sum of both (RSAM section 3.2.4, L_dice).

    Args:
        logits: (N, H, W).
        truth: (N, H, W) bool, or the share of each pixel in 0..1.
        smooth: added above and below, so that nothing against nothing costs nothing.

    Returns:
        (N,).
    """
    score, target = torch.sigmoid(logits), truth.float()
    overlap = (score * target).sum(dim=(1, 2))
    total = score.sum(dim=(1, 2)) + target.sum(dim=(1, 2))
    return 1 - (2 * overlap + smooth) / (total + smooth)


def focal(logits: Tensor, truth: Tensor, alpha: float, gamma: float) -> Tensor:
    """Sigmoid focal loss, averaged over a phrase's pixels (RSAM section 3.2.4, L_focal): (N,).

    ``alpha`` weighs the referent and ``1 - alpha`` the background; ``gamma`` quiets pixels that are right.
    """
    target = truth.float()
    entropy = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    wrong = torch.sigmoid(torch.where(truth, -logits, logits))
    weight = torch.where(truth, alpha, 1 - alpha)
    return (weight * wrong**gamma * entropy).mean(dim=(1, 2))


def iou_error(expected: Tensor, logits: Tensor, truth: Tensor) -> Tensor:
    """How far the expected IoU (N,) is from that of the mask (RSAM section 3.2.4, L_iou): (N,)."""
    found = logits > 0
    overlap = (found & truth).sum(dim=(1, 2))
    union = (found | truth).sum(dim=(1, 2)).clamp(min=1)
    return (expected - overlap / union).abs()


def judged(loss: FocalDiceIouPresence, judgement: Judgement, truth: Tensor) -> dict[str, Tensor]:
    """RSAM's composite objective, L_c of section 3.2.4; without a referent only its absence is learnt.

    Args:
        loss: the weights.
        judgement: of N phrases, its masks (N, H, W).
        truth: (N, H, W) bool.
    """
    logits, presence, quality = (x.float() for x in judgement)
    present = truth.flatten(1).any(dim=1).float()
    parts = {
        "focal": loss.focal * focal(logits, truth, loss.alpha, loss.gamma) * present,
        "dice": loss.dice * soft_dice(logits, truth) * present,
        "iou": loss.iou * iou_error(quality, logits, truth) * present,
        "presence": loss.presence * F.binary_cross_entropy_with_logits(presence, present, reduction="none"),
    }
    return {name: part.mean() for name, part in parts.items()}
