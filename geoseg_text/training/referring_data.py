"""Samples of a benchmark as a training sees them: squared, augmented, in batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from geoseg_text.datasets.referring import ReferringDataset
from geoseg_text.evaluation.answering import squared
from geoseg_text.evaluation.cases import nearest
from geoseg_text.training.config import BlackSquares
from geoseg_text.training.plan import LegSampler, Place

_WHICH, _WHERE = 1, 2
"""Set the draws of samples and of places apart."""


class Seen(TypedDict):
    """One sample."""

    image: NDArray[np.uint8]
    """(3, side, side)."""
    truth: NDArray[np.bool_]
    """(side, side)."""
    phrase: str


class Batch(TypedDict):
    """Several samples."""

    images: NDArray[np.uint8]
    """(B, 3, side, side)."""
    truth: Tensor
    """(B, side, side) bool."""
    phrases: list[str]
    """B phrases."""


class TrainingSamples(Dataset[Seen]):
    """Samples of a split by epoch and index; what is drawn for one follows from the seed and both alone.

    Args:
        samples: the split.
        side_px: side of the network's square.
        squares: which black squares are drawn; none where None.
        seed: what every draw follows from.
    """

    def __init__(
        self, samples: ReferringDataset, side_px: int, squares: BlackSquares | None, seed: int
    ) -> None:
        self._samples = samples
        self._side_px = side_px
        self._squares = squares
        self._seed = seed

    def __len__(self) -> int:
        """How many samples an epoch has."""
        return len(self._samples)

    def __getitem__(self, place: Place) -> Seen:
        """A sample as an epoch shows it.

        Raises:
            InputError: its image or mask cannot be read.
        """
        epoch, index = place
        sample = self._samples[index]
        image = sample.image
        if self._squares is not None and self._is_marked(self._squares, epoch, index):
            rng = np.random.default_rng((self._seed, _WHERE, epoch, index))
            image = with_black_squares(image, self._squares, rng)
        side = self._side_px
        return Seen(
            image=squared(image, side), truth=nearest(sample.mask, (side, side)), phrase=sample.phrase
        )

    def _is_marked(self, squares: BlackSquares, epoch: int, index: int) -> bool:
        draw = 0 if squares.same_samples else epoch + 1
        rng = np.random.default_rng((self._seed, _WHICH, draw, index))
        return bool(rng.random() < squares.share)


def with_black_squares(
    image: NDArray[np.uint8], squares: BlackSquares, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """A copy of an image (3, rows, cols) with black squares at random places, wholly within it."""
    covered = image.copy()
    rows, cols = image.shape[1:]
    side = min(squares.side_px, rows, cols)
    for _ in range(int(rng.integers(squares.fewest, squares.most + 1))):
        row, col = int(rng.integers(rows - side + 1)), int(rng.integers(cols - side + 1))
        covered[:, row : row + side, col : col + side] = 0
    return covered


def leg_loader(samples: TrainingSamples, sampler: LegSampler, workers: int) -> DataLoader[Seen]:
    """Batches of a leg in order."""
    return DataLoader(samples, batch_sampler=sampler, collate_fn=collated, num_workers=workers)


def collated(samples: Sequence[Seen]) -> Batch:
    """Samples as one batch."""
    return Batch(
        images=np.stack([sample["image"] for sample in samples]),
        truth=torch.from_numpy(np.stack([sample["truth"] for sample in samples])),
        phrases=[sample["phrase"] for sample in samples],
    )
