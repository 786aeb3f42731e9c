"""`segment`: the whole flow, from imagery and phrases to polygons, in bounded memory.

imagery -> windows -> tensors -> model(text) -> scores -> rows -> polygons -> file. Windows come row by row;
rows leave as soon as no window can touch them, and polygons as soon as no row can. What is larger than a
block is answered block by block, each kept on disk, and joined without a seam.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from geoseg_text import outputs
from geoseg_text.errors import InputError, WindowWarning
from geoseg_text.imagery.area import Area
from geoseg_text.imagery.radiometry import StretchOption
from geoseg_text.imagery.sources import Inputs
from geoseg_text.jobs import BLOCK_PX, JobFolder, Request, Shard, blocks_of, do_blocks
from geoseg_text.jobs.cutting import Cutting
from geoseg_text.jobs.engines.ray import do_blocks_on_ray
from geoseg_text.jobs.finding import find_at_once, find_in_job, not_seen
from geoseg_text.jobs.kept import find_in_scores
from geoseg_text.jobs.work import job_settings
from geoseg_text.models import ReferringModel
from geoseg_text.progress import Cancellation, ProgressCallback
from geoseg_text.results import Result
from geoseg_text.results.picture import Picture
from geoseg_text.values.prompts import Prompt, as_prompts
from geoseg_text.values.rows import WindowFailure

Engine = Literal["local", "ray"]


class Progress(NamedTuple):
    """How far a job is.

    Attributes:
        done: blocks with an answer.
        total: all blocks.
        failures: what the shard just done has not seen.
    """

    done: int
    total: int
    failures: tuple[WindowFailure, ...]


def segment(  # noqa: PLR0913 - the door of the library names every choice
    inputs: Inputs,
    phrases: str | Prompt | Sequence[str | Prompt],
    *,
    model: str | os.PathLike[str] | ReferringModel | None = None,
    output: str | os.PathLike[str] | None = None,
    threshold: float | None = None,
    threshold_low: float | None = None,
    min_area_m2: float = 0.0,
    simplify_m: float | None = None,
    square: bool = False,
    bands: Sequence[int] | None = None,
    stretch: StretchOption = None,
    gsd: float | None = None,
    bounds: tuple[float, float, float, float] | None = None,
    bounds_crs: str | None = None,
    aoi: Area | None = None,
    trust_vrt: bool = False,
    window_px: int | None = None,
    overlap_px: int | None = None,
    device: str = "auto",
    batch: int | None = None,
    score_raster: str | os.PathLike[str] | None = None,
    polygons: bool = True,
    job: str | os.PathLike[str] | None = None,
    block_px: int = BLOCK_PX,
    resume: bool = False,
    engine: Engine = "local",
    workers: int | None = None,
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
        output: file for the polygons (``.geojson``, ``.geojsonl``, ``.gpkg``, ``.fgb``, ``.parquet``).
        threshold: score 0..1 from which a pixel belongs, for prompts without their own; the model's if None.
        threshold_low: lower score down to which a polygon reaches from its pixels at the threshold; what is
            nowhere at the threshold is left out. The threshold itself if None.
        min_area_m2: smaller polygons are left out.
        simplify_m: removes bends of the outlines smaller than this; None keeps every pixel's corner.
        square: makes outlines right-angled, as buildings are, each by itself; what has no right angles to
            find keeps its outline.
        bands: numbers (from 1) of the bands shown as red, green and blue.
        stretch: how pixel values become 0..255.
        gsd: ground sample distance in metres at which to look; as near as possible to the imagery's if None.
        bounds: left, bottom, right and top of the part to look at.
        bounds_crs: CRS of the bounds; that of the imagery if None.
        aoi: area to look at.
        trust_vrt: whether a VRT may name files outside its folder, or come by URL.
        window_px: side of the square the network sees at once; the model's own if None.
        overlap_px: pixels that neighbouring windows share; a quarter of a window if None.
        device: ``"auto"``, ``"cpu"``, ``"cuda"``, ``"cuda:1"``...
        batch: most windows in one pass.
        score_raster: GeoTIFF for the scores, one band for each phrase, or None.
        polygons: False for the raster of scores alone, which is quicker; a job keeps the polygons all the
            same, for `merge`.
        job: folder in which blocks are kept as they are done, so that a run which was stopped can go on.
        block_px: side of a block; what is larger than one is answered block by block.
        resume: go on with the job in `job`, of the same request.
        engine: who does the blocks: ``"local"``, this process, or ``"ray"``, workers of the Ray cluster at
            ``RAY_ADDRESS`` or on this machine.
        workers: how many of them; as many as the cluster has GPUs, or CPUs if it has none, if None.
        overwrite: whether existing outputs may be replaced.
        progress: called with the stage and how far it is.
        cancellation: stops the run at the next window.

    Returns:
        Polygons, failures, picture and manifest.

    Raises:
        InputError: an argument cannot be used.
        RasterError: the imagery cannot be used.
        OutputError: an output exists, its folder is missing, or its suffix names no format; or the job is
            another's.
        ModelError: the model cannot be loaded.
        Cancelled: the caller asked to stop; nothing was written but the blocks of a job.
    """
    created = datetime.now(UTC).replace(microsecond=0)
    # What can be said without work is said first.
    if engine not in ("local", "ray"):
        raise InputError(f"engine {engine!r}: choose 'local' or 'ray'")
    if resume and job is None:
        raise InputError("there is nothing to resume without the folder of a job")
    own = JobFolder(Path(job)) if job is not None and resume else None
    begun = None if own is None else own.begun()
    _check_wanted(output, score_raster, polygons=polygons)
    if own is None or not all(own.has_claimed(Path(path)) for path in (output, score_raster) if path):
        _check_destinations(output, score_raster, overwrite)
    else:
        overwrite = True  # a run that was killed while it wrote them
    request = Request(
        inputs=inputs,
        phrases=phrases,
        model=model,
        threshold=threshold,
        threshold_low=threshold_low,
        min_area_m2=min_area_m2,
        simplify_m=simplify_m,
        square=square,
        bands=bands,
        stretch=stretch,
        gsd=gsd,
        bounds=bounds,
        bounds_crs=bounds_crs,
        aoi=aoi,
        trust_vrt=trust_vrt,
        window_px=window_px,
        overlap_px=overlap_px,
        device=device,
        batch=batch,
    )
    with ExitStack() as kept:
        with request.opened(cancellation, begun) as run:
            blocks = blocks_of(run.survey.imagery.grid.shape, block_px)
            picture = Picture.blank(run.survey.imagery.grid)
            if job is None and len(blocks) == 1 and engine == "local":
                found = find_at_once(
                    run, created, score_raster, picture, progress, polygons=polygons, overwrite=overwrite
                )
            else:
                folder, scores = kept.enter_context(_job_folder(job)), score_raster is not None
                settings = job_settings(run, created, block_px=block_px, scores=scores)
                begun = folder.begin(settings, resume=resume)
                left = folder.to_do(blocks)
                if engine == "ray" and left:
                    do_blocks_on_ray(
                        request, run, folder, left, begun=begun, workers=workers, progress=progress,
                        cancellation=cancellation,
                    )  # fmt: skip
                else:
                    do_blocks(run, folder, left, scores=scores, progress=progress, seen=picture.add)
                folder.claim(Path(path) for path in (output, score_raster) if path)
                found = find_in_job(
                    folder, score_raster, picture, polygons=polygons, overwrite=overwrite, progress=progress,
                    cancellation=cancellation,
                )  # fmt: skip
        return found.result(output, score_raster, overwrite=overwrite, stacklevel=2)


def merge(
    job: str | os.PathLike[str],
    *,
    output: str | os.PathLike[str] | None = None,
    score_raster: str | os.PathLike[str] | None = None,
    polygons: bool = True,
    overwrite: bool = False,
    progress: ProgressCallback | None = None,
    cancellation: Cancellation | None = None,
) -> Result:
    """Join what the blocks of a job found, wherever they were done.

    Needs neither the imagery nor the model.

    Args:
        job: the folder that `segment` was given as `job`.
        output: file for the polygons, or None.
        score_raster: GeoTIFF for the scores, or None; the job must have kept them.
        polygons: False for the raster of scores alone.
        overwrite: whether existing outputs may be replaced.
        progress: called with the stage and how far it is.
        cancellation: stops the joining.

    Raises:
        InputError: there is no job, or not all of its blocks are done, or it kept no scores.
        OutputError: an output cannot be written.
        Cancelled: the caller asked to stop; nothing was written.
    """
    _check_wanted(output, score_raster, polygons=polygons)
    _check_destinations(output, score_raster, overwrite)
    found = find_in_job(
        JobFolder(Path(job)), score_raster, None, polygons=polygons, overwrite=overwrite, progress=progress,
        cancellation=cancellation,
    )  # fmt: skip
    return found.result(output, score_raster, overwrite=overwrite, stacklevel=2)


def cut(  # noqa: PLR0913 - as `segment`, it names every choice
    score_raster: str | os.PathLike[str],
    phrases: str | Prompt | Sequence[str | Prompt] | None = None,
    *,
    output: str | os.PathLike[str] | None = None,
    threshold: float | None = None,
    threshold_low: float | None = None,
    min_area_m2: float = 0.0,
    simplify_m: float | None = None,
    square: bool = False,
    overwrite: bool = False,
    progress: ProgressCallback | None = None,
    cancellation: Cancellation | None = None,
) -> Result:
    """Cut polygons anew from a raster of scores that `segment` or `merge` has written.

    Needs neither the imagery nor the model: at the thresholds of the run, these are its polygons.

    Args:
        score_raster: the GeoTIFF, with its manifest beside it.
        phrases: those among its bands; all of them if None.
        output: file for the polygons, or None.
        threshold: score 0..1 from which a pixel belongs; each phrase's own in the run if None.
        threshold_low: see `segment`.
        min_area_m2: see `segment`.
        simplify_m: see `segment`.
        square: see `segment`.
        overwrite: whether an existing output may be replaced.
        progress: called with the stage and how far it is.
        cancellation: stops the work.

    Raises:
        InputError: an argument cannot be used, a phrase has no band, or there is no manifest.
        RasterError: the raster cannot be read.
        OutputError: the output cannot be written.
        Cancelled: the caller asked to stop; nothing was written.
    """
    prompts = None if phrases is None else as_prompts(phrases)
    cutting = Cutting(
        threshold=threshold, threshold_low=threshold_low, min_area_m2=min_area_m2, simplify_m=simplify_m,
        square=square,
    )  # fmt: skip
    _check_destinations(output, None, overwrite)
    with _job_folder(None) as folder:
        found = find_in_scores(folder, Path(score_raster), prompts, cutting, progress, cancellation)
        return found.result(output, None, overwrite=overwrite, stacklevel=2)


def work(
    request: Request,
    job: str | os.PathLike[str],
    *,
    block_px: int = BLOCK_PX,
    shard: Shard | None = None,
    scores: bool = False,
    progress: ProgressCallback | None = None,
    cancellation: Cancellation | None = None,
) -> Progress:
    """Do a shard of a job's blocks, and leave the joining to `merge`.

    Any number of processes, on any machines that see the folder, may each do a shard; whoever comes first
    begins the job.

    Args:
        request: what is asked; the same for every shard.
        job: the folder of the job.
        block_px: side of a block; the same for every shard.
        shard: which blocks; all if None.
        scores: whether scores are kept for a raster of them.
        progress: hears of the stage 'segment'.
        cancellation: stops the work at the next window.

    Returns:
        How far the whole job is, and what this shard has not seen.

    Raises:
        OutputError: the folder holds another job.
    """
    created = datetime.now(UTC).replace(microsecond=0)
    folder = JobFolder(Path(job))
    with request.opened(cancellation, folder.begun()) as run:
        folder.begin(job_settings(run, created, block_px=block_px, scores=scores), resume=True)
        blocks = blocks_of(run.survey.imagery.grid.shape, block_px)
        own = (shard or Shard()).of(blocks)
        do_blocks(run, folder, folder.to_do(own), scores=scores, progress=progress)
    left = folder.missing(blocks)
    failures = tuple(failure for block in own for failure in folder.failures(block))
    if failures:
        warnings.warn(not_seen(failures), WindowWarning, stacklevel=2)
    return Progress(len(blocks) - len(left), len(blocks), failures)


@contextmanager
def _job_folder(job: str | os.PathLike[str] | None) -> Iterator[JobFolder]:
    """The folder of a job; one that goes away again where the user wants none."""
    if job is not None:
        yield JobFolder(Path(job))
        return
    with tempfile.TemporaryDirectory(prefix="geoseg-text-") as root:
        yield JobFolder(Path(root))


def _check_wanted(
    output: str | os.PathLike[str] | None, score_raster: str | os.PathLike[str] | None, *, polygons: bool
) -> None:
    if not polygons and (output is not None or score_raster is None):
        raise InputError("without polygons there is a raster of scores and no other output: name that alone")


def _check_destinations(
    output: str | os.PathLike[str] | None, score_raster: str | os.PathLike[str] | None, overwrite: bool
) -> None:
    if output is not None:
        outputs.check_output(output, overwrite=overwrite)
    if score_raster is not None:
        outputs.check_score_raster(score_raster, overwrite=overwrite)
