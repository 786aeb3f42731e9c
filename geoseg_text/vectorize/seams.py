"""Which components of a region reach its seams, under numbers that last while components merge."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from geoseg_text.values.windows import Window
from geoseg_text.vectorize.components import Measures, joined, label_nodes
from geoseg_text.vectorize.fragments import NONE, Fragments, Sides

Labels = NDArray[np.int32]
Numbers = NDArray[np.int64]
Side = tuple[str, Labels]
"""Name of a side, and the component of each of its next pixels, or `NONE`."""

_LAST = np.iinfo(np.int64).max


class SeamBook:
    """Keeps, row after row, who touches the seams.

    A component gets a number when it first touches a seam. Where components merge, the lowest number stands
    for all, and that the others mean the same is noted: what was written along the sides stays true.
    """

    def __init__(self) -> None:
        self._count = 0
        self._same: list[tuple[Numbers, Numbers]] = []
        self._of_open: Numbers = np.empty(0, np.int64)
        self._sides: dict[str, list[Numbers]] = {name: [] for name in Sides._fields}
        self._measures: list[Measures] = []
        self._numbers: list[Numbers] = []
        self._corners: list[NDArray[np.int64]] = []
        self._owner: list[Labels] = []
        self._parked = 0

    def advance(self, label: Labels, count: int, sides: Iterable[Side]) -> Numbers:
        """Number the components of new rows.

        Args:
            label: begins with the component into which each component that was open has gone.
            count: how many components there are.
            sides: what the new rows hold of the sides.

        Returns:
            The number of each component, `NONE` of those that touch no seam.
        """
        number = np.full(count, _LAST)
        known = self._of_open != NONE
        held, into = self._of_open[known], label[: len(self._of_open)][known]
        np.minimum.at(number, into, held)
        merged = held != number[into]
        self._same.append((held[merged], number[into][merged]))
        number[number == _LAST] = NONE
        for name, along in sides:
            touching = np.unique(along[along != NONE])
            new = touching[number[touching] == NONE]
            number[new] = np.arange(self._count, self._count + len(new))
            self._count += len(new)
            # Numbers given on the way do not change: what is written is final.
            self._sides[name].append(np.append(number, NONE)[along])
        return number

    def keep(self, number: Numbers, still_open: Labels) -> None:
        """Note the numbers of the components that stay open; `advance` counts them by place."""
        self._of_open = number[still_open]

    def park(self, measures: Measures, numbers: Numbers, corners: NDArray[np.int64], owner: Labels) -> None:
        """Put away components that touch a seam and that no later row can touch.

        Args:
            measures: of each.
            numbers: of each.
            corners: all their corners.
            owner: the place, among these components, of each corner's.
        """
        self._measures.append(measures)
        self._numbers.append(numbers)
        self._corners.append(corners)
        self._owner.append((owner + self._parked).astype(np.int32))
        self._parked += len(measures)

    def fragments(self, phrase_index: int, region: Window) -> Fragments:
        """Everything that was put away, and the sides."""
        same = joined(one for one, _ in self._same), joined(other for _, other in self._same)
        _, alike = label_nodes(self._count, same)
        place = np.full(self._count, NONE, np.int64)
        place[alike[joined(self._numbers)]] = np.arange(self._parked)
        of_number = np.append(place[alike], NONE)  # the last one is what `NONE` finds
        return Fragments(
            phrase_index,
            region,
            Measures.joined(self._measures),
            joined(self._corners),
            np.concatenate(self._owner) if self._owner else np.empty(0, np.int32),
            Sides(*(of_number[joined(self._sides[name])] for name in Sides._fields)),
        )
