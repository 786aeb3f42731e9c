# SPDX-License-Identifier: GPL-2.0-or-later
"""The window in which a user chooses or makes the environment in which the engine lives."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QShowEvent
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from geoseg_qgis import settings
from geoseg_qgis.interpreters import Interpreter
from geoseg_qgis.settings import Making
from geoseg_qgis.translating import tr

from .jobs import Engine, look, make_and_look, proxy_of_qgis, search
from .panels import ExistingPanel, MakingPanel
from .parts import BAD, GOOD, NOTE, Details, Line
from .work import Do, Work, stop_all


class EngineDialog(QDialog):
    """Shows the engine in use and lets it be changed; it never blocks, and is shown with `show` or `open`.

    Closing it stops what it does: no process and no half environment is left. One is enough for a QGIS, since
    it may be shown again.

    Signals:
        chosen: path of the Python whose engine is used from now on; it was found to be sound, and is kept.
    """

    chosen = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("geoseg-text: the engine"))
        self._work: Work | None = None
        self._asked_for = False
        self._searched = False
        self._looked_at: str | None = None
        self._python = QLineEdit()
        self._python.setReadOnly(True)
        self._python.setFrame(False)
        self._python.setStyleSheet("background: transparent")
        self._python.setPlaceholderText(tr("none"))
        self._state, self._said = Line(), Line()
        self._existing, self._making = ExistingPanel(), MakingPanel()
        self._details = Details()
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)  # nobody knows how long
        self._again = QPushButton(tr("Check again"))
        self._cancel = QPushButton(tr("Cancel"))
        self._ways = QTabWidget()
        self._ways.addTab(self._making, tr("Make an environment"))
        self._ways.addTab(self._existing, tr("Use an environment that is there"))
        self._name_parts()
        self._arrange()
        self._existing.wanted.connect(self._use)
        self._making.wanted.connect(self._make)
        self._again.clicked.connect(self._look)
        self._cancel.clicked.connect(self._stop)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter in a field means that field, and no button far from it
        self._show_work(False)
        self.resize(680, 720)

    def _name_parts(self) -> None:
        named = {
            "state": self._state, "said": self._said, "details": self._details.text, "again": self._again,
            "cancel": self._cancel, "ways": self._ways, "progress": self._progress, "used": self._python,
        }  # fmt: skip
        for name, part in named.items():
            part.setObjectName(name)

    def _arrange(self) -> None:
        used = QGroupBox(tr("In use"))
        column = QVBoxLayout(used)
        row = QHBoxLayout()
        row.addWidget(QLabel(tr("Python")))
        row.addWidget(self._python, 1)
        row.addWidget(self._again)
        column.addLayout(row)
        column.addWidget(self._state)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(self._progress, 1)
        foot.addWidget(self._cancel)
        foot.addStretch()
        foot.addWidget(close)
        whole = QVBoxLayout(self)
        whole.setSpacing(10)
        whole.addWidget(used)
        whole.addWidget(self._ways)
        whole.addWidget(self._said)
        whole.addWidget(self._details, 1)
        whole.addLayout(foot)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the engine in use, and for Pythons."""
        super().showEvent(event)
        if event.spontaneous():  # only unfolded again
            return
        if not self._searched:
            self._searched = True
            pythons = Work(tr("geoseg-text: looking for Pythons"), search)
            pythons.ended.connect(self._offer)
            pythons.begin()
        if self._work is None and self._looked_at != settings.engine_python():
            self._said.say(NOTE, "")
            self._look()

    def done(self, result: int) -> None:
        """Close, and stop what is done; the close button, Escape and the window's cross come here."""
        self._stop()
        super().done(result)

    def shutdown(self) -> None:
        """Close and wait, not for long, until nothing runs any more; for a plugin that is unloaded."""
        self.close()
        stop_all()

    def _look(self) -> None:
        """Look at the engine in use; the forms may be used meanwhile."""
        python = settings.engine_python()
        self._looked_at = python
        self._python.setText(python)
        if not python:
            self._state.say(BAD, tr("No engine yet: make an environment, or use one that is there."))
            return
        self._state.say(NOTE, tr("Looking at the engine; the first time this takes a minute"))
        self._begin(look(python), tr("geoseg-text: looking at the engine"), asked_for=False)

    def _use(self, place: str) -> None:
        self._said.say(NOTE, tr("Looking at the engine; the first time this takes a minute"))
        self._begin(look(place), tr("geoseg-text: looking at the engine"), asked_for=True)

    def _make(self, base_python: str, making: Making) -> None:
        if not base_python:
            self._said.say(
                BAD, tr("No Python to make it from was chosen: install 3.11 or later, or browse to it.")
            )
            return
        settings.keep_making(making)
        self._said.say(NOTE, tr("Making the environment; this can take minutes"))
        self._begin(
            make_and_look(base_python, making, proxy_of_qgis()),
            tr("geoseg-text: making an environment"),
            asked_for=True,
        )

    def _begin(self, do: Do, text: str, *, asked_for: bool) -> None:
        """Do something in the background, in the place of what is done now.

        Args:
            do: what.
            text: names it in QGIS's list of tasks.
            asked_for: whether a form asked for it; the forms wait for it then.
        """
        if self._work is not None:
            self._work.ended.disconnect(self._ended)
            self._work.line.disconnect(self._details.add)
            self._work.cancel()
        self._details.text.clear()
        self._asked_for = asked_for
        self._work = Work(text, do)
        self._work.line.connect(self._details.add)
        self._work.ended.connect(self._ended)
        self._show_work(True)
        self._work.begin()

    def _stop(self) -> None:
        if self._work is not None:
            self._cancel.setEnabled(False)
            self._work.cancel()

    def _show_work(self, goes_on: bool) -> None:
        for part in (self._progress, self._cancel):
            part.setVisible(goes_on)
        self._cancel.setEnabled(goes_on)
        self._again.setEnabled(not goes_on)
        self._ways.setEnabled(not (goes_on and self._asked_for))

    def _offer(self, pythons: list[Interpreter] | None, _problem: str) -> None:
        self._making.offer(pythons or [])

    def _ended(self, found: Engine | None, problem: str) -> None:
        """Show what came of it."""
        self._work = None
        self._show_work(False)
        line = self._said if self._asked_for else self._state
        if problem:
            self._details.add(problem)
            line.say(BAD, problem)
        elif found is None:
            self._looked_at = None  # the next opening looks again
            line.say(NOTE, tr("Stopped."))
        else:
            self._details.show_report(found.health.report)
            self._tell(found, line)

    def _tell(self, found: Engine, line: Line) -> None:
        health = found.health
        if not health.ok:
            line.say(BAD, health.problem)
            return
        if self._asked_for:
            settings.choose_engine_python(found.python)
            self._looked_at = found.python
        if settings.engine_python() != found.python:
            text = tr("It is sound and kept, but the variable {name} names another, which comes before it.")
            line.say(BAD, text.format(name=settings.PYTHON_VARIABLE))
            return
        self._python.setText(found.python)
        self._state.say(GOOD, tr("Sound: {summary}").format(summary=health.summary))
        if self._asked_for:
            line.say(GOOD, tr("This engine is used from now on."))
            self.chosen.emit(found.python)
