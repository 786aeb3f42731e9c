"""Multi-head attention of one sequence over another, as transformers use it."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class MultiHeadAttention(nn.Module):
    """Scaled dot-product attention with a projection of queries, keys, values and of what was gathered.

    Args:
        width: channels C of both sequences.
        heads: attention heads; divides ``width``.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)  # a bias would cancel in the softmax
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(
        self, x: Tensor, memory: Tensor, mask: Tensor | None = None, values: Tensor | None = None
    ) -> Tensor:
        """What each token of a sequence gathers from another (itself, for self-attention).

        Args:
            x: (B, N, C).
            memory: (B, M, C).
            mask: (B, M), true for tokens of ``memory`` that may be seen; all of them where None.
            values: (B, M, C), what is gathered, where ``memory`` holds positions besides; itself where None.

        Returns:
            (B, N, C).
        """
        query, key, value = (
            y.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for y in (self.query(x), self.key(memory), self.value(memory if values is None else values))
        )
        seen = None if mask is None else mask[:, None, None, :]
        gathered = F.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        out: Tensor = self.out(gathered.transpose(1, 2).flatten(2))
        return out
