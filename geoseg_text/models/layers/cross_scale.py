"""Cross-scale interaction module (CIM) of RMSIN, which MAFN, CADFormer and RemoteSAM keep.

All stage maps are pooled to one ``cim_grid`` x ``cim_grid`` grid, attend to themselves and to two coarser
copies, and go back to their scales as gates. The attention's output is laid out (tokens, heads, channels) in
memory and read as (channels, tokens); published weights are trained for that order, so it is kept. The
token mixer fixes the grid, not the image: pooling is adaptive, so any image size is answered.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

HEADS = 8


class CommonMap(nn.Module):
    """All stage maps in one small map, and back to their scales as gates.

    Args:
        widths: channels of the four maps.
        width: channels of the common map (480 in the published networks).
    """

    def __init__(self, widths: Sequence[int], width: int) -> None:
        super().__init__()
        self.widths = list(widths)
        self.down = nn.Conv2d(sum(widths), width, 1)
        self.norm = nn.BatchNorm2d(width)
        self.up = nn.Conv2d(width, sum(widths), 1)
        self.gates = nn.ModuleList(ScaleGate(w) for w in widths)

    def collect(self, maps: Sequence[Tensor], rows: int, cols: int) -> Tensor:
        """Maps (B, C_i, H_i, W_i) to the common map (B, width, rows, cols)."""
        pooled = torch.cat([F.adaptive_avg_pool2d(m, (rows, cols)) for m in maps], dim=1)
        common: Tensor = self.down(pooled)
        return common

    def spread(self, common: Tensor, maps: Sequence[Tensor]) -> list[Tensor]:
        """The maps, gated with their shares of the common map; shapes as they were."""
        parts = self.up(self.norm(common)).split(self.widths, dim=1)
        return [gate(local, part) for gate, local, part in zip(self.gates, maps, parts, strict=True)]


class CrossScaleInteraction(CommonMap):
    """Lets the four stage maps see one another.

    Args:
        widths: channels of the four maps.
        width: channels of the common map (480 in the published networks); a quarter of ``sum(widths)``.
        grid: side of the common grid (15 in the published networks).
        key_channels: channels per head of keys and queries (32 in the published networks).
    """

    def __init__(self, widths: Sequence[int], width: int, grid: int, key_channels: int) -> None:
        super().__init__(widths, width)
        self.grid = grid
        parts = [w * width // sum(widths) for w in widths]
        self.attention1 = CrossScaleAttention(width, grid, key_channels)
        self.per_scale = PerScaleFeedForward(parts)
        self.attention2 = CrossScaleAttention(width, grid, key_channels)
        self.feed_forward = FeedForward(width)

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Maps (B, C_i, H_i, W_i), finest first, to maps of the same shapes."""
        x = self.collect(maps, self.grid, self.grid)
        x = x + self.attention1(x)
        x = x + self.per_scale(x)
        x = x + self.attention2(x)
        x = x + self.feed_forward(x)
        return self.spread(x, maps)


class CrossScaleAttention(nn.Module):
    """Attention of a map over itself and its copies at half and a third of its resolution."""

    def __init__(self, width: int, grid: int, key_channels: int) -> None:
        super().__init__()
        self.key_channels = key_channels
        value_channels = 2 * key_channels
        tokens = grid**2 + ((grid + 1) // 2) ** 2 + ((grid - 1) // 3 + 1) ** 2
        self.norm = nn.BatchNorm2d(width)
        self.halved = nn.Sequential(
            nn.Conv2d(width, width, 3, stride=2, padding=1, groups=width), nn.BatchNorm2d(width)
        )
        self.thirded = nn.Sequential(
            nn.Conv2d(width, width, 5, stride=3, padding=2, groups=width), nn.BatchNorm2d(width)
        )
        channels = HEADS * (2 * key_channels + value_channels)
        self.qkv = nn.Linear(width, channels, bias=False)
        self.qkv_norm = nn.BatchNorm1d(channels)
        self.mix_tokens = nn.Linear(tokens, grid**2)
        self.local = nn.Conv2d(
            HEADS * value_channels, HEADS * value_channels, 3, padding=1, groups=HEADS * value_channels
        )
        self.out = nn.Linear(HEADS * value_channels, width)
        self.out_norm = nn.BatchNorm2d(width)
        self.conv = nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (B, C, grid, grid)."""
        batch, _, rows, cols = x.shape
        full = self.norm(x)
        scales = (full, self.halved(full), self.thirded(full))
        tokens = torch.cat([s.flatten(2) for s in scales], dim=2).transpose(1, 2)
        qkv = self.qkv(tokens)
        qkv = self.qkv_norm(qkv.flatten(0, 1)).view_as(qkv)
        per_head = qkv.unflatten(-1, (HEADS, -1)).transpose(1, 2)
        query, key, value = per_head.split((self.key_channels, self.key_channels, 2 * self.key_channels), -1)
        y = F.scaled_dot_product_attention(query, key, value)
        # (tokens, heads, channels) memory read as (channels, tokens): the published layout
        y = self.mix_tokens(y.transpose(1, 2).reshape(batch, -1, tokens.shape[1]))
        y = y + self._local(value[:, :, : rows * cols], rows, cols)
        y = self.out(y.transpose(1, 2)).transpose(1, 2).reshape(batch, -1, rows, cols)
        out: Tensor = self.conv(F.hardswish(self.out_norm(y)))
        return out

    def _local(self, value: Tensor, rows: int, cols: int) -> Tensor:
        """Values of the finest scale, (heads, tokens, channels) read as channels, through a convolution."""
        grid = value.reshape(value.shape[0], -1, rows, cols)
        local: Tensor = self.local(F.hardswish(grid)).flatten(2)
        return local


class FeedForward(nn.Module):
    """1x1, grouped 3x3 and 1x1 convolutions with an inner width of twice the channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, 2 * channels, 1)
        self.norm2 = nn.BatchNorm2d(2 * channels)
        self.conv2 = nn.Conv2d(2 * channels, 2 * channels, 3, padding=1, groups=channels)
        self.conv3 = nn.Conv2d(2 * channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (B, C, H, W)."""
        y: Tensor = self.conv3(F.relu6(self.conv2(self.norm2(self.conv1(self.norm1(x))))))
        return y


class PerScaleFeedForward(nn.Module):
    """A feed-forward for each scale's share of the channels, with a residual of its own."""

    def __init__(self, parts: Sequence[int]) -> None:
        super().__init__()
        self.parts = list(parts)
        self.scales = nn.ModuleList(FeedForward(part) for part in parts)

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (B, C, H, W)."""
        shares = torch.split(x, self.parts, dim=1)
        return torch.cat([s + scale(s) for s, scale in zip(shares, self.scales, strict=True)], dim=1)


class ScaleGate(nn.Module):
    """Gates a stage map with the common map's share for its scale."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.local = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels))
        self.shared = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels))
        self.gate = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels))

    def forward(self, local: Tensor, common: Tensor) -> Tensor:
        """Local map (B, C, H, W) and common part (B, C, grid, grid) to (B, C, H, W)."""
        gate = _resize(F.hardsigmoid(self.gate(common)), local)
        gated: Tensor = self.local(local) * gate + _resize(self.shared(common), local)
        return gated


def _resize(x: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=False)
