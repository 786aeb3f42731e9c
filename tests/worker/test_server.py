"""A server that is told garbage answers each line of it, and lives."""

from __future__ import annotations

import io
import json
import random
import threading
import tracemalloc
from typing import Any

import pytest

from geoseg_text.errors import InputError
from geoseg_text.worker import answers, protocol
from geoseg_text.worker.answers import Teller
from geoseg_text.worker.channel import Channel
from geoseg_text.worker.protocol import Failure, Message, Models, Ready, decode, encode
from geoseg_text.worker.server import Server

HELLO = encode(protocol.Hello("last"))


def serve(received: Any) -> list[Message]:
    """Run a server over what it receives, and give back what it says."""
    sent = io.BytesIO()
    assert Server(Channel(received, sent)).run()
    return [decode(line) for line in sent.getvalue().splitlines(keepends=True)]


def garbage(rng: random.Random) -> bytes:
    """A line that is no message: noise, or a message with something changed."""
    kind = rng.randrange(4)
    if kind == 0:
        return bytes(rng.choice([b for b in range(1, 256) if b != 10]) for _ in range(rng.randrange(1, 200)))
    told: dict[str, Any] = {"type": "segment", "id": "x", "inputs": ["a"], "phrases": ["b"]}
    if kind == 1:
        told[rng.choice(list(told))] = rng.choice([None, 1, -1.5, {}, [[]], {"a": [1]}, True])
        return json.dumps(told).encode()
    if kind == 2:
        line = json.dumps(told).encode()
        return line[: rng.randrange(1, len(line))]
    told[f"key{rng.random()}"] = "x" * rng.randrange(5000)
    return json.dumps(told).encode()


@pytest.mark.parametrize("seed", range(20))
def test_garbage_is_answered_line_by_line(seed: int) -> None:
    rng = random.Random(seed)
    lines = [line for line in (garbage(rng) for _ in range(100)) if line.strip()]
    said = serve(io.BytesIO(b"\n".join(lines) + b"\n\n" + HELLO))
    assert len(said) == len(lines) + 1
    assert all(isinstance(answer, Failure) and answer.kind == protocol.PROTOCOL for answer in said[:-1])
    assert isinstance(said[-1], Ready)


class Endless(io.RawIOBase):
    """A line of two gigabytes, and then a greeting."""

    def __init__(self) -> None:
        self.left = 2 * 2**30
        self.rest = io.BytesIO(b"\n" + HELLO)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(self.left, len(buffer))
        if not count:
            return self.rest.readinto(buffer)
        buffer[:count] = b"x" * count
        self.left -= count
        return count


def test_a_line_of_two_gigabytes_takes_no_memory() -> None:
    tracemalloc.start()
    said = serve(io.BufferedReader(Endless(), 2**20))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(answer) for answer in said] == [Failure, Ready]
    assert "more than 1048576 bytes: give files by path" in said[0].text
    assert peak < 16 * 2**20


def test_a_line_without_an_end_is_the_last() -> None:
    assert [type(answer) for answer in serve(io.BytesIO(HELLO + b'{"type": "hel'))] == [Ready, Failure]


def test_another_version_is_told_what_to_do() -> None:
    said = serve(io.BytesIO(encode(protocol.Hello("1", version=99))))
    assert said[0].id == "1"
    assert "version 99 of the protocol" in said[0].text
    assert "install the one that belongs" in said[0].text


def test_what_an_engine_says_is_no_request() -> None:
    said = serve(io.BytesIO(encode(Failure("1", protocol.BUSY, ""))))
    assert said[0].kind == protocol.PROTOCOL


class Talk:
    """A parent that answers back: what the server receives is said while it runs."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.more = threading.Condition()

    def readline(self, _most: int) -> bytes:
        with self.more:
            assert self.more.wait_for(lambda: self.lines, timeout=30)
            return self.lines.pop(0)

    def say(self, line: bytes) -> None:
        with self.more:
            self.lines.append(line)
            self.more.notify()


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (InputError("no such\n  thing"), protocol.STATED, "no such thing"),
        (MemoryError(), protocol.STATED, "memory is full: ask for a smaller part"),
        (ZeroDivisionError("a slip"), protocol.UNFORESEEN, "ZeroDivisionError: a slip"),
        (SystemExit(1), protocol.UNFORESEEN, "SystemExit: 1"),
    ],
)
def test_a_fault_ends_the_request_alone(
    monkeypatch: pytest.MonkeyPatch, fault: BaseException, kind: str, words: str
) -> None:
    def fail(_request: Models, _teller: Teller) -> Any:
        raise fault

    monkeypatch.setitem(answers._ANSWERS, Models, fail)
    said = serve(io.BytesIO(encode(Models("1")) + HELLO))
    failure = next(answer for answer in said if isinstance(answer, Failure))
    assert (failure.id, failure.kind) == ("1", kind)
    assert words in failure.text
    assert any(isinstance(answer, Ready) for answer in said)


@pytest.mark.parametrize("answer", [["x" * protocol.MAX_LINE_BYTES], [float("nan")]])
def test_an_answer_that_no_line_holds_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, answer: list[Any]
) -> None:
    def tell(request: Models, _teller: Teller) -> Any:
        return protocol.ModelList(request.id, answer)

    monkeypatch.setitem(answers._ANSWERS, Models, tell)
    said = serve(io.BytesIO(encode(Models("1")) + HELLO))
    failure = next(one for one in said if isinstance(one, Failure))
    assert (failure.id, failure.kind) == ("1", protocol.UNFORESEEN)
    assert "cannot be told" in failure.text


def test_of_many_lines_the_first_are_told_and_how_many_follow() -> None:
    lines = [f"window {number}" for number in range(5000)]
    told = answers.shortened(lines)
    assert told[:-1] == lines[: answers.MOST_LINES]
    assert told[-1] == f"and {5000 - answers.MOST_LINES:,} more"
    assert answers.shortened(lines[:3]) == lines[:3]


def test_only_a_wish_to_stop_is_heard_while_something_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    talk, begun, sent = Talk(), threading.Event(), io.BytesIO()

    def wait(_request: Models, teller: Teller) -> Any:
        begun.set()
        while True:
            teller.cancellation.check()

    monkeypatch.setitem(answers._ANSWERS, Models, wait)
    server = Server(Channel(talk, sent))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run)
    thread.start()
    talk.say(encode(Models("1")))
    assert begun.wait(30)
    for line in (encode(Models("2")), b"?\n", HELLO, encode(protocol.Cancel())):
        talk.say(line)
    while sent.getvalue().count(b"\n") < 4:
        threading.Event().wait(0.01)
    talk.say(b"")
    thread.join(30)
    said = [decode(line) for line in sent.getvalue().splitlines(keepends=True)]
    kinds = {answer.id: answer.kind for answer in said if isinstance(answer, Failure)}
    assert kinds == {"2": protocol.BUSY, "": protocol.PROTOCOL, "1": protocol.CANCELLED}
    assert said[2] == Ready("last", protocol.VERSION, said[2].engine, said[2].python)
