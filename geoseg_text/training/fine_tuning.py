"""`fine_tune`: a model for one's own place, from imagery and the layers over it to a model folder."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from geoseg_text.datasets.building import ImageryChoices, LabelChoices
from geoseg_text.errors import InputError, OutputError
from geoseg_text.imagery.radiometry import StretchOption
from geoseg_text.imagery.sources import resolve
from geoseg_text.models import load_model
from geoseg_text.models.mafn import MAFN
from geoseg_text.progress import Cancellation, ProgressCallback
from geoseg_text.training.pools.module import Schedule
from geoseg_text.training.pools.own_layers import SCENES, SHARES, OwnLayers, judge, write_own_pool
from geoseg_text.training.pools.recipe import CHECKPOINT, Recipe, draw_pool, train
from geoseg_text.training.pools.watching import heeding

MINUTES = 15.0
RATE = 5e-4
_LEAST_SHARE = 0.1
"""Of the scenes, which a short training cannot all look at."""
DEFAULT = "default"
"""The word for the embedded model."""


@dataclass(frozen=True)
class Gain:
    """What a model marks on the windows that were held back, in oIoU; None where there is nothing to mark.

    Attributes:
        before: of the model that the training began with.
        after: of the one that it gave.
    """

    before: float | None
    after: float | None


@dataclass(frozen=True)
class FineTuned:
    """What a training on layers gave.

    Attributes:
        output: the model folder.
        gains: for each category of the layers, by the phrase that asked for it.
    """

    output: Path
    gains: Mapping[str, Gain]


def fine_tune(  # noqa: PLR0913 - the door of the library names every choice
    inputs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    labels: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    *,
    categories: Sequence[str] | None = None,
    attributes: Sequence[str] | None = None,
    where: str | None = None,
    width_m: float | None = None,
    start: str | None = None,
    minutes: float | None = None,
    rate: float | None = None,
    work: str | os.PathLike[str] | None = None,
    resume: bool = False,
    bands: Sequence[int] | None = None,
    stretch: StretchOption = None,
    gsd: float | None = None,
    aoi: str | None = None,
    seed: int = 0,
    progress: ProgressCallback | None = None,
    cancellation: Cancellation | None = None,
) -> FineTuned:
    """Train a model on what layers hold, and judge it on windows that it has not learnt.

    Args:
        inputs: imagery: a raster, a folder, a glob, or several of them.
        labels: vector layers over it, ``PATH`` or ``PATH:LAYER`` each, with all there is of what they hold.
        output: the model folder to make.
        categories: what the features are ("building", "the buildings"), once for all layers or for each in
            order; by their columns or the layer's name if None.
        attributes: ``COLUMN=ATTRIBUTE`` for columns that say colour, material and the like.
        where: which features, as a condition of SQL on the columns; all of them if None.
        width_m: width of lines and points; by their tags and their kind if None.
        start: a MAFN to start from: a model folder or a name; the embedded model if None.
        minutes: length of the training by the clock, `MINUTES` if None; what comes before and after it, the
            windows, the scenes and the judging, takes some minutes more.
        rate: highest learning rate; `RATE` if None.
        work: folder of what is kept on the way: pools, checkpoint and log; OUTPUT-training if None. It stays,
            also where the training is cancelled, so that a training can go on there with `resume`.
        resume: go on from the checkpoint in `work`.
        bands: see `geoseg_text.segment`.
        stretch: see there.
        gsd: see there; give the same where the model is asked.
        aoi: look only inside the polygons of this file, where the layers are complete.
        seed: orders all chance.
        progress: called with a stage and how far it is: windows, judge before, scenes, train (in seconds of
            those planned), threshold, judge after.
        cancellation: stops a training after its step, anything else at the next one.

    Raises:
        InputError: imagery, labels or a choice cannot be used, or do not meet.
        RasterError: imagery cannot be read or has no CRS.
        ModelError: the model to start from cannot be loaded.
        OutputError: the output holds something already, or its folder is missing.
        Cancelled: the caller asked to stop; no model was written.
    """
    target = Path(output)
    _check_output(target)
    folder = Path(f"{target}-training") if work is None else Path(work)
    if resume and not (folder / CHECKPOINT).is_file():
        raise InputError(f"no checkpoint in {str(folder)!r}; start without --resume")
    schedule = _schedule(minutes, rate)
    named = [labels] if isinstance(labels, str | os.PathLike) else labels
    said = LabelChoices.said(
        [os.fspath(one) for one in named], categories or (), attributes or (), width_m, where
    )
    names, shown = resolve(inputs), None if bands is None else tuple(bands)
    model = load_model(None if start in {None, DEFAULT} else start)
    if not isinstance(model, MAFN):
        raise InputError(f"{start}: only a MAFN learns from layers; train others with a CONFIG.yaml")
    imagery = ImageryChoices(names, gsd, shown, stretch, aoi, model.config.gsd_range_m)
    own = OwnLayers(imagery, said, seed=seed)
    heard = heeding(progress, cancellation)
    write_own_pool(own, folder, heard)
    before = judge(model, folder, "judge before", heard)
    drawn = round(SCENES * min(1.0, max(_LEAST_SHARE, schedule.minutes / MINUTES)))
    draw_pool(folder / "scenes", drawn, progress=heard)  # so that no word is forgotten
    draft = folder / "model"
    shutil.rmtree(draft, ignore_errors=True)  # of a run that was killed
    recipe = Recipe(folder, schedule, shares=SHARES, seed=seed)
    train(recipe, draft, start=model, resume=resume, progress=progress, cancellation=cancellation)
    after = judge(load_model(draft), folder, "judge after", heard)
    _deliver(draft, target)
    gains = {phrase: Gain(_known(iou), _known(after.get(phrase, math.nan))) for phrase, iou in before.items()}
    return FineTuned(target, gains)


def _schedule(minutes: float | None, rate: float | None) -> Schedule:
    """From a network that knows what it sees: no time for the eyes alone, and half of it at full size."""
    if minutes is not None and not 0 < minutes < math.inf:
        raise InputError(f"{minutes:g} minutes: give more than 0, e.g. {MINUTES:g}")
    if rate is not None and not 0 < rate < math.inf:
        raise InputError(f"a learning rate of {rate:g}: give more than 0, e.g. {RATE:g}")
    return Schedule(minutes or MINUTES, rate=rate or RATE, trunk_share=0, large_from=0.5)


def _check_output(output: Path) -> None:
    """Refuse before the work what could not be written after it; an empty folder may be there."""
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise OutputError(f"{str(output)!r} exists; choose another folder or remove it first")
    parent = output.absolute().parent
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise OutputError(f"{str(output)!r}: cannot write in {str(parent)!r}; choose another folder")


def _deliver(draft: Path, output: Path) -> None:
    """Move a folder to where it was wanted."""
    try:
        if output.is_dir():
            output.rmdir()
        shutil.move(draft, output)
    except OSError as error:
        raise OutputError(
            f"{str(output)!r} cannot be written: {error}; the model is in {str(draft)!r}"
        ) from error


def _known(iou: float) -> float | None:
    return None if math.isnan(iou) else iou
