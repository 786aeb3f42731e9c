"""Multi-scale refinement of MAFN (paper, equation 17; as released, depthwise outputs are summed)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from geoseg_text.models.layers.normed import Normed
from geoseg_text.models.layers.plain_decoder import StackedDecoder
from geoseg_text.models.layers.rotated_conv import AdaptiveRotatedConv
from geoseg_text.models.layers.winograd import Convolution


def pointwise(channels: int, *, relu: bool) -> Normed:
    """1x1 convolution without bias, batch norm and, if asked, ReLU."""
    return Normed(nn.Conv2d(channels, channels, 1, bias=False), channels, relu=relu)


def quick_convolution(into: int, out: int) -> Normed:
    """3x3 convolution without bias, the quickest way, batch norm and ReLU."""
    return Normed(Convolution(into, out, bias=False), out)


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
            Normed(nn.Conv2d(channels, channels, k, padding=k // 2, groups=channels, bias=False), channels)
            for k in kernels
        )
        self.leave = pointwise(channels, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (B, C, H, W)."""
        level = self.enter(x)
        scale = self.scales[0](level)
        total = scale.clone()
        for depthwise in self.scales[1:]:
            level = self.rotated(level).add_(scale)
            scale = depthwise(level)
            total += scale
        refined: Tensor = self.leave(total).add_(x)
        return refined


class RefinementDecoder(StackedDecoder):
    """Top-down decoder with a multi-scale refinement for the second convolution of each level.

    Args:
        widths: channels of the four maps, finest first.
        hidden: channels of the decoder.
        kernels: see `MultiScaleRefinement`.
    """

    def __init__(self, widths: Sequence[int], hidden: int, kernels: Sequence[int]) -> None:
        super().__init__(widths, hidden, lambda: MultiScaleRefinement(hidden, kernels), quick_convolution)
