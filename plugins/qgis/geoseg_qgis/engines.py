# SPDX-License-Identifier: GPL-2.0-or-later
"""The one engine of this QGIS: started when first asked, shared by the dock and by Processing."""

from __future__ import annotations

import atexit
import contextlib
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Callable

from .engine import Engine, EngineCancelled, EngineError
from .settings import engine_python
from .translating import tr

_WAITING_S = 0.1

_turn = threading.Lock()
_engine: Engine | None = None


def log_path() -> str:
    """Where the engine writes what it prints."""
    return os.path.join(tempfile.gettempdir(), "geoseg-qgis-{}.log".format(os.getpid()))


@contextmanager
def engine(cancelled: Callable[[], bool]) -> Iterator[Engine]:
    """Take the engine, from any thread, for one request; others wait for their turn.

    Args:
        cancelled: asked while waiting.

    Raises:
        EngineError: no Python was chosen.
        EngineCancelled: the user no longer waits.
    """
    while not _turn.acquire(timeout=_WAITING_S):
        if cancelled():
            raise EngineCancelled()
    try:
        yield _current()
    finally:
        _turn.release()


def stop() -> None:
    """End the engine; whatever it does is lost."""
    global _engine
    if _engine is not None:
        _engine.stop()
        _engine = None
        with contextlib.suppress(OSError):  # a log that is gone, or that somebody reads
            os.remove(log_path())


def _current() -> Engine:
    global _engine
    python = engine_python()
    if not python:
        raise EngineError(
            tr("No engine is set up: choose one in Raster > geoseg-text > Engine, or set GEOSEG_PYTHON.")
        )
    if _engine is not None and _engine.python != python:
        stop()
    if _engine is None:
        _engine = Engine(python, log=log_path())
        atexit.register(stop)  # qgis_process ends without unloading plugins
    return _engine
