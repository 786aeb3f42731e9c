"""Adaptive-noise attention of MAFN (paper, equations 2 to 5; as the released network computes it).

Each pixel attends to two keys: itself plus a learned noise, and itself weighted by a discriminator. Two
values differ by the learned noise alone, so the softmax over two keys is a sigmoid of one score difference.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.models.layers.keeping import Keeping
from geoseg_text.models.layers.swin import Mlp


class AdaptiveNoiseAttention(Keeping):
    """Pixel-wise multi-head attention over a noisy and a discriminated key, with a residual.

    Args:
        channels: width C of the map.
        heads: attention heads; divides ``channels``.
        noise_std: standard deviation of the noises at the start (1 in the published network).
    """

    def __init__(self, channels: int, heads: int, noise_std: float = 1.0) -> None:
        super().__init__()
        self.heads = heads
        self.discriminator = Mlp(channels, channels)
        self.query = nn.Linear(channels, channels)
        self.key = nn.Linear(channels, channels, bias=False)  # a bias would cancel in the difference
        self.value = nn.Linear(channels, channels)
        self.out = nn.Linear(channels, channels)
        self.key_noise = nn.Parameter(torch.randn(channels) * noise_std)
        self.value_noise = nn.Parameter(torch.randn(channels) * noise_std)

    def forward(self, y: Tensor) -> Tensor:
        """Keeps the shape of ``y`` (B, H, W, C)."""
        relevance = self.discriminator(y).softmax(dim=-1)
        key_noise, noise = self.key(self.key_noise), F.linear(self.value_noise, self.value.weight)
        difference = F.linear(torch.addcmul(y, y, relevance, value=-1), self.key.weight, key_noise)
        score = self._per_head(self.query(y) * difference).sum(dim=-1, keepdim=True)
        noisy = torch.sigmoid(score * (y.shape[-1] // self.heads) ** -0.5)
        if torch.is_grad_enabled():
            attended = torch.addcmul(self._per_head(self.value(y)), noisy, self._per_head(noise))
            learning: Tensor = self.out(attended.flatten(-2)) + y
            return learning
        # the values pass straight into the output: one matrix instead of two, and a vector for each head
        through = self.keep(lambda: self.out.weight @ self.value.weight, self.out.weight, self.value.weight)
        of_heads = (self._per_head(self.out.weight) * self._per_head(noise)).sum(dim=-1)
        plain = F.linear(y, through, F.linear(self.value.bias, self.out.weight, self.out.bias))
        return (y + plain).add_(noisy.squeeze(-1) @ of_heads.mT)

    def _per_head(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], self.heads, -1)
