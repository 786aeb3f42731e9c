# SPDX-License-Identifier: GPL-2.0-or-later
"""The one engine of this QGIS: made when first asked for, shared by the dock and by Processing."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator

from geoseg_qgis.engine import Engine, EngineError
from geoseg_qgis.settings import engine_python
from geoseg_qgis.translating import tr


class NotSetUp(EngineError):
    """No Python was chosen for the engine."""


_changing = threading.Lock()
_engine: Engine | None = None
_closed = False


def engine() -> Engine:
    """Give the engine of the Python that was chosen; from any thread.

    Raises:
        NotSetUp: none was chosen, or it is being changed.
    """
    global _engine
    python = engine_python()
    if not python:
        raise NotSetUp(
            tr("No engine is set up: choose one in Raster > geoseg-text > Engine, or set GEOSEG_PYTHON.")
        )
    with _changing:
        if _closed:
            raise NotSetUp(tr("The engine's environment is being changed: ask again when that is done."))
        if _engine is None or _engine.python != python:
            _end()
            folder = tempfile.mkdtemp(prefix="geoseg-qgis-")
            _engine = Engine(python, log=os.path.join(folder, "engine.log"))
        return _engine


def stop() -> None:
    """End the engine; whatever it does is lost."""
    with _changing:
        _end()


@contextlib.contextmanager
def closed() -> Iterator[None]:
    """End the engine, and start none while its environment changes: its files must not be in use."""
    global _closed
    with _changing:
        _closed = True
        _end()
    try:
        yield
    finally:
        _closed = False


def _end() -> None:
    global _engine
    if _engine is not None:
        _engine.stop()
        shutil.rmtree(os.path.dirname(_engine.log), ignore_errors=True)
        _engine = None


atexit.register(stop)  # qgis_process ends without unloading plugins
