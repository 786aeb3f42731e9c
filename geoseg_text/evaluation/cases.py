"""One judged case: what a phrase marked, what it means, and how the two overlap, at two sizes.

The papers resize image and mask to the square that the network sees and count there; users have the image at
its own size. Both are counted, since a figure of one kind cannot be compared with one of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geoseg_text.errors import InputError
from geoseg_text.evaluation.calibration import ScoreHistogram
from geoseg_text.evaluation.metrics import Mask, overlap

Convention = Literal["papers", "users"]
"""Counted at the network's size, or at the image's own."""

SIZES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"small": (0.0, 0.01), "medium": (0.01, 0.1), "large": (0.1, 1.0)}
)
"""Sizes of referents, by the share of the image they cover: from the first bound on, below the second."""


class Asked(Protocol):
    """A sample: an image, a phrase about it, and what the phrase means."""

    @property
    def image(self) -> NDArray[np.uint8]:
        """(3, rows, cols), red, green, blue."""
        ...

    @property
    def mask(self) -> Mask:
        """(rows, cols), the referent; without a pixel where nothing is meant."""
        ...

    @property
    def phrase(self) -> str:
        """The words."""
        ...

    @property
    def category(self) -> str | None:
        """Class of the referent, or None."""
        ...

    @property
    def image_id(self) -> str:
        """Name of the image, the same for all phrases about it."""
        ...


@runtime_checkable
class OfAKind(Protocol):
    """A sample that says what its phrase turns on: look, place, relation..."""

    @property
    def kind(self) -> str:
        """Kind of the phrase."""
        ...


@dataclass(frozen=True)
class Counts:
    """Pixels of an answer and of its truth, both at one size.

    Attributes:
        intersection: pixels that are marked and true.
        predicted: pixels marked.
        true: pixels of the referent.
        total: all pixels.
    """

    intersection: int
    predicted: int
    true: int
    total: int

    @classmethod
    def of(cls, answer: Mask, truth: Mask) -> Counts:
        """Count two masks (rows, cols)."""
        intersection, _ = overlap(answer, truth)
        return cls(intersection, int(np.count_nonzero(answer)), int(np.count_nonzero(truth)), truth.size)

    @property
    def union(self) -> int:
        """Pixels that are marked, true, or both."""
        return self.predicted + self.true - self.intersection

    @property
    def iou(self) -> float:
        """Intersection over union; 0 where the union is empty, as the papers' code has it.

        At the image's own size that happens in cases without a referent alone, which no IoU is averaged over.
        """
        return self.intersection / self.union if self.union else 0.0


@dataclass(frozen=True)
class JudgedCase:
    """One phrase over one image, answered and compared with the truth.

    Attributes:
        case_id: tells it from all others of a run.
        category: class of the referent; None where none is named.
        kind: what the phrase turns on; None where that is unknown.
        original: pixels at the image's own size.
        network: pixels at the size of the network's square.
        histogram: scores and truth of every pixel, at the size the scores came in.
    """

    case_id: str
    category: str | None
    kind: str | None
    original: Counts
    network: Counts
    histogram: ScoreHistogram

    @property
    def share(self) -> float:
        """Share of the image that the referent covers."""
        return self.original.true / self.original.total

    @property
    def size(self) -> str:
        """Key of `SIZES`; 'none' without a referent."""
        if not self.has_referent:
            return "none"
        return [name for name, (low, _) in SIZES.items() if self.share >= low][-1]

    @property
    def has_referent(self) -> bool:
        """Whether the phrase means anything in the image."""
        return self.original.true > 0

    def counts(self, convention: Convention) -> Counts:
        """Pixels at the size that a convention counts at."""
        return self.network if convention == "papers" else self.original


def judge(
    scores: NDArray[np.floating],
    truth: Mask,
    threshold: float,
    network_side: int,
    *,
    case_id: str = "",
    category: str | None = None,
    kind: str | None = None,
) -> JudgedCase:
    """Compare scores with the truth.

    Args:
        scores: (rows, cols), 0..1: of the truth's size, or of the network's square.
        truth: (rows, cols) of the image's own size.
        threshold: score from which a pixel is marked, 0..1.
        network_side: side of the network's square, px.
        case_id: see `JudgedCase`, as are the next two.
        category: class of the referent, or None.
        kind: what the phrase turns on, or None.

    Raises:
        InputError: the shapes do not fit, a score is outside 0..1 or no number, or so is the threshold.
    """
    square = (network_side, network_side)
    _check(scores, truth, threshold, square)
    answer = np.asarray(scores >= threshold)
    return JudgedCase(
        case_id=case_id,
        category=category,
        kind=kind,
        original=Counts.of(nearest(answer, truth.shape), truth),
        network=Counts.of(nearest(answer, square), nearest(truth, square)),
        histogram=ScoreHistogram.of(scores, nearest(truth, scores.shape)),
    )


def nearest(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """A mask in another size by nearest neighbour, as the papers' loaders resize it.

    They do it with Pillow. Where a centre falls between two pixels (from 512 to 480 px one row in fifteen)
    its choice depends on how it sums its steps, so that nothing but Pillow itself gives their pixels.

    Args:
        mask: (rows, cols).
        shape: rows and columns of the other size.
    """
    if mask.shape == shape:
        return mask
    rows, cols = shape
    picture = Image.fromarray(np.ascontiguousarray(mask).view(np.uint8))
    return np.asarray(picture.resize((cols, rows), Image.Resampling.NEAREST)).astype(np.bool_)


def _check(scores: NDArray[np.floating], truth: Mask, threshold: float, square: tuple[int, int]) -> None:
    if truth.ndim != 2 or truth.dtype != np.bool_ or not truth.size:
        raise InputError(f"a truth of shape {truth.shape} and type {truth.dtype}: give bool (rows, cols)")
    if square[0] < 1:
        raise InputError(f"a network of {square[0]} px sees nothing: give the side of its square, e.g. 480")
    if scores.shape not in {truth.shape, square}:
        raise InputError(
            f"scores of shape {scores.shape} fit neither the truth of {truth.shape} nor the network's "
            f"square of {square}: give one of the two"
        )
    if not (np.isfinite(scores).all() and scores.min() >= 0 and scores.max() <= 1):
        raise InputError("scores outside 0..1, or none at all: give sigmoids of logits, not logits")
    if not 0.0 <= threshold <= 1.0:
        raise InputError(f"threshold {threshold} is outside 0..1: give a score such as 0.5")
