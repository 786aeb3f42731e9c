"""What a run found: polygons in pixels, and all that brings them to the ground as a result."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError

from geoseg_text import outputs
from geoseg_text.errors import InputError, WindowWarning
from geoseg_text.jobs.blocks import blocks_of
from geoseg_text.jobs.folder import JobFolder
from geoseg_text.jobs.merge import MergedJob
from geoseg_text.jobs.request import Opened, cuts_of
from geoseg_text.jobs.work import Counter
from geoseg_text.progress import Cancellation, ProgressCallback
from geoseg_text.results import Result
from geoseg_text.results.manifest import describe_outcome, describe_run
from geoseg_text.results.picture import Picture
from geoseg_text.results.table import Origin, Target, tabulate
from geoseg_text.values.grid import Grid
from geoseg_text.values.polygon_table import PolygonTable
from geoseg_text.values.prompts import Prompt
from geoseg_text.values.rows import PolygonBatch, WindowFailure
from geoseg_text.values.windows import WindowPlan


@dataclass(frozen=True, eq=False)
class Finding:
    """What a run found, before it is brought to the ground.

    Attributes:
        batches: the polygons, in order; None where scores alone were asked for.
        grid: the run grid.
        target: where the polygons go back to.
        origin: what each says of where it comes from.
        prompts: what was asked.
        plan: the windows.
        failures: what was not seen.
        manifest: how it came about.
        picture: the imagery at the size of a screen.
    """

    batches: Iterator[PolygonBatch] | None
    grid: Grid
    target: Target
    origin: Origin
    prompts: tuple[Prompt, ...]
    plan: WindowPlan
    failures: tuple[WindowFailure, ...]
    manifest: dict[str, Any]
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
        table = None if self.batches is None else self._on_ground(self.batches)
        manifest = self.manifest | describe_outcome(self.plan, self.failures, table)
        result = Result(table, self.prompts, self.failures, manifest, self.grid, self.picture, outputs.save)
        if self.failures:
            warnings.warn(not_seen(self.failures), WindowWarning, stacklevel=stacklevel + 1)
        if output is not None:
            result.to_file(output, overwrite=overwrite)
        if score_raster is not None:
            outputs.save_manifest(manifest, Path(score_raster))
        return result

    def _on_ground(self, batches: Iterator[PolygonBatch]) -> PolygonTable:
        settings = self.manifest["settings"]
        if settings["simplify_m"]:  # neighbours are simplified together
            batches = iter([PolygonBatch.join(list(batches))])
        return PolygonTable(
            tabulate(
                batch,
                self.grid,
                self.target,
                [prompt.phrase for prompt in self.prompts],
                self.origin,
                min_area_m2=settings["min_area_m2"],
                simplify_m=settings["simplify_m"],
                square=bool(settings.get("square")),  # a job may be older than the choice
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
        batches: list[PolygonBatch] = []
        if polygons:
            answer = survey.answer(imagery.grid.window, chip_seen=count, rows_done=write)
            batches += (found for found in answer if isinstance(found, PolygonBatch))
        else:
            for rows in survey.scores(imagery.grid.window, count):
                if write is not None:
                    write(rows)
    return Finding(
        iter([PolygonBatch.join(batches)]) if polygons else None,
        imagery.grid,
        Target.of(imagery.source_crs, imagery.source_grid),
        Origin(run.source, run.network.config.name, created),
        run.prompts,
        survey.plan,
        survey.failures,
        describe_run(imagery, run.network, run.prompts, run.settings, created),
        picture,
    )


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
    try:
        place, choices = settings["place"], settings["settings"]
        grid = Grid.of(Affine(*place["affine"]), tuple(place["shape"]), place["crs"])
        target = Target(CRS.from_wkt(place["target_crs"]), place["near_lon"])
        created = datetime.fromisoformat(settings["created"])
        origin = Origin(place["source"], settings["model"]["config"]["name"], created)
        prompts = tuple(Prompt(prompt["phrase"], prompt["threshold"]) for prompt in settings["prompts"])
        plan = WindowPlan.for_grid(grid.shape, choices["window_px"], choices["overlap_px"])
        blocks = blocks_of(grid.shape, settings["block_px"])
        cuts = cuts_of(prompts, choices.get("threshold_low"), int(settings["least_px"]))
        scores = bool(settings["scores"])
    except (KeyError, TypeError, ValueError, CRSError) as error:
        raise InputError(f"{folder.root}: its settings are not those of a job ({error!r})") from error
    if score_raster is not None and not scores:
        raise InputError(f"{folder.root}: the job kept no scores; do it again and keep them")
    merged = MergedJob(folder, blocks, cuts, progress, cancellation)
    if score_raster is not None:
        phrases = [prompt.phrase for prompt in prompts]
        with outputs.score_raster(score_raster, grid, phrases, overwrite=overwrite) as raster:
            for rows in merged.scores():
                raster.write(rows)
    return Finding(
        merged.polygons() if polygons else None,
        grid,
        target,
        origin,
        prompts,
        plan,
        merged.failures,
        settings,
        Picture.blank(grid) if picture is None else picture,
    )


def not_seen(failures: Sequence[WindowFailure]) -> str:
    """One line about what is missing."""
    missing = f"{len(failures)} parts of the imagery were not seen and are missing from the result"
    return f"{missing}: at {failures[0]}"
