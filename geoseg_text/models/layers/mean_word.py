"""One vector for a whole phrase."""

from __future__ import annotations

from torch import Tensor


def mean_word(words: Tensor, mask: Tensor) -> Tensor:
    """Mean of a phrase's words; padding counts for nothing.

    Args:
        words: (B, L, C).
        mask: (B, L), true for words, false for padding; at least one word in each phrase.

    Returns:
        (B, C).
    """
    keep = mask.unsqueeze(-1).to(words.dtype)
    return (words * keep).sum(dim=1) / keep.sum(dim=1)
