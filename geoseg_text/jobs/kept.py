"""Polygons from kept scores: cut anew, without the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from geoseg_text import outputs
from geoseg_text.errors import InputError
from geoseg_text.jobs.blocks import BLOCK_PX, blocks_of
from geoseg_text.jobs.cutting import Cutting, cuts_of
from geoseg_text.jobs.finding import Finding
from geoseg_text.jobs.folder import JobFolder
from geoseg_text.jobs.merge import MergedJob
from geoseg_text.jobs.record import Record
from geoseg_text.jobs.stored import BlockAnswer
from geoseg_text.progress import Cancellation, ProgressCallback, ProgressEvent
from geoseg_text.results.picture import Picture
from geoseg_text.results.table import surely_smaller_px
from geoseg_text.values.prompts import Prompt
from geoseg_text.values.rows import ScoreRows, WindowFailure
from geoseg_text.values.windows import Window
from geoseg_text.vectorize import trace


def find_in_scores(
    folder: JobFolder,
    score_raster: Path,
    prompts: Sequence[Prompt] | None,
    cutting: Cutting,
    progress: ProgressCallback | None = None,
    cancellation: Cancellation | None = None,
) -> Finding:
    """Cut polygons from a raster of scores, by what the manifest beside it says.

    Args:
        folder: for what the blocks give; it must stay until the finding has become a result.
        score_raster: the GeoTIFF.
        prompts: phrases among its bands; all of them if None.
        cutting: what becomes a polygon; thresholds are the run's where it has none.
        progress: hears of the stage 'cut', row by row, and of those of a job.
        cancellation: stops the work at the next rows.

    Raises:
        InputError: there is no manifest, or a phrase has no band.
        RasterError: the raster cannot be read.
        Cancelled: the caller asked to stop.
    """
    manifest = outputs.read_manifest(score_raster)
    run = Record.read(manifest, score_raster)
    failures = _failures(manifest, score_raster)
    with outputs.kept_scores(score_raster, run.grid) as scores:
        record = _cut_anew(run, scores.phrases, prompts, cutting)
        shape, least_px = run.grid.shape, surely_smaller_px(run.grid, cutting.min_area_m2)
        blocks, cuts = blocks_of(shape, BLOCK_PX), cuts_of(record.prompts, cutting.threshold_low, least_px)
        phrases, done = [prompt.phrase for prompt in record.prompts], _Counter(blocks, progress, cancellation)
        folder.begin(record.manifest, resume=False)
        for block in blocks:
            rows = done.counted(scores.rows(phrases, block))
            folder.keep(block, BlockAnswer.of(trace(rows, cuts, block, shape)))
    joined = MergedJob(folder, blocks, cuts, progress, cancellation).polygons()
    return Finding(joined, record, failures, Picture.blank(run.grid))


def _cut_anew(
    run: Record, phrases: Sequence[str], prompts: Sequence[Prompt] | None, cutting: Cutting
) -> Record:
    """The record of a run with other prompts, of the phrases that have scores, and another cutting."""
    asked = [Prompt(phrase) for phrase in phrases] if prompts is None else prompts
    for prompt in asked:
        if prompt.phrase not in phrases:
            known = ", ".join(repr(phrase) for phrase in phrases)
            raise InputError(f"{prompt.phrase!r:.80} has no scores here; there are those of {known:.400}")
    if cutting.threshold is None:
        own = {prompt.phrase: prompt.threshold for prompt in run.prompts}
        asked = [
            replace(prompt, threshold=own.get(prompt.phrase)) if prompt.threshold is None else prompt
            for prompt in asked
        ]
    settled = cutting.settled(asked, run.threshold)
    manifest = {
        **run.manifest,
        "prompts": [{"phrase": prompt.phrase, "threshold": prompt.threshold} for prompt in settled],
        "settings": {**run.manifest["settings"], **cutting.outlining()},
    }
    return replace(run, prompts=settled, manifest=manifest)


class _Counter:
    """Tells how many rows of some blocks have been cut, and stops where the caller asks to."""

    def __init__(
        self, blocks: Sequence[Window], progress: ProgressCallback | None, cancellation: Cancellation | None
    ) -> None:
        self._done, self._total = 0, sum(block.rows for block in blocks)
        self._progress = progress
        self._cancellation = cancellation

    def counted(self, rows: Iterator[ScoreRows]) -> Iterator[ScoreRows]:
        """Pass the rows of a block on."""
        for part in rows:
            if self._cancellation is not None:
                self._cancellation.check()
            yield part
            self._done += part.scores.shape[1]
            if self._progress is not None:
                self._progress(ProgressEvent("cut", self._done, self._total))


def _failures(manifest: Mapping[str, Any], name: Path) -> tuple[WindowFailure, ...]:
    """What the run has not seen."""
    try:
        return tuple(
            WindowFailure(Window(**told["window"]), told["stage"], told["reason"], told["source"])
            for told in manifest["windows_not_seen"]
        )
    except (KeyError, TypeError) as error:
        raise InputError(f"{name}: its manifest does not say what was not seen ({error!r})") from error
