"""The engine as the plugin holds it: asked, cancelled, killed, stopped, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from geoseg_qgis import protocol
from geoseg_qgis.engine import Engine, EngineCancelled, EngineError, EngineFailure, _sweep
from geoseg_qgis.protocol import Query, Segment

import geoseg_text
from geoseg_text.outputs.destination import replacing
from geoseg_text.worker import protocol as original

SPEAKS = """\
import json, os, subprocess, sys, time
def say(**message):
    print(json.dumps(message), flush=True)
def hear():
    return json.loads(sys.stdin.readline())
def result(id, **phrases):
    say(type="result", id=id, output=None, score_raster=None, phrases=phrases, not_seen=[])
hello = hear()
say(type="ready", id=hello["id"], version=1, engine="stand-in", python="3")
"""
HANGS = SPEAKS + "asked = hear()\nsay(type='progress', id=asked['id'], stage='x', done=1, total=2)\n"
DEAF = "time.sleep(600)\n"
QUERY = Query("", "/nowhere/scores.tif", "/nowhere/polygons.gpkg")
MOST_S = 2.0

StandIn = Callable[[str], Engine]


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    """Return a function that makes an engine whose Python is a script; at the end nothing of it runs."""
    before, children_before = set(threading.enumerate()), children()
    engines: list[Engine] = []

    def make(code: str) -> Engine:
        script = tmp_path / f"python{len(engines)}"
        script.write_text(f"#!{sys.executable} -IS\n{code}", encoding="utf-8")
        script.chmod(0o755)
        engines.append(Engine(str(script), log=str(tmp_path / "logs" / f"{len(engines)}.log")))
        return engines[-1]

    yield make
    for engine in engines:
        engine.stop()
        assert not engine.alive
    until = time.monotonic() + MOST_S
    while set(threading.enumerate()) - before:
        assert time.monotonic() < until, "a thread is left"
        time.sleep(0.02)
    assert children() <= children_before  # no child, and no zombie


def children() -> set[int]:
    """Return the processes that this one has started, zombies among them."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state = stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(state[1]) == os.getpid():
            found.add(int(stat.parent.name))
    return found


def gone(process: int) -> bool:
    """Whether a process ended; one that was left to the system may be a zombie for a moment."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def after(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until


def test_the_real_engine_answers_and_refuses(tmp_path: Path) -> None:
    engine = Engine(sys.executable, log=str(tmp_path / "engine.log"))
    try:
        ready = engine.start()
        assert (ready.engine, ready.version) == (geoseg_text.__version__, original.VERSION)
        process = engine._child.process.pid
        assert os.getpriority(os.PRIO_PROCESS, process) >= 10
        missing = str(tmp_path / "no.tif")
        with pytest.raises(EngineFailure, match=r"no\.tif") as failure:
            engine.ask(Query("", missing, str(tmp_path / "x.gpkg")))
        assert failure.value.kind == protocol.STATED
        assert "\n" not in failure.value.text
        assert engine.alive
    finally:
        engine.stop()
    assert gone(process)
    assert [path.name for path in tmp_path.iterdir()] == ["engine.log"]


def test_answers_progress_and_warnings_are_those_of_the_request(stand_in: StandIn) -> None:
    engine = stand_in(
        SPEAKS
        + "for number in range(2):\n"
        + "    asked = hear()\n"
        + "    result('earlier')\n"
        + "    say(type='note', id=asked['id'], text='mind the gap')\n"
        + "    say(type='progress', id=asked['id'], stage='cut', done=1, total=2)\n"
        + "    result(asked['id'], number=number, pid=os.getpid())\n"
    )
    told: list[Any] = []
    first = engine.ask(QUERY, told.append, told.append)
    assert [(type(one).__name__, one.id) for one in told] == [("Note", "1"), ("Progress", "1")]
    second = engine.ask(QUERY)
    assert (first.phrases["number"], second.phrases["number"]) == (0, 1)
    assert first.phrases["pid"] == second.phrases["pid"]


def test_several_that_ask_are_answered_in_turn(stand_in: StandIn) -> None:
    engine = stand_in(
        SPEAKS + "while True:\n    asked = hear()\n    time.sleep(0.1)\n    result(asked['id'])\n"
    )
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(engine.ask(QUERY).id)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == ["1", "2", "3"]


def test_one_that_stops_when_told_lives_on(stand_in: StandIn) -> None:
    engine = stand_in(
        SPEAKS
        + "while True:\n    asked, word = hear(), hear()\n"
        + "    say(type='failure', id=asked['id'], kind='cancelled', text='stopped')\n"
    )
    engine.start()
    began = time.monotonic()
    with pytest.raises(EngineCancelled):
        engine.ask(QUERY, cancelled=after(0.2))
    assert time.monotonic() - began < 1
    assert engine.alive


@pytest.mark.parametrize("request_bytes", [0, 900_000], ids=["small", "more than a pipe holds"])
def test_one_that_does_not_stop_is_killed_in_time_with_all_it_started(
    stand_in: StandIn, tmp_path: Path, request_bytes: int
) -> None:
    output = tmp_path / "roofs.gpkg"
    drafts = [tmp_path / ".roofs-0a1b2c3d.gpkg", tmp_path / ".roofs-0a1b2c3d.gpkg-journal"]
    mine = tmp_path / ".roofs-of-mine.gpkg"
    for path in [*drafts, mine]:
        path.touch()
    started = tmp_path / "started"
    engine = stand_in(
        SPEAKS
        + "other = subprocess.Popen(['sleep', '600'])\n"
        + f"open({str(started)!r} + '~', 'w').write(f'{{os.getpid()}} {{other.pid}}')\n"
        + f"os.replace({str(started)!r} + '~', {str(started)!r})\n"
        + DEAF
    )
    wish: list[float] = []

    def cancelled() -> bool:
        if started.exists() and not wish:
            wish.append(time.monotonic())
        return bool(wish)

    with pytest.raises(EngineCancelled):
        engine.ask(Segment("", ["/a.tif"], ["x" * request_bytes], str(output)), cancelled=cancelled)
    assert time.monotonic() - wish[0] < MOST_S
    while not all(gone(int(process)) for process in started.read_text().split()):
        assert time.monotonic() - wish[0] < MOST_S + 1  # the system ends a grandchild when it gets to it
    assert not any(path.exists() for path in drafts)
    assert mine.exists()


def test_the_drafts_of_the_real_engine_are_known(tmp_path: Path) -> None:
    output = tmp_path / ("long" * 30 + ".tif")
    with replacing(output) as draft:
        rows = draft.with_name(f"{draft.stem}-rows.tif")
        for path in (draft, rows, output):
            path.touch()
        _sweep(Query("", "/scores.tif", str(output)))
        assert [path.name for path in tmp_path.iterdir()] == [output.name]
        draft.touch()


def test_one_that_dies_tells_why_and_the_next_request_starts_another(
    stand_in: StandIn, tmp_path: Path
) -> None:
    once = tmp_path / "once"
    engine = stand_in(
        SPEAKS
        + "asked = hear()\n"
        + f"if not os.path.exists({str(once)!r}):\n"
        + f"    open({str(once)!r}, 'w').close()\n"
        + "    print('Traceback ...', file=sys.stderr)\n"
        + "    sys.exit('ValueError: the roof fell in')\n"
        + "result(asked['id'])\n"
        + "hear()\n"
    )
    with pytest.raises(EngineError, match="the roof fell in") as death:
        engine.ask(QUERY)
    assert death.value.details.splitlines()[0] == "Traceback ..."
    assert "\n" not in str(death.value)
    assert not engine.alive
    assert engine.ask(QUERY).id == "2"
    os.kill(engine._child.process.pid, signal.SIGKILL)
    until = time.monotonic() + MOST_S
    while engine.alive:
        assert time.monotonic() < until
    assert engine.ask(QUERY).id == "3"


def test_one_killed_for_its_memory_says_what_to_do(stand_in: StandIn) -> None:
    engine = stand_in(SPEAKS + "hear()\nos.kill(os.getpid(), 9)\n")
    with pytest.raises(EngineError, match="less if memory was full"):
        engine.ask(QUERY)


GARBAGE = {
    "a greeting": "print('Python 3.9 at your service', flush=True)\n" + "import time\n" + DEAF,
    "without an end": SPEAKS + "hear()\nwhile True:\n    print('x' * 1000)\n",
    "one long line": SPEAKS + "hear()\nwhile True:\n    sys.stdout.write('x' * 100000)\n",
    "bytes": SPEAKS + "sys.stdout.buffer.write(bytes(range(256)) * 9)\nsys.stdout.flush()\n" + DEAF,
    "another message": SPEAKS + "say(type='result')\n" + DEAF,
}


@pytest.mark.parametrize("code", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_an_error_and_the_end_of_the_child(stand_in: StandIn, code: str) -> None:
    engine = stand_in(code)
    with pytest.raises(EngineError, match="does not answer as the engine does"):
        engine.ask(QUERY)
    assert not engine.alive


def test_another_version_is_told(stand_in: StandIn) -> None:
    with pytest.raises(EngineError, match="speaks version 2 of the protocol and this plugin 1: update"):
        stand_in(SPEAKS.replace("version=1", "version=2")).start()
    refuses = "say(type='failure', id='hello', kind='stated', text='install the one that belongs')\n"
    code = SPEAKS.replace('say(type="ready"', 'dict(type="ready"') + refuses + DEAF
    with pytest.raises(EngineError, match="install the one that belongs"):
        stand_in(code).start()


def test_silence_at_the_start_has_an_end(stand_in: StandIn) -> None:
    engine = stand_in("import time\n" + DEAF)
    with pytest.raises(EngineError, match="gave no sign"):
        engine.start(timeout_s=0.3)
    assert not engine.alive
    with pytest.raises(EngineCancelled):
        engine.ask(QUERY, cancelled=after(0.3))
    assert not engine.alive


def test_a_closed_mouth_is_a_death(stand_in: StandIn) -> None:
    engine = stand_in(SPEAKS + "hear()\nos.close(1)\n" + DEAF)
    with pytest.raises(EngineError, match="ended in the middle"):
        engine.ask(QUERY)


@pytest.mark.parametrize("python", ["", "no-such-python", "/no/such/python", "\0", "/"])
def test_a_python_that_is_none_is_told(tmp_path: Path, python: str) -> None:
    engine = Engine(python, log=str(tmp_path / "engine.log"))
    with pytest.raises(EngineError, match=r"does not start .*: choose the environment anew"):
        engine.start()
    assert not engine.alive


def test_a_python_without_the_engine_is_told(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True, timeout=60)
    python = str(tmp_path / "bare" / "bin" / "python")
    engine = Engine(python, log=str(tmp_path / "engine.log"))
    with pytest.raises(EngineError) as told:
        engine.start()
    assert str(told.value) == f"{python} has no geoseg-text: install it there or choose another environment"
    assert "No module named geoseg_text" in told.value.details


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EngineError, match=r"the log .* cannot be written"):
        Engine(sys.executable, log=str(tmp_path / "file" / "engine.log")).start()


def test_what_cannot_be_said_fails_and_the_engine_lives(stand_in: StandIn) -> None:
    engine = stand_in(SPEAKS + "while True:\n    result(hear()['id'])\n")
    for request in (
        Query("", "/a.tif", "/b.gpkg", threshold=float("nan")),
        Query("", "a" * 2**20, "/b.gpkg"),
    ):
        with pytest.raises(EngineFailure, match="cannot be asked"):
            engine.ask(request)
    assert engine.ask(QUERY)


def test_a_listener_that_fails_leaves_no_request_running(stand_in: StandIn) -> None:
    engine = stand_in(HANGS + DEAF)

    def fails(_progress: protocol.Progress) -> None:
        raise RuntimeError("the layer is gone")

    with pytest.raises(RuntimeError, match="the layer is gone"):
        engine.ask(QUERY, fails)
    assert not engine.alive


def test_stopping_ends_those_that_ask_and_those_that_wait(stand_in: StandIn) -> None:
    engine = stand_in(HANGS + DEAF)
    working = threading.Event()
    ended: list[str] = []

    def ask() -> None:
        try:
            engine.ask(QUERY, lambda _progress: working.set())
        except EngineCancelled as error:
            ended.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert working.wait(30)
    process = engine._child.process.pid
    began = time.monotonic()
    stoppers = [threading.Thread(target=engine.stop) for _ in range(2)]
    for thread in stoppers:
        thread.start()
    engine.stop()
    for thread in [*threads, *stoppers]:
        thread.join(30)
    assert time.monotonic() - began < MOST_S + 1
    assert len(ended) == 2
    assert gone(process)


def test_a_program_that_ends_takes_its_engine_along(stand_in: StandIn, tmp_path: Path) -> None:
    engine = stand_in(HANGS + DEAF)
    code = (
        f"import sys, threading; sys.path.insert(0, {str(Path(protocol.__file__).parents[1])!r})\n"
        "from geoseg_qgis.engine import Engine\n"
        "from geoseg_qgis.protocol import Query\n"
        f"engine = Engine({engine.python!r}, log={str(tmp_path / 'other.log')!r})\n"
        "engine.start(); print(engine._child.process.pid)\n"
        "def ask():\n    engine.ask(Query('', '/a', '/b'))\n"
        "threading.Thread(target=ask, daemon=True).start()\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert gone(int(done.stdout))


def test_the_child_is_quiet_and_knows_nothing_of_qgis(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PYTHONHOME", "PYTHONPATH", "PROJ_LIB", "GDAL_DATA", "QT_PLUGIN_PATH"):
        monkeypatch.setenv(name, "/opt/qgis")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    code = (
        SPEAKS
        + "asked = hear()\nresult(asked['id'], names=dict(os.environ), nice=os.nice(0), at=os.getcwd())"
    )
    told = stand_in(code).ask(QUERY).phrases
    assert not {"PYTHONHOME", "PYTHONPATH", "PROJ_LIB", "GDAL_DATA", "QT_PLUGIN_PATH"} & set(told["names"])
    assert told["names"]["HTTPS_PROXY"] == "http://proxy:3128"
    assert told["names"]["OMP_NUM_THREADS"] == str(max(1, len(os.sched_getaffinity(0)) - 1))
    assert (told["names"]["PYTHONNOUSERSITE"], told["names"]["PYTHONUTF8"]) == ("1", "1")
    assert told["nice"] >= 10
    assert told["at"] == str(tmp_path / "logs")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert stand_in(code).ask(QUERY).phrases["names"]["OMP_NUM_THREADS"] == "7"
