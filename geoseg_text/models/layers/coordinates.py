"""Where a pixel lies in the window, as features of the map.

Shifted windows know relative places alone; without this, "in the north" and "in the south" look the same.
No published network of the family has it.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

OCTAVES = 2


class Coordinates(nn.Module):
    """Adds to each pixel of a map a linear function of waves over its row and its column.

    Zero at first, so that weights trained without it stay good.

    Args:
        channels: width C of the map.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.place = nn.Linear(4 * OCTAVES, channels, bias=False)
        nn.init.zeros_(self.place.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (B, H, W, C)."""
        rows, cols = x.shape[1:3]
        down = _waves(rows, x.device).unsqueeze(1).expand(rows, cols, -1)
        right = _waves(cols, x.device).unsqueeze(0).expand(rows, cols, -1)
        placed: Tensor = x + self.place(torch.cat([down, right], dim=-1).to(x.dtype))
        return placed


def _waves(length: int, device: torch.device) -> Tensor:
    """Sine and cosine of half a wave and of a whole one over a side, (length, 4), at the pixels' middles."""
    at = (torch.arange(length, device=device) + 0.5) * (2 / length) - 1
    angles = at.unsqueeze(1) * math.pi / 2 * 2.0 ** torch.arange(OCTAVES, device=device)
    return torch.cat([angles.sin(), angles.cos()], dim=1)
