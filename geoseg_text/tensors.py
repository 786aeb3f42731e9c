"""Pixels -> tensor as a network wants it, and the exact inverse."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def to_tensor(
    pixels: NDArray[np.uint8], mean: Sequence[float], std: Sequence[float], device: torch.device | str = "cpu"
) -> Tensor:
    """Normalise pixels.

    Args:
        pixels: uint8 (B, 3, rows, cols).
        mean: per band, subtracted from pixels scaled to 0..1.
        std: per band, divides what the mean left.
        device: where the tensor goes; the pixels travel as bytes.

    Returns:
        float32 (B, 3, rows, cols).
    """
    scaled = torch.from_numpy(np.ascontiguousarray(pixels)).to(device).float().div_(255)
    return scaled.sub_(_per_band(mean, scaled)).div_(_per_band(std, scaled))


def to_pixels(tensor: Tensor, mean: Sequence[float], std: Sequence[float]) -> NDArray[np.uint8]:
    """Undo `to_tensor`: uint8 (B, 3, rows, cols), each pixel as it was."""
    scaled = tensor * _per_band(std, tensor) + _per_band(mean, tensor)
    whole = (scaled * 255).round_().clamp_(0, 255).to(torch.uint8)
    return whole.cpu().numpy()


def _per_band(values: Sequence[float], like: Tensor) -> Tensor:
    return torch.tensor(tuple(values), dtype=like.dtype, device=like.device).view(1, -1, 1, 1)
