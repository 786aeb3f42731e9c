"""The engine as a child process, asked and stopped as another program does."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from geoseg_text.worker import protocol
from geoseg_text.worker.protocol import (
    Failure,
    Hello,
    Message,
    Note,
    Progress,
    Query,
    Result,
    Segment,
    Shutdown,
)

from .conftest import features

PHRASE = "the red roofs"


class Child:
    """A worker process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def say(self, message: Message) -> None:
        self.process.stdin.write(protocol.encode(message))
        self.process.stdin.flush()

    def hear(self, *kinds: type) -> Any:
        """Return the next message of one of some kinds."""
        while line := self.process.stdout.readline():
            message = protocol.decode(line)
            if isinstance(message, kinds):
                return message
        raise EOFError

    def ask(self, message: Message) -> Any:
        self.say(message)
        return self.hear(Result, Failure)


@pytest.fixture
def start(program: list[str], tmp_path: Path) -> Iterator[Callable[..., Child]]:
    """Return a function that starts a worker in an empty folder."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(**more: Any) -> Child:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen([*program, "worker"], cwd=tmp_path, **pipes, **more))
        return Child(started[-1])

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def asked(town: Path, model_folder: Path) -> dict[str, Any]:
    """Return what every request says."""
    return {"inputs": [str(town)], "phrases": [PHRASE], "model": str(model_folder)}


@pytest.fixture
def plain(tmp_path: Path) -> str:
    """Return a raster of 20,000 windows."""
    path = tmp_path.parent / f"{tmp_path.name}.tif"
    with rasterio.open(
        path, "w", driver="GTiff", count=3, width=6000, height=6000, dtype="uint8", crs="EPSG:32635",
        transform=Affine(0.3, 0, 400000, 0, -0.3, 5600000), tiled=True, SPARSE_OK=True,
    ) as dataset:  # fmt: skip
        dataset.write(np.full((3, 6000, 64), 99, np.uint8), window=((0, 6000), (0, 64)))
    return str(path)


def test_an_answer_is_that_of_the_command(start, asked, run, town: Path, tmp_path: Path) -> None:
    child = start()
    child.say(Hello("0"))
    assert child.hear(protocol.Ready).version == protocol.VERSION
    found = child.ask(Segment("1", **asked, threshold=0.5, output="found.geojson", score_raster="scores.tif"))
    assert isinstance(found, Result), found
    words = ["-p", PHRASE, "--model", asked["model"], "--threshold", "0.5", "-o", "command.geojson"]
    assert run("segment", town, *words).returncode == 0
    assert features(tmp_path / "found.geojson") == features(tmp_path / "command.geojson")
    assert found.phrases[PHRASE]["polygons"] == len(features(tmp_path / "found.geojson")) > 0

    again = child.ask(Query("2", "scores.tif", "again.geojson"))
    assert (again.id, again.phrases) == ("2", found.phrases)
    assert features(tmp_path / "again.geojson") == features(tmp_path / "found.geojson")

    nothing = child.ask(Query("3", "scores.tif", "nothing.geojson", threshold=1.0))
    assert isinstance(nothing, Result)
    assert nothing.phrases == {PHRASE: {"polygons": 0, "area_m2": 0.0}}
    refused = child.ask(Query("4", "scores.tif", "nothing.geojson"))
    assert (refused.kind, "already exists" in refused.text) == (protocol.STATED, True)
    missing = child.ask(Segment("5", **asked | {"inputs": ["no\nsuch.tif"]}, output="x.gpkg"))
    assert (missing.kind, missing.text.count("\n")) == (protocol.STATED, 0)
    hinted = child.ask(Segment("6", **asked, output="x.gpkg", points=[[1.0, 2.0]]))
    assert "reads phrases alone" in hinted.text
    child.say(Segment("7", **asked | {"phrases": ["the red road"]}, output="x.gpkg", gsd=30.0))
    assert isinstance(child.hear(Note, Result, Failure), Note | Result)
    child.say(Shutdown())
    assert child.process.wait(10) == 0


def test_a_request_is_cancelled_in_no_time_and_leaves_nothing(
    start, asked, plain: str, tmp_path: Path
) -> None:
    child = start()
    child.say(Segment("1", **asked | {"inputs": [plain]}, output="x.gpkg", score_raster="x.tif"))
    while child.hear(Progress).done < 8:
        pass
    asked_at = time.monotonic()
    stopped = child.ask(protocol.Cancel())
    assert time.monotonic() - asked_at < 2
    assert (stopped.id, stopped.kind) == ("1", protocol.CANCELLED)
    assert list(tmp_path.iterdir()) == []
    assert isinstance(child.ask(Segment("2", **asked, output="y.gpkg")), Result)  # it lives


def test_a_worker_ends_with_its_parent(program: list[str], asked, plain: str, tmp_path: Path) -> None:
    """Killed outright, the parent can tell its child nothing."""
    request = protocol.encode(Segment("1", **asked | {"inputs": [plain]}, output="x.gpkg"))
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen({[*program, 'worker']!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        f"child.stdin.write({request!r})\nchild.stdin.flush()\n"
        "while b'progress' not in (line := child.stdout.readline()):\n    assert line\n"
        "print(child.pid, flush=True)\ntime.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=tmp_path) as parent:
        worker = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    until = time.monotonic() + 20
    while _alive(worker):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert list(tmp_path.iterdir()) == []


def _alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_full_disk_fails_the_request_and_not_the_worker(start, asked, tmp_path: Path) -> None:
    most = 20_000
    child = start(preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most, most)))
    full = child.ask(Segment("1", **asked, threshold=0.5, output="x.gpkg"))
    assert (full.kind, "cannot be written" in full.text) == (protocol.STATED, True)
    assert list(tmp_path.iterdir()) == []
    assert isinstance(child.ask(Segment("2", **asked, threshold=1.0, output="y.geojson")), Result)


def test_what_libraries_print_stays_off_the_channel() -> None:
    code = (
        "import ctypes, os, subprocess, sys\n"
        "from geoseg_text.worker.channel import Channel\n"
        "from geoseg_text.worker.protocol import Note\n"
        "channel = Channel.taken()\n"
        "print('python'); os.write(1, b'system\\n'); subprocess.run(['echo', 'child'])\n"
        "libc = ctypes.CDLL(None); libc.puts(b'library'); libc.fflush(None)\n"
        "assert sys.stdin.read() == ''\n"
        "channel.send(Note('1', next(channel.messages()).text))\n"
    )
    said = protocol.encode(Note("1", "heard"))
    done = subprocess.run(
        [sys.executable, "-c", code], input=said, capture_output=True, timeout=60, check=True
    )
    assert done.stdout == said
    assert set(done.stderr.split()) == {b"python", b"system", b"child", b"library"}


def test_a_parent_that_no_longer_listens_is_no_fault(program: list[str], tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    lines = protocol.encode(Hello("1")) * 3
    done = subprocess.run(
        [*program, "worker"], input=lines, stdout=write, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(write)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
