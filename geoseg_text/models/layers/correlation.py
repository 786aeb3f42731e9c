"""Correlation-aware fusion of MAFN (paper, equation 10, figure 2): vision meets language at every offset."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.models.layers.swin import from_windows, to_windows
from geoseg_text.models.layers.winograd import Convolution

OFFSETS = 9
"""Neighbours in the correlation volume: a 3 x 3 square, row-major."""


class CorrelationFusion(nn.Module):
    """Correlation volume, multi-window fusion and channel intensification of two branches."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mix = Convolution(2 * channels + OFFSETS, channels)
        self.windows = MultiWindow(channels)
        self.intensify = ChannelIntensification(channels)

    def forward(self, visual: Tensor, language: Tensor) -> Tensor:
        """Fuse two maps (B, H, W, C) to one of the same shape."""
        volume = correlation_volume(visual, language)
        mixed = convolved(self.mix, torch.cat([visual, volume, language], dim=-1))
        fused: Tensor = self.intensify(self.windows(mixed)) + mixed
        return fused


def correlation_volume(visual: Tensor, language: Tensor) -> Tensor:
    """Mean over channels of ``visual`` at p times ``language`` at p + d, for the nine offsets d.

    Args:
        visual: (B, H, W, C).
        language: (B, H, W, C); zero outside the map.

    Returns:
        (B, H, W, 9).
    """
    rows, cols, channels = visual.shape[1:]
    padded = F.pad(language, (0, 0, 1, 1, 1, 1))
    volume = []
    for row in range(3):
        of_rows = visual @ padded[:, row : row + rows].mT  # every column with every column: three are kept
        volume += [of_rows.diagonal(col, dim1=2, dim2=3)[..., :cols] for col in range(3)]
    return torch.stack(volume, dim=-1) / channels


class WindowGate(nn.Module):
    """Gated MLP whose gate mixes the positions of one window of ``side`` x ``side`` tokens."""

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        self.side = side
        self.norm = nn.LayerNorm(channels)
        self.expand = nn.Linear(channels, 2 * channels)
        self.gate_norm = nn.LayerNorm(channels)
        self.positions = nn.Linear(side * side, side * side)
        self.out = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (B, H, W, C); padded at the bottom and right to whole windows."""
        rows, cols = x.shape[1:3]
        padded = F.pad(x, (0, 0, 0, -cols % self.side, 0, -rows % self.side))
        windows = to_windows(padded, self.side)
        value, gate = F.gelu(self.expand(self.norm(windows))).chunk(2, dim=-1)
        gate = self.positions(self.gate_norm(gate).transpose(1, 2)).transpose(1, 2)
        y = self.out(torch.addcmul(value, value, gate)) + windows
        return from_windows(y, self.side, *padded.shape[1:3])[:, :rows, :cols]


class MultiWindow(nn.Module):
    """Three window gates of sides 3, 5 and 7, weighted per channel by what the whole map holds."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.gates = nn.ModuleList(WindowGate(channels, side) for side in (3, 5, 7))
        self.squeeze = nn.Linear(channels, channels // 4)
        self.weigh = nn.Linear(channels // 4, 3 * channels)
        self.out = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (B, H, W, C)."""
        normed = self.norm(x)
        scales = [gate(normed) for gate in self.gates]
        context = torch.stack([scale.mean(dim=(1, 2)) for scale in scales]).sum(dim=0)
        weight = self.weigh(F.gelu(self.squeeze(context))).unflatten(-1, (-1, 3)).softmax(dim=-1)
        shares = weight[:, None, None].unbind(dim=-1)
        blended = scales[0] * shares[0]
        for scale, share in zip(scales[1:], shares[1:], strict=True):
            blended = torch.addcmul(blended, scale, share)
        y: Tensor = self.out(blended) + x
        return y


class ChannelIntensification(nn.Module):
    """Two convolutions and squeeze-excitation channel attention, with a residual."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.conv1 = Convolution(channels, channels)
        self.conv2 = Convolution(channels, channels)
        self.squeeze = nn.Conv2d(channels, channels // 4, 1)
        self.excite = nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (B, H, W, C)."""
        y = convolved(self.conv2, F.leaky_relu(convolved(self.conv1, self.norm(x)), 0.2, inplace=True))
        context = y.mean(dim=(1, 2))[:, :, None, None]
        weight = channels_last(torch.sigmoid(self.excite(F.relu(self.squeeze(context)))))
        return torch.addcmul(x, y, weight)


def convolved(conv: Convolution, x: Tensor) -> Tensor:
    """A 3x3 convolution of a map (B, H, W, C)."""
    return channels_last(conv(channels_first(x)))


def channels_first(x: Tensor) -> Tensor:
    """(B, H, W, C) to (B, C, H, W), a view."""
    return x.permute(0, 3, 1, 2)


def channels_last(x: Tensor) -> Tensor:
    """(B, C, H, W) to (B, H, W, C), a view."""
    return x.permute(0, 2, 3, 1)
