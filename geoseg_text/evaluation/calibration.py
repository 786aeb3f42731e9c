"""Do scores mean what they say? Of pixels scored about 0.8, 80 % should belong to the referent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoseg_text.evaluation.metrics import Mask

BINS = 10
"""Bins of equal width over scores 0..1; each holds its lower end, the last one both ends."""


@dataclass(frozen=True)
class ScoreHistogram:
    """Pixels by their score.

    Attributes:
        pixels: how many, in each bin.
        true: how many of them belong to the referent.
        score_sum: sum of their scores.
    """

    pixels: tuple[int, ...]
    true: tuple[int, ...]
    score_sum: tuple[float, ...]

    @classmethod
    def of(cls, scores: NDArray[np.floating], truth: Mask) -> ScoreHistogram:
        """Sort pixels into bins.

        Args:
            scores: (rows, cols), 0..1.
            truth: (rows, cols).
        """
        flat = np.asarray(scores, np.float64).ravel()
        place = np.minimum((flat * BINS).astype(np.intp), BINS - 1)
        pixels = np.bincount(place, minlength=BINS)
        true = np.bincount(place[truth.ravel()], minlength=BINS)
        score_sum = np.bincount(place, weights=flat, minlength=BINS)
        return cls(tuple(pixels.tolist()), tuple(true.tolist()), tuple(score_sum.tolist()))

    @classmethod
    def together(cls, histograms: Iterable[ScoreHistogram]) -> ScoreHistogram:
        """All pixels of several histograms; empty bins without any."""
        every = list(histograms) or [cls((0,) * BINS, (0,) * BINS, (0.0,) * BINS)]
        return cls(
            tuple(sum(counts) for counts in zip(*(h.pixels for h in every), strict=True)),
            tuple(sum(counts) for counts in zip(*(h.true for h in every), strict=True)),
            tuple(sum(sums) for sums in zip(*(h.score_sum for h in every), strict=True)),
        )

    @property
    def mean_score(self) -> float | None:
        """Mean over all pixels; None without a pixel."""
        return _ratio(sum(self.score_sum), sum(self.pixels))


@dataclass(frozen=True)
class ReliabilityBin:
    """One bin of scores.

    Attributes:
        low: lower end.
        high: upper end.
        pixels: pixels in it.
        mean_score: their mean score; None without a pixel.
        share_true: share of them that belongs to the referent; None without a pixel.
    """

    low: float
    high: float
    pixels: int
    mean_score: float | None
    share_true: float | None


@dataclass(frozen=True)
class Calibration:
    """How scores and truth agree.

    Attributes:
        bins: from low scores to high ones.
        expected_error: expected calibration error: how far mean score and share of true pixels of a bin are
            apart, averaged over pixels; None without a pixel.
    """

    bins: tuple[ReliabilityBin, ...]
    expected_error: float | None

    @classmethod
    def of(cls, histogram: ScoreHistogram) -> Calibration:
        """Read a histogram."""
        rows = list(zip(histogram.pixels, histogram.true, histogram.score_sum, strict=True))
        bins = tuple(
            ReliabilityBin(i / BINS, (i + 1) / BINS, pixels, _ratio(score_sum, pixels), _ratio(true, pixels))
            for i, (pixels, true, score_sum) in enumerate(rows)
        )
        apart = sum(abs(score_sum - true) for _, true, score_sum in rows)
        return cls(bins, _ratio(apart, sum(histogram.pixels)))


def _ratio(part: float, whole: int) -> float | None:
    return part / whole if whole else None
