"""Pixel-word attention and language gate of LAVT, which every later system of the family keeps."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PixelWordAttention(nn.Module):
    """Every pixel gathers the words that concern it (LAVT, equations 1 to 6; one head).

    Instance norm runs over the pixels of one image, never over words, so padding of a phrase changes nothing.
    What it normalises can be a ten-thousandth of its own mean, more than half precision tells apart, so the
    attention always runs in float32.

    Args:
        channels: width C of the map, also of keys and values.
        text_channels: width of the word features.
    """

    def __init__(self, channels: int, text_channels: int) -> None:
        super().__init__()
        self.visual = nn.Conv1d(channels, channels, 1)
        self.query = nn.Sequential(nn.Conv1d(channels, channels, 1), nn.InstanceNorm1d(channels))
        self.key = nn.Conv1d(text_channels, channels, 1)
        nn.init.normal_(self.key.weight, std=1.5 * text_channels**-0.5)  # words differ from the first step on
        self.value = nn.Conv1d(text_channels, channels, 1)
        self.attended = nn.Sequential(nn.Conv1d(channels, channels, 1), nn.InstanceNorm1d(channels))
        self.out = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        """Multi-modal features of a map.

        Args:
            x: (B, H, W, C).
            words: (B, L, text channels).
            mask: (B, L), true for words, false for padding.

        Returns:
            (B, H, W, C).
        """
        pixels = x.flatten(1, 2).transpose(1, 2)
        with torch.autocast(x.device.type, enabled=False):
            dtype = self.key.weight.dtype
            gathered = self._gather(pixels.to(dtype), words.transpose(1, 2).to(dtype), mask.unsqueeze(1))
        fused = F.gelu(self.visual(pixels)) * gathered
        return F.gelu(self.out(fused)).transpose(1, 2).reshape(x.shape)

    def _gather(self, pixels: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        """What each pixel takes from the words: (B, C, N), (B, text channels, L), (B, 1, L) to (B, C, N)."""
        keep = mask.to(words.dtype)
        key, value = self.key(words) * keep, self.value(words) * keep
        score = pixels.shape[1] ** -0.5 * (self.query(pixels).transpose(1, 2) @ key) + (1e4 * keep - 1e4)
        gathered: Tensor = self.attended((score.softmax(dim=-1) @ value.transpose(1, 2)).transpose(1, 2))
        return gathered


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
