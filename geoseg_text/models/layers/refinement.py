"""Multi-scale refinement of MAFN (paper, equation 17; as released, depthwise outputs are summed)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.models.layers.rotated_conv import AdaptiveRotatedConv


def pointwise(channels: int, *, relu: bool) -> nn.Sequential:
    """1x1 convolution without bias, batch norm and, if asked, ReLU."""
    layers: list[nn.Module] = [nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels)]
    return nn.Sequential(*layers, nn.ReLU()) if relu else nn.Sequential(*layers)


class MultiScaleRefinement(nn.Module):
    """Depthwise convolutions of growing size along a rotated convolution that they share.

    Args:
        channels: width of the map.
        kernels: sizes of the depthwise kernels, in order (1, 3, 5 in the published network).
    """

    def __init__(self, channels: int, kernels: Sequence[int]) -> None:
        super().__init__()
        self.enter = pointwise(channels, relu=True)
        self.rotated = AdaptiveRotatedConv(channels)
        self.scales = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(channels, channels, k, padding=k // 2, groups=channels, bias=False),
                nn.BatchNorm2d(channels),
                nn.ReLU(),
            )
            for k in kernels
        )
        self.leave = pointwise(channels, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (B, C, H, W)."""
        level = self.enter(x)
        scale = self.scales[0](level)
        total = scale
        for depthwise in self.scales[1:]:
            level = self.rotated(level) + scale
            scale = depthwise(level)
            total = total + scale
        refined: Tensor = self.leave(total) + x
        return refined


class RefinementDecoder(nn.Module):
    """Top-down decoder: upsample, join the finer map, 3x3 convolution, multi-scale refinement.

    Args:
        widths: channels of the four maps, finest first.
        hidden: channels of the decoder.
        kernels: see `MultiScaleRefinement`.
    """

    def __init__(self, widths: Sequence[int], hidden: int, kernels: Sequence[int]) -> None:
        super().__init__()
        inputs = [widths[3] + widths[2], hidden + widths[1], hidden + widths[0]]
        self.joins = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(channels, hidden, 3, padding=1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU()
            )
            for channels in inputs
        )
        self.refine = nn.ModuleList(MultiScaleRefinement(hidden, kernels) for _ in inputs)
        self.classes = nn.Conv2d(hidden, 2, 1)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_i, H_i, W_i), finest first, to two-class logits (B, 2, H_0, W_0)."""
        x = maps[3]
        for finer, join, refine in zip(reversed(maps[:3]), self.joins, self.refine, strict=True):
            x = F.interpolate(x, size=finer.shape[2:], mode="bilinear", align_corners=True)
            x = refine(join(torch.cat([x, finer], dim=1)))
        logits: Tensor = self.classes(x)
        return logits
