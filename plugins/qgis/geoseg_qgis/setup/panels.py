# SPDX-License-Identifier: GPL-2.0-or-later
"""The two ways to an engine, as forms: an environment that is there, and one that is made."""

from __future__ import annotations

from typing import Callable

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import QUrl, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from geoseg_qgis import settings
from geoseg_qgis.environment import Interpreter, find_uv
from geoseg_qgis.settings import Making
from geoseg_qgis.translating import tr

from .jobs import proxy_of_qgis


class ExistingPanel(QWidget):
    """An environment that is there is named.

    Signals:
        wanted: its folder, or its Python, as typed.
    """

    wanted = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        text = tr(
            "A virtual or conda environment in which geoseg-text is installed: its folder, or its Python. "
            "It is used as it is; nothing is changed there."
        )
        self._place = _chooser("place", QgsFileWidget.StorageMode.GetDirectory, tr("Environment"))
        self._place.lineEdit().returnPressed.connect(self._want)
        form = QFormLayout()
        form.addRow(tr("Environment"), self._place)
        _arrange(self, text, form, _button("use", tr("Check and use"), self._want))

    def _want(self) -> None:
        self.wanted.emit(self._place.filePath())


class MakingPanel(QWidget):
    """An environment is made outside QGIS, or one that was made here is brought up to date.

    Signals:
        wanted: path of the Python to make it from, and the `Making`.
    """

    wanted = pyqtSignal(str, object)

    def __init__(self) -> None:
        super().__init__()
        making = settings.making()
        tool = find_uv()
        text = tr(
            "An environment of its own, outside QGIS, for geoseg-text and what it needs (some GB). "
            "One that was made here before is brought up to date."
        )
        self._python = QComboBox()
        self._python.setObjectName("python")
        self._python.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._python.addItem(tr("Looking for Pythons…"), "")
        self._folder = _chooser("folder", QgsFileWidget.StorageMode.GetDirectory, tr("Folder"))
        self._folder.setFilePath(making.folder)
        self._requirement = QLineEdit(making.requirement)
        self._requirement.setObjectName("requirement")
        self._requirement.setPlaceholderText(tr("a wheel, a folder of the project, or a pinned name==1.2.3"))
        self._certificates = _chooser(
            "certificates", QgsFileWidget.StorageMode.GetFile, tr("File of certificates")
        )
        self._certificates.setFilter(tr("Certificates") + " (*.pem *.crt *.cer);;* (*)")
        self._certificates.setFilePath(making.certificates)
        self._certificates.lineEdit().setPlaceholderText(tr("those of the system"))
        form = QFormLayout()
        form.addRow(tr("Made from"), _beside(self._python, _browse(self._browse_python)))
        form.addRow(tr("Folder"), self._folder)
        form.addRow(tr("Install"), _beside(self._requirement, self._menu()))
        form.addRow(tr("Certificates"), self._certificates)
        form.addRow(tr("Proxy"), QLabel(_shown_proxy()))
        form.addRow(tr("Tool"), QLabel(tool or tr("venv and pip (uv, where it is installed, is quicker)")))
        _arrange(self, text, form, _button("make", tr("Make and use"), self._want))

    def offer(self, pythons: list[Interpreter]) -> None:
        """Let the user choose among Pythons; what they named themselves stays."""
        own = [self._python.itemData(index) for index in range(self._python.count())]
        chosen = self._python.currentData()
        self._python.clear()
        for one in pythons:
            version = ".".join(map(str, one.version))
            self._python.addItem(
                tr("Python {version}: {path}").format(version=version, path=one.path), one.path
            )
        for path in filter(None, own):
            self._name(path)
        if not self._python.count():
            self._python.addItem(tr("None of 3.11 or later was found: install one, or browse to it"), "")
        self._python.setCurrentIndex(max(0, self._python.findData(chosen)) if chosen else 0)

    def _name(self, path: str) -> None:
        if self._python.findData(path) < 0:
            self._python.addItem(path, path)
        self._python.setCurrentIndex(self._python.findData(path))

    def _browse_python(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self, tr("Python 3.11 or later"))
        if path:
            self._name(path)

    def _menu(self) -> QToolButton:
        button = _browse(None)
        menu = QMenu(button)
        menu.addAction(tr("Wheel…")).triggered.connect(self._browse_wheel)
        menu.addAction(tr("Folder of the project…")).triggered.connect(self._browse_project)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _browse_wheel(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self, tr("Wheel"), "", tr("Wheels") + " (*.whl)")
        self._requirement.setText(path or self._requirement.text())

    def _browse_project(self) -> None:
        path = QFileDialog.getExistingDirectory(self, tr("Folder of the project"))
        self._requirement.setText(path or self._requirement.text())

    def _want(self) -> None:
        making = Making(
            self._requirement.text().strip(),
            self._folder.filePath().strip(),
            self._certificates.filePath().strip(),
        )
        self.wanted.emit(self._python.currentData(), making)


def _chooser(name: str, mode: QgsFileWidget.StorageMode, title: str) -> QgsFileWidget:
    chooser = QgsFileWidget()
    chooser.setObjectName(name)
    chooser.setStorageMode(mode)
    chooser.setDialogTitle(title)
    return chooser


def _button(name: str, text: str, action: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.clicked.connect(action)
    return button


def _browse(action: Callable[[], None] | None) -> QToolButton:
    button = QToolButton()
    button.setText("…")
    button.setToolTip(tr("Browse"))
    if action is not None:
        button.clicked.connect(action)
    return button


def _beside(field: QWidget, button: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)  # as that of QGIS's own choosers
    row.addWidget(field, 1)
    row.addWidget(button)
    return row


def _arrange(panel: QWidget, text: str, form: QFormLayout, button: QPushButton) -> None:
    label = QLabel(text)
    label.setWordWrap(True)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
    column = QVBoxLayout(panel)
    column.setSpacing(10)
    column.addWidget(label)
    column.addLayout(form)
    row = QHBoxLayout()
    row.addStretch()
    row.addWidget(button)
    column.addLayout(row)
    column.addStretch()


def _shown_proxy() -> str:
    """The proxy of QGIS without its password, or that there is none."""
    proxy = proxy_of_qgis()
    return QUrl(proxy).toDisplayString() if proxy else tr("that of the system, if there is one")
