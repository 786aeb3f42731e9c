"""A model for one's own place: imagery and the vector layers over it become a pool for a training.

Of the windows some blocks are held back; what the model marks on them before and after says what was gained.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from geoseg_text.datasets.building import ImageryChoices, LabelChoices, PlanChoices
from geoseg_text.datasets.building.imagery import read_whole
from geoseg_text.datasets.building.labels import Labels, read_labels
from geoseg_text.datasets.building.plan import PlannedWindow
from geoseg_text.datasets.building.scenes import labelled_windows, scene_of
from geoseg_text.datasets.listing import told
from geoseg_text.errors import InputError
from geoseg_text.evaluation.answering import answers
from geoseg_text.evaluation.held_back import SceneSample, category_sample
from geoseg_text.evaluation.metrics import overall_iou
from geoseg_text.imagery import Imagery
from geoseg_text.language.lexicon import nouns_of
from geoseg_text.models.base import ReferringModel
from geoseg_text.progress import ProgressCallback
from geoseg_text.values.scene import Scene

POOL = "own"
HELD_BACK = "own-held-back"
SHARES: Mapping[str, float] = {POOL: 0.7, "scene": 0.3}
"""Drawn scenes among one's own keep what the model can say of colours, places and relations."""
SCENES = 200
"""Drawn for that, where the work folder holds fewer."""
WINDOW_PX = 448
LEAST_PX = 128
"""Side of the windows of imagery that is smaller than two of the usual ones."""


@dataclass(frozen=True)
class OwnLayers:
    """What a model is to learn from.

    Attributes:
        imagery: what is seen.
        labels: what is known of it; all there is of the layers' categories.
        held_back: share of the windows that judge and are not learnt from.
        seed: orders the draw of the blocks that are held back.
    """

    imagery: ImageryChoices
    labels: LabelChoices
    held_back: float = 0.15
    seed: int = 0


def write_own_pool(own: OwnLayers, work: Path, progress: ProgressCallback | None = None) -> None:
    """Write windows as scenes into ``work / POOL`` and ``work / HELD_BACK``, unless they are there.

    Raises:
        InputError: imagery or labels cannot be used, or do not meet.
        RasterError: imagery cannot be read or has no CRS.
    """
    if (work / POOL).is_dir():
        return
    folders = {"train": work / f"{POOL}.part", "val": work / HELD_BACK}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob("*.npz"):  # of a run that was stopped
            left.unlink()
    counts = dict.fromkeys(folders, 0)
    for split, scene in _scenes(own, progress):
        scene.save(folders[split] / f"{POOL}_{counts[split]:05d}.npz")
        counts[split] += 1
    if not counts["train"]:
        raise InputError("no window of the imagery shows a labelled thing; check that both meet")
    os.replace(folders["train"], work / POOL)


def _scenes(own: OwnLayers, progress: ProgressCallback | None) -> Iterator[tuple[str, Scene]]:
    """Windows with labels, and the split of each."""
    with own.imagery.open() as imagery:
        labels = read_labels(own.labels, imagery.grid)
        for planned in told(_planned(own, imagery, labels), "windows", progress):
            labelled = scene_of(read_whole(imagery, planned.window), labels, imagery.grid)
            if labelled is not None:
                yield planned.split, labelled.scene


def _planned(own: OwnLayers, imagery: Imagery, labels: Labels) -> tuple[PlannedWindow, ...]:
    """The windows and their splits; on little imagery they are smaller, so that some can be held back."""
    window_px = min(WINDOW_PX, max(max(imagery.grid.shape) // 2, LEAST_PX))
    whole = PlanChoices(window_px, window_px // 4, shares=(0.0, 0.0), seed=own.seed)
    blocks = {planned.block for planned in labelled_windows(imagery, labels, whole)}
    if own.held_back and len(blocks) < 2:
        rows, cols = imagery.grid.shape
        raise InputError(
            f"all that the layers hold on {cols} x {rows} px of imagery lies in one window, so that none can "
            "be held back to judge; give more imagery, or a layer of more of it"
        )
    return labelled_windows(imagery, labels, replace(whole, shares=(own.held_back, 0.0)))


def judge(
    model: ReferringModel, work: Path, stage: str = "judge", progress: ProgressCallback | None = None
) -> dict[str, float]:
    """By phrase, the oIoU of what a model marks on the windows held back; asked is each category's noun.

    Args:
        model: whom to judge.
        work: folder of the pools.
        stage: what `progress` is told that this is.
        progress: called after each window.
    """
    files = sorted((work / HELD_BACK).glob("*.npz"))
    pairs: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    asked = _asked(map(Scene.load, told(files, stage, progress)), model.config.window_px)
    for answer in answers(model, asked, torch.device("cpu")):
        marked = answer.scores >= model.config.threshold
        pairs.setdefault(answer.sample.phrase, []).append((marked, answer.sample.mask))
    return {phrase: overall_iou(of_phrase) for phrase, of_phrase in pairs.items()}


def _asked(scenes: Iterable[Scene], side_px: int) -> Iterator[SceneSample]:
    """Every category of a scene asked for, in crops of the size that the model sees."""
    for number, scene in enumerate(scenes):
        rows, cols = scene.shape
        for row in range(0, max(rows - side_px, 0) + 1, side_px):
            for col in range(0, max(cols - side_px, 0) + 1, side_px):
                crop = scene.crop(row, col, min(side_px, rows), min(side_px, cols))
                yield from _of_crop(crop, f"{number} {row} {col}")


def _of_crop(crop: Scene, name: str) -> Iterator[SceneSample]:
    for category in sorted(crop.complete):
        yield category_sample(crop, category, nouns_of(category)[0].many, name)
