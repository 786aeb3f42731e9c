"""What the engine and a program that runs it as a child process say to each other.

One message a line: a JSON object, ASCII, on the child's standard input and output. Files go by path, pixels
never. A program begins with `Hello` and may then ask, one request at a time; each request is answered by any
number of `Progress` and `Note` and by one of `LAST` with its `id`. While one is
answered, `Cancel` alone is heeded: any other request fails as ``busy``. The end of standard input, or
`Shutdown`, ends the child.

This file is used as it is by programs of other Pythons: standard library alone, and the syntax of Python 3.9.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, Optional, Union, get_args, get_origin, get_type_hints

VERSION = 1
"""Of the protocol; both sides must have the same."""

MAX_LINE_BYTES = 2**20
"""Longest line that is read, its end included."""

BUSY, CANCELLED, PROTOCOL, STATED, UNFORESEEN = "busy", "cancelled", "protocol", "stated", "unforeseen"
"""Kinds of failures: see `Failure`."""


class ProtocolError(ValueError):
    """A line that is no message.

    Attributes:
        id: of the request that it was meant to be, where that much could be read.
    """

    def __init__(self, text: str, id: str = "") -> None:
        super().__init__(text)
        self.id = id


@dataclass(frozen=True)
class Hello:
    """Begin: is this a child that speaks this version? Answered by `Ready` or a failure."""

    id: str
    version: int = VERSION


@dataclass(frozen=True)
class Models:
    """Ask which models there are. Answered by `ModelList`."""

    id: str


@dataclass(frozen=True)
class Segment:
    """Find what phrases mean in imagery; see `geoseg_text.segment` for each choice.

    Attributes:
        output: file for the polygons, or None for a raster of scores alone.
        score_raster: GeoTIFF of the scores, which `Query` cuts anew, or None.
        points: hints (x, y) in the CRS of the imagery, for models that take them.
    """

    id: str
    inputs: list[str]
    phrases: list[str]
    output: Optional[str] = None
    score_raster: Optional[str] = None
    model: Optional[str] = None
    threshold: Optional[float] = None
    threshold_low: Optional[float] = None
    min_area_m2: float = 0.0
    simplify_m: Optional[float] = None
    square: bool = False
    points: Optional[list[list[float]]] = None
    bands: Optional[list[int]] = None
    stretch: Optional[str] = None
    gsd: Optional[float] = None
    bounds: Optional[list[float]] = None
    bounds_crs: Optional[str] = None
    aoi: Optional[str] = None
    trust_vrt: bool = False
    window_px: Optional[int] = None
    overlap_px: Optional[int] = None
    device: str = "auto"
    batch: Optional[int] = None
    overwrite: bool = False


@dataclass(frozen=True)
class Query:
    """Cut polygons from kept scores, without the network; see `geoseg_text.cut`.

    Attributes:
        phrases: those among the raster's bands; all of them if None.
    """

    id: str
    score_raster: str
    output: str
    phrases: Optional[list[str]] = None
    threshold: Optional[float] = None
    threshold_low: Optional[float] = None
    min_area_m2: float = 0.0
    simplify_m: Optional[float] = None
    square: bool = False
    overwrite: bool = False


@dataclass(frozen=True)
class Evaluate:
    """Compare what a phrase finds with a layer of what is there; see `geoseg_text.evaluate_layer`.

    Attributes:
        labels: vector layers, ``PATH`` or ``PATH:LAYER`` each.
    """

    id: str
    inputs: list[str]
    labels: list[str]
    phrase: str
    where: Optional[str] = None
    width_m: Optional[float] = None
    model: Optional[str] = None
    threshold: Optional[float] = None
    threshold_low: Optional[float] = None
    min_area_m2: float = 0.0
    simplify_m: Optional[float] = None
    square: bool = False
    bands: Optional[list[int]] = None
    stretch: Optional[str] = None
    gsd: Optional[float] = None
    bounds: Optional[list[float]] = None
    bounds_crs: Optional[str] = None
    aoi: Optional[str] = None
    window_px: Optional[int] = None
    overlap_px: Optional[int] = None
    device: str = "auto"
    batch: Optional[int] = None


@dataclass(frozen=True)
class Train:
    """Fine-tune a model on what layers hold; see `geoseg_text.fine_tune`. Its stage 'train' is in seconds.

    Attributes:
        labels: vector layers, ``PATH`` or ``PATH:LAYER`` each, with all there is of what they hold.
        output: the model folder to make.
        categories: what the features are, once for all layers or for each in order.
        attributes: ``COLUMN=ATTRIBUTE`` each.
        work: folder of what is kept on the way; it stays, and is the program's to remove.
    """

    id: str
    inputs: list[str]
    labels: list[str]
    output: str
    categories: Optional[list[str]] = None
    attributes: Optional[list[str]] = None
    where: Optional[str] = None
    width_m: Optional[float] = None
    start: Optional[str] = None
    minutes: Optional[float] = None
    rate: Optional[float] = None
    work: Optional[str] = None
    resume: bool = False
    bands: Optional[list[int]] = None
    stretch: Optional[str] = None
    gsd: Optional[float] = None
    aoi: Optional[str] = None
    seed: int = 0


@dataclass(frozen=True)
class Cancel:
    """Stop what is being done; that request fails as ``cancelled``. Nothing happens where nothing is done."""

    id: str = ""


@dataclass(frozen=True)
class Shutdown:
    """Stop what is being done, and end."""

    id: str = ""


@dataclass(frozen=True)
class Ready:
    """The child speaks this version."""

    id: str
    version: int
    engine: str
    python: str


@dataclass(frozen=True)
class ModelList:
    """The registered models, each with name, whether it is the default, how its weights are had, licence."""

    id: str
    models: list[dict[str, Any]]


@dataclass(frozen=True)
class Progress:
    """How far a request is: `done` of `total` steps of a stage."""

    id: str
    stage: str
    done: int
    total: int
    message: str = ""


@dataclass(frozen=True)
class Note:
    """A warning: the request goes on, and its result deserves a second look."""

    id: str
    text: str


@dataclass(frozen=True)
class Result:
    """What was found and where it was written; nothing found is a result too.

    Attributes:
        phrases: polygons and their area in square metres for each phrase; empty for scores alone.
        not_seen: what could not be read or answered, a line each.
    """

    id: str
    output: Optional[str]
    score_raster: Optional[str]
    phrases: dict[str, Any]
    not_seen: list[str]


@dataclass(frozen=True)
class Evaluated:
    """How well polygons agree with a layer.

    Attributes:
        figures: by name; see `geoseg_text.evaluation.layer.LayerReport.to_json`.
    """

    id: str
    figures: dict[str, Any]


@dataclass(frozen=True)
class Trained:
    """A model was made.

    Attributes:
        output: its folder.
        gains: for each phrase the IoU ``before`` and ``after``, 0 to 1 or null, on windows held back.
    """

    id: str
    output: str
    gains: dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """A request that has no result.

    Attributes:
        kind: ``stated`` (the text says what is wrong and what to do), ``cancelled``, ``busy``, ``protocol``
            (the line was no message) or ``unforeseen`` (a fault of the engine; its log says more).
        text: one line for the user.
    """

    id: str
    kind: str
    text: str


Request = Union[Hello, Models, Segment, Query, Evaluate, Train, Cancel, Shutdown]
Outcome = Union[ModelList, Result, Evaluated, Trained]
Answer = Union[Ready, Progress, Note, Outcome, Failure]
Message = Union[Request, Answer]

LAST = (ModelList, Result, Evaluated, Trained, Failure)
"""Answers after which a request is done."""

_REQUESTS = {"hello": Hello, "models": Models, "segment": Segment, "query": Query, "evaluate": Evaluate,
             "train": Train, "cancel": Cancel, "shutdown": Shutdown}  # fmt: skip
_ANSWERS = {"ready": Ready, "model-list": ModelList, "progress": Progress, "note": Note, "result": Result,
            "evaluated": Evaluated, "trained": Trained, "failure": Failure}  # fmt: skip
_KINDS: dict[str, type[Any]] = {**_REQUESTS, **_ANSWERS}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def encode(message: Message) -> bytes:
    """Write a message as a line.

    Raises:
        ProtocolError: the line would be longer than is read.
    """
    told = {"type": _NAMES[type(message)], **dataclasses.asdict(message)}
    line = json.dumps(told, allow_nan=False).encode("ascii") + b"\n"
    if len(line) > MAX_LINE_BYTES:
        raise ProtocolError(f"a message of {len(line)} bytes, at most {MAX_LINE_BYTES} are read", message.id)
    return line


def decode(line: bytes) -> Message:
    """Read a line.

    Raises:
        ProtocolError: it is no message: not JSON, of no known type, a field missing, unknown or of another
            type.
    """
    try:
        told = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"not a line of JSON: {error}"[:200]) from error
    if not isinstance(told, dict):
        raise ProtocolError("a message is a JSON object")
    name = told.pop("id", "")
    id = name if isinstance(name, str) else ""
    kind = told.pop("type", None)
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ProtocolError(f"{kind!r:.60} is no type of message; there are {', '.join(_KINDS)}", id)
    hints = get_type_hints(_KINDS[kind])
    told["id"] = name
    for field, value in told.items():
        if field not in hints:
            raise ProtocolError(f"{kind} has no field {field!r:.60}", id)
        if not _fits(value, hints[field]):
            raise ProtocolError(f"{field} of {kind} cannot be {value!r:.60}", id)
    missing = [
        field.name
        for field in dataclasses.fields(_KINDS[kind])
        if field.name not in told and field.default is dataclasses.MISSING
    ]
    if missing:
        raise ProtocolError(f"{kind} needs {', '.join(missing)}", id)
    message: Message = _KINDS[kind](**told)
    return message


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value of JSON is of the type that a field is declared with."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin is Union:
        return any(_fits(value, argument) for argument in arguments)
    if origin is list:
        return isinstance(value, list) and all(_fits(item, arguments[0]) for item in value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(item, arguments[1]) for item in value.values())
    if isinstance(value, bool):
        return hint is bool
    return isinstance(value, (int, float) if hint is float else hint)
