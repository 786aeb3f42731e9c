"""One phrase's rows -> polygons: components are followed by runs of pixels, outlines by corners."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geoseg_text.values.rows import FULL_SCORE, PolygonBatch
from geoseg_text.vectorize.components import FIRST_SHIFT, Measures, Runs, label_nodes
from geoseg_text.vectorize.corners import find_corners
from geoseg_text.vectorize.outlines import Outlines
from geoseg_text.vectorize.rings import build_polygons

BAND_PX = 1 << 20
"""Most pixels looked at together: small enough for the processor's cache; the result is the same for any."""


class Tracer:
    """Follows one phrase's mask from top to bottom.

    Args:
        phrase_index: goes into the polygons.
        level: whole-number score from which a pixel belongs.
        cols: width of the run grid.
        min_area_px: smaller components are dropped untraced.
    """

    def __init__(self, phrase_index: int, level: int, cols: int, min_area_px: int = 1) -> None:
        self._phrase_index = phrase_index
        self._level = level
        self._cols = cols
        self._min_area_px = min_area_px
        self._row = 0
        self._above = np.zeros(cols + 2, bool)
        self._open = Measures.none()
        self._open_runs = np.empty(0, np.int32)  # open component of each run of the last row
        self._outlines = Outlines()

    def feed(self, scores: NDArray[np.uint16], valid: NDArray[np.bool_]) -> Iterator[PolygonBatch]:
        """Take the next rows (rows, cols); give the polygons that they close."""
        step = max(1, BAND_PX // self._cols)
        for start in range(0, len(scores), step):
            rows = scores[start : start + step]
            yield from self._advance((rows >= self._level) & valid[start : start + step], rows)

    def finish(self) -> Iterator[PolygonBatch]:
        """Give the polygons that the last row closes."""
        yield from self._advance(np.zeros((1, self._cols), bool), np.zeros((1, self._cols), np.uint16))

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

        last_row = int(np.searchsorted(runs.start, rows * runs.pitch))
        still_open, open_runs = np.unique(run_label[last_row:], return_inverse=True)
        wanted = components.area >= self._min_area_px
        wanted[still_open] = False
        closed = self._outlines.advance(corners, run_label[runs.holding(owner)], label, still_open, wanted)
        self._open, self._open_runs = components.take(still_open), open_runs.astype(np.int32)
        self._above = padded[-1].copy()
        self._row += rows
        if wanted.any():
            yield self._polygons(components, *closed)

    def _label(self, runs: Runs) -> tuple[int, NDArray[np.int32], NDArray[np.int32]]:
        """Number of components; component of each open component and then each new run; of each run."""
        opened, known = len(self._open), len(self._open_runs)
        node = np.concatenate(
            (self._open_runs, np.arange(opened, opened + len(runs) - known, dtype=np.int32))
        )
        lower, upper = runs.contacts()
        count, label = label_nodes(opened + len(runs) - known, (node[lower], node[upper]))
        return count, label, label[node]

    def _polygons(
        self, components: Measures, corners: NDArray[np.int64], label: NDArray[np.int32]
    ) -> PolygonBatch:
        geometry, which = build_polygons(corners, label)
        measured = components.take(which)
        return PolygonBatch(
            phrase_index=np.full(len(which), self._phrase_index, np.int64),
            geometry=geometry,
            score=measured.total / measured.area / FULL_SCORE,
            score_max=measured.peak / FULL_SCORE,
            area_px=measured.area,
            first_row=measured.first >> FIRST_SHIFT,
            first_col=measured.first & ((1 << FIRST_SHIFT) - 1),
        )
