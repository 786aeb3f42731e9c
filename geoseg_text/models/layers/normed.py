"""A layer, its batch norm and, where there is one, its ReLU."""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Normed(nn.Sequential):
    """What the layer answers is normed and cut off in place where nothing is learnt.

    The maps of a decoder are so large that fetching memory for each step costs more than the step.

    Args:
        layer: gives a new map (B, C, H, W).
        channels: C.
        relu: whether a ReLU follows.
    """

    def __init__(self, layer: nn.Module, channels: int, *, relu: bool = True) -> None:
        super().__init__(layer, nn.BatchNorm2d(channels), *([nn.ReLU()] if relu else []))

    def forward(self, x: Tensor) -> Tensor:
        """The layer's map, normed."""
        layer, norm, relu = self[0], cast(nn.BatchNorm2d, self[1]), len(self) > 2
        y: Tensor = layer(x)
        if torch.is_grad_enabled() or self.training:
            y = norm(y)
            return F.relu(y) if relu else y
        statistics = dict(norm.named_buffers())
        scale = norm.weight * torch.rsqrt(statistics["running_var"] + norm.eps)
        shift = norm.bias - statistics["running_mean"] * scale
        torch.addcmul(shift[:, None, None], y, scale[:, None, None], out=y)
        return y.relu_() if relu else y
