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
from geoseg_qgis.engines import engine
from geoseg_qgis.layers import Imagery, bounded_by
from geoseg_qgis.translating import tr

from .engine_task import EngineTask
from .extents import Selection
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
        selection: polygons to look within, or None.
        model: a model folder; the embedded one if None.
    """

    imagery: Imagery
    phrases: list[str]
    extent: QgsRectangle | None = None
    selection: Selection | None = None
    model: str | None = None
    outlines: Outlines = field(default_factory=Outlines)


@dataclass(frozen=True)
class Cut:
    """How a phrase is cut from kept scores.

    Attributes:
        scores: the raster.
        threshold: score from which a pixel counts.
        model: name of the model that answered.
        source: name of the layer that was asked.
    """

    scores: str
    phrase: str
    threshold: float
    outlines: Outlines
    model: str
    source: str


@dataclass(frozen=True)
class Answer:
    """What a cut gave.

    Attributes:
        cut: how it was cut.
        file: layer of the polygons.
    """

    cut: Cut
    file: str
    polygons: int
    area_m2: float


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
            engine().start(cancelled=self.isCanceled)  # before a picture is taken for nobody
            answers = self._answers(folder, feedback)
            whole = not self.isCanceled()
        finally:
            if not whole:
                shutil.rmtree(folder, ignore_errors=True)
        return answers

    def _answers(self, folder: str, feedback) -> list[Answer]:
        asked, scores = self.question, os.path.join(folder, SCORES)
        self.told.emit(tr("Making the imagery ready"))
        area = None if asked.selection is None else asked.selection.write(folder)
        with asked.imagery.file(asked.extent, None, feedback) as file:
            request = protocol.Segment(
                id="dock",
                inputs=[file],
                phrases=asked.phrases,
                score_raster=scores,
                model=asked.model,
                bands=asked.imagery.bands,
                aoi=area,
                trust_vrt=True,  # QGIS has opened it
                **bounded_by(asked.extent, asked.imagery.crs),
            )
            self.not_seen = self.ask(request).not_seen
        if area is not None:
            discard(area)
        cuts = _kept(scores, asked.outlines, asked.imagery.name)
        return [cut_anew(self, wanted) for wanted in cuts]


class CutTask(EngineTask):
    """Cuts phrases anew; the result is an `Answer` for each key that could be cut."""

    may_be_dropped = True

    def __init__(self, cuts: dict[str, Cut]) -> None:
        super().__init__(tr("geoseg-text: cutting polygons"))
        self._cuts = cuts
        self.result = {}

    def work(self, _feedback):
        """Cut each."""
        for key, wanted in self._cuts.items():
            self.result[key] = cut_anew(self, wanted)
        return self.result


def cut_anew(task: EngineTask, wanted: Cut) -> Answer:
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
    return Answer(wanted, file, int(found["polygons"]), float(found["area_m2"]))


def discard(file: str) -> None:
    """Remove a layer's file and what lies beside it; one that another program holds stays."""
    stem = os.path.splitext(file)[0]
    for path in (file, file + "-wal", file + "-shm", stem + ".manifest.json", stem + ".qml"):
        with suppress(OSError):
            os.remove(path)


def _kept(scores: str, outlines: Outlines, source: str) -> list[Cut]:
    """Give how each phrase of kept scores was cut, as the manifest beside them has it.

    The engine writes a phrase in one way where Unicode has several, so its own words are taken.
    """
    with open(os.path.splitext(scores)[0] + ".manifest.json", encoding="utf-8") as file:
        manifest = json.load(file)
    config = manifest["model"]["config"]
    return [
        Cut(
            scores,
            prompt["phrase"],
            float(config["threshold"] if prompt["threshold"] is None else prompt["threshold"]),
            outlines,
            str(config["name"]),
            source,
        )
        for prompt in manifest["prompts"]
    ]
