# SPDX-License-Identifier: GPL-2.0-or-later
"""What the message bar says: a line, what to do, and more where there is more."""

from __future__ import annotations

from qgis.core import Qgis
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QMessageBox, QPushButton

from geoseg_qgis.translating import tr

from .engine_task import Fault

TITLE = "geoseg-text"


class Messages:
    """Speaks through a message bar.

    Args:
        bar: of QGIS's window.
        set_up: called where the user wants to choose the engine's environment.
    """

    def __init__(self, bar, set_up) -> None:
        self._bar = bar
        self._set_up = set_up

    def warn(self, text: str) -> None:
        """Say what deserves a second look."""
        self._bar.pushMessage(TITLE, text, Qgis.MessageLevel.Warning)

    def warn_of_each(self, texts: list[str]) -> None:
        """Say several things, each once."""
        for text in dict.fromkeys(texts):
            self.warn(text)

    def not_seen(self, lines: list[str]) -> None:
        """Say that parts of the imagery could not be read; which, on demand."""
        if lines:
            text = tr("{count} parts of the imagery could not be read; they count as not looked at.")
            self._push(Fault(text.format(count=len(lines)), "\n".join(lines)), Qgis.MessageLevel.Warning)

    def fault(self, fault: Fault) -> None:
        """Say why there is no answer, and offer the way out."""
        self._push(fault, Qgis.MessageLevel.Critical)

    def _push(self, fault: Fault, level) -> None:
        message = self._bar.createMessage(TITLE, fault.text)
        if fault.not_set_up:
            self._button(message, tr("Set it up"), self._set_up)
        elif fault.details:
            self._button(message, tr("Details"), lambda: self._show(fault))
        self._bar.pushWidget(message, level)

    def _button(self, message, text: str, action) -> None:
        button = QPushButton(text)
        button.clicked.connect(lambda: action())
        message.layout().addWidget(button)

    def _show(self, fault: Fault) -> None:
        box = QMessageBox(QMessageBox.Icon.Warning, TITLE, fault.text, parent=self._bar.window())
        box.setDetailedText(fault.details)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
