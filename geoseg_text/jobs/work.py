"""Doing the blocks of a job that are not done yet, in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any

from geoseg_text import outputs
from geoseg_text.imagery import Chip
from geoseg_text.jobs.folder import JobFolder
from geoseg_text.jobs.record import Record
from geoseg_text.jobs.request import Opened
from geoseg_text.jobs.stored import BlockAnswer
from geoseg_text.progress import ProgressCallback, ProgressEvent
from geoseg_text.values.windows import Window


class Counter:
    """Tells how many windows of some blocks have been read, and passes each on.

    Args:
        total: windows of all of them.
        progress: told after each.
        seen: given each.
    """

    def __init__(
        self, total: int, progress: ProgressCallback | None, seen: Callable[[Chip], None] | None = None
    ) -> None:
        self._done = 0
        self._total = total
        self._progress = progress
        self._seen = seen
        self._tell()

    def __call__(self, chip: Chip) -> None:
        """Count a window."""
        if self._seen is not None:
            self._seen(chip)
        self._done += 1
        self._tell()

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(ProgressEvent("segment", self._done, self._total))


def windows_in(run: Opened, blocks: Sequence[Window]) -> int:
    """Windows to be answered for some blocks; those on seams count for each."""
    return sum(len(run.survey.plan.part(block)) for block in blocks)


def job_settings(run: Opened, created: datetime, *, block_px: int, scores: bool) -> dict[str, Any]:
    """All that a job is begun with, as JSON can hold it; enough to merge it without imagery or model."""
    return {
        **Record.of(run, created).manifest,
        "block_px": block_px,
        "scores": scores,
        "least_px": run.least_px,
    }


def do_blocks(
    run: Opened,
    folder: JobFolder,
    blocks: Sequence[Window],
    *,
    scores: bool,
    progress: ProgressCallback | None = None,
    seen: Callable[[Chip], None] | None = None,
) -> None:
    """Do blocks in this process, one after the other.

    Args:
        run: the opened request.
        folder: of the job, begun.
        blocks: those to do.
        scores: whether scores are kept.
        progress: hears of the stage 'segment', window by window.
        seen: given what the network sees of each window.
    """
    count = Counter(windows_in(run, blocks), progress, seen)
    for block in blocks:
        do_block(run, folder, block, scores=scores, seen=count)


def do_block(
    run: Opened,
    folder: JobFolder,
    block: Window,
    *,
    scores: bool,
    seen: Callable[[Chip], None] | None = None,
) -> None:
    """Answer one block, and keep what was found: scores first, since the answer says that it is done."""
    run.survey.forget_failures()
    grid = run.survey.imagery.grid.crop(block)
    phrases = [prompt.phrase for prompt in run.prompts]
    keeping = outputs.tiled_scores(folder.scores(block), grid, phrases) if scores else nullcontext()
    with keeping as raster:
        write = None if raster is None else raster.write
        answer = BlockAnswer.of(run.survey.answer(block, chip_seen=seen, rows_done=write))
    folder.keep(block, replace(answer, failures=run.survey.failures))
