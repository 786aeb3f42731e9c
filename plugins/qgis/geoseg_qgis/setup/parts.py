# SPDX-License-Identifier: GPL-2.0-or-later
"""Small parts of the window: a line that says how it stands, and a text to read and to copy."""

from __future__ import annotations

import re

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtGui import QFontDatabase, QTextCursor
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from geoseg_qgis.translating import tr

GOOD, BAD, NOTE = "mIconSuccess.svg", "mIconWarning.svg", "mIconInfo.svg"
_ICON_PX = 20
_MOST_LINES = 5000


class Line(QWidget):
    """An icon and a text that may take several rows; empty, it is not seen."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._icon = QLabel()
        self._icon.setFixedSize(QSize(_ICON_PX, _ICON_PX))
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, 1)
        self.say(NOTE, "")

    def say(self, kind: str, text: str) -> None:
        """Show a text.

        Args:
            kind: `GOOD`, `BAD` or `NOTE`.
            text: one line, in which a path may be long.
        """
        self.text = text
        self._icon.setPixmap(QgsApplication.getThemeIcon(f"/{kind}").pixmap(_ICON_PX, _ICON_PX))
        # A label breaks between words alone: invisible spaces let it break a path, too.
        self._label.setText(re.sub(r"([/\\_=-])", "\\1\N{ZERO WIDTH SPACE}", text))
        self.setVisible(bool(text))


class Details(QWidget):
    """A text that is read and copied: what an installer says, and what is known of an engine."""

    def __init__(self) -> None:
        super().__init__()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setMaximumBlockCount(_MOST_LINES)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setPlaceholderText(
            tr("What the installer says, and what is known of the engine, is shown here")
        )
        copy = QPushButton(tr("Copy"))
        copy.setObjectName("copy")
        copy.setToolTip(tr("Copy this text, for a bug report"))
        copy.clicked.connect(self._copy)
        head = QHBoxLayout()
        head.addWidget(QLabel(tr("Log and report")))
        head.addStretch()
        head.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.text)

    def add(self, line: str) -> None:
        """Show one more line."""
        self.text.appendPlainText(line)

    def show_report(self, report: str) -> None:
        """Show a report after what is there, from its beginning where nothing is."""
        alone = not self.text.toPlainText()
        self.add(report)
        if alone:
            self.text.moveCursor(QTextCursor.MoveOperation.Start)

    def _copy(self) -> None:
        QgsApplication.clipboard().setText(self.text.toPlainText())
