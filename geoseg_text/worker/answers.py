"""What each request is answered with."""

from __future__ import annotations

import dataclasses
import platform
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geoseg_text
from geoseg_text.errors import GeosegWarning, InputError
from geoseg_text.progress import Cancellation, ProgressEvent
from geoseg_text.worker.protocol import (
    STATED,
    VERSION,
    Answer,
    Evaluate,
    Evaluated,
    Failure,
    Hello,
    ModelList,
    Models,
    Note,
    Progress,
    Query,
    Ready,
    Request,
    Segment,
    Train,
    Trained,
)
from geoseg_text.worker.protocol import Result as Told

if TYPE_CHECKING:
    from geoseg_text.models import ReferringModel
    from geoseg_text.results import Result

MOST_LINES = 200
"""Of what was not seen, that are told."""
_PROGRESS_S = 0.1
"""Least time between two messages about one stage; its last step is always told."""


class Teller:
    """What a request says on its way, and hears: progress, warnings, a wish to stop.

    Args:
        id: of the request.
        send: takes messages.
        cancellation: of the request.
    """

    def __init__(self, id: str, send: Callable[[Answer], None], cancellation: Cancellation) -> None:
        self.cancellation = cancellation
        self._id = id
        self._send = send
        self._told = 0.0
        self._stage = ""

    def progress(self, event: ProgressEvent) -> None:
        """Tell how far it is, not too often."""
        now = time.monotonic()
        if event.stage == self._stage and event.done < event.total and now - self._told < _PROGRESS_S:
            return
        self._told, self._stage = now, event.stage
        self._send(Progress(self._id, event.stage, event.done, event.total, event.message))

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Tell the warnings of this package that come up meanwhile."""

        def show(message: Warning | str, category: type[Warning], *_place: Any, **_more: Any) -> None:
            if issubclass(category, GeosegWarning):
                self._send(Note(self._id, str(message)))

        with warnings.catch_warnings():
            warnings.simplefilter("always", GeosegWarning)
            warnings.showwarning = show
            yield


def answer(request: Request, teller: Teller) -> Answer:
    """Do what is asked.

    Raises:
        GeosegError: it cannot be done, or was stopped.
    """
    with teller.noting():
        return _ANSWERS[type(request)](request, teller)


def hello(request: Hello) -> Ready | Failure:
    """Say who is here, or that this is another version; at once, whatever is being done."""
    if request.version == VERSION:
        return Ready(request.id, VERSION, geoseg_text.__version__, platform.python_version())
    text = (
        f"version {request.version} of the protocol was asked for, and geoseg-text {geoseg_text.__version__} "
        f"speaks {VERSION}: install the one that belongs to the program"
    )
    return Failure(request.id, STATED, text)


def _models(request: Models, _teller: Teller) -> ModelList:
    from geoseg_text.models import DEFAULT_MODEL, SYSTEMS
    from geoseg_text.models.cards import availability

    told = [
        {
            "name": name,
            "default": name == DEFAULT_MODEL,
            "weights": availability(name),
            "how": card.weights,
            "licence": card.weights_licence,
        }
        for name, card in SYSTEMS.items()
    ]
    return ModelList(request.id, told)


def _segment(request: Segment, teller: Teller) -> Told:
    from geoseg_text.pipeline import segment
    from geoseg_text.values.prompts import Prompt

    points = tuple((x, y) for x, y in _pairs(request.points or []))
    result = segment(
        request.inputs,
        [Prompt(phrase, points=points) for phrase in request.phrases],
        model=_model(request.model),
        output=request.output,
        score_raster=request.score_raster,
        polygons=request.output is not None,
        threshold=request.threshold,
        threshold_low=request.threshold_low,
        min_area_m2=request.min_area_m2,
        simplify_m=request.simplify_m,
        square=request.square,
        bands=request.bands,
        stretch=request.stretch,
        gsd=request.gsd,
        bounds=None if request.bounds is None else _box(request.bounds),
        bounds_crs=request.bounds_crs,
        aoi=request.aoi,
        trust_vrt=request.trust_vrt,
        window_px=request.window_px,
        overlap_px=request.overlap_px,
        device=request.device,
        batch=request.batch,
        overwrite=request.overwrite,
        progress=teller.progress,
        cancellation=teller.cancellation,
    )
    return _told(request.id, request.output, request.score_raster, result)


def _query(request: Query, teller: Teller) -> Told:
    from geoseg_text.pipeline import cut

    result = cut(
        request.score_raster,
        request.phrases,
        output=request.output,
        threshold=request.threshold,
        threshold_low=request.threshold_low,
        min_area_m2=request.min_area_m2,
        simplify_m=request.simplify_m,
        square=request.square,
        overwrite=request.overwrite,
        progress=teller.progress,
        cancellation=teller.cancellation,
    )
    return _told(request.id, request.output, None, result)


def _evaluate(request: Evaluate, teller: Teller) -> Evaluated:
    from geoseg_text.evaluation.layer import evaluate_layer

    asked = _fields(request) | {"model": _model(request.model)}
    if request.bounds is not None:
        asked["bounds"] = _box(request.bounds)
    report = evaluate_layer(**asked, progress=teller.progress, cancellation=teller.cancellation)
    told = report.to_json()
    return Evaluated(request.id, told | {"not_seen": shortened(told["not_seen"])})


def _train(request: Train, teller: Teller) -> Trained:
    from geoseg_text.training.fine_tuning import fine_tune

    trained = fine_tune(**_fields(request), progress=teller.progress, cancellation=teller.cancellation)
    gains = {phrase: dataclasses.asdict(gain) for phrase, gain in trained.gains.items()}
    return Trained(request.id, str(trained.output), gains)


def _fields(request: Evaluate | Train) -> dict[str, Any]:
    """What a request says, by the names that the library has for it."""
    return {field.name: getattr(request, field.name) for field in dataclasses.fields(request)[1:]}


def _told(id: str, output: str | None, score_raster: str | None, result: Result) -> Told:
    return Told(id, output, score_raster, result.found, shortened([str(one) for one in result.failures]))


def shortened(lines: Sequence[str]) -> list[str]:
    """Lines that fit into a message whatever their number: the first of them, and how many more there are."""
    told = list(lines[:MOST_LINES])
    more = len(lines) - len(told)
    return [*told, f"and {more:,} more"] if more else told


def _model(name: str | None) -> ReferringModel:
    """The model of this name, kept for the next request; a folder that was written anew is loaded anew."""
    weights = None if name is None else Path(name) / "model.safetensors"
    return _loaded(name, weights.stat().st_mtime_ns if weights is not None and weights.is_file() else 0)


@lru_cache(maxsize=1)
def _loaded(name: str | None, _written_ns: int) -> ReferringModel:
    from geoseg_text.models import load_model

    return load_model(name)


def _pairs(points: list[list[float]]) -> Iterator[tuple[float, float]]:
    for point in points:
        if len(point) != 2:
            raise InputError(f"a point of {len(point)} numbers: give x and y")
        yield point[0], point[1]


def _box(bounds: list[float]) -> tuple[float, float, float, float]:
    if len(bounds) != 4:
        raise InputError(f"bounds of {len(bounds)} numbers: give left, bottom, right and top")
    return bounds[0], bounds[1], bounds[2], bounds[3]


_ANSWERS: Mapping[type[Any], Callable[[Any, Teller], Answer]] = {
    Models: _models,
    Segment: _segment,
    Query: _query,
    Evaluate: _evaluate,
    Train: _train,
}

ANSWERED = tuple(_ANSWERS)
"""Requests that have an answer of their own."""
