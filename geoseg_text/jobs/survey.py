"""A survey: imagery, a model and phrases, ready to answer any region of the run grid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing

import torch

from geoseg_text.imagery import Chip, Imagery
from geoseg_text.imagery.sampling import ImageryDataset, PlanSampler
from geoseg_text.jobs.ahead import ahead
from geoseg_text.models import ReferringModel
from geoseg_text.predict import Predictor
from geoseg_text.progress import Cancellation
from geoseg_text.stitch import Blend, stitch
from geoseg_text.tensors import Normaliser
from geoseg_text.values.rows import PolygonBatch, ScoreRows, WindowFailure, WindowScores
from geoseg_text.values.windows import Window, WindowPlan
from geoseg_text.vectorize import Cut, Fragments, trace

CHIPS_AHEAD = 8
"""Windows read while the network computes: what it needs next is there, and memory stays small."""


class Survey:
    """Reads, predicts, blends and traces regions of one run.

    Attributes:
        imagery: what is looked at.
        plan: the windows of the whole run.

    Args:
        imagery: open imagery; closing it stays with whoever opened it.
        network: the model.
        phrases: what to find.
        blend: how windows are laid and how their answers are blended.
        cuts: where each phrase's scores become polygons.
        device: where to compute.
        batch: windows in a pass; every pass of a run has as many, whatever the regions.
        cancellation: looked at before each window.
    """

    def __init__(
        self,
        imagery: Imagery,
        network: ReferringModel,
        phrases: Sequence[str],
        blend: Blend,
        *,
        cuts: Sequence[Cut],
        device: torch.device,
        batch: int,
        cancellation: Cancellation | None = None,
    ) -> None:
        self.imagery = imagery
        self.plan = WindowPlan.for_grid(imagery.grid.shape, blend.window_px, blend.overlap_px)
        self._blend = blend
        self._cuts = cuts
        self._cancellation = cancellation
        self._dataset = ImageryDataset(imagery)
        prepare = Normaliser(network.config.mean, network.config.std, device)
        self._predictor = Predictor(network, phrases, prepare, device=device, batch=batch)
        self._failures: dict[WindowFailure, None] = {}

    @property
    def failures(self) -> tuple[WindowFailure, ...]:
        """What was not seen since the last `forget_failures`, by place."""
        return tuple(sorted(self._failures, key=lambda failure: (failure.window, failure.source)))

    def forget_failures(self) -> None:
        """Begin a new list of failures."""
        self._failures.clear()

    def answer(
        self,
        region: Window,
        *,
        chip_seen: Callable[[Chip], None] | None = None,
        rows_done: Callable[[ScoreRows], None] | None = None,
    ) -> Iterator[PolygonBatch | Fragments]:
        """Answer a region.

        Args:
            region: which pixels of the run grid.
            chip_seen: see `scores`.
            rows_done: given the blended scores, from top to bottom.

        Yields:
            See `trace`: polygons as they close, and each phrase's fragments in the end.

        Raises:
            Cancelled: the caller asked to stop.
        """
        rows = self.scores(region, chip_seen)
        passed = rows if rows_done is None else _told(rows, rows_done)
        yield from trace(passed, self._cuts, region, self.imagery.grid.shape)

    def scores(self, region: Window, chip_seen: Callable[[Chip], None] | None = None) -> Iterator[ScoreRows]:
        """Score a region, and trace nothing.

        Args:
            region: which pixels of the run grid.
            chip_seen: given what the network sees of each window, in the order of the plan.

        Yields:
            The blended scores, from top to bottom.

        Raises:
            Cancelled: the caller asked to stop.
        """
        with closing(ahead(self._read(self.plan.part(region)), CHIPS_AHEAD)) as chips:
            scored = self._noted(self._predictor.scores(self._seen(chips, chip_seen), self.plan.number))
            yield from stitch(scored, region, len(self._cuts), self._blend)

    def _read(self, plan: WindowPlan) -> Iterator[Chip]:
        for place in PlanSampler(self._dataset, plan):
            sample = self._dataset[place]
            pixels, valid = sample["image"].numpy(), sample["valid"].numpy()
            yield Chip(sample["window"], pixels, valid, sample["failures"])

    def _seen(self, chips: Iterable[Chip], tell: Callable[[Chip], None] | None) -> Iterator[Chip]:
        """Pass chips on, note what could not be read, and stop where the caller asks to."""
        for chip in chips:
            if self._cancellation is not None:
                self._cancellation.check()
            self._failures.update(dict.fromkeys(chip.failures))
            if tell is not None:
                tell(chip)
            yield chip

    def _noted(self, windows: Iterable[WindowScores | WindowFailure]) -> Iterator[WindowScores]:
        """Pass scores on and note failures."""
        for window in windows:
            if isinstance(window, WindowFailure):
                self._failures[window] = None
            else:
                yield window


def _told(rows: Iterable[ScoreRows], tell: Callable[[ScoreRows], None]) -> Iterator[ScoreRows]:
    for part in rows:
        tell(part)
        yield part
