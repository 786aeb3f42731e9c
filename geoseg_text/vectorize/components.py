"""Runs of pixels -> components: which runs belong together, and what each component measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

FIRST_SHIFT = 32
"""A pixel's place is ``row << 32 | col``, so that places sort row by row."""


@dataclass(frozen=True, eq=False)
class Runs:
    """Unbroken runs of the mask in some rows, row by row.

    Attributes:
        start: place of the first pixel, counted row by row with `pitch` places a row.
        stop: place after the last pixel.
        pitch: places a row, one more than the raster has columns, so that no run touches the next row's.
    """

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    pitch: int

    def __len__(self) -> int:
        return len(self.start)

    def holding(self, place: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which run holds each of these places of the mask."""
        return np.searchsorted(self.start, place, side="right") - 1

    def contacts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs of runs in neighbouring rows that share a pixel's edge, the lower ones first."""
        # The upper runs that overlap a run stand side by side.
        first = np.searchsorted(self.stop, self.start - self.pitch, side="right")
        beyond = np.searchsorted(self.start, self.stop - self.pitch, side="left")
        count = np.maximum(beyond - first, 0)
        lower = np.repeat(np.arange(len(self)), count)
        upper = np.arange(len(lower)) - np.repeat(np.cumsum(count) - count - first, count)
        return lower, upper


@dataclass(frozen=True, eq=False)
class Measures:
    """What is known of N runs or components; whole numbers, so that merging them is exact in any order.

    Attributes:
        area: pixels.
        total: sum of their scores.
        peak: highest of their scores.
        first: place of the first pixel, ``row << 32 | col``.
    """

    area: NDArray[np.int64]
    total: NDArray[np.int64]
    peak: NDArray[np.int64]
    first: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.area)

    @classmethod
    def none(cls) -> Measures:
        """Of nothing."""
        empty = np.empty(0, np.int64)
        return cls(empty, empty, empty, empty)

    @classmethod
    def of_runs(cls, runs: Runs, inside: NDArray[np.uint16], first_row: int) -> Measures:
        """Measure runs.

        Args:
            runs: the runs.
            inside: scores of their pixels, run after run.
            first_row: row number of the row in which places start.
        """
        if not len(runs):
            return cls.none()
        area = runs.stop - runs.start
        offset = np.cumsum(area) - area
        line, col = np.divmod(runs.start, runs.pitch)
        return cls(
            area,
            np.add.reduceat(inside, offset, dtype=np.int64),
            np.maximum.reduceat(inside, offset).astype(np.int64),
            (line + first_row) << FIRST_SHIFT | col,
        )

    def merged(self, other: Measures, label: NDArray[np.int32], count: int) -> Measures:
        """Merge these and then the others into `count` components by their labels."""
        area, total, peak = (np.zeros(count, np.int64) for _ in range(3))
        first = np.full(count, np.iinfo(np.int64).max)
        np.add.at(area, label, np.concatenate((self.area, other.area)))
        np.add.at(total, label, np.concatenate((self.total, other.total)))
        np.maximum.at(peak, label, np.concatenate((self.peak, other.peak)))
        np.minimum.at(first, label, np.concatenate((self.first, other.first)))
        return Measures(area, total, peak, first)

    @classmethod
    def joined(cls, parts: Sequence[Measures]) -> Measures:
        """Those of all parts, one after the other."""
        columns = (np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls))
        return cls(*columns) if parts else cls.none()

    def moved(self, rows: int, cols: int) -> Measures:
        """The same, further down and to the right."""
        return Measures(self.area, self.total, self.peak, self.first + (rows << FIRST_SHIFT | cols))

    def take(self, index: NDArray[np.integer]) -> Measures:
        """Those at these places."""
        return Measures(self.area[index], self.total[index], self.peak[index], self.first[index])


def joined(parts: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
    """All parts, one after the other; there may be none."""
    return np.concatenate([np.empty(0, np.int64), *parts])


def label_nodes(
    nodes: int, pairs: tuple[NDArray[np.integer], NDArray[np.integer]]
) -> tuple[int, NDArray[np.int32]]:
    """Number of components among `nodes` linked by `pairs`, and the component of each node."""
    links = coo_array((np.ones(len(pairs[0]), np.int8), pairs), (nodes, nodes))
    count, label = connected_components(links, directed=False)
    return int(count), label
