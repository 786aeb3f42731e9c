# SPDX-License-Identifier: GPL-2.0-or-later
"""Work with the engine in a thread of QGIS's task manager: told, cancelled, and never an exception in it."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass

from qgis.core import QgsFeedback, QgsProcessingException, QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from geoseg_qgis.engine import EngineCancelled, EngineError, EngineFailure
from geoseg_qgis.engines import NotSetUp, engine
from geoseg_qgis.stages import stage_name
from geoseg_qgis.translating import tr

from .time_left import TimeLeft


@dataclass(frozen=True)
class Fault:
    """Why there is no answer.

    Attributes:
        text: one line with the way out.
        details: more to show on demand; may be empty.
        not_set_up: whether no engine was chosen.
    """

    text: str
    details: str = ""
    not_set_up: bool = False


class EngineTask(QgsTask):
    """Asks the engine in a thread of its own; `work` says what.

    The signals reach the window in its own thread, `ended` always and last. Then `result` is what the work
    gave, or `fault` says why there is none; after a wish to stop there is neither.
    """

    told = pyqtSignal(str)
    ended = pyqtSignal()

    may_be_dropped = False
    """Whether QGIS may end it without asking, when it is quit."""

    def __init__(self, title: str) -> None:
        flags = QgsTask.Flag.CanCancel
        if self.may_be_dropped:
            flags |= QgsTask.Flag.CancelWithoutPrompt
        if hasattr(QgsTask.Flag, "Silent"):  # before QGIS 3.26 it tells of each task that took long
            flags |= QgsTask.Flag.Silent
        super().__init__(title, flags)
        self.fault = None
        self.result = None
        self.notes = []
        self._feedback = QgsFeedback()
        self._time_left = TimeLeft()

    def work(self, feedback):
        """Do it, in the task's thread, and give the result."""
        raise NotImplementedError

    def run(self):
        """Do the work; QGIS calls this in another thread."""
        try:
            self.result = self.work(self._feedback)
        except EngineCancelled:
            if not self.isCanceled():
                self.fault = Fault(tr("The engine was stopped meanwhile: ask again."))
        except NotSetUp as error:
            self.fault = Fault(str(error), not_set_up=True)
        except EngineError as error:
            self.fault = Fault(str(error), error.details)
        except (EngineFailure, QgsProcessingException, OSError) as error:
            self.fault = Fault(str(error))
        except Exception as error:  # noqa: BLE001 - a fault of the plugin; in a thread nobody else would tell
            text = tr("This was not foreseen ({error}): please report it with its details.")
            self.fault = Fault(text.format(error=error), traceback.format_exc())
        return self.fault is None and not self.isCanceled()

    def finished(self, _ok):
        """Say that it is over; QGIS calls this in the window's thread."""
        if self.isCanceled():
            self.result = self.fault = None
        self.ended.emit()

    def cancel(self):
        """Stop, within two seconds."""
        self._feedback.cancel()
        super().cancel()

    def ask(self, request):
        """Ask the engine, and tell how far it is."""
        return engine().ask(
            request,
            on_progress=self._hear,
            on_note=lambda note: self.notes.append(note.text),
            cancelled=self.isCanceled,
        )

    def _hear(self, event) -> None:
        self.setProgress(100.0 * event.done / max(event.total, 1))
        left = self._time_left.seconds(event.stage, event.done, event.total, time.monotonic())
        text = stage_name(event.stage)
        self.told.emit(text if left is None else f"{text}, {_spoken(left)}")


class StartTask(EngineTask):
    """Starts the engine ahead of the first question; what goes wrong is said when something is asked."""

    may_be_dropped = True

    def __init__(self) -> None:
        super().__init__(tr("geoseg-text: starting the engine"))

    def work(self, _feedback):
        """Start it."""
        return engine().start(cancelled=self.isCanceled)


def _spoken(seconds: float) -> str:
    if seconds < 90:
        return tr("{seconds} s left").format(seconds=max(1, round(seconds)))
    return tr("{minutes} min left").format(minutes=round(seconds / 60))
