"""Word gathering, pixel-word attention and language gate of LAVT, which the whole family keeps."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PixelNorm(nn.InstanceNorm1d):
    """Instance norm over the pixels of a map (B, C, N); one alone is its own mean, and becomes nothing."""

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape."""
        return torch.zeros_like(x) if x.shape[-1] == 1 else super().forward(x)


class WordGathering(nn.Module):
    """Every pixel gathers the words that concern it (LAVT, equations 1 to 5; one head).

    Instance norm runs over the pixels of one image, never over words, so padding of a phrase changes nothing.
    What it normalises can be a ten-thousandth of its own mean, more than half precision tells apart, so the
    attention always runs in float32.

    Args:
        channels: width C of the map, also of keys and values.
        text_channels: width of the word features.
    """

    def __init__(self, channels: int, text_channels: int) -> None:
        super().__init__()
        self.query = nn.Sequential(nn.Conv1d(channels, channels, 1), PixelNorm(channels))
        self.key = nn.Conv1d(text_channels, channels, 1)
        nn.init.normal_(self.key.weight, std=1.5 * text_channels**-0.5)  # words differ from the first step on
        self.value = nn.Conv1d(text_channels, channels, 1)
        self.attended = nn.Sequential(nn.Conv1d(channels, channels, 1), PixelNorm(channels))

    def forward(self, x: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        """What the pixels of a map take from words.

        Args:
            x: (B, H, W, C).
            words: (B, L, text channels).
            mask: (B, L), true for words, false for padding.

        Returns:
            (B, H, W, C).
        """
        gathered = self.gather(x.flatten(1, 2).transpose(1, 2), words, mask)
        return gathered.transpose(1, 2).reshape(x.shape)

    def gather(self, pixels: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        """The same over pixels in a row: (B, C, N), (B, L, text channels), (B, L) to (B, C, N)."""
        with torch.autocast(pixels.device.type, enabled=False):
            dtype = self.key.weight.dtype
            pixels, words = pixels.to(dtype), words.transpose(1, 2).to(dtype)
            keep = mask.unsqueeze(1).to(dtype)
            key, value = self.key(words) * keep, self.value(words) * keep
            score = pixels.shape[1] ** -0.5 * (self.query(pixels).transpose(1, 2) @ key) + (1e4 * keep - 1e4)
            attended = (score.softmax(dim=-1) @ value.transpose(1, 2)).transpose(1, 2)
            gathered: Tensor = self.attended(attended)
        return gathered


class PixelWordAttention(WordGathering):
    """What the pixels gathered, multiplied with what they show (LAVT, equation 6).

    Args:
        channels: width C of the map.
        text_channels: width of the word features.
    """

    def __init__(self, channels: int, text_channels: int) -> None:
        super().__init__(channels, text_channels)
        self.visual = nn.Conv1d(channels, channels, 1)
        self.out = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        """Multi-modal features of a map; shapes as in `WordGathering`."""
        pixels = x.flatten(1, 2).transpose(1, 2)
        fused = F.gelu(self.visual(pixels)) * self.gather(pixels, words, mask)
        return F.gelu(self.out(fused)).transpose(1, 2).reshape(x.shape)


class TanhGate(nn.Module):
    """How much of a branch may pass: linear, ReLU, linear, tanh, times the branch (no biases)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(channels, channels, bias=False)
        self.fc2 = nn.Linear(channels, channels, bias=False)
        nn.init.zeros_(self.fc2.weight)  # shut at first, so that a trained trunk is not disturbed

    def forward(self, x: Tensor) -> Tensor:
        """Keeps the shape of ``x`` (..., C)."""
        return torch.tanh(self.fc2(F.relu(self.fc1(x)))) * x
