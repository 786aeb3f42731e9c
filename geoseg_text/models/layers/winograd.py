"""Winograd's minimal filtering F(4 x 4, 3 x 3): a 3x3 convolution with a quarter of the multiplications.

A tile of 6 x 6 pixels gives 4 x 4 results through 36 products where the plain sum takes 144. It pays on
processors, whose libraries offer it no more; graphics cards choose it by themselves. Rounding grows to a few
millionths of the result's spread, so it serves float32 answers alone, never training or half precision.

Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks (CVPR 2016), section 4.3; the
points of interpolation are 0, 1, -1, 2, -2 and infinity.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.models.layers.keeping import Keeping

TILE = 4
"""Side of the results of one tile."""
PATCH = TILE + 2
"""Side of the pixels they need."""
LEAST_CHANNELS = 128
"""Below, moving the tiles costs more than the multiplications saved."""
LEAST_PIXELS = 512
"""Below, turning the kernels into factors does."""
CHUNK_ELEMENTS = 2**21
"""Elements of the tiles taken at once; more would leave the processor's cache."""

_PIXELS = torch.tensor(
    [
        [4.0, 0.0, -5.0, 0.0, 1.0, 0.0],
        [0.0, -4.0, -4.0, 1.0, 1.0, 0.0],
        [0.0, 4.0, -4.0, -1.0, 1.0, 0.0],
        [0.0, -2.0, -1.0, 2.0, 1.0, 0.0],
        [0.0, 2.0, -1.0, -2.0, 1.0, 0.0],
        [0.0, 4.0, 0.0, -5.0, 0.0, 1.0],
    ]
)
_KERNEL = (
    torch.tensor(
        [[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]], dtype=torch.float32
    )
    / 24
)
_RESULTS = torch.tensor(
    [
        [1.0, 1.0, 1.0, 1.0, 1.0, 0.0],
        [0.0, 1.0, -1.0, 2.0, -2.0, 0.0],
        [0.0, 1.0, 1.0, 4.0, 4.0, 0.0],
        [0.0, 1.0, -1.0, 8.0, -8.0, 1.0],
    ]
)
PIXELS = torch.kron(_PIXELS, _PIXELS)
"""(36, 36): a patch to its 36 factors."""
KERNEL = torch.kron(_KERNEL, _KERNEL)
"""(36, 9): a kernel to its 36 factors."""
RESULTS = torch.kron(_RESULTS, _RESULTS)
"""(16, 36): 36 products to the results of a tile."""


def pays(x: Tensor, channels: int) -> bool:
    """Whether a convolution of ``x`` (B, C, H, W) to ``channels`` is best taken this way."""
    return (
        not torch.is_grad_enabled()
        and x.device.type == "cpu"
        and x.dtype == torch.float32
        and not torch.is_autocast_enabled("cpu")
        and min(channels, x.shape[1]) >= LEAST_CHANNELS
        and x.shape[2] * x.shape[3] >= LEAST_PIXELS
    )


def factors(kernels: Tensor, matrix: Tensor = KERNEL) -> Tensor:
    """Kernels (O, I, 3, 3) as factors (36, O, I).

    Args:
        kernels: of a convolution.
        matrix: (36, 9); a turn of the kernels may be multiplied into it from the right.
    """
    turned: Tensor = matrix @ kernels.reshape(-1, 9).T
    return turned.view(PATCH**2, *kernels.shape[:2])


def convolve(x: Tensor, factors: Iterable[Tensor], channels: int) -> Tensor:
    """Convolution with zeros outside.

    Args:
        x: (B, I, H, W).
        factors: (36, O, I) of each image, see `factors`.
        channels: O.

    Returns:
        (B, O, H, W), channels last in memory.
    """
    batch, _, rows, cols = x.shape
    down, across = -(-rows // TILE), -(-cols // TILE)
    out = x.new_empty(batch, down, TILE, across, TILE, channels)
    for image, of_image, results in zip(x.permute(0, 2, 3, 1), factors, out, strict=True):
        _convolve(image, of_image, results)
    return out.view(batch, TILE * down, TILE * across, -1)[:, :rows, :cols].permute(0, 3, 1, 2)


def _convolve(image: Tensor, factors: Tensor, out: Tensor) -> None:
    """Convolve (H, W, I) into (rows of tiles, 4, columns of tiles, 4, O)."""
    rows, cols, channels = image.shape
    down, _, across, _, _ = out.shape
    step = max(1, CHUNK_ELEMENTS // (PATCH**2 * across * channels))
    for first in range(0, down, step):
        last = min(down, first + step)
        top, bottom = first * TILE - 1, last * TILE + 1
        seen = F.pad(
            image[max(0, top) : bottom],
            (0, 0, 1, TILE * across + 1 - cols, max(0, -top), max(0, bottom - rows)),
        )
        patches = seen.unfold(0, PATCH, TILE).unfold(1, PATCH, TILE).permute(3, 4, 0, 1, 2)
        mixed = (PIXELS @ patches.reshape(PATCH**2, -1)).view(PATCH**2, -1, channels)
        results = RESULTS @ torch.bmm(mixed, factors.mT).flatten(1)
        out[first:last] = results.view(TILE, TILE, -1, across, out.shape[4]).permute(2, 0, 3, 1, 4)


class Convolution(Keeping, nn.Conv2d):
    """3x3 convolution with zeros outside, the quickest way for what it is given.

    Args:
        into: channels of the map.
        out: channels of the result.
        bias: whether a bias is added.
    """

    def __init__(self, into: int, out: int, *, bias: bool = True) -> None:
        super().__init__(into, out, 3, padding=1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, into, H, W) to (B, out, H, W)."""
        if not pays(x, self.out_channels):
            return super().forward(x)
        kernels = self.keep(lambda: factors(self.weight), self.weight)
        y = convolve(x, repeat(kernels, len(x)), self.out_channels)
        return y if self.bias is None else y.add_(self.bias[:, None, None])
