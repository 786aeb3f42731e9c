# SPDX-License-Identifier: GPL-2.0-or-later
"""One child process that is the engine: what it is told, what it says, and what its silence means."""

from __future__ import annotations

import os
import queue
import re
import subprocess  # nosec B404
import threading
from contextlib import suppress
from typing import IO

from . import protocol
from .child import clean_environment, end, launch
from .protocol import Message, ProtocolError, Ready
from .translating import tr

SETTLE_S = 1.0
"""How long the threads of a child that is gone, and a child that said its last, may take to end."""

_SHOWN_LINES = 20
_READ_BYTES = 2**16


class EngineError(Exception):
    """There is no engine to ask: it did not start, or died, or is another program.

    Attributes:
        details: last lines of its log, to show on demand; may be empty.
    """

    def __init__(self, text: str, details: str = "") -> None:
        super().__init__(text)
        self.details = details


class EngineProcess:
    """A child process with one thread that reads from it and one that writes to it.

    Writing has its own thread because a child that does not read would block the one that asks.

    Raises:
        EngineError: it cannot be started.
    """

    ready: Ready

    def __init__(self, python: str, log: str) -> None:
        self.python = python
        self.log = log
        self.heard: queue.Queue[Message | ProtocolError | None] = queue.Queue()
        self._said: queue.Queue[bytes | None] = queue.Queue()
        folder = os.path.dirname(os.path.abspath(log))
        try:
            os.makedirs(folder, exist_ok=True)
            errors = open(log, "wb")  # noqa: SIM115 - closed below, the child has its own
        except OSError as error:
            text = tr("the log {log} cannot be written: {why}: choose another")
            raise EngineError(text.format(log=log, why=error.strerror)) from error
        with errors:
            try:
                self.process = launch(
                    [python, "-m", "geoseg_text", "worker"],
                    quietly=True,
                    env=_environment(python),
                    cwd=folder,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                )
            except (OSError, ValueError) as error:
                said = " ".join(str(error).split())
                text = tr("{python!r} does not start ({why}): choose the environment anew")
                raise EngineError(text.format(python=python, why=said)) from error
        streams = ((self._listen, self.process.stdout), (self._speak, self.process.stdin))
        self._threads = [threading.Thread(target=do, args=(stream,), daemon=True) for do, stream in streams]
        for thread in self._threads:
            thread.start()

    def send(self, line: bytes) -> None:
        """Say a line, without waiting; a child that is gone hears nothing."""
        self._said.put(line)

    def hang_up(self) -> None:
        """Close the child's standard input after what was said."""
        self._said.put(None)

    def settle(self) -> None:
        """Wait, not for long, until the threads of a child that is gone are gone too."""
        self.hang_up()
        for thread in self._threads:
            thread.join(SETTLE_S)

    def _speak(self, stream: IO[bytes]) -> None:
        with suppress(OSError, ValueError), stream:  # a broken pipe: the end of what is heard tells
            while (line := self._said.get()) is not None:
                stream.write(line)
                stream.flush()

    def _listen(self, stream: IO[bytes]) -> None:
        with suppress(OSError, ValueError), stream:
            try:
                while line := stream.readline(protocol.MAX_LINE_BYTES + 1):
                    self.heard.put(protocol.decode(line))
            except ProtocolError as error:
                self.heard.put(error)
                while stream.read(_READ_BYTES):  # unheard: it is another program, and will be ended
                    pass
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(SETTLE_S)
        self.heard.put(None)
        self.hang_up()
        self.process.wait()  # so that one that died by itself is no zombie

    def last_words(self) -> str:
        """Return the last lines of the log."""
        try:
            with open(self.log, "rb") as file:
                file.seek(max(0, os.path.getsize(self.log) - _READ_BYTES))
                lines = file.read(_READ_BYTES).decode("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return "\n".join([line.rstrip() for line in lines if line.strip()][-_SHOWN_LINES:])

    def stillborn(self) -> EngineError:
        """Return why the child ended before its first word."""
        end(self.process)
        words = self.last_words()
        if re.search(r"No module named '?geoseg_text'?\s*$", words, re.MULTILINE):
            text = tr("{python} has no geoseg-text: install it there or choose another environment")
        elif "No such command" in words:
            text = tr("the geoseg-text in {python} is too old for this plugin: update the environment")
        else:
            text = tr("the engine in {python} did not start: {cause}: check the environment")
        return EngineError(text.format(python=self.python, cause=self._cause(words)), words)

    def death(self) -> EngineError:
        """Return how the child died in the middle of a request."""
        end(self.process)
        words = self.last_words()
        text = tr("the engine ended in the middle of it ({cause}): ask again, for less if memory was full")
        return EngineError(text.format(cause=self._cause(words)), words)

    def babble(self, heard: object) -> EngineError:
        """Return what it means that the child says something that is no answer."""
        said = " ".join(str(heard).split())[:200]
        text = tr("{python} does not answer as the engine does ({said}): check the environment")
        return EngineError(text.format(python=self.python, said=said), self.last_words())

    def _cause(self, words: str) -> str:
        code = self.process.returncode
        last = words.splitlines()[-1].strip()[:300] if words else ""
        return last or tr("exit code {}").format(code)


def _environment(python: str) -> dict[str, str]:
    """Return the child's environment; one core is left for the window unless the user chose a number."""
    clean = clean_environment(python)
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    clean.setdefault("OMP_NUM_THREADS", str(max(1, usable - 1)))
    clean["PYTHONSAFEPATH"] = "1"  # -m would import from the working folder first
    return clean
