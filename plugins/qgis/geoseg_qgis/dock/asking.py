# SPDX-License-Identifier: GPL-2.0-or-later
"""What the dock has the engine do: answer a question once, cut its kept scores as often as wished."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field

from qgis.core import QgsProcessingUtils, QgsRectangle

from geoseg_qgis import protocol
from geoseg_qgis.layers import Imagery, bounded_by
from geoseg_qgis.translating import tr

from .engine_task import EngineTask
from .phrases import file_stem

SCORES = "scores.tif"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Outlines:
    """How scores become polygons.

    Attributes:
        min_area_m2: smaller ones are left out.
        square: right-angled outlines.
    """

    min_area_m2: float = 0.0
    square: bool = False


@dataclass(frozen=True)
class Question:
    """What is asked of a layer.

    Attributes:
        imagery: the layer, made ready in the window's thread.
        phrases: at least one.
        extent: part of the layer that is looked at, in its CRS; all of it if None.
        area: file of polygons to look within, or None.
        model: a name or a model folder; the embedded one if None.
    """

    imagery: Imagery
    phrases: list[str]
    extent: QgsRectangle | None = None
    area: str | None = None
    model: str | None = None
    outlines: Outlines = field(default_factory=Outlines)


@dataclass(frozen=True)
class Answer:
    """What one phrase found.

    Attributes:
        scores: raster that it is cut from.
        file: layer of the polygons.
        threshold: score from which a pixel counted.
        model: name of the model that answered.
        source: name of the layer that was asked.
    """

    phrase: str
    scores: str
    file: str
    threshold: float
    polygons: int
    area_m2: float
    outlines: Outlines
    model: str
    source: str


class AskTask(EngineTask):
    """Answers a question; the result is an `Answer` for each phrase.

    What it writes lies in a folder of its own among the temporary files of QGIS, which go when QGIS ends;
    without a result nothing is left.
    """

    def __init__(self, question: Question) -> None:
        super().__init__(tr("geoseg-text: {}").format(", ".join(question.phrases)))
        self.question = question
        self.not_seen = []

    def work(self, feedback):
        """Look once, then cut each phrase at the model's own threshold."""
        folder = tempfile.mkdtemp(prefix="geoseg-", dir=QgsProcessingUtils.tempFolder())
        whole = False
        try:
            answers = self._answers(os.path.join(folder, SCORES), feedback)
            whole = True
        finally:
            if not whole:
                shutil.rmtree(folder, ignore_errors=True)
        return answers

    def _answers(self, scores: str, feedback) -> list[Answer]:
        asked = self.question
        with asked.imagery.file(asked.extent, None, feedback) as file:
            request = protocol.Segment(
                id="dock",
                inputs=[file],
                phrases=asked.phrases,
                score_raster=scores,
                model=asked.model,
                aoi=asked.area,
                **bounded_by(asked.extent, asked.imagery.crs),
            )
            self.not_seen = self.ask(request).not_seen
        thresholds, model = _kept(scores)
        return [
            cut(self, Cut(scores, phrase, thresholds[phrase], asked.outlines, model, asked.imagery.name))
            for phrase in asked.phrases
        ]


@dataclass(frozen=True)
class Cut:
    """A phrase to be cut from kept scores; see `Answer`."""

    scores: str
    phrase: str
    threshold: float
    outlines: Outlines
    model: str
    source: str


class CutTask(EngineTask):
    """Cuts phrases anew; the result is an `Answer` for each key."""

    def __init__(self, cuts: dict[str, Cut]) -> None:
        super().__init__(tr("geoseg-text: cutting polygons"))
        self._cuts = cuts

    def work(self, _feedback):
        """Cut each."""
        return {key: cut(self, wanted) for key, wanted in self._cuts.items()}


def cut(task: EngineTask, wanted: Cut) -> Answer:
    """Cut one phrase into a file of its own beside the scores."""
    folder = os.path.dirname(wanted.scores)
    file = os.path.join(folder, f"{file_stem(wanted.phrase)}_{next(_numbers)}.gpkg")
    request = protocol.Query(
        id="dock",
        score_raster=wanted.scores,
        output=file,
        phrases=[wanted.phrase],
        threshold=wanted.threshold,
        min_area_m2=wanted.outlines.min_area_m2,
        square=wanted.outlines.square,
        overwrite=True,
    )
    found = task.ask(request).phrases[wanted.phrase]
    return Answer(
        wanted.phrase, wanted.scores, file, wanted.threshold, int(found["polygons"]), float(found["area_m2"]),
        wanted.outlines, wanted.model, wanted.source,
    )  # fmt: skip


def discard(file: str) -> None:
    """Remove a layer's file and what lies beside it; one that is in use elsewhere stays."""
    stem = os.path.splitext(file)[0]
    for path in (file, file + "-wal", file + "-shm", stem + ".manifest.json", stem + ".qml"):
        with suppress(OSError):
            os.remove(path)


def _kept(scores: str) -> tuple[dict[str, float], str]:
    """Give the threshold of each phrase and the model's name, from the manifest beside kept scores."""
    with open(os.path.splitext(scores)[0] + ".manifest.json", encoding="utf-8") as file:
        manifest = json.load(file)
    config = manifest["model"]["config"]
    own = float(config["threshold"])
    thresholds = {
        prompt["phrase"]: own if prompt["threshold"] is None else float(prompt["threshold"])
        for prompt in manifest["prompts"]
    }
    return thresholds, str(config["name"])
