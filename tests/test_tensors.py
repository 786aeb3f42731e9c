"""Pixels to tensors and back."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from geoseg_text.models.base import IMAGENET_MEAN, IMAGENET_STD
from geoseg_text.tensors import to_pixels, to_tensor

EVERY_VALUE = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16).repeat(3, axis=1)


@pytest.mark.parametrize(
    ("mean", "std"),
    [(IMAGENET_MEAN, IMAGENET_STD), ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)), ((0.9, 0.1, 0.5), (0.01, 3.0, 0.5))],
)
def test_every_value_comes_back(mean: tuple[float, ...], std: tuple[float, ...]) -> None:
    tensor = to_tensor(EVERY_VALUE, mean, std)
    assert tensor.dtype == torch.float32
    assert (to_pixels(tensor, mean, std) == EVERY_VALUE).all()


def test_bands_are_normalised_each_by_its_own() -> None:
    pixels = np.full((1, 3, 1, 1), 255, np.uint8)
    tensor = to_tensor(pixels, (0.5, 0.0, 1.0), (0.25, 2.0, 1.0))
    assert tensor.flatten().tolist() == [2.0, 0.5, 0.0]


def test_pixels_are_left_as_they_are() -> None:
    pixels = EVERY_VALUE.copy()
    to_tensor(pixels, IMAGENET_MEAN, IMAGENET_STD)
    assert (pixels == EVERY_VALUE).all()
