"""Messages: written and read again they are the same, and nothing else is a message."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import geoseg_text as gt
from geoseg_text.worker import protocol
from geoseg_text.worker.protocol import (
    Cancel,
    Evaluate,
    Evaluated,
    Failure,
    Hello,
    ModelList,
    Models,
    Note,
    Progress,
    ProtocolError,
    Query,
    Ready,
    Result,
    Segment,
    Shutdown,
    Train,
    Trained,
    decode,
    encode,
)

MESSAGES = [
    Hello("1"),
    Models("2"),
    Segment("3", ["a.tif", "b/ü.tif"], ["the red roofs\u2028beside"], "x.gpkg", bands=[4, 3, 2], gsd=1),
    Segment("3", [], [], bounds=[1, 2.5, 3, 4], points=[[1, 2]], square=True),
    Query("4", "s.tif", "x.fgb", ["red"], 0.25, overwrite=True),
    Evaluate("5", ["a.tif"], ["b.gpkg:roofs"], "the roofs", where="height > 3", gsd=0.3),
    Train("6", ["a.tif"], ["b.gpkg"], "model", categories=["the buildings"], minutes=0.5),
    Cancel(),
    Shutdown(),
    Ready("1", 1, "0.1", "3.11"),
    ModelList("2", [{"name": "mafn", "default": False}]),
    Progress("3", "segment", 1, 2, "so far\nso good"),
    Note("3", "look twice"),
    Result("3", None, "s.tif", {"cars": {"polygons": 0, "area_m2": 0.0}}, []),
    Evaluated("5", {"iou": 0.5, "precision": None, "not_seen": []}),
    Trained("6", "model", {"buildings": {"before": 0.25, "after": None}}),
    Failure("", protocol.PROTOCOL, "no"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_is_one_line_of_ascii_and_comes_back(message: Any) -> None:
    line = encode(message)
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode(line) == message


SEGMENT = {"type": "segment", "id": "1", "inputs": ["a.tif"], "phrases": ["cars"]}
BAD = {
    "broken": (b'{"type": "hello"', "not a line of JSON"),
    "no text": (b"\xff\xfe\x00", "not a line of JSON"),
    "a list": (b"[1, 2]", "a message is a JSON object"),
    "nested": (b"[" * 100_000, "not a line of JSON"),
    "not a number": (json.dumps(SEGMENT | {"gsd": float("nan")}).encode(), "NaN is no number"),
    "no type": (b'{"id": "7"}', "None is no type of message"),
    "unknown type": (b'{"type": "sing", "id": "7"}', "'sing' is no type of message; there are hello, models"),
    "odd type": (b'{"type": ["hello"]}', "is no type of message"),
    "field missing": (b'{"type": "segment", "id": "7", "inputs": []}', "segment needs phrases"),
    "field unknown": (json.dumps(SEGMENT | {"shell": "rm"}).encode(), "segment has no field 'shell'"),
    "text for a list": (json.dumps(SEGMENT | {"phrases": "cars"}).encode(), "phrases of segment cannot be"),
    "number for text": (json.dumps(SEGMENT | {"inputs": [1]}).encode(), "inputs of segment cannot be"),
    "true for a number": (json.dumps(SEGMENT | {"gsd": True}).encode(), "gsd of segment cannot be True"),
    "half a band": (json.dumps(SEGMENT | {"bands": [0.5]}).encode(), "bands of segment cannot be"),
    "nothing for a flag": (json.dumps(SEGMENT | {"square": None}).encode(), "square of segment cannot be"),
    "id": (json.dumps(SEGMENT | {"id": 7}).encode(), "id of segment cannot be 7"),
}


@pytest.mark.parametrize("case", BAD)
def test_anything_else_is_no_message(case: str) -> None:
    line, words = BAD[case]
    with pytest.raises(ProtocolError, match=words) as caught:
        decode(line)
    assert len(str(caught.value)) < 400
    assert caught.value.id in {"", "1", "7"}


def test_a_message_that_could_not_be_read_is_not_written() -> None:
    with pytest.raises(ProtocolError, match="at most 1048576"):
        encode(Note("1", "x" * protocol.MAX_LINE_BYTES))


@pytest.mark.parametrize(
    ("kind", "function"),
    [(Segment, gt.segment), (Query, gt.cut), (Evaluate, gt.evaluate_layer), (Train, gt.fine_tune)],
)
def test_a_request_asks_as_the_library_does(kind: type[Any], function: Any) -> None:
    """The same names and defaults; what a message cannot carry or a child does not do is left out."""
    given = {field.name: field for field in dataclasses.fields(kind) if field.name not in {"id", "points"}}
    taken = inspect.signature(function).parameters
    assert set(given) <= set(taken)
    for name, field in given.items():
        if field.default is not dataclasses.MISSING and taken[name].default is not inspect.Parameter.empty:
            assert field.default == taken[name].default
    of_the_library = {
        "polygons",
        "progress",
        "cancellation",
        "job",
        "block_px",
        "resume",
        "engine",
        "workers",
    }
    assert set(taken) - set(given) <= of_the_library


def test_the_protocol_is_of_the_standard_library_and_of_python_3_9() -> None:
    source = Path(protocol.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 9))
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert all(name.split(".")[0] in sys.stdlib_module_names for name in names)
    alone = [sys.executable, "-I", "-S", "-c", source + "\nprint(decode(encode(Hello('1'))))"]
    done = subprocess.run(alone, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "Hello(id='1', version=1)"
