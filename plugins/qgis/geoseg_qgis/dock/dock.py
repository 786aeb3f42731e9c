# SPDX-License-Identifier: GPL-2.0-or-later
"""The dock: takes the question from its panel, has it answered, and shows what was found."""

from __future__ import annotations

import os

from qgis.core import QgsApplication, QgsProject
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog

from geoseg_qgis import settings
from geoseg_qgis.layers import Imagery
from geoseg_qgis.translating import tr

from .asking import AskTask, Outlines, Question
from .drawn_box import DrawnBox
from .engine_task import StartTask
from .extents import DRAWN, SELECTED, VIEW, Selection, Unusable, in_layer, layer_with_selection
from .found import Found
from .messages import Messages
from .panel import ModelBox, Panel
from .phrases import EXAMPLES, phrases_of
from .remembering import history, keep, kept, number_of, remember


class Dock(QgsDockWidget):
    """Asks layers of the project.

    Args:
        iface: of the running QGIS.
    """

    set_up_wanted = pyqtSignal()
    """The user wants to choose the engine's environment."""

    def __init__(self, iface) -> None:
        super().__init__(tr("Ask imagery"), iface.mainWindow())
        self.setObjectName("GeosegDock")
        self._iface = iface
        self.panel = Panel()
        self.setWidget(self.panel)
        self._messages = Messages(iface.messageBar(), self.set_up_wanted.emit)
        self.found = Found(self.panel, self._messages)
        self._task = None
        self._starting = None
        self._started_early = False
        self._asked_layer = ""
        self._drawn = None
        self._box = DrawnBox(iface.mapCanvas(), self._box_drawn)
        self._connect()
        self._restore()

    def _connect(self) -> None:
        panel, project = self.panel, QgsProject.instance()
        panel.ask.clicked.connect(self.ask)
        panel.phrases.asked.connect(self.ask)
        panel.cancel.clicked.connect(self.cancel)
        panel.engine.clicked.connect(self.set_up_wanted)
        panel.menu.aboutToShow.connect(self._fill_menu)
        panel.part.activated.connect(self._part_chosen)
        panel.model.activated.connect(self._model_chosen)
        panel.phrases.typed.connect(self._start_engine)
        self._project_signals = (
            (project.readProject, self._restore),
            (project.cleared, self._project_closed),
            (project.layersWillBeRemoved, self._layers_going),
        )
        for signal, slot in self._project_signals:
            signal.connect(slot)

    def shutdown(self) -> None:
        """Stop what runs and let go of QGIS; the dock is of no use afterwards."""
        for signal, slot in self._project_signals:
            signal.disconnect(slot)
        self.found.shutdown()
        self._box.remove()
        for task in (self._task, self._starting):
            if task is not None:
                task.ended.disconnect()
                task.cancel()
        self._task = self._starting = None

    # What is asked

    def ask(self) -> None:
        """Ask what the panel says, unless something is being asked."""
        if self._task is not None:
            return
        try:
            question = self._question()
        except Unusable as error:
            self._messages.warn(str(error))
            return
        remember(question.phrases)
        self._keep()
        self._asked_layer = self.panel.layer.currentLayer().id()
        self._task = AskTask(question)
        self._task.told.connect(self.panel.status.setText)
        self._task.progressChanged.connect(self.panel.show_progress)
        self._task.ended.connect(self._ended)
        self.panel.show_running(True)
        self.found.hold(True)
        self.panel.status.setText(tr("Waiting for the engine"))
        QgsApplication.taskManager().addTask(self._task)

    def cancel(self) -> None:
        """Stop what is being asked."""
        if self._task is not None:
            self.panel.cancel.setEnabled(False)
            self.panel.status.setText(tr("Stopping"))
            self._task.cancel()

    def _question(self) -> Question:
        phrases = phrases_of(self.panel.phrases.toPlainText())
        layer = self.panel.layer.currentLayer()
        if layer is None:
            raise Unusable(tr("There is no imagery: add a raster layer to the project"))
        if not phrases:
            raise Unusable(tr("Say what to find, such as “the red roofs beside the road”"))
        part, extent, selection = self.panel.part.currentData(), None, None
        if part == VIEW:
            canvas = self._iface.mapCanvas()
            extent = in_layer(canvas.extent(), canvas.mapSettings().destinationCrs(), layer)
        elif part == DRAWN:
            if self._drawn is None:
                self._box.draw()
                raise Unusable(tr("Draw a box on the map first, then ask"))
            extent = in_layer(*self._drawn, layer)
        elif part == SELECTED:
            polygons = layer_with_selection(self._iface.activeLayer())
            box = polygons.boundingBoxOfSelected()
            extent, selection = in_layer(box, polygons.crs(), layer), Selection.of(polygons)
        outlines = Outlines(self.panel.min_area.value(), self.panel.square.isChecked())
        imagery = Imagery(layer, QgsProject.instance().transformContext())
        return Question(imagery, phrases, extent, selection, self.panel.model.model(), outlines)

    def _ended(self) -> None:
        task, self._task = self._task, None
        self.panel.show_running(False)
        self.panel.status.clear()
        if task.fault is not None:
            self._messages.fault(task.fault)
        elif task.result is None:
            self.panel.status.setText(tr("Stopped; nothing was kept."))
        else:
            self._messages.not_seen(task.not_seen)
            self._messages.warn_of_each(task.notes)
            self.found.show(task.result)
        self.found.hold(False)

    def _layers_going(self, ids: list[str]) -> None:
        if self._asked_layer in ids:
            self._interrupt(tr("The layer was removed, so the question was stopped."))

    def _project_closed(self) -> None:
        self._forget_box()
        self._interrupt(tr("The project was closed, so the question was stopped."))

    def _interrupt(self, why: str) -> None:
        if self._task is not None and not self._task.isCanceled():
            self.cancel()
            self._messages.warn(why)

    # What helps to ask

    def _start_engine(self) -> None:
        """Start the engine while the user types, so that the first answer comes soon."""
        if settings.engine_python() and not self._started_early and self._task is None:
            self._started_early = True
            self._starting = StartTask()
            self._starting.ended.connect(self._started)
            QgsApplication.taskManager().addTask(self._starting)

    def _started(self) -> None:
        self._starting = None

    def _fill_menu(self) -> None:
        menu = self.panel.menu
        menu.clear()
        menu.setToolTipsVisible(True)
        for title, phrases in ((tr("Asked before"), history()), (tr("Examples"), EXAMPLES)):
            if phrases:
                menu.addSection(title)
            for phrase in phrases:
                menu.addAction(phrase, lambda text=phrase: self.panel.phrases.setPlainText(text))

    def _part_chosen(self) -> None:
        self._forget_box()
        if self.panel.part.currentData() == DRAWN:
            self._box.draw()
            self.panel.status.setText(tr("Draw a box on the map."))

    def _forget_box(self) -> None:
        self._box.hide()
        self._drawn = None

    def _box_drawn(self, extent, crs) -> None:
        self._drawn = (extent, crs)
        self.panel.status.setText(tr("The box is kept: ask."))

    def _model_chosen(self) -> None:
        box = self.panel.model
        if box.currentData() == ModelBox.FOLDER:
            folder = QFileDialog.getExistingDirectory(self, tr("Choose a model folder"))
            if folder:
                settings.remember_model(folder)
            box.choose(os.path.normpath(folder) if folder else box.former)

    # What is kept with the project

    def _keep(self) -> None:
        panel = self.panel
        keep(
            {
                "layer": panel.layer.currentLayer().id(),
                "phrases": panel.phrases.toPlainText(),
                "part": panel.part.currentData(),
                "model": panel.model.model() or "",
                "min_area": str(panel.min_area.value()),
                "square": str(int(panel.square.isChecked())),
            }
        )

    def _restore(self, _document=None) -> None:
        panel, values = self.panel, kept()
        layer = QgsProject.instance().mapLayer(values["layer"])
        if layer is not None:
            panel.layer.setLayer(layer)
        panel.phrases.setPlainText(values["phrases"])
        panel.part.setCurrentIndex(max(0, panel.part.findData(values["part"] or VIEW)))
        panel.model.choose(values["model"])
        with self.found.unheard():
            panel.min_area.setValue(number_of(values["min_area"]))
            panel.square.setChecked(values["square"] == "1")
        self.found.list_project()
