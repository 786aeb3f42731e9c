# SPDX-License-Identifier: GPL-2.0-or-later
"""The dock: takes the question from its panel, has it answered, and shows what was found."""

from __future__ import annotations

from qgis.core import QgsApplication, QgsProject
from qgis.gui import QgsDockWidget, QgsMapToolExtent
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog

from geoseg_qgis.layers import Imagery
from geoseg_qgis.translating import tr

from .asking import AskTask, Outlines, Question
from .engine_task import StartTask
from .extents import DRAWN, SELECTED, VIEW, Unusable, in_layer, layer_with_selection, selection_file
from .found import Found
from .messages import Messages
from .panel import ModelBox, Panel
from .phrases import EXAMPLES, phrases_of
from .remembering import history, keep, kept, remember


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
        self._asked_layer = ""
        self._drawn = None
        self._tool = None
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
        panel.phrases.textChanged.connect(self._start_engine)
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
        self._put_tool_away()
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
        self._task.noted.connect(self._messages.warn)
        self._task.progressChanged.connect(self.panel.show_progress)
        self._task.ended.connect(self._ended)
        self.panel.show_running(True)
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
        part, extent, area = self.panel.part.currentData(), None, None
        if part == VIEW:
            canvas = self._iface.mapCanvas()
            extent = in_layer(canvas.extent(), canvas.mapSettings().destinationCrs(), layer)
        elif part == DRAWN:
            if self._drawn is None:
                self._draw()
                raise Unusable(tr("Draw a box on the map first, then ask"))
            extent = in_layer(*self._drawn, layer)
        elif part == SELECTED:
            polygons = layer_with_selection(self._iface.activeLayer())
            box = polygons.boundingBoxOfSelected()
            extent, area = in_layer(box, polygons.crs(), layer), selection_file(polygons)
        outlines = Outlines(self.panel.min_area.value(), self.panel.square.isChecked())
        imagery = Imagery(layer, QgsProject.instance().transformContext())
        return Question(imagery, phrases, extent, area, self.panel.model.model(), outlines)

    def _ended(self) -> None:
        task, self._task = self._task, None
        self.panel.show_running(False)
        self.panel.status.clear()
        if task.fault is not None:
            self._messages.fault(task.fault)
        elif task.result is None:
            self.panel.status.setText(tr("Stopped; nothing was kept."))
        else:
            for line in task.not_seen:
                self._messages.warn(tr("Not seen: {}").format(line))
            self.found.show(task.result)

    def _layers_going(self, ids: list[str]) -> None:
        if self._asked_layer in ids:
            self._interrupt(tr("The layer was removed, so that the question was stopped."))

    def _project_closed(self) -> None:
        self._drawn = None
        self._interrupt(tr("The project was closed, so that the question was stopped."))

    def _interrupt(self, why: str) -> None:
        if self._task is not None and not self._task.isCanceled():
            self.cancel()
            self._messages.warn(why)

    # What helps to ask

    def _start_engine(self) -> None:
        """Start the engine while the user types, so that the first answer comes soon."""
        if self._starting is None and self._task is None:
            self._starting = StartTask()
            self._starting.ended.connect(self._started)
            QgsApplication.taskManager().addTask(self._starting)

    def _started(self) -> None:
        task, self._starting = self._starting, None
        if task.fault is None or not task.fault.not_set_up:
            self.panel.phrases.textChanged.disconnect(self._start_engine)

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
        self._put_tool_away()
        if self.panel.part.currentData() == DRAWN:
            self._draw()

    def _draw(self) -> None:
        canvas = self._iface.mapCanvas()
        self._former_tool = canvas.mapTool()
        self._tool = QgsMapToolExtent(canvas)
        self._tool.extentChanged.connect(self._box_drawn)
        canvas.setMapTool(self._tool)
        self.panel.status.setText(tr("Draw a box on the map."))

    def _box_drawn(self, extent) -> None:
        if extent.isEmpty():
            return
        self._drawn = (extent, self._iface.mapCanvas().mapSettings().destinationCrs())
        self._put_tool_away()
        self.panel.status.setText(tr("The box is kept: ask."))

    def _put_tool_away(self) -> None:
        if self._tool is not None:
            canvas, tool, self._tool = self._iface.mapCanvas(), self._tool, None
            if canvas.mapTool() == tool:
                canvas.unsetMapTool(tool)
                if self._former_tool is not None:
                    canvas.setMapTool(self._former_tool)
            tool.deleteLater()

    def _model_chosen(self) -> None:
        box = self.panel.model
        if box.currentData() == ModelBox.FOLDER:
            folder = QFileDialog.getExistingDirectory(self, tr("Choose a model folder"))
            box.choose(folder)

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
        if values["phrases"]:
            panel.phrases.setPlainText(values["phrases"])
        panel.part.setCurrentIndex(max(0, panel.part.findData(values["part"] or VIEW)))
        panel.model.choose(values["model"])
        with self.found.unheard():
            panel.min_area.setValue(float(values["min_area"] or 0.0))
            panel.square.setChecked(values["square"] == "1")
        self.found.list_project()
