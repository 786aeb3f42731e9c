# SPDX-License-Identifier: GPL-2.0-or-later
"""The field for phrases: Enter asks, Shift+Enter begins another phrase."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QPlainTextEdit

from geoseg_qgis.translating import tr

LINES = 3


class PhraseEdit(QPlainTextEdit):
    """Phrases, one on each line; `asked` when Enter is pressed, `typed` at any other key."""

    asked = pyqtSignal()
    typed = pyqtSignal()

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(tr("the red roofs beside the road"))
        self.setToolTip(tr("Enter asks; Shift+Enter begins another phrase, which gets a layer of its own"))
        self.setTabChangesFocus(True)
        edges = int(self.document().documentMargin()) + self.frameWidth() + 3
        self.setFixedHeight(LINES * self.fontMetrics().lineSpacing() + 2 * edges)

    def keyPressEvent(self, event):
        """Tell Enter from Shift+Enter."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.asked.emit()
            return
        self.typed.emit()
        super().keyPressEvent(event)
