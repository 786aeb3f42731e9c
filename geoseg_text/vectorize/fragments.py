"""What a region of the run grid leaves open: components on its seams, to be joined with neighbours'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from geoseg_text.errors import InputError
from geoseg_text.values.windows import Window
from geoseg_text.vectorize.components import Measures

NONE = -1
"""No component."""


class Seams(NamedTuple):
    """Which sides of a region lie inside the run grid, so that a component may go on beyond them."""

    top: bool
    left: bool
    bottom: bool
    right: bool

    @classmethod
    def of(cls, region: Window, shape: tuple[int, int]) -> Self:
        """The seams of a region of a run grid with this shape.

        Raises:
            InputError: the region reaches past the grid.
        """
        if min(region.row, region.col) < 0 or region.row_stop > shape[0] or region.col_stop > shape[1]:
            raise InputError(f"{region} reaches past a grid of {shape[0]} x {shape[1]} px")
        return cls(region.row > 0, region.col > 0, region.row_stop < shape[0], region.col_stop < shape[1])


class Sides(NamedTuple):
    """For each pixel along the seams of a region, which fragment it belongs to, or `NONE`.

    A side that is no seam is empty. ``top`` and ``bottom`` go to the right, ``left`` and ``right`` down.
    """

    top: NDArray[np.int64]
    left: NDArray[np.int64]
    bottom: NDArray[np.int64]
    right: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Fragments:
    """The N components of one phrase that reach a seam of a region.

    Corners on the seams themselves are not here: they depend on the pixels of both sides.

    Attributes:
        phrase_index: which of the run's phrases.
        region: which pixels of the run grid.
        measures: of each component, first pixels counted on the run grid.
        corners: int64 (M,), vertices of their outlines inside the region, counted on the run grid.
        owner: int32 (M,), the component of each corner.
        sides: the component of each pixel along the seams.
    """

    phrase_index: int
    region: Window
    measures: Measures
    corners: NDArray[np.int64]
    owner: NDArray[np.int32]
    sides: Sides

    def __len__(self) -> int:
        return len(self.measures)
