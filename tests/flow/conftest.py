"""Small models that keep the contract of a referring model, and rasters to run them on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from affine import Affine
from torch import Tensor

from geoseg_text.models.base import ModelConfig, TextFeatures

WriteRaster = Callable[..., Path]


class ToyModel:
    """What all toys share: a phrase is the list of its characters, and pixels are seen as they are (0..1)."""

    late_fusion = True

    def __init__(self, window_px: int = 32, threshold: float = 0.5) -> None:
        self.config = ModelConfig(
            system="toy",
            name=type(self).__name__,
            window_px=window_px,
            tokens=40,
            mean=(0.0, 0.0, 0.0),
            std=(1.0, 1.0, 1.0),
            threshold=threshold,
            licence="CC0-1.0",
        )
        self.shapes: list[tuple[int, ...]] = []

    def count_tokens(self, phrase: str) -> int:
        return len(phrase)

    def encode_text(self, phrases: Sequence[str]) -> TextFeatures:
        tokens = torch.zeros(len(phrases), 40, 1)
        for number, phrase in enumerate(phrases):
            tokens[number, : len(phrase), 0] = torch.tensor([float(ord(letter)) for letter in phrase])
        return TextFeatures(tokens, tokens[..., 0] > 0)

    def answer(self, images: Tensor, phrase: str) -> Tensor:
        """Scores 0..1 (B, H, W)."""
        raise NotImplementedError

    def __call__(self, images: Tensor, text: TextFeatures) -> Tensor:
        self.shapes.append((*images.shape, len(text.tokens)))
        phrases = [
            "".join(chr(int(code)) for code in tokens[mask, 0])
            for tokens, mask in zip(text.tokens, text.mask, strict=True)
        ]
        scores = torch.stack([self.answer(images, phrase) for phrase in phrases], dim=1)
        return torch.logit(scores.double(), eps=1e-9)


class Pixelwise(ToyModel):
    """Looks at one pixel at a time: the share of the colour that the phrase names."""

    def answer(self, images: Tensor, phrase: str) -> Tensor:
        band = {"red": 0, "green": 1, "blue": 2}[phrase]
        return images[:, band]


class Constant(ToyModel):
    """Answers the number that the phrase spells."""

    def answer(self, images: Tensor, phrase: str) -> Tensor:
        return torch.full_like(images[:, 0], float(phrase))


class Brightness(ToyModel):
    """Answers the mean of the window everywhere: windows differ, as a real network's do."""

    def answer(self, images: Tensor, phrase: str) -> Tensor:
        return images.mean(dim=(1, 2, 3), keepdim=True)[:, 0].expand_as(images[:, 0])


class Stumbling(Pixelwise):
    """Fails on any batch with a pure white pixel, as a network that runs out of memory does."""

    def answer(self, images: Tensor, phrase: str) -> Tensor:
        if (images.amin(dim=1) == 1.0).any():
            raise RuntimeError("no memory left for white")
        return super().answer(images, phrase)


class Wordless(Pixelwise):
    """Gives scores that are not numbers where a pixel is pure white."""

    def answer(self, images: Tensor, phrase: str) -> Tensor:
        return torch.where((images.amin(dim=1) == 1.0), torch.nan, super().answer(images, phrase))


@pytest.fixture(scope="session")
def toys() -> type[object]:
    """Give the toy models as attributes."""

    class Toys:
        pixelwise = Pixelwise
        constant = Constant
        brightness = Brightness
        stumbling = Stumbling
        wordless = Wordless

    return Toys


@pytest.fixture
def write_raster(tmp_path: Path) -> WriteRaster:
    """Write pixels uint8 (3, rows, cols) to a GeoTIFF and give its path."""

    def write(
        pixels: np.ndarray,
        name: str = "town.tif",
        *,
        crs: str = "EPSG:32633",
        affine: Affine | None = None,
        nodata: float | None = None,
    ) -> Path:
        path = tmp_path / name
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            count=len(pixels),
            height=pixels.shape[1],
            width=pixels.shape[2],
            dtype=pixels.dtype,
            crs=crs,
            transform=affine or Affine(0.5, 0, 400000, 0, -0.5, 5600000),
            nodata=nodata,
        ) as dataset:
            dataset.write(pixels)
        return path

    return write


@pytest.fixture
def town() -> np.ndarray:
    """A picture of coloured blocks and noise: uint8 (3, 90, 130), no value above 250."""
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 120, (3, 90, 130)).astype(np.uint8)
    for _ in range(25):
        row, col, rows, cols = rng.integers((0, 0, 5, 5), (80, 120, 30, 30))
        pixels[:, row : row + rows, col : col + cols] = rng.integers(0, 250, (3, 1, 1))
    return pixels
