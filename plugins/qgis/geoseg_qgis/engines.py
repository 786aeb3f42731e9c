# SPDX-License-Identifier: GPL-2.0-or-later
"""The one engine of this QGIS: made when first asked for, shared by the dock and by Processing."""

from __future__ import annotations

import atexit
import contextlib
import os
import tempfile
import threading

from geoseg_qgis.engine import Engine, EngineError
from geoseg_qgis.settings import engine_python
from geoseg_qgis.translating import tr


class NotSetUp(EngineError):
    """No Python was chosen for the engine."""


_changing = threading.Lock()
_engine: Engine | None = None


def log_path() -> str:
    """Where the engine writes what it prints."""
    return os.path.join(tempfile.gettempdir(), f"geoseg-qgis-{os.getpid()}.log")


def engine() -> Engine:
    """Give the engine of the Python that was chosen; from any thread.

    Raises:
        NotSetUp: none was chosen.
    """
    global _engine
    python = engine_python()
    if not python:
        raise NotSetUp(
            tr("No engine is set up: choose one in Raster > geoseg-text > Engine, or set GEOSEG_PYTHON.")
        )
    with _changing:
        if _engine is None or _engine.python != python:
            _end()
            _engine = Engine(python, log=log_path())
        return _engine


def stop() -> None:
    """End the engine; whatever it does is lost."""
    with _changing:
        _end()


def _end() -> None:
    global _engine
    if _engine is not None:
        _engine.stop()
        _engine = None
        with contextlib.suppress(OSError):  # a log that is gone, or that somebody reads
            os.remove(log_path())


atexit.register(stop)  # qgis_process ends without unloading plugins
