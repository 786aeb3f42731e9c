"""A finished job -> its polygons and scores in the order of the whole run, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from math import ceil
from typing import TypeVar

import numpy as np

from geoseg_text.errors import InputError
from geoseg_text.jobs.blocks import BAND_PX
from geoseg_text.jobs.folder import JobFolder
from geoseg_text.outputs import read_scores
from geoseg_text.progress import Cancellation, ProgressCallback, ProgressEvent
from geoseg_text.values.rows import PolygonBatch, ScoreRows
from geoseg_text.values.windows import Window
from geoseg_text.vectorize import Cut, Fragments, SeamJoin

T = TypeVar("T")

_ROWS = 512
"""Rows of scores at a time: the height of a tile."""


class MergedJob:
    """What the blocks of a job found, put together, some rows of the run grid at a time.

    Args:
        folder: the job's.
        blocks: all its blocks, row-major.
        cuts: of each phrase.
        progress: hears of the stages 'join', 'polygons' and 'scores'.
        cancellation: stops the work at the next rows.

    Attributes:
        failures: what was not seen, by place.

    Raises:
        InputError: a block is not done, or damaged.
        OutputError: the disk is full.
        Cancelled: the caller asked to stop.
    """

    def __init__(
        self,
        folder: JobFolder,
        blocks: Sequence[Window],
        cuts: Sequence[Cut],
        progress: ProgressCallback | None = None,
        cancellation: Cancellation | None = None,
    ) -> None:
        left = folder.missing(blocks)
        if left:
            raise InputError(
                f"{folder.root}: {len(left)} of {len(blocks)} blocks are not done, the first at row "
                f"{left[0].row}, column {left[0].col}; finish them with segment --job {folder.root} --resume"
            )
        self._folder = folder
        self._cuts = cuts
        self._rows = [list(cells) for _, cells in groupby(blocks, key=lambda block: block.row)]
        self._progress = progress
        self._cancellation = cancellation
        failures = {failure for block in blocks for failure in folder.failures(block)}
        self.failures = tuple(sorted(failures, key=lambda failure: (failure.window, failure.source)))
        self._shape = (blocks[-1].row_stop, blocks[-1].col_stop)

    def polygons(self) -> Iterator[PolygonBatch]:
        """The polygons in the run's order, a batch for each band of rows."""
        joined = [
            SeamJoin(partial(self._fragments, index), self._shape, BAND_PX, cut)
            for index, cut in self._told("join", list(enumerate(self._cuts)))
        ]
        for band in self._told("polygons", range(ceil(self._shape[0] / BAND_PX))):
            found = [batch for seams in joined for batch in seams.polygons(band)]
            for cells in self._rows:
                if cells[0].row < (band + 1) * BAND_PX and cells[0].row_stop > band * BAND_PX:
                    found += (self._folder.polygons(block, band) for block in cells)
            yield PolygonBatch.join(found)

    def _fragments(self, phrase_index: int) -> Iterator[list[Fragments]]:
        for cells in self._rows:
            self._check()
            yield [self._folder.fragments(block, phrase_index) for block in cells]

    def scores(self) -> Iterator[ScoreRows]:
        """The scores, some rows of the whole grid at a time."""
        for cells in self._told("scores", self._rows):
            files = {self._folder.scores(block): (len(self._cuts), *block.shape) for block in cells}
            row, height = cells[0].row, cells[0].rows
            for start in range(0, height, _ROWS):
                self._check()
                count = min(_ROWS, height - start)
                parts = [read_scores(file, start, count, shape) for file, shape in files.items()]
                scores = np.concatenate([values for values, _ in parts], axis=2)
                yield ScoreRows(row + start, scores, np.concatenate([valid for _, valid in parts], axis=1))

    def _told(self, stage: str, steps: Sequence[T]) -> Iterator[T]:
        """Go through the steps of a stage, tell how far it is, and stop where the caller asks to."""
        for done, step in enumerate(steps):
            self._check()
            if self._progress is not None:
                self._progress(ProgressEvent(stage, done, len(steps)))
            yield step
        if self._progress is not None:
            self._progress(ProgressEvent(stage, len(steps), len(steps)))

    def _check(self) -> None:
        if self._cancellation is not None:
            self._cancellation.check()
