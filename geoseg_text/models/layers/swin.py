"""Swin transformer blocks with the window order the published referring systems were trained with.

The map is padded to a multiple of the window first and rolled second, and the shift is kept even when one
window covers the map. Libraries that roll first, or that drop the shift, give other numbers at sizes where a
stage is not a whole number of windows (480 px and window 12: the last stage).
"""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.ops import StochasticDepth


class PatchEmbed(nn.Module):
    """Non-overlapping patches to tokens: convolution of stride = kernel, then layer norm."""

    def __init__(self, patch_px: int, channels: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, channels, kernel_size=patch_px, stride=patch_px)
        self.norm = nn.LayerNorm(channels)

    def forward(self, images: Tensor) -> Tensor:
        """Images (B, 3, H, W) to tokens (B, H / patch, W / patch, C)."""
        x: Tensor = self.norm(self.proj(images).permute(0, 2, 3, 1))
        return x


class PatchMerging(nn.Module):
    """Halves the map and doubles the channels; odd sizes are padded at the bottom and right."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(4 * channels)
        self.reduction = nn.Linear(4 * channels, 2 * channels, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, H, W, C) to (B, ceil(H / 2), ceil(W / 2), 2 C)."""
        rows, cols = x.shape[1:3]
        x = F.pad(x, (0, 0, 0, cols % 2, 0, rows % 2))
        quarters = (x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2])
        merged: Tensor = self.reduction(self.norm(torch.cat(quarters, dim=-1)))
        return merged


class Mlp(nn.Module):
    """Linear, GELU, linear."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(channels, hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (..., C)."""
        y: Tensor = self.fc2(F.gelu(self.fc1(x)))
        return y


class WindowAttention(nn.Module):
    """Multi-head self-attention inside one window, with a learned bias per relative position."""

    def __init__(self, channels: int, heads: int, window: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)
        self.relative_position_bias_table = nn.Parameter(torch.empty((2 * window - 1) ** 2, heads))
        nn.init.trunc_normal_(self.relative_position_bias_table, std=0.02)
        self.register_buffer("relative_position_index", _relative_position_index(window), persistent=False)

    def forward(self, windows: Tensor, mask: Tensor | None) -> Tensor:
        """Attend inside each window.

        Args:
            windows: (B * n, window ** 2, C), the n windows of an image consecutive.
            mask: (n, window ** 2, window ** 2), 0 where a pair may attend and -100 where not, or None.
        """
        total, tokens, channels = windows.shape
        qkv = self.qkv(windows).view(total, tokens, 3, self.heads, channels // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        index: Tensor = self.get_buffer("relative_position_index")
        bias = self.relative_position_bias_table[index.flatten()].view(tokens, tokens, self.heads)
        bias = bias.permute(2, 0, 1).to(query.dtype).unsqueeze(0)
        if mask is not None:
            bias = bias + mask.to(query.dtype).unsqueeze(1)
            if total > len(mask):
                bias = bias.repeat(total // len(mask), 1, 1, 1)
        y = F.scaled_dot_product_attention(query, key, value, attn_mask=bias.expand(total, -1, -1, -1))
        out: Tensor = self.proj(y.transpose(1, 2).reshape(total, tokens, channels))
        return out


class SwinBlock(nn.Module):
    """Window attention and MLP, each with a residual; ``after_attention`` may refine what attention gives.

    Args:
        channels: width of the map.
        heads: attention heads; divides ``channels``.
        window: side of the attention window in tokens.
        shifted: roll the windows by half their side.
        drop_path: probability of skipping a residual in training.
        after_attention: module applied to the attention's output (B, H, W, C) before the residual.
    """

    def __init__(
        self,
        channels: int,
        heads: int,
        window: int,
        *,
        shifted: bool,
        mlp_ratio: float = 4.0,
        drop_path: float = 0.0,
        after_attention: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.window = window
        self.shift = window // 2 if shifted else 0
        self.norm1 = nn.LayerNorm(channels)
        self.attn = WindowAttention(channels, heads, window)
        self.after_attention = after_attention or nn.Identity()
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = Mlp(channels, int(channels * mlp_ratio))
        self.drop_path = StochasticDepth(drop_path, mode="row")

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (B, H, W, C)."""
        x = x + self.drop_path(self.after_attention(self._attend(self.norm1(x))))
        x = x + self.drop_path(self.mlp(self.norm2(x)))
        return x

    def _attend(self, x: Tensor) -> Tensor:
        rows, cols = x.shape[1:3]
        x = F.pad(x, (0, 0, 0, -cols % self.window, 0, -rows % self.window))
        mask = None
        if self.shift:
            x = torch.roll(x, (-self.shift, -self.shift), dims=(1, 2))
            mask = shift_mask(x.shape[1], x.shape[2], self.window).to(x.device)
        y = self.attn(to_windows(x, self.window), mask)
        y = from_windows(y, self.window, x.shape[1], x.shape[2])
        if self.shift:
            y = torch.roll(y, (self.shift, self.shift), dims=(1, 2))
        return y[:, :rows, :cols]


def to_windows(x: Tensor, window: int) -> Tensor:
    """Cut (B, H, W, C), sides multiples of ``window``, into (B * n, window ** 2, C), windows row-major."""
    batch, rows, cols, channels = x.shape
    x = x.view(batch, rows // window, window, cols // window, window, channels)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, window * window, channels)


def from_windows(windows: Tensor, window: int, rows: int, cols: int) -> Tensor:
    """Inverse of `to_windows`."""
    x = windows.view(-1, rows // window, cols // window, window, window, windows.shape[-1])
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, rows, cols, windows.shape[-1])


@lru_cache(maxsize=64)
def shift_mask(rows: int, cols: int, window: int) -> Tensor:
    """Attention mask of rolled windows: -100 between tokens that are no neighbours in the picture.

    Args:
        rows: padded rows of the map; a multiple of ``window``.
        cols: padded columns.
        window: side of the window; the shift is half of it.

    Returns:
        (n windows, window ** 2, window ** 2) float32.
    """
    shift = window // 2
    region = torch.zeros(1, rows, cols, 1)
    spans = (slice(0, -window), slice(-window, -shift), slice(-shift, None))
    for index, (row_span, col_span) in enumerate((r, c) for r in spans for c in spans):
        region[:, row_span, col_span] = index
    label = to_windows(region, window).squeeze(-1)
    return (label.unsqueeze(1) != label.unsqueeze(2)).float() * -100.0


def _relative_position_index(window: int) -> Tensor:
    """Row of the bias table for every pair of positions of a window, (window ** 2, window ** 2)."""
    steps = torch.arange(window)
    at = torch.stack(torch.meshgrid(steps, steps, indexing="ij")).flatten(1)
    offset = at[:, :, None] - at[:, None, :] + window - 1
    return offset[0] * (2 * window - 1) + offset[1]
