"""A finished job -> its polygons and scores in the order of the whole run, a row of blocks at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

import numpy as np

from geoseg_text.errors import InputError
from geoseg_text.jobs.folder import JobFolder
from geoseg_text.outputs import read_scores
from geoseg_text.values.rows import PolygonBatch, ScoreRows, WindowFailure
from geoseg_text.values.windows import Window
from geoseg_text.vectorize import Fragments, join_fragments

_ROWS = 512
"""Rows of scores at a time: the height of a tile."""


class MergedJob:
    """What the blocks of a job found, put together.

    Args:
        folder: the job's.
        blocks: all its blocks, row-major.
        phrases: how many.
        least_px: smaller polygons are dropped.

    Attributes:
        failures: what was not seen, by place.

    Raises:
        InputError: a block is not done.
    """

    def __init__(self, folder: JobFolder, blocks: Sequence[Window], phrases: int, least_px: int = 1) -> None:
        left = folder.missing(blocks)
        if left:
            raise InputError(
                f"{folder.root}: {len(left)} of {len(blocks)} blocks are not done, the first at row "
                f"{left[0].row}, column {left[0].col}; finish them with segment --job {folder.root} --resume"
            )
        self._folder = folder
        self._blocks = blocks
        self._phrases = phrases
        self._shape = (blocks[-1].row_stop, blocks[-1].col_stop)
        fragments: dict[int, list[Fragments]] = {}
        failures: dict[WindowFailure, None] = {}
        for block in blocks:
            failures.update(dict.fromkeys(folder.failures(block)))
            for part in folder.fragments(block):
                fragments.setdefault(part.phrase_index, []).append(part)
        self.failures = tuple(sorted(failures, key=lambda failure: (failure.window, failure.source)))
        joined = [join_fragments(parts, self._shape, least_px) for parts in fragments.values()]
        self._joined = PolygonBatch.join([batch for batches in joined for batch in batches])

    def polygons(self) -> Iterator[PolygonBatch]:
        """The polygons in the run's order, a batch for each row of blocks."""
        rows = [list(cells) for _, cells in groupby(self._blocks, key=lambda block: block.row)]
        ends = [0, *np.searchsorted(self._joined.first_row, [cells[0].row_stop for cells in rows]).tolist()]
        for cells, (start, stop) in zip(rows, pairwise(ends), strict=True):
            closed = [self._folder.polygons(block) for block in cells]
            yield PolygonBatch.join([*closed, self._joined.take(np.arange(start, stop))])

    def scores(self) -> Iterator[ScoreRows]:
        """The scores, some rows of the whole grid at a time."""
        for row, cells in groupby(self._blocks, key=lambda block: block.row):
            files = {self._folder.scores(b): (self._phrases, *b.shape) for b in cells}
            height = next(iter(files.values()))[1]
            for start in range(0, height, _ROWS):
                count = min(_ROWS, height - start)
                parts = [read_scores(file, start, count, shape) for file, shape in files.items()]
                scores = np.concatenate([values for values, _ in parts], axis=2)
                yield ScoreRows(row + start, scores, np.concatenate([valid for _, valid in parts], axis=1))
