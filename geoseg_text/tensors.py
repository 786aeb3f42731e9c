"""Pixels -> tensor as a network wants it, and the exact inverse."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class Normaliser:
    """Normalises pixels, batch after batch, in memory taken once: fresh memory costs more than the sums.

    Args:
        mean: per band, subtracted from pixels scaled to 0..1.
        std: per band, divides what the mean left.
        device: where the tensors are; the pixels travel as bytes.
    """

    def __init__(
        self, mean: Sequence[float], std: Sequence[float], device: torch.device | str = "cpu"
    ) -> None:
        self._held = torch.empty(0, device=device)
        self._mean = _per_band(mean, self._held) * 255
        self._std = _per_band(std, self._held) * 255

    def __call__(self, pixels: NDArray[np.uint8]) -> Tensor:
        """Normalise a batch.

        Args:
            pixels: uint8 (B, 3, rows, cols).

        Returns:
            float32 (B, 3, rows, cols), which the next call overwrites.
        """
        if self._held.shape != pixels.shape:
            self._held = self._held.new_empty(pixels.shape)
        self._held.copy_(torch.from_numpy(np.ascontiguousarray(pixels)).to(self._held.device))
        return self._held.sub_(self._mean).div_(self._std)


def to_tensor(
    pixels: NDArray[np.uint8], mean: Sequence[float], std: Sequence[float], device: torch.device | str = "cpu"
) -> Tensor:
    """Normalise pixels of a single batch, float32 (B, 3, rows, cols): see `Normaliser`."""
    return Normaliser(mean, std, device)(pixels)


def to_pixels(tensor: Tensor, mean: Sequence[float], std: Sequence[float]) -> NDArray[np.uint8]:
    """Undo `to_tensor`: uint8 (B, 3, rows, cols), each pixel as it was."""
    scaled = tensor * _per_band(std, tensor) + _per_band(mean, tensor)
    whole = (scaled * 255).round_().clamp_(0, 255).to(torch.uint8)
    return whole.cpu().numpy()


def _per_band(values: Sequence[float], like: Tensor) -> Tensor:
    return torch.tensor(tuple(values), dtype=like.dtype, device=like.device).view(1, -1, 1, 1)
