# SPDX-License-Identifier: GPL-2.0-or-later
"""Long work of the window, in the background, as a task of QGIS: it can be stopped and tells how it ended."""

from __future__ import annotations

import threading
from typing import Any, Callable

from qgis.core import QgsApplication, QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from geoseg_qgis.child import Cancelled
from geoseg_qgis.interpreters import EnvironmentProblem
from geoseg_qgis.translating import tr

STOP_S = 3.0
"""How long one that is to stop is waited for, where nobody may be left running."""

Do = Callable[[Callable[[str], None], Callable[[], bool]], Any]
"""What is done: is given what to tell lines to, and what to ask whether to stop; returns what came of it."""

_running: set[Work] = set()
"""Qt owns a task; this keeps the Python half of it until it has ended, whatever becomes of the window."""


class Work(QgsTask):
    """A function in a thread of QGIS's.

    Signals:
        line: something to show, as it comes.
        ended: what came of it (None if nothing did), and one line with the way out of what went wrong (empty
            if nothing did). Neither, where it was stopped. Both arrive in the thread of the window.

    Args:
        text: names it in QGIS's list of tasks.
        do: is run in another thread and touches no widget.
    """

    line = pyqtSignal(str)
    ended = pyqtSignal(object, str)

    def __init__(self, text: str, do: Do) -> None:
        super().__init__(text, QgsTask.Flag.CanCancel)
        self._do = do
        self._found: Any = None
        self._problem = ""
        self._over = threading.Event()

    def begin(self) -> None:
        """Hand it to QGIS."""
        _running.add(self)
        QgsApplication.taskManager().addTask(self)

    def run(self) -> bool:
        """Do it; QGIS calls this in another thread."""
        try:
            self._found = self._do(self.line.emit, self.isCanceled)
        except Cancelled:
            return False
        except (EnvironmentProblem, OSError) as error:
            self._problem = " ".join(str(error).split())
            return False
        finally:
            self._over.set()
        return True

    def stop(self) -> None:
        """Stop it, and wait for that; `waitForFinished` would keep Python, and so the work, from going on."""
        runs = self.status() == QgsTask.TaskStatus.Running
        self.cancel()
        if runs:
            self._over.wait(STOP_S)

    def finished(self, whole: bool) -> None:
        """Tell how it ended; QGIS calls this in the thread of the window."""
        _running.discard(self)
        if self.isCanceled():
            self.ended.emit(None, "")
        elif whole or self._problem:
            self.ended.emit(self._found, self._problem)
        else:  # Python's own fault: QGIS shows its trace
            self.ended.emit(None, tr("it broke off: report what QGIS shows in its Python log"))


def stop_all() -> None:
    """Stop all that runs, and wait for that."""
    for work in list(_running):
        work.stop()
