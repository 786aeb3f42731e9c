"""What a run found: polygons in pixels, and all that brings them to the ground as a result."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from geoseg_text import outputs
from geoseg_text.errors import InputError, WindowWarning
from geoseg_text.jobs.blocks import blocks_of
from geoseg_text.jobs.cutting import cuts_of
from geoseg_text.jobs.folder import JobFolder
from geoseg_text.jobs.merge import MergedJob
from geoseg_text.jobs.record import Record
from geoseg_text.jobs.request import Opened
from geoseg_text.jobs.stored import BlockAnswer
from geoseg_text.jobs.work import Counter
from geoseg_text.progress import Cancellation, ProgressCallback
from geoseg_text.results import Result
from geoseg_text.results.manifest import describe_outcome
from geoseg_text.results.picture import Picture
from geoseg_text.results.table import tabulate
from geoseg_text.values.polygon_table import PolygonTable
from geoseg_text.values.rows import PolygonBatch, WindowFailure


@dataclass(frozen=True, eq=False)
class Finding:
    """What a run found, before it is brought to the ground.

    Attributes:
        batches: the polygons, in order; None where scores alone were asked for.
        record: of the run.
        failures: what was not seen.
        picture: the imagery at the size of a screen.
    """

    batches: Iterator[PolygonBatch] | None
    record: Record
    failures: tuple[WindowFailure, ...]
    picture: Picture

    def result(
        self,
        output: str | os.PathLike[str] | None,
        score_raster: str | os.PathLike[str] | None,
        *,
        overwrite: bool,
        stacklevel: int,
    ) -> Result:
        """Bring the polygons to the ground; write them where an output is wanted, and the manifests."""
        record, table = self.record, None if self.batches is None else self._on_ground(self.batches)
        manifest = {**record.manifest, **describe_outcome(record.plan, self.failures, table)}
        result = Result(
            table, record.prompts, self.failures, manifest, record.grid, self.picture, outputs.save
        )
        if self.failures:
            warnings.warn(not_seen(self.failures), WindowWarning, stacklevel=stacklevel + 1)
        if output is not None:
            result.to_file(output, overwrite=overwrite)
        if score_raster is not None:
            outputs.save_manifest(manifest, Path(score_raster))
        return result

    def _on_ground(self, batches: Iterator[PolygonBatch]) -> PolygonTable:
        record, settings = self.record, self.record.manifest["settings"]
        if settings["simplify_m"]:  # neighbours are simplified together
            batches = iter([PolygonBatch.join(list(batches))])
        return PolygonTable(
            tabulate(
                batch,
                record.grid,
                record.target,
                [prompt.phrase for prompt in record.prompts],
                record.origin,
                min_area_m2=settings["min_area_m2"],
                simplify_m=settings["simplify_m"],
                square=settings["square"],
            )
            for batch in batches
        )


def find_at_once(
    run: Opened,
    created: datetime,
    score_raster: str | os.PathLike[str] | None,
    picture: Picture,
    progress: ProgressCallback | None,
    *,
    polygons: bool,
    overwrite: bool,
) -> Finding:
    """Answer a run of one block in memory; without polygons, its scores alone."""
    survey, imagery = run.survey, run.survey.imagery
    phrases = [prompt.phrase for prompt in run.prompts]
    count = Counter(len(survey.plan), progress, picture.add)
    with (
        nullcontext()
        if score_raster is None
        else outputs.score_raster(score_raster, imagery.grid, phrases, overwrite=overwrite)
    ) as raster:
        write = None if raster is None else raster.write
        found: Iterator[PolygonBatch] | None = None
        if polygons:  # a whole grid has no seams, so its fragments are empty
            answer = survey.answer(imagery.grid.window, chip_seen=count, rows_done=write)
            found = iter([BlockAnswer.of(answer).polygons])
        else:
            for rows in survey.scores(imagery.grid.window, count):
                if write is not None:
                    write(rows)
    return Finding(found, Record.of(run, created), survey.failures, picture)


def find_in_job(
    folder: JobFolder,
    score_raster: str | os.PathLike[str] | None,
    picture: Picture | None,
    *,
    polygons: bool,
    overwrite: bool,
    progress: ProgressCallback | None = None,
    cancellation: Cancellation | None = None,
) -> Finding:
    """Join the blocks of a job, by what its folder says alone; without polygons, their scores."""
    settings = folder.settings
    record = Record.read(settings, folder.root)
    try:
        blocks = blocks_of(record.grid.shape, settings["block_px"])
        low, least_px = settings["settings"]["threshold_low"], int(settings["least_px"])
        cuts, scores = cuts_of(record.prompts, low, least_px), bool(settings["scores"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{folder.root}: its settings are not those of a job ({error!r})") from error
    if score_raster is not None and not scores:
        raise InputError(f"{folder.root}: the job kept no scores; do it again and keep them")
    merged = MergedJob(folder, blocks, cuts, progress, cancellation)
    if score_raster is not None:
        phrases = [prompt.phrase for prompt in record.prompts]
        with outputs.score_raster(score_raster, record.grid, phrases, overwrite=overwrite) as raster:
            for rows in merged.scores():
                raster.write(rows)
    found = merged.polygons() if polygons else None
    return Finding(found, record, merged.failures, Picture.blank(record.grid) if picture is None else picture)


def not_seen(failures: Sequence[WindowFailure]) -> str:
    """One line about what is missing."""
    missing = f"{len(failures)} parts of the imagery were not seen and are missing from the result"
    return f"{missing}: at {failures[0]}"
