"""Fragments of neighbouring regions -> the polygons that they are together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoseg_text.errors import InputError
from geoseg_text.values.rows import PolygonBatch
from geoseg_text.vectorize.components import FIRST_SHIFT, Measures, joined, label_nodes
from geoseg_text.vectorize.corners import column_of, find_corners, line_of, moved
from geoseg_text.vectorize.cut import Cut
from geoseg_text.vectorize.fragments import NONE, Fragments
from geoseg_text.vectorize.polygons import polygons_of
from geoseg_text.vectorize.spool import CornerSpool

AT_ONCE = 1 << 22
"""Corners built into polygons together, which bounds memory; the last polygon may go beyond."""

Nodes = NDArray[np.int64]
RegionRows = Callable[[], Iterable[Sequence[Fragments]]]
"""Gives the regions row by row, from the left to the right in each; called more than once."""


class SeamJoin:
    """One phrase's fragments, joined across every seam.

    The regions are looked at twice, a row of them at a time: first at who belongs together, then at the
    corners, which are put away until the band of rows is asked for in which their polygon begins. So memory
    holds what is measured of each fragment, and the corners of a band.

    Args:
        rows: the regions, which are the cells of a table of rows and columns over the run grid.
        shape: rows and columns of the run grid.
        band_px: rows of a band.
        cut: that of the regions; components that it does not keep are dropped.

    Raises:
        InputError: the regions do not tile the grid as a table does.
        OutputError: the disk is full.
    """

    def __init__(self, rows: RegionRows, shape: tuple[int, int], band_px: int, cut: Cut) -> None:
        self._phrase_index = 0
        self._spool = CornerSpool()
        label = self._measure(rows, shape)
        wanted = cut.keeps(self._components)
        band = (self._components.first >> FIRST_SHIFT) // band_px
        for row in _rows_of(rows, shape):
            for corners, nodes in row.corners():
                owner = label[nodes]
                kept = wanted[owner]
                self._spool.put(corners[kept], owner[kept], band[owner[kept]])

    def polygons(self, band: int) -> Iterator[PolygonBatch]:
        """The polygons that begin in a band, as one tracing of the whole grid would have given them."""
        corners, owner = self._spool.take(band)
        order = np.argsort(owner, kind="stable")
        corners, owner = corners[order], owner[order]
        heads = np.flatnonzero(np.diff(owner, prepend=-1))
        start = 0
        while start < len(owner):
            later = heads[np.searchsorted(heads, start + AT_ONCE) :]
            stop = int(later[0]) if len(later) else len(owner)
            yield polygons_of(self._phrase_index, self._components, corners[start:stop], owner[start:stop])
            start = stop

    def _measure(self, rows: RegionRows, shape: tuple[int, int]) -> NDArray[np.int32]:
        """Find the component of each node, and measure the components."""
        measures: list[Measures] = []
        pairs: list[tuple[Nodes, Nodes]] = []
        for row in _rows_of(rows, shape):
            for part in row.parts:
                self._phrase_index = part.phrase_index
                measures.append(part.measures)
            pairs += (seam.pairs for seam in row.seams())
        nodes = Measures.joined(measures)
        links = joined(pair[0] for pair in pairs), joined(pair[1] for pair in pairs)
        count, label = label_nodes(len(nodes), links) if len(nodes) else (0, np.empty(0, np.int32))
        self._components = nodes.merged(Measures.none(), label, count)
        return label


class _Seam(NamedTuple):
    """What a seam adds: which nodes meet across it, and the corners on it with the node of each."""

    pairs: tuple[Nodes, Nodes]
    corners: NDArray[np.int64]
    owner: Nodes


class _Row(NamedTuple):
    """A row of regions; a node is a fragment, counted through all regions of all rows."""

    parts: Sequence[Fragments]
    firsts: Sequence[int]
    """Node of each region's first fragment."""
    above: Nodes
    """Nodes along the bottom of the row before; empty where there is none."""
    last: bool
    """Whether no row comes after."""

    @property
    def top(self) -> int:
        return self.parts[0].region.row

    @property
    def height(self) -> int:
        return self.parts[0].region.rows

    def side(self, name: str) -> Nodes:
        """Nodes along this side of every region."""
        return joined(self._nodes(place, name) for place in range(len(self.parts)))

    def seams(self) -> Iterator[_Seam]:
        """The seam above, and those between the regions."""
        if len(self.above):
            yield self._seam_above()
        for place in range(1, len(self.parts)):
            yield self._seam_before(place)

    def corners(self) -> Iterator[tuple[NDArray[np.int64], Nodes]]:
        """Corners inside the regions and on the seams, with the node of each."""
        for part, first in zip(self.parts, self.firsts, strict=True):
            yield part.corners, part.owner + np.int64(first)
        for seam in self.seams():
            yield seam.corners, seam.owner

    def _seam_above(self) -> _Seam:
        upper, lower = self.above, self.side("top")
        meeting = (upper != NONE) & (lower != NONE)
        corners, owner = _corners(np.stack((upper, lower)))
        on = line_of(corners) == 1
        return _Seam((upper[meeting], lower[meeting]), moved(corners[on], self.top - 1, 0), owner[on])

    def _seam_before(self, place: int) -> _Seam:
        right, left = self._nodes(place - 1, "right"), self._nodes(place, "left")
        meeting = (left != NONE) & (right != NONE)
        corners, owner = _corners(np.column_stack((right, left)))
        line = line_of(corners)
        # Where rows of regions meet, the seam between them has these corners already.
        on = (column_of(corners) == 1) & ((line > 0) | (self.top == 0)) & ((line < self.height) | self.last)
        col = self.parts[place].region.col
        return _Seam((right[meeting], left[meeting]), moved(corners[on], self.top, col - 1), owner[on])

    def _nodes(self, place: int, name: str) -> Nodes:
        side: Nodes = getattr(self.parts[place].sides, name)
        return np.where(side == NONE, NONE, side + self.firsts[place])


def _rows_of(rows: RegionRows, shape: tuple[int, int]) -> Iterator[_Row]:
    """Number the fragments, row of regions by row of regions.

    Raises:
        InputError: see `SeamJoin`.
    """
    above, first, top = np.empty(0, np.int64), 0, 0
    for parts in rows():
        firsts = (first + np.cumsum([0, *(len(part) for part in parts)])).tolist()
        stop, left = parts[0].region.row_stop, 0
        for part in parts:
            if (part.region.row, part.region.row_stop, part.region.col) != (top, stop, left):
                raise InputError(f"regions leave a gap or overlap at row {top}, column {left}")
            left = part.region.col_stop
        if left != shape[1]:
            raise InputError(f"regions end at column {left} of a grid of {shape[1]}")
        row = _Row(parts, firsts[:-1], above, stop == shape[0])
        yield row
        above, first, top = row.side("bottom"), firsts[-1], stop
    if top != shape[0]:
        raise InputError(f"regions end at row {top} of a grid of {shape[0]}")


def _corners(nodes: Nodes) -> tuple[NDArray[np.int64], Nodes]:
    """The corners, with their nodes, of a small mask of nodes (rows, cols) with nothing around it."""
    rows, cols = nodes.shape
    padded = np.zeros((rows + 2, cols + 2), bool)
    padded[1:-1, 1:-1] = nodes != NONE
    edges = padded[:, :-1] ^ padded[:, 1:]
    corners, owner = find_corners(padded, edges, 0)
    row, col = np.divmod(owner, cols + 1)
    return corners, nodes[row - 1, col]
