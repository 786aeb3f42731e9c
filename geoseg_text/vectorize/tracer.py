"""One phrase's rows -> polygons: components are followed by runs of pixels, outlines by corners."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geoseg_text.values.rows import PolygonBatch
from geoseg_text.values.windows import Window
from geoseg_text.vectorize.components import Measures, Runs, label_nodes
from geoseg_text.vectorize.corners import column_of, find_corners, line_of, moved
from geoseg_text.vectorize.cut import Cut
from geoseg_text.vectorize.fragments import NONE, Fragments, Seams
from geoseg_text.vectorize.outlines import Outlines
from geoseg_text.vectorize.polygons import polygons_of
from geoseg_text.vectorize.seams import Numbers, SeamBook, Side

BAND_PX = 1 << 20
"""Most pixels looked at together: small enough for the processor's cache; the result is the same for any."""


class Tracer:
    """Follows one phrase's mask from the top of a region to its bottom.

    What touches a seam of the region is left open, and given as fragments in the end. Rows and columns are
    counted in the region until polygons are made.

    Args:
        phrase_index: goes into the polygons.
        cut: where a polygon begins and ends; components that it does not keep are dropped untraced, unless
            they touch a seam.
        region: which pixels of the run grid.
        shape: rows and columns of the run grid.
    """

    def __init__(self, phrase_index: int, cut: Cut, region: Window, shape: tuple[int, int]) -> None:
        self._phrase_index = phrase_index
        self._cut = cut
        self._region = region
        self._seams = Seams.of(region, shape)
        self._row = 0
        self._above = np.zeros(region.cols + 2, bool)
        self._open = Measures.none()
        self._open_runs = np.empty(0, np.int32)  # open component of each run of the last row
        self._outlines = Outlines()
        self._book = SeamBook()

    def feed(self, scores: NDArray[np.uint16], valid: NDArray[np.bool_]) -> Iterator[PolygonBatch]:
        """Take the next rows (rows, cols); give the polygons that they close."""
        step = max(1, BAND_PX // self._region.cols)
        for start in range(0, len(scores), step):
            rows = scores[start : start + step]
            yield from self._advance((rows >= self._cut.level) & valid[start : start + step], rows)

    def finish(self) -> Iterator[PolygonBatch]:
        """Give the polygons that the last row closes."""
        if self._seams.bottom:
            self._leave_open()
        else:
            cols = self._region.cols
            yield from self._advance(np.zeros((1, cols), bool), np.zeros((1, cols), np.uint16))

    def fragments(self) -> Fragments:
        """What touches the seams; `finish` comes before."""
        return self._book.fragments(self._phrase_index, self._region)

    def _advance(self, mask: NDArray[np.bool_], scores: NDArray[np.uint16]) -> Iterator[PolygonBatch]:
        rows, cols = mask.shape
        padded = np.zeros((rows + 1, cols + 2), bool)
        padded[0] = self._above
        padded[1:, 1:-1] = mask
        edges = padded[:, :-1] ^ padded[:, 1:]
        places = np.flatnonzero(edges)
        runs = Runs(places[0::2], places[1::2], cols + 1)  # those of the row above come first

        count, label, run_label = self._label(runs)
        known = len(self._open_runs)
        new = Runs(runs.start[known:], runs.stop[known:], runs.pitch)
        found = Measures.of_runs(new, scores[mask], self._row - 1)
        components = self._open.merged(found, label, count)
        corners, owner = find_corners(padded, edges, self._row)
        inside = self._off_seams(corners)
        corner_label = run_label[runs.holding(owner[inside])]
        number = self._book.advance(label, count, self._sides(mask, runs, run_label))

        last_row = int(np.searchsorted(runs.start, rows * runs.pitch))
        still_open, open_runs = np.unique(run_label[last_row:], return_inverse=True)
        wanted = self._cut.keeps(components) | (number != NONE)
        wanted[still_open] = False
        leaving = self._outlines.advance(corners[inside], corner_label, label, still_open, wanted)
        self._open, self._open_runs = components.take(still_open), open_runs.astype(np.int32)
        self._book.keep(number, still_open)
        self._above = padded[-1].copy()
        self._row += rows
        if wanted.any():
            yield from self._part(components, number, wanted, *leaving)

    def _label(self, runs: Runs) -> tuple[int, NDArray[np.int32], NDArray[np.int32]]:
        """Number of components; component of each open component and then each new run; of each run."""
        opened, known = len(self._open), len(self._open_runs)
        node = np.concatenate(
            (self._open_runs, np.arange(opened, opened + len(runs) - known, dtype=np.int32))
        )
        lower, upper = runs.contacts()
        count, label = label_nodes(opened + len(runs) - known, (node[lower], node[upper]))
        return count, label, label[node]

    def _off_seams(self, corners: NDArray[np.int64]) -> NDArray[np.bool_] | slice:
        """The corners that do not lie on a seam."""
        if not (self._seams.left or self._seams.right or (self._seams.top and self._row == 0)):
            return slice(None)
        col, line = column_of(corners), line_of(corners)
        off = np.ones(len(corners), bool)
        if self._seams.top:
            off &= line > 0
        if self._seams.left:
            off &= col > 0
        if self._seams.right:
            off &= col < self._region.cols
        return off

    def _sides(self, mask: NDArray[np.bool_], runs: Runs, run_label: NDArray[np.int32]) -> Iterator[Side]:
        """The components along the seams that new rows touch."""
        rows, cols = mask.shape
        if self._row >= self._region.rows:  # the empty row that closes all
            return
        down = np.arange(1, rows + 1) * runs.pitch
        for name, wanted, along, places in (
            ("top", self._seams.top and self._row == 0, mask[0], runs.pitch + np.arange(cols)),
            ("left", self._seams.left, mask[:, 0], down),
            ("right", self._seams.right, mask[:, -1], down + cols - 1),
        ):
            if wanted:
                found = np.full(len(along), NONE, np.int32)
                found[along] = run_label[runs.holding(places[along])]
                yield name, found

    def _leave_open(self) -> None:
        """Let all that touches the last row be fragments."""
        last = self._above[1:-1]
        run = np.cumsum(last & ~self._above[:-2]) - 1
        found = np.full(len(last), NONE, np.int32)
        found[last] = self._open_runs[run[last]]
        every = np.arange(len(self._open), dtype=np.int32)
        number = self._book.advance(every, len(every), [("bottom", found)])
        nothing = np.empty(0, np.int64)
        wanted = np.ones(len(every), bool)
        leaving = self._outlines.advance(nothing, every[:0], every, every[:0], wanted)
        for _ in self._part(self._open, number, wanted, *leaving):
            pass

    def _part(
        self,
        components: Measures,
        number: Numbers,
        wanted: NDArray[np.bool_],
        corners: NDArray[np.int64],
        label: NDArray[np.int32],
    ) -> Iterator[PolygonBatch]:
        """Park what touches a seam; give the polygons of the rest."""
        region = self._region
        components, corners = components.moved(region.row, region.col), moved(corners, region.row, region.col)
        numbered = np.flatnonzero(wanted & (number != NONE))
        if len(numbered):
            place = np.full(len(components), NONE, np.int32)
            place[numbered] = np.arange(len(numbered))
            parked = place[label] != NONE
            self._book.park(
                components.take(numbered), number[numbered], corners[parked], place[label[parked]]
            )
            corners, label = corners[~parked], label[~parked]
        if np.count_nonzero(wanted) > len(numbered):
            yield polygons_of(self._phrase_index, components, corners, label)
