# SPDX-License-Identifier: GPL-2.0-or-later
"""The list of what was found, and the slider that cuts it anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QSignalBlocker, Qt, QTimer
from qgis.PyQt.QtWidgets import QTreeWidgetItem

from geoseg_qgis.translating import tr

from .asking import Answer, Cut, CutTask, discard
from .messages import Messages
from .panel import STEPS, Panel
from .result_layers import add, cut_of, let_go, renew

SETTLE_MS = 120
"""How long the slider rests before polygons are cut."""

_LAYER = Qt.ItemDataRole.UserRole


class Found:
    """One row for each answer that is a layer of the project; cuts those that are selected.

    Args:
        panel: whose list and slider these are.
        messages: for what goes wrong.
    """

    def __init__(self, panel: Panel, messages: Messages) -> None:
        self._panel = panel
        self._messages = messages
        self._task = None
        self._held = self._over = False
        self._wishes = {}
        self._cutting = {}
        self._added = 0
        self._timer = QTimer(panel)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._cut)
        panel.slider.valueChanged.connect(self._move)
        panel.min_area.valueChanged.connect(lambda area: self._outline(min_area_m2=area))
        panel.square.toggled.connect(lambda square: self._outline(square=square))
        panel.results.itemSelectionChanged.connect(self._show_selected)
        QgsProject.instance().layersWillBeRemoved.connect(self._layers_going)

    def shutdown(self) -> None:
        """Stop what runs and let go of the project."""
        QgsProject.instance().layersWillBeRemoved.disconnect(self._layers_going)
        self._over = True
        self._timer.stop()
        if self._task is not None:
            self._task.ended.disconnect()
            self._task.cancel()
            self._task = None

    def show(self, answers: list[Answer]) -> None:
        """Add answers to the project and to the list, and select them."""
        self._panel.results.clearSelection()
        for answer in answers:
            layer = add(answer, self._added)
            self._added += 1
            self._row(layer, answer.polygons, answer.area_m2).setSelected(True)
        nothing = [answer.cut.phrase for answer in answers if not answer.polygons]
        if nothing:
            text = tr("Nothing found for “{}”: move the slider to the left, or say it otherwise.")
            self._panel.status.setText(text.format("”, “".join(nothing)))

    def list_project(self) -> None:
        """List the answers that the project holds."""
        self._panel.results.clear()
        for layer in QgsProject.instance().mapLayers().values():
            if cut_of(layer) is not None:
                self._row(layer, layer.featureCount(), None)

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Change the panel without cutting."""
        blockers = [QSignalBlocker(each) for each in self._inputs()]
        try:
            yield
        finally:
            for blocker in blockers:
                blocker.unblock()

    def _inputs(self) -> tuple:
        return self._panel.slider, self._panel.min_area, self._panel.square

    def _row(self, layer, polygons: int, area_m2: float | None) -> QTreeWidgetItem:
        row = QTreeWidgetItem(self._panel.results)
        row.setText(0, layer.name())
        row.setToolTip(0, layer.name())
        row.setData(0, _LAYER, layer.id())
        layer.afterCommitChanges.connect(lambda: self._edited(layer.id()))
        for column in (1, 2):
            row.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._count(row, polygons, area_m2)
        return row

    def _count(self, row: QTreeWidgetItem, polygons: int, area_m2: float | None) -> None:
        row.setText(1, f"{polygons:,}")
        row.setText(2, "" if area_m2 is None else tr("{:,.0f} m²").format(area_m2))

    def _rows(self) -> Iterator[QTreeWidgetItem]:
        for index in reversed(range(self._panel.results.topLevelItemCount())):
            yield self._panel.results.topLevelItem(index)

    def _layers_going(self, ids: list[str]) -> None:
        for row in self._rows():
            if row.data(0, _LAYER) in ids:
                self._panel.results.takeTopLevelItem(self._panel.results.indexOfTopLevelItem(row))

    def _edited(self, id: str) -> None:
        """Cut a layer no more that somebody has worked on: the work would be lost."""
        if not self._over:
            let_go(QgsProject.instance().mapLayer(id))
            self._layers_going([id])

    def _selected(self) -> dict[str, Cut]:
        """How the selected answers are cut, by their layers' ids; as is wished or being done where it is."""
        coming = {**self._cutting, **self._wishes}
        found = {}
        for row in self._panel.results.selectedItems():
            layer = QgsProject.instance().mapLayer(row.data(0, _LAYER))
            present = None if layer is None else cut_of(layer)
            if present is not None:
                found[layer.id()] = coming.get(layer.id(), present)
        return found

    def _show_selected(self) -> None:
        cuts = list(self._selected().values())
        self._panel.show_results(bool(cuts))
        if cuts:
            with self.unheard():
                self._panel.slider.setValue(round(cuts[0].threshold * STEPS))
                self._panel.min_area.setValue(cuts[0].outlines.min_area_m2)
                self._panel.square.setChecked(cuts[0].outlines.square)
            self._panel.threshold.setText(f"{cuts[0].threshold:.2f}")

    def _move(self, step: int) -> None:
        self._panel.threshold.setText(f"{step / STEPS:.2f}")
        self._wish(lambda cut: replace(cut, threshold=step / STEPS))

    def _outline(self, **change: float | bool) -> None:
        self._wish(lambda cut: replace(cut, outlines=replace(cut.outlines, **change)))

    def _wish(self, change: Callable[[Cut], Cut]) -> None:
        """Wish what is selected otherwise, in one thing alone."""
        self._wishes.update({key: change(cut) for key, cut in self._selected().items()})
        self._timer.start()

    def hold(self, held: bool) -> None:
        """Keep wishes while the engine answers a question; they are heard when that is over."""
        self._held = held
        self._cut()

    def _cut(self) -> None:
        """Cut as is wished; a wish that comes meanwhile is heard when that is done."""
        if self._task is not None or self._held or not self._wishes:
            return
        self._cutting, self._wishes = self._wishes, {}
        self._task = CutTask(self._cutting)
        self._task.ended.connect(self._ended)
        QgsApplication.taskManager().addTask(self._task)

    def _ended(self) -> None:
        task, self._task = self._task, None
        self._cutting = {}
        if task.fault is not None:
            self._messages.fault(task.fault)
        for key, answer in (task.result or {}).items():
            layer = QgsProject.instance().mapLayer(key)
            if layer is None or cut_of(layer) is None:
                discard(answer.file)
                continue
            renew(layer, answer)
            for row in self._rows():
                if row.data(0, _LAYER) == key:
                    self._count(row, answer.polygons, answer.area_m2)
        self._cut()
