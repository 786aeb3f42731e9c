"""Visual integration branch (MAFN equation 6; RMSIN's various-receptive branch): spatial weights of a map."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class _ThreeBranches(nn.Module):
    """Sum of a 1x1, a 1x1-then-3x3 and an identity branch on one channel, each batch-normalised."""

    def __init__(self) -> None:
        super().__init__()
        self.narrow = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.BatchNorm2d(1))
        self.wide = nn.Sequential(
            nn.Conv2d(1, 1, 1, bias=False),
            nn.BatchNorm2d(1),
            nn.Conv2d(1, 1, 3, padding=1, bias=False),
            nn.BatchNorm2d(1),
        )
        self.identity = nn.BatchNorm2d(1)

    def forward(self, x: Tensor) -> Tensor:
        total: Tensor = self.narrow(x) + self.wide(x) + self.identity(x)
        return total


class VariousReceptive(nn.Module):
    """Weights every pixel by what several receptive fields see in the channel mean."""

    def __init__(self) -> None:
        super().__init__()
        self.first = _ThreeBranches()
        self.second = _ThreeBranches()

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (B, H, W, C)."""
        mean = x.mean(dim=-1).unsqueeze(1)
        weight = torch.sigmoid(self.second(F.relu(self.first(mean))))
        return x * weight.permute(0, 2, 3, 1)
