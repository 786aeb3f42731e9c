"""Which scores become polygons: where one begins and ends, and which of them count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from geoseg_text.values.rows import score_level
from geoseg_text.vectorize.components import Measures


@dataclass(frozen=True)
class Cut:
    """How one phrase's scores are cut; whole numbers, so that it is exact in any order.

    With `level` below `peak` this is the double threshold: what is sure of itself takes its surroundings
    along, what is nowhere sure is dropped.

    Attributes:
        level: score from which a pixel belongs.
        peak: score that one pixel of a polygon reaches at least.
        least_px: pixels that a polygon has at least.
    """

    level: int
    peak: int
    least_px: int = 1

    @classmethod
    def at(cls, threshold: float, low: float | None = None, least_px: int = 1) -> Self:
        """Cut where pixels reach `low`, and keep what reaches the threshold somewhere.

        Args:
            threshold: score, 0..1; what equals it reaches it.
            low: score, 0..1, at most the threshold; the threshold itself if None.
            least_px: see the attribute.

        Raises:
            InputError: a score is outside 0..1.
        """
        peak = score_level(threshold)
        return cls(peak if low is None else score_level(low), peak, least_px)

    def keeps(self, components: Measures) -> NDArray[np.bool_]:
        """Which of these whole components become polygons."""
        return (components.area >= self.least_px) & (components.peak >= self.peak)
