"""A request: all that decides what a run finds; opened, it can answer any region of its run grid."""

from __future__ import annotations

import hashlib
import math
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import torch
from shapely.geometry.base import BaseGeometry

from geoseg_text.errors import InputError, ScopeWarning
from geoseg_text.imagery import open_imagery
from geoseg_text.imagery.area import Area
from geoseg_text.imagery.fingerprint import fingerprint
from geoseg_text.imagery.radiometry import StretchOption
from geoseg_text.imagery.sources import Inputs, is_remote, resolve
from geoseg_text.jobs.cutting import Cutting, cuts_of
from geoseg_text.jobs.survey import Survey
from geoseg_text.language.scope import comparing_words
from geoseg_text.models import ReferringModel, load_model
from geoseg_text.predict import check_length, choose_device
from geoseg_text.progress import Cancellation
from geoseg_text.results.table import surely_smaller_px
from geoseg_text.stitch import Blend
from geoseg_text.values.prompts import Prompt, as_prompts
from geoseg_text.values.windows import WindowPlan

_CPU_BATCH = 4
_ACCELERATOR_BATCH = 16
_SOURCES_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Request(Cutting):
    """What is asked, of what, and how; see `geoseg_text.segment` for each."""

    inputs: Inputs
    phrases: str | Prompt | Sequence[str | Prompt]
    model: str | os.PathLike[str] | ReferringModel | None = None
    bands: Sequence[int] | None = None
    stretch: StretchOption = None
    gsd: float | None = None
    bounds: tuple[float, float, float, float] | None = None
    bounds_crs: str | None = None
    aoi: Area | None = None
    trust_vrt: bool = False
    window_px: int | None = None
    overlap_px: int | None = None
    device: str = "auto"
    batch: int | None = None

    def located(self) -> Request:
        """The same request with absolute paths, for a process that works elsewhere."""
        aoi, model = self.aoi, self.model
        return replace(
            self,
            inputs=[name if is_remote(name) else os.path.abspath(name) for name in resolve(self.inputs)],
            aoi=os.path.abspath(aoi) if isinstance(aoi, str | os.PathLike) else aoi,
            model=os.path.abspath(model) if isinstance(model, str) and os.path.isdir(model) else model,
        )

    @contextmanager
    def opened(
        self, cancellation: Cancellation | None = None, begun: Mapping[str, Any] | None = None
    ) -> Iterator[Opened]:
        """Load the model, open the imagery and lay the windows.

        Args:
            cancellation: looked at before each window.
            begun: settings of the job that this is a part of: its threads and batch count, because a
                network's last bits depend on both.

        Raises:
            InputError: an argument cannot be used.
            RasterError: the imagery cannot be used.
            ModelError: the model cannot be loaded.
        """
        # What can be said without work is said first.
        names, prompts, computer = resolve(self.inputs), as_prompts(self.phrases), choose_device(self.device)
        network = self.model if isinstance(self.model, ReferringModel) else load_model(_named(self.model))
        _refuse_hints(prompts, network)
        prompts = self.settled(prompts, network.config.threshold)
        check_length(network, [prompt.phrase for prompt in prompts])
        blend = _blend(network, self.window_px, self.overlap_px)
        own = {} if begun is None else begun["settings"]
        with (
            _threads(own.get("threads")),
            open_imagery(names, gsd_range_m=network.config.gsd_range_m, **self._view()) as imagery,
        ):
            plan = WindowPlan.for_grid(imagery.grid.shape, blend.window_px, blend.overlap_px)
            _warn_of_scope(prompts, plan)
            batch = own.get("batch") or _even_batch(len(plan), self.batch, computer)
            least_px = surely_smaller_px(imagery.grid, self.min_area_m2)
            survey = Survey(
                imagery,
                network,
                [prompt.phrase for prompt in prompts],
                blend,
                cuts=cuts_of(prompts, self.threshold_low, least_px),
                device=computer,
                batch=batch,
                cancellation=cancellation,
            )
            settings = {
                "window_px": blend.window_px,
                "overlap_px": blend.overlap_px,
                "batch": batch,
                "device": str(computer),
                "threads": torch.get_num_threads(),
                **self.outlining(),
                **self._view(),
                "aoi": _mark(self.aoi),
            }
            yield Opened(survey, network, prompts, least_px, settings, _source(imagery.names))

    def _view(self) -> dict[str, Any]:
        """How imagery is looked at; see `open_imagery`."""
        return {
            "bands": self.bands,
            "stretch": self.stretch,
            "gsd": self.gsd,
            "bounds": self.bounds,
            "bounds_crs": self.bounds_crs,
            "aoi": self.aoi,
            "trust_vrt": self.trust_vrt,
        }


@dataclass(frozen=True, eq=False)
class Opened:
    """A request that is ready.

    Attributes:
        survey: answers regions.
        network: the model.
        prompts: what is asked, thresholds filled in.
        least_px: what has fewer pixels is surely smaller than the least area.
        settings: for the manifest.
        source: what the imagery is called in the result.
    """

    survey: Survey
    network: ReferringModel
    prompts: tuple[Prompt, ...]
    least_px: int
    settings: dict[str, Any]
    source: str


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _mark(aoi: Area | None) -> Any:
    """What tells an area from another: the fingerprint of a file, the hash of geometries."""
    if aoi is None:
        return None
    if isinstance(aoi, str | os.PathLike):
        return fingerprint(os.fspath(aoi))
    shapes = [aoi] if isinstance(aoi, BaseGeometry) else aoi.geometry
    return hashlib.sha256(b"".join(shape.wkb for shape in shapes)).hexdigest()


def _named(model: str | os.PathLike[str] | ReferringModel | None) -> str | None:
    return None if model is None else os.fspath(model)  # type: ignore[arg-type]


def _refuse_hints(prompts: Sequence[Prompt], network: ReferringModel) -> None:
    for prompt in prompts:
        if prompt.points or prompt.boxes or prompt.mask is not None:
            name = network.config.name
            raise InputError(
                f"{prompt.phrase!r:.80}: {name} reads phrases alone; leave points, boxes and mask out"
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


def _warn_of_scope(prompts: Sequence[Prompt], plan: WindowPlan) -> None:
    if len(plan) == 1:
        return
    for phrase in (prompt.phrase for prompt in prompts):
        words = comparing_words(phrase)
        if words is not None:
            text = (
                f"{phrase!r:.80}: {words!r} is answered in each of {len(plan)} windows of {plan.window_px} "
                "px, not over all of the imagery: look at less of it (bounds) or coarser (gsd)"
            )
            warnings.warn(text, ScopeWarning, stacklevel=5)  # whoever asked, beyond the context manager


def _source(names: Sequence[str]) -> str:
    files = [PurePath(name).name for name in names]
    more = len(files) - _SOURCES_NAMED
    return ", ".join(files) if more <= 0 else f"{', '.join(files[:_SOURCES_NAMED])} and {more} more"
