# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine as a child process: started when it is needed, asked, cancelled, and never left behind."""

from __future__ import annotations

import atexit
import dataclasses
import itertools
import os
import queue
import re
import subprocess  # nosec B404
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Callable, Union

from . import protocol
from .child import POLL_S, Cancelled, end, never
from .engine_process import EngineError, EngineProcess
from .protocol import Cancel, Failure, Hello, Message, Note, Outcome, Progress, Ready, Shutdown
from .translating import tr

__all__ = ["Engine", "EngineCancelled", "EngineError", "EngineFailure"]

HELLO_S = 120.0
"""How long the first answer may take: on a cold disk importing takes a minute."""

GRACE_S = 1.5
"""How long the engine has to stop by itself; then it is killed, so that cancelling is over within 2 s."""

Asked = Union[protocol.Models, protocol.Segment, protocol.Query, protocol.Evaluate, protocol.Train]


class EngineFailure(Exception):
    """The engine says why a request has no result; it lives on.

    Attributes:
        kind: of `protocol.Failure`.
        text: one line for the user.
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text


class EngineCancelled(Cancelled):
    """The request was stopped, or the engine with it."""


class Engine:
    """An engine outside QGIS, in a Python of its own.

    The child is started by the first `ask` (or by `start`, to know early) and kept, since loading the network
    takes long. One that was killed, died or was stopped is started anew by the next `ask`. It runs at low
    priority, in an environment without QGIS's variables, and leaves one core free. Every method may be called
    from any thread; of several `ask` each waits for its turn.

    Args:
        python: interpreter in whose environment geoseg-text is installed.
        log: file for what the engine and its libraries print; begun anew with each child.
            Two engines need two.
    """

    def __init__(self, python: str, *, log: str) -> None:
        self.python = python
        self.log = log
        self._child: EngineProcess | None = None
        self._stops = 0
        self._turn = threading.Lock()  # held by the one that asks
        self._state = threading.RLock()  # held while _child and _stops change, for a moment
        self._ids = itertools.count(1)

    @property
    def alive(self) -> bool:
        """Whether a child runs."""
        child = self._child
        return child is not None and child.process.poll() is None

    def start(self, *, timeout_s: float = HELLO_S, cancelled: Callable[[], bool] = never) -> Ready:
        """Start the child unless it runs, and hear who it is.

        Raises:
            EngineError: there is no such Python, no geoseg-text in it, or one of another version.
            EngineCancelled: somebody wished so.
        """
        stopped = self._wish(cancelled)
        with self._my_turn(stopped):
            return self._running(timeout_s, stopped).ready

    def ask(
        self,
        request: Asked,
        on_progress: Callable[[Progress], None] | None = None,
        on_note: Callable[[Note], None] | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> Outcome:
        """Send a request and wait for its answer; call this in a thread that may wait.

        Args:
            request: what to do, with absolute paths; its id is given here, whatever it says.
            on_progress: is told how far it is, in this thread.
            on_note: is told each warning.
            cancelled: asked at least five times a second. After a yes the engine has `GRACE_S` to stop; one
                that does not is killed, and its half-written files are removed. A result that was on its way
                meanwhile is returned all the same, for its files are there.

        Raises:
            EngineFailure: the engine says why not.
            EngineCancelled: it was cancelled, or `stop` was called.
            EngineError: the engine cannot be started, died, or says what is no message.
        """
        stopped = self._wish(cancelled)
        with self._my_turn(stopped):
            child = self._running(HELLO_S, stopped)
            named = dataclasses.replace(request, id=str(next(self._ids)))
            try:
                line = protocol.encode(named)
            except ValueError as error:  # too long, or a number that JSON has not
                raise EngineFailure(
                    protocol.PROTOCOL, tr("this cannot be asked: {}").format(error)
                ) from error
            answered = False
            try:
                child.send(line)
                answer = self._answer(child, named.id, on_progress, on_note, stopped)
                answered = True
            finally:
                if not answered:  # a callback raised, or the child is of no use any more
                    end(child.process)
                    child.settle()  # on Windows the process is a launcher, and what it launched ends later
                    _sweep(request)
        if isinstance(answer, Failure):
            if answer.kind == protocol.CANCELLED:
                raise EngineCancelled(answer.text)
            raise EngineFailure(answer.kind, answer.text)
        return answer

    def stop(self) -> None:
        """End the child if there is one: politely, then by force; who is asking is told `EngineCancelled`."""
        with self._state:
            self._stops += 1
            child, self._child = self._child, None
        atexit.unregister(self.stop)
        if child is None:
            return
        child.send(protocol.encode(Shutdown()))
        child.hang_up()
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(GRACE_S)
        end(child.process)
        child.settle()

    def _wish(self, cancelled: Callable[[], bool]) -> Callable[[], bool]:
        """Return whether what begins now is to end: somebody wishes so, or the engine was stopped since."""
        stops = self._stops
        return lambda: self._stops != stops or cancelled()

    @contextmanager
    def _my_turn(self, stopped: Callable[[], bool]) -> Iterator[None]:
        while not self._turn.acquire(timeout=POLL_S):
            if stopped():
                raise EngineCancelled(tr("stopped before its turn came"))
        try:
            yield
        finally:
            self._turn.release()

    def _running(self, timeout_s: float, stopped: Callable[[], bool]) -> EngineProcess:
        """Return the child, started where there is none."""
        child = self._child
        if child is not None and child.process.poll() is None:
            return child
        with self._state:
            if stopped():
                raise EngineCancelled(tr("stopped before it began"))
            child = self._child = EngineProcess(self.python, self.log)
        atexit.unregister(self.stop)
        atexit.register(self.stop)
        greeted = False
        try:
            child.ready = self._greeted(child, timeout_s, stopped)
            greeted = True
        finally:
            if not greeted:
                end(child.process)
                child.settle()
        return child

    def _greeted(self, child: EngineProcess, timeout_s: float, stopped: Callable[[], bool]) -> Ready:
        child.send(protocol.encode(Hello("hello")))
        until = time.monotonic() + timeout_s
        while True:
            if stopped():
                raise EngineCancelled(tr("stopped while the engine started"))
            if time.monotonic() > until:
                text = tr("{python} gave no sign of the engine in {seconds:.0f} s: check the environment")
                raise EngineError(text.format(python=self.python, seconds=timeout_s), child.last_words())
            try:
                heard = child.heard.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if isinstance(heard, Ready) and heard.version == protocol.VERSION:
                return heard
            if isinstance(heard, Ready):
                raise EngineError(_other_version(heard.engine, heard.version))
            if isinstance(heard, Failure):
                raise EngineError(heard.text)
            if heard is None:
                raise child.stillborn()
            raise child.babble(heard)

    def _answer(
        self,
        child: EngineProcess,
        id: str,
        on_progress: Callable[[Progress], None] | None,
        on_note: Callable[[Note], None] | None,
        stopped: Callable[[], bool],
    ) -> Outcome | Failure:
        for heard in _about(child, id, stopped):
            if isinstance(heard, Progress) and on_progress is not None:
                on_progress(heard)
            elif isinstance(heard, Note) and on_note is not None:
                on_note(heard)
            elif isinstance(heard, protocol.LAST):
                return heard
        raise child.death()


def _about(child: EngineProcess, id: str, stopped: Callable[[], bool]) -> Iterator[Message]:
    """What a child says about a request until it is gone; meanwhile it is told when to stop, and has to.

    Raises:
        EngineCancelled: it did not stop in time, or ended because it was told to.
        EngineError: it says what is no message.
    """
    until: float | None = None
    while True:
        if until is None and stopped():
            child.send(protocol.encode(Cancel(id)))
            until = time.monotonic() + GRACE_S
        if until is not None and time.monotonic() > until:
            raise EngineCancelled(tr("the engine did not stop by itself and was ended"))
        try:
            heard = child.heard.get(timeout=POLL_S)
        except queue.Empty:
            continue
        if heard is None and until is None and not stopped():
            return
        if heard is None:
            raise EngineCancelled(tr("stopped, and the engine with it"))
        if isinstance(heard, protocol.ProtocolError):
            raise child.babble(heard)
        if heard.id == id or (isinstance(heard, Failure) and not heard.id):
            yield heard  # anything else is a last word about an earlier request


def _other_version(engine: str, version: int) -> str:
    text = tr(
        "geoseg-text {engine} speaks version {theirs} of the protocol and this plugin {ours}: "
        "update the older of the two"
    )
    return text.format(engine=engine, theirs=version, ours=protocol.VERSION)


def _sweep(request: Asked) -> None:
    """Remove the drafts that a killed engine left beside the files it was to write.

    It writes each under a hidden name (a dot, the stem, eight hexadecimal digits) and renames it when whole.
    """
    for path in (getattr(request, "output", None), getattr(request, "score_raster", None)):
        if not path:
            continue
        folder, name = os.path.split(os.path.abspath(path))
        draft = re.compile(rf"\.{re.escape(os.path.splitext(name)[0][:80])}-[0-9a-f]{{8}}(-rows)?\..*")
        with suppress(OSError):
            for found in os.listdir(folder):
                if draft.fullmatch(found):
                    with suppress(OSError):
                        os.remove(os.path.join(folder, found))
