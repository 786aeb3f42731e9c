"""What asks the insides of a network for answers while it learns, and is left behind with the training."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.training.pools.losses import referring_loss
from geoseg_text.training.pools.samples import CLASSES


class AuxiliaryHead(nn.Module):
    """Names what each pixel shows, from the trunk alone."""

    def __init__(self, widths: tuple[int, ...], hidden: int = 64) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(width, hidden, 1) for width in widths)
        self.out = nn.Sequential(
            nn.Conv2d(hidden, hidden, 3, padding=1),
            nn.BatchNorm2d(hidden),
            nn.ReLU(),
            nn.Conv2d(hidden, len(CLASSES), 1),
        )

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Maps (N, H_i, W_i, C_i), finest first, to logits (N, classes, H_0, W_0)."""
        laterals = [lateral(m.permute(0, 3, 1, 2)) for lateral, m in zip(self.lateral, maps, strict=True)]
        size = laterals[0].shape[2:]
        total = sum(F.interpolate(x, size=size, mode="bilinear", align_corners=False) for x in laterals)
        logits: Tensor = self.out(total)
        return logits


class DeepSupervision(nn.Module):
    """Asks every stage's multi-modal features for the answer already."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.heads = nn.ModuleList(nn.Conv2d(width, 1, 1) for width in widths)

    def forward(self, maps: list[Tensor], truth: Tensor, dice_weight: float) -> Tensor:
        """Mean loss of the stages' maps (N, H_i, W_i, C_i) against the truth (N, H, W), each at its size."""
        losses = []
        for head, features in zip(self.heads, maps, strict=True):
            logits = head(features.permute(0, 3, 1, 2)).squeeze(1).float()
            share = F.adaptive_avg_pool2d(truth.float().unsqueeze(1), logits.shape[1:]).squeeze(1)
            losses.append(referring_loss(logits, share, dice_weight))
        return torch.stack(losses).mean()


class WordAlignment(nn.Module):
    """Asks queries and keys of each pixel-word attention to agree where the phrase is meant.

    The attention normalises away what all pixels share, so from random weights it is slow to notice a word.
    A pixel's score is its query times the mean key of the phrase, scaled and shifted per stage.
    """

    def __init__(self, stages: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(stages))
        self.shift = nn.Parameter(torch.full((stages,), -1.5))

    def forward(self, queries: list[Tensor], keys: list[Tensor], mask: Tensor, truth: Tensor) -> Tensor:
        """Mean loss of the stages.

        Args:
            queries: (N, C_i, pixels of stage i).
            keys: (N, C_i, L).
            mask: (N, L) bool, true for tokens.
            truth: (N, H, W) bool, square.
        """
        losses = []
        weight = (mask.float() / mask.sum(dim=1, keepdim=True)).unsqueeze(2)
        for index, (query, key) in enumerate(zip(queries, keys, strict=True)):
            phrase = (key.float() @ weight).transpose(1, 2)
            score = (phrase @ query.float()).squeeze(1) * query.shape[1] ** -0.5
            side = math.isqrt(score.shape[1])
            share = F.adaptive_avg_pool2d(truth.float().unsqueeze(1), side).flatten(1)
            logits = score * self.scale[index] + self.shift[index]
            losses.append(F.binary_cross_entropy_with_logits(logits, share))
        return torch.stack(losses).mean()
