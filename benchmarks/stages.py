"""Where the time of a run goes: `segment` put together from the same parts, with a clock around each.

The parts are those of the package, which knows nothing of the clock. They work one after the other in one
thread: nothing is read ahead here, so the sum is larger than the time of ``segment`` by what reading ahead
gains. And the run is one region, whatever its size, where ``segment`` works in blocks.

open: model and imagery made ready. read: windows of pixels. picture: the imagery at the size of a screen, for
the result. network: normalising, the network, scores of 16 bits. blend: `stitch`. polygons: `trace`. table:
polygons on the ground, measured, and the manifest. write: the file.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from geoseg_text.errors import GeosegError
from geoseg_text.imagery import Chip
from geoseg_text.imagery.sampling import ImageryDataset, PlanSampler
from geoseg_text.jobs.cutting import cuts_of
from geoseg_text.jobs.finding import Finding
from geoseg_text.jobs.record import Record
from geoseg_text.jobs.request import Opened
from geoseg_text.predict import Predictor
from geoseg_text.results.picture import Picture
from geoseg_text.stitch import Blend, stitch
from geoseg_text.tensors import Normaliser
from geoseg_text.values.rows import PolygonBatch, WindowFailure, WindowScores
from geoseg_text.values.windows import WindowPlan
from geoseg_text.vectorize import trace
from recipes import PHRASE, Facts, Work, request

T = TypeVar("T")

STAGES = ("open", "read", "picture", "network", "blend", "polygons", "table", "write")


class Stages:
    """Time by stage, each without the stages that it draws from.

    Attributes:
        spent: by stage, what the clock gained.

    Args:
        now: the clock: numbers that only grow.
    """

    def __init__(self, now: Callable[[], NDArray[np.float64]]) -> None:
        self.spent: dict[str, NDArray[np.float64]] = {}
        self._now = now
        self._open: list[str] = []
        self._since = now()

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Count what happens inside for a stage, and not for the one around it."""
        self._turn()
        self._open.append(stage)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def through(self, stage: str, items: Iterable[T]) -> Iterator[T]:
        """Pass items on and count the drawing of each."""
        source = iter(items)
        while True:
            with self.of(stage):
                drawn = list(islice(source, 1))
            if not drawn:
                return
            yield from drawn

    def _turn(self) -> None:
        now = self._now()
        if self._open:
            stage = self._open[-1]
            self.spent[stage] = self.spent.get(stage, 0.0) + (now - self._since)
        self._since = now


def in_stages(raster: Path, folder: Path, model: str) -> Work:
    """The whole flow from its parts, with a clock: seconds and processor seconds of each."""

    def work() -> Facts:
        stages = Stages(lambda: np.array([time.perf_counter(), time.process_time()]))
        with ExitStack() as held:
            with stages.of("open"):
                run = held.enter_context(request(raster, model).opened())
            found = _find(run, stages)
            with stages.of("table"):
                result = found.result(None, None, overwrite=True, stacklevel=1)
        with stages.of("write"):
            result.to_file(folder / f"{raster.stem}-stages.fgb", overwrite=True)
        walls = {f"{stage}_s": float(spent[0]) for stage, spent in stages.spent.items()}
        works = {f"{stage}_processor_s": float(spent[1]) for stage, spent in stages.spent.items()}
        return {"polygons": sum(result.manifest["polygons"].values()), **walls, **works}

    return work


def _find(run: Opened, stages: Stages) -> Finding:
    """Answer a run as one region."""
    survey, imagery, config = run.survey, run.survey.imagery, run.network.config
    cuts = cuts_of(run.prompts, None, run.least_px)
    device, region, picture = torch.device("cpu"), imagery.grid.window, Picture.blank(imagery.grid)
    prepare = Normaliser(config.mean, config.std, device)
    # `Request.opened` has made one too, and is timed with it.
    predictor = Predictor(run.network, [PHRASE], prepare, device=device, batch=run.settings["batch"])
    blend = Blend(run.settings["window_px"], run.settings["overlap_px"])

    chips = _seen(stages.through("read", _read(ImageryDataset(imagery), survey.plan)), picture, stages)
    scored = _answered(stages.through("network", predictor.scores(chips)))
    rows = stages.through("blend", stitch(scored, region, len(cuts), blend))
    traced = stages.through("polygons", trace(rows, cuts, region, imagery.grid.shape))
    batches = [found for found in traced if isinstance(found, PolygonBatch)]

    created = datetime.now(UTC).replace(microsecond=0)
    with stages.of("table"):
        return Finding(iter([PolygonBatch.join(batches)]), Record.of(run, created), (), picture)


def _read(dataset: ImageryDataset, plan: WindowPlan) -> Iterator[Chip]:
    for place in PlanSampler(dataset, plan):
        sample = dataset[place]
        yield Chip(sample["window"], sample["image"].numpy(), sample["valid"].numpy(), sample["failures"])


def _seen(chips: Iterable[Chip], picture: Picture, stages: Stages) -> Iterator[Chip]:
    for chip in chips:
        with stages.of("picture"):
            picture.add(chip)
        yield chip


def _answered(scored: Iterable[WindowScores | WindowFailure]) -> Iterator[WindowScores]:
    for window in scored:
        if isinstance(window, WindowFailure):
            raise GeosegError(f"not seen: {window}")
        yield window
