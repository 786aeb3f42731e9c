# SPDX-License-Identifier: GPL-2.0-or-later
"""What the dock looks like; what happens on a click is for `dock.py`."""

from __future__ import annotations

import os

from qgis.core import QgsMapLayerProxyModel
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QTreeWidget,
    QVBoxLayout,
    QWidget,
)

from geoseg_qgis import settings
from geoseg_qgis.translating import tr

from .extents import DRAWN, LAYER, SELECTED, VIEW
from .phrase_edit import PhraseEdit

STEPS = 100
"""Of the slider, from score 0 to 1."""


class Panel(QWidget):
    """The widgets, top to bottom: what is asked, how it goes, what was found."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.addLayout(self._question())
        column.addLayout(self._running())
        column.addWidget(self._found(), 1)
        self.show_running(False)
        self.show_results(False)

    def _question(self) -> QFormLayout:
        self.layer = QgsMapLayerComboBox()
        self.layer.setFilters(QgsMapLayerProxyModel.Filter.RasterLayer)
        self.phrases = PhraseEdit()
        self.menu = QMenu(self)
        self.phrase_menu = QToolButton()
        self.phrase_menu.setText(tr("History"))
        self.phrase_menu.setToolTip(tr("Phrases asked before, and examples"))
        self.phrase_menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.phrase_menu.setMenu(self.menu)
        phrase_column = QVBoxLayout()
        phrase_column.setSpacing(2)
        phrase_column.addWidget(self.phrases)
        phrase_column.addWidget(self.phrase_menu, 0, Qt.AlignmentFlag.AlignRight)
        self.part = QComboBox()
        for text, kind in (
            (tr("What the map shows"), VIEW),
            (tr("The whole layer"), LAYER),
            (tr("A box drawn on the map"), DRAWN),
            (tr("Within the selected polygons"), SELECTED),
        ):
            self.part.addItem(text, kind)
        self.model = ModelBox()
        for box in (self.layer, self.part, self.model):  # long names must not widen the dock
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(tr("Imagery"), self.layer)
        form.addRow(tr("Find"), phrase_column)
        form.addRow(tr("In"), self.part)
        form.addRow(tr("Model"), self.model)
        return form

    def _running(self) -> QVBoxLayout:
        self.ask = QPushButton(tr("Ask"))
        self.ask.setDefault(True)
        self.cancel = QPushButton(tr("Cancel"))
        self.engine = QToolButton()
        self.engine.setText(tr("Engine…"))
        self.engine.setToolTip(tr("The Python environment that the network runs in"))
        row = QHBoxLayout()
        row.addWidget(self.ask, 1)
        row.addWidget(self.cancel, 1)
        row.addWidget(self.engine)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(8)
        self.status = QLabel()
        self.status.setWordWrap(True)
        column = QVBoxLayout()
        column.addLayout(row)
        column.addWidget(self.bar)
        column.addWidget(self.status)
        return column

    def _found(self) -> QGroupBox:
        self.results = QTreeWidget()
        self.results.setHeaderLabels([tr("Phrase"), tr("Polygons"), tr("Area")])
        self.results.setRootIsDecorated(False)
        self.results.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.results.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setToolTip(tr("Score from which a pixel counts, for what is selected above"))
        self.threshold = QLabel("0.00")
        row = QHBoxLayout()
        row.addWidget(self.slider, 1)
        row.addWidget(self.threshold)
        self.min_area = QDoubleSpinBox()
        self.min_area.setRange(0.0, 1e9)
        self.min_area.setDecimals(1)
        self.min_area.setSuffix(" m²")
        self.min_area.setKeyboardTracking(False)
        self.square = QCheckBox(tr("Right-angled outlines"))
        form = QFormLayout()
        form.addRow(tr("Minimum score"), row)
        form.addRow(tr("Minimum area"), self.min_area)
        form.addRow("", self.square)
        group = QGroupBox(tr("Found"))
        column = QVBoxLayout(group)
        column.addWidget(self.results, 1)
        column.addLayout(form)
        return group

    def show_running(self, running: bool) -> None:
        """Offer to cancel while something runs, and to ask otherwise."""
        self.ask.setVisible(not running)
        self.cancel.setVisible(running)
        self.cancel.setEnabled(running)
        self.bar.setVisible(running)
        self.bar.setRange(0, 0)  # busy, until the first progress

    def show_progress(self, percent: float) -> None:
        """Show how far the present stage is."""
        self.bar.setRange(0, 100)
        self.bar.setValue(int(percent))

    def show_results(self, some: bool) -> None:
        """Offer the slider where there is something to cut."""
        self.slider.setEnabled(some)


class ModelBox(QComboBox):
    """The embedded model, and model folders: those that were made or chosen before, and any other.

    Attributes:
        former: what was chosen before the folder is asked for.
    """

    FOLDER = "\0folder"

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.addItem(tr("Embedded"), "")
        self.addItem(tr("A model folder…"), self.FOLDER)
        self.former = ""

    def showPopup(self) -> None:
        """Open the list, with what was made meanwhile."""
        for folder in settings.models():
            self._place_of(folder)
        super().showPopup()

    def model(self) -> str | None:
        """Give the name or the folder that is chosen; None for the embedded one."""
        return self.currentData() or None

    def choose(self, model: str) -> None:
        """Choose a model, and list it where it is not listed."""
        self.setCurrentIndex(self._place_of(model))
        self.former = model

    def _place_of(self, model: str) -> int:
        """Where a model stands in the list; it is put there where it does not."""
        at = self.findData(model)
        if at < 0:
            at = self.count() - 1
            self.insertItem(at, os.path.basename(model) or model, model)
            self.setItemData(at, model, Qt.ItemDataRole.ToolTipRole)
        return at
