"""`segment`: the whole flow, from imagery and phrases to polygons, in bounded memory.

imagery -> windows -> tensors -> model(text) -> scores -> rows -> polygons -> file. Windows come row by row;
rows leave as soon as no window can touch them, and polygons as soon as no row can.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePath
from typing import Any

import torch

from geoseg_text import outputs
from geoseg_text.errors import InputError, ScopeWarning, WindowWarning
from geoseg_text.imagery import Chip, Imagery, open_imagery
from geoseg_text.imagery.area import Area
from geoseg_text.imagery.radiometry import StretchOption
from geoseg_text.imagery.sampling import ImageryDataset, PlanSampler
from geoseg_text.imagery.sources import Inputs, resolve
from geoseg_text.language.scope import comparing_words
from geoseg_text.models import ReferringModel, load_model
from geoseg_text.predict import Predictor, check_length, choose_device
from geoseg_text.progress import Cancellation, ProgressCallback, ProgressEvent
from geoseg_text.results import Result
from geoseg_text.results.manifest import describe_outcome, describe_run
from geoseg_text.results.picture import Picture
from geoseg_text.results.table import Origin, Target, surely_smaller_px, tabulate
from geoseg_text.stitch import Blend, stitch
from geoseg_text.tensors import to_tensor
from geoseg_text.values.grid import Grid
from geoseg_text.values.prompts import Prompt, as_prompts
from geoseg_text.values.rows import PolygonBatch, ScoreRows, WindowFailure, WindowScores
from geoseg_text.values.windows import WindowPlan
from geoseg_text.vectorize import vectorize

_CPU_BATCH = 4
_ACCELERATOR_BATCH = 16
_SOURCES_NAMED = 3


def segment(  # noqa: PLR0913 - the door of the library names every choice
    inputs: Inputs,
    phrases: str | Prompt | Sequence[str | Prompt],
    *,
    model: str | os.PathLike[str] | ReferringModel | None = None,
    output: str | os.PathLike[str] | None = None,
    threshold: float | None = None,
    min_area_m2: float = 0.0,
    simplify_m: float | None = None,
    bands: Sequence[int] | None = None,
    stretch: StretchOption = None,
    gsd: float | None = None,
    bounds: tuple[float, float, float, float] | None = None,
    bounds_crs: str | None = None,
    aoi: Area | None = None,
    window_px: int | None = None,
    overlap_px: int | None = None,
    device: str = "auto",
    batch: int | None = None,
    score_raster: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    progress: ProgressCallback | None = None,
    cancellation: Cancellation | None = None,
) -> Result:
    """Find what phrases mean in georeferenced imagery.

    Several phrases share the reading and whatever else does not depend on the phrase. A phrase is answered
    window by window: "the largest" is the largest of each window, unless the run is one window.

    Args:
        inputs: a raster, a folder, a glob, a list, a VRT or a URL, or several of them.
        phrases: what to find; the same phrase twice counts once.
        model: None for the model that ships, the name of a registered one, a model folder, or a model.
        output: file for the polygons (``.geojson``, ``.gpkg``, ``.fgb``), or None.
        threshold: score 0..1 from which a pixel belongs, for prompts without their own; the model's if None.
        min_area_m2: smaller polygons are left out.
        simplify_m: removes bends of the outlines smaller than this; None keeps every pixel's corner.
        bands: numbers (from 1) of the bands shown as red, green and blue.
        stretch: how pixel values become 0..255.
        gsd: ground sample distance in metres at which to look; as near as possible to the imagery's if None.
        bounds: left, bottom, right and top of the part to look at.
        bounds_crs: CRS of the bounds; that of the imagery if None.
        aoi: area to look at.
        window_px: side of the square the network sees at once; the model's own if None.
        overlap_px: pixels that neighbouring windows share; a quarter of a window if None.
        device: ``"auto"``, ``"cpu"``, ``"cuda"``, ``"cuda:1"``...
        batch: most windows in one pass.
        score_raster: GeoTIFF for the scores, one band for each phrase, or None.
        overwrite: whether existing outputs may be replaced.
        progress: called with the stage and how far it is.
        cancellation: stops the run at the next window.

    Returns:
        Polygons, failures, picture and manifest.

    Raises:
        InputError: an argument cannot be used.
        RasterError: the imagery cannot be used.
        OutputError: an output exists, its folder is missing, or its suffix names no format.
        ModelError: the model cannot be loaded.
        Cancelled: the caller asked to stop; nothing was written.
    """
    created = datetime.now(UTC).replace(microsecond=0)
    # What can be said without work is said first.
    _check_destinations(output, score_raster, overwrite)
    _check_amounts(min_area_m2=min_area_m2, simplify_m=simplify_m)
    names, prompts, computer = resolve(inputs), as_prompts(phrases), choose_device(device)
    network = _network(model)
    prompts = _settled(prompts, threshold, network)
    wanted = [prompt.phrase for prompt in prompts]
    check_length(network, wanted)
    blend = _blend(network, window_px, overlap_px)
    view: dict[str, Any] = {
        "bands": bands,
        "stretch": stretch,
        "gsd": gsd,
        "bounds": bounds,
        "bounds_crs": bounds_crs,
        "aoi": aoi,
    }
    with open_imagery(names, gsd_range_m=network.config.gsd_range_m, **view) as imagery:
        plan = WindowPlan.for_grid(imagery.grid.shape, blend.window_px, blend.overlap_px)
        _warn_of_scope(wanted, plan)
        run = _Run(imagery, plan, progress, cancellation)
        prepare = partial(to_tensor, mean=network.config.mean, std=network.config.std, device=computer)
        batch = _even_batch(len(plan), batch, computer)
        predictor = Predictor(network, wanted, prepare, device=computer, batch=batch)
        windows = run.seen(predictor.scores(run.chips()))
        rows = stitch(windows, imagery.grid.window, len(wanted), blend)
        with _copied(rows, score_raster, imagery.grid, wanted, overwrite=overwrite) as kept:
            least_px = surely_smaller_px(imagery.grid, min_area_m2)
            thresholds = [prompt.threshold or 0.0 for prompt in prompts]
            batches = list(vectorize(kept, thresholds, plan.shape, least_px))
        origin = Origin(_source(imagery.names), network.config.name, created)
        polygons = tabulate(
            PolygonBatch.join(batches),
            imagery.grid,
            Target.of(imagery.source_crs, imagery.source_grid),
            wanted,
            origin,
            min_area_m2=min_area_m2,
            simplify_m=simplify_m,
        )
        failures = run.failures()

    settings = {
        "window_px": blend.window_px,
        "overlap_px": blend.overlap_px,
        "batch": batch,
        "device": str(computer),
        "min_area_m2": min_area_m2,
        "simplify_m": simplify_m,
        **view,
    }
    manifest = describe_run(imagery, network, prompts, settings, created)
    manifest |= describe_outcome(plan, failures, polygons)
    result = Result(polygons, prompts, failures, manifest, imagery.grid, run.picture, outputs.save)
    if failures:
        warnings.warn(_not_seen(failures), WindowWarning, stacklevel=2)
    if output is not None:
        result.to_file(output, overwrite=overwrite)
    return result


class _Run:
    """One pass over the windows of a plan, and what is noted on the way."""

    def __init__(
        self,
        imagery: Imagery,
        plan: WindowPlan,
        progress: ProgressCallback | None,
        cancellation: Cancellation | None,
    ) -> None:
        self.picture = Picture.blank(imagery.grid)
        self._imagery = imagery
        self._plan = plan
        self._progress = progress
        self._cancellation = cancellation
        self._unpredicted: list[WindowFailure] = []

    def chips(self) -> Iterator[Chip]:
        """Read the windows in the order of the plan."""
        dataset = ImageryDataset(self._imagery)
        for done, place in enumerate(PlanSampler(dataset, self._plan)):
            if self._cancellation is not None:
                self._cancellation.check()
            self._tell(done)
            sample = dataset[place]
            chip = Chip(sample["window"], sample["image"].numpy(), sample["valid"].numpy())
            self.picture.add(chip)
            yield chip
        self._tell(len(self._plan))

    def seen(self, windows: Iterable[WindowScores | WindowFailure]) -> Iterator[WindowScores]:
        """Pass scores on and note failures."""
        for window in windows:
            if isinstance(window, WindowFailure):
                self._unpredicted.append(window)
            else:
                yield window

    def failures(self) -> tuple[WindowFailure, ...]:
        """Everything that was not seen, by place."""
        every = (*self._imagery.failures, *self._unpredicted)
        return tuple(sorted(every, key=lambda failure: failure.window))

    def _tell(self, done: int) -> None:
        if self._progress is not None:
            self._progress(ProgressEvent("segment", done, len(self._plan)))


@contextmanager
def _copied(
    rows: Iterable[ScoreRows],
    path: str | os.PathLike[str] | None,
    grid: Grid,
    phrases: Sequence[str],
    *,
    overwrite: bool,
) -> Iterator[Iterable[ScoreRows]]:
    """Give the rows on, and write them to a raster of scores where one is wanted."""
    if path is None:
        yield rows
        return
    with outputs.score_raster(path, grid, phrases, overwrite=overwrite) as raster:

        def written() -> Iterator[ScoreRows]:
            for part in rows:
                raster.write(part)
                yield part

        yield written()


def _check_destinations(
    output: str | os.PathLike[str] | None, score_raster: str | os.PathLike[str] | None, overwrite: bool
) -> None:
    if output is not None:
        outputs.check_output(output, overwrite=overwrite)
    if score_raster is not None:
        outputs.check_score_raster(score_raster, overwrite=overwrite)


def _check_amounts(**amounts: float | None) -> None:
    for name, amount in amounts.items():
        if amount is not None and not (math.isfinite(amount) and amount >= 0):
            raise InputError(f"{name} {amount}: give a number, 0 or more")


def _network(model: str | os.PathLike[str] | ReferringModel | None) -> ReferringModel:
    if isinstance(model, ReferringModel):
        return model
    return load_model(None if model is None else os.fspath(model))


def _settled(
    prompts: tuple[Prompt, ...], threshold: float | None, network: ReferringModel
) -> tuple[Prompt, ...]:
    """Fill in thresholds: the prompt's own, else the run's, else the model's."""
    for prompt in prompts:
        if prompt.points or prompt.boxes or prompt.mask is not None:
            name = network.config.name
            raise InputError(
                f"{prompt.phrase!r:.80}: {name} reads phrases alone; leave points, boxes and mask out"
            )
    fallback = network.config.threshold if threshold is None else threshold
    return tuple(
        replace(prompt, threshold=fallback) if prompt.threshold is None else prompt for prompt in prompts
    )


def _blend(network: ReferringModel, window_px: int | None, overlap_px: int | None) -> Blend:
    side_px = network.config.window_px if window_px is None else window_px
    if side_px < 1:
        raise InputError(f"a window of {side_px} px: give at least 1, e.g. {network.config.window_px}")
    return Blend(side_px, side_px // 4 if overlap_px is None else overlap_px)


def _even_batch(windows: int, most: int | None, computer: torch.device) -> int:
    """Share windows out evenly: the last batch is filled up, and what fills it is work for nothing."""
    if most is None:
        most = _CPU_BATCH if computer.type == "cpu" else _ACCELERATOR_BATCH
    if most < 1:
        raise InputError(f"a batch of {most} windows: give at least 1")
    return math.ceil(windows / math.ceil(windows / most))


def _warn_of_scope(phrases: Sequence[str], plan: WindowPlan) -> None:
    if len(plan) == 1:
        return
    for phrase in phrases:
        words = comparing_words(phrase)
        if words is not None:
            text = (
                f"{phrase!r:.80}: {words!r} is answered in each of {len(plan)} windows of {plan.window_px} "
                "px, not over all of the imagery: look at less of it (bounds) or coarser (gsd)"
            )
            warnings.warn(text, ScopeWarning, stacklevel=3)


def _not_seen(failures: Sequence[WindowFailure]) -> str:
    missing = f"{len(failures)} parts of the imagery were not seen and are missing from the result"
    return f"{missing}: at {failures[0]}"


def _source(names: Sequence[str]) -> str:
    files = [PurePath(name).name for name in names]
    more = len(files) - _SOURCES_NAMED
    return ", ".join(files) if more <= 0 else f"{', '.join(files[:_SOURCES_NAMED])} and {more} more"
