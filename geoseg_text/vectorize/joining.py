"""Fragments of neighbouring regions -> the polygons that they are together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoseg_text.errors import InputError
from geoseg_text.values.rows import PolygonBatch
from geoseg_text.vectorize.components import Measures, joined, label_nodes
from geoseg_text.vectorize.corners import column_of, find_corners, line_of, moved
from geoseg_text.vectorize.fragments import NONE, Fragments
from geoseg_text.vectorize.polygons import polygons_of

AT_ONCE = 1 << 22
"""Corners built into polygons together, which bounds memory; the last polygon may go beyond."""

Nodes = NDArray[np.int64]


def join_fragments(
    parts: Sequence[Fragments], shape: tuple[int, int], min_area_px: int = 1
) -> Iterator[PolygonBatch]:
    """Join one phrase's fragments across every seam.

    Args:
        parts: those of all regions, which are the cells of a table of rows and columns over the run grid.
        shape: rows and columns of the run grid.
        min_area_px: smaller polygons are dropped.

    Yields:
        The polygons that one tracing of the whole grid would have given.

    Raises:
        InputError: the regions do not tile the grid as a table does.
    """
    table = _Table.of(parts, shape)
    seams = [*table.across(), *table.down()]
    pairs = [seam.pairs for seam in seams]
    nodes = sum(len(part) for part in parts)
    if not nodes:
        return
    count, label = label_nodes(nodes, (joined(pair[0] for pair in pairs), joined(pair[1] for pair in pairs)))
    measures = Measures.joined([part.measures for part in table.parts])
    components = measures.merged(Measures.none(), label, count)
    corners = joined([*(part.corners for part in table.parts), *(seam.corners for seam in seams)])
    nodes_of = [part.owner + np.int64(first) for part, first in zip(table.parts, table.firsts, strict=True)]
    owner = label[joined([*nodes_of, *(seam.owner for seam in seams)])]
    wanted = components.area >= min_area_px
    yield from _built(parts[0].phrase_index, components, corners[wanted[owner]], owner[wanted[owner]])


class _Seam(NamedTuple):
    """What a seam adds: which nodes meet across it, and the corners on it with the node of each."""

    pairs: tuple[Nodes, Nodes]
    corners: NDArray[np.int64]
    owner: Nodes


class _Table(NamedTuple):
    """Fragments of regions in rows and columns; a node is a fragment, counted through all parts."""

    parts: Sequence[Fragments]
    firsts: Sequence[int]
    rows: Sequence[int]
    cols: Sequence[int]
    shape: tuple[int, int]

    @classmethod
    def of(cls, parts: Sequence[Fragments], shape: tuple[int, int]) -> _Table:
        parts = sorted(parts, key=lambda part: part.region)
        rows = [*sorted({part.region.row for part in parts}), shape[0]]
        cols = [*sorted({part.region.col for part in parts}), shape[1]]
        cells = [(row, col, below, beyond) for row, below in pairwise(rows) for col, beyond in pairwise(cols)]
        if [(p.region.row, p.region.col, p.region.row_stop, p.region.col_stop) for p in parts] != cells:
            raise InputError(f"{len(parts)} regions do not tile a grid of {shape[0]} x {shape[1]} px")
        firsts = np.cumsum([0, *(len(part) for part in parts[:-1])]).tolist()
        return cls(parts, firsts, rows, cols, shape)

    def across(self) -> Iterator[_Seam]:
        """The seams between rows of regions, from one side of the grid to the other."""
        wide = len(self.cols) - 1
        for line in range(1, len(self.rows) - 1):
            upper = joined(self._side(cell, "bottom") for cell in range((line - 1) * wide, line * wide))
            lower = joined(self._side(cell, "top") for cell in range(line * wide, (line + 1) * wide))
            meeting = (upper != NONE) & (lower != NONE)
            nodes = np.stack((upper, lower))
            corners, owner = _corners(nodes)
            on = line_of(corners) == 1
            yield _Seam(
                (upper[meeting], lower[meeting]), moved(corners[on], self.rows[line] - 1, 0), owner[on]
            )

    def down(self) -> Iterator[_Seam]:
        """The seams between columns of regions, within each row of regions."""
        wide = len(self.cols) - 1
        for row, (top, bottom) in enumerate(pairwise(self.rows)):
            for col in range(1, wide):
                right = self._side(row * wide + col - 1, "right")
                left = self._side(row * wide + col, "left")
                meeting = (left != NONE) & (right != NONE)
                corners, owner = _corners(np.column_stack((right, left)))
                line = line_of(corners)
                # Where rows of regions meet, `across` has found the corners already.
                on = (column_of(corners) == 1) & ((line > 0) | (top == 0))
                on &= (line < bottom - top) | (bottom == self.shape[0])
                yield _Seam(
                    (right[meeting], left[meeting]), moved(corners[on], top, self.cols[col] - 1), owner[on]
                )

    def _side(self, cell: int, name: str) -> Nodes:
        side: Nodes = getattr(self.parts[cell].sides, name)
        return np.where(side == NONE, NONE, side + self.firsts[cell])


def _corners(nodes: Nodes) -> tuple[NDArray[np.int64], Nodes]:
    """The corners, with their nodes, of a small mask of nodes (rows, cols) with nothing around it."""
    rows, cols = nodes.shape
    padded = np.zeros((rows + 2, cols + 2), bool)
    padded[1:-1, 1:-1] = nodes != NONE
    edges = padded[:, :-1] ^ padded[:, 1:]
    corners, owner = find_corners(padded, edges, 0)
    row, col = np.divmod(owner, cols + 1)
    return corners, nodes[row - 1, col]


def _built(
    phrase_index: int, components: Measures, corners: NDArray[np.int64], owner: NDArray[np.int32]
) -> Iterator[PolygonBatch]:
    """Build polygons, as many together as memory bears."""
    order = np.argsort(owner, kind="stable")
    corners, owner = corners[order], owner[order]
    heads = np.flatnonzero(np.diff(owner, prepend=-1))
    start = 0
    while start < len(owner):
        later = heads[np.searchsorted(heads, start + AT_ONCE) :]
        stop = int(later[0]) if len(later) else len(owner)
        yield polygons_of(phrase_index, components, corners[start:stop], owner[start:stop])
        start = stop
