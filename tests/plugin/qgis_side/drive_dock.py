"""Drives the dock in a QGIS with a window, as a user does: keys, clicks, waiting.

Run by ``qgis --code``. What to do stands in the JSON file that GEOSEG_TOLD names: ``zip``, ``python`` (of the
engine), ``model`` (a folder, or empty), ``imagery`` and ``large`` (rasters), ``out`` (folder for pictures and
for ``said.json``). At the end QGIS is left in the middle of a question.
"""

import json
import os
import signal
import time
import traceback
from pathlib import Path

from qgis import utils
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsSettings,
    QgsVectorLayer,
)
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import QPoint, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QMessageBox, QPushButton, QTabWidget
from qgis.utils import iface

TOLD = json.loads(Path(os.environ["GEOSEG_TOLD"]).read_text())
SAID = {"steps": []}


class Pulse:
    """Measures how long the event loop was away at most, in seconds."""

    def __enter__(self):
        self.worst, self._last = 0.0, time.monotonic()
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(5)
        return self

    def _beat(self):
        now = time.monotonic()
        self.worst, self._last = max(self.worst, now - self._last), now

    def __exit__(self, *_):
        self._beat()
        self._timer.stop()


def until(true, seconds=240.0):
    """Let QGIS run until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        QTest.qWait(10)


def step(function):
    """Note that a step went well, and what it says of itself."""
    said = function()
    SAID["steps"].append(function.__name__)
    if said:
        SAID[function.__name__] = said
    print("step", function.__name__, said, flush=True)


def dock():
    return utils.plugins["geoseg_qgis"].dock


def bar_texts():
    """Return what the message bar says; QGIS itself tells there of every task that took long."""
    return [item.text() for item in iface.messageBar().items() if item.title() == "geoseg-text"]


def children():
    """Return the children of this process that are no zombies."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                state, parent = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if int(parent) == os.getpid() and state != "Z":
                found.append(int(entry))
    return found


def shoot(widget, name):
    QTest.qWait(300)
    widget.grab().save(os.path.join(TOLD["out"], name))


def type_phrases(*phrases):
    edit = dock().panel.phrases
    edit.selectAll()
    for index, phrase in enumerate(phrases):
        if index:
            QTest.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClicks(edit, phrase)


def answered(count):
    until(lambda: dock()._task is None)
    assert not bar_texts(), bar_texts()
    assert dock().panel.results.topLevelItemCount() == count
    until(lambda: not iface.mapCanvas().isDrawing())


def use(path):
    """Add imagery, look at all of it, and choose it."""
    layer = QgsRasterLayer(path, os.path.basename(path))
    QgsProject.instance().addMapLayer(layer)
    QTest.qWait(300)  # QGIS looks at the first layer of a project by itself, a moment later
    iface.setActiveLayer(layer)
    iface.zoomToActiveLayer()
    QTest.qWait(300)
    dock().panel.layer.setLayer(layer)
    return layer


def install_the_zip():
    import pyplugin_installer

    pyplugin_installer.instance().installFromZipFile(TOLD["zip"])
    if "geoseg_qgis" not in utils.plugins:
        utils.updateAvailablePlugins()
        assert utils.loadPlugin("geoseg_qgis")
        assert utils.startPlugin("geoseg_qgis")
    iface.messageBar().clearWidgets()
    assert dock().isVisible()


def ask_without_an_engine():
    use(TOLD["imagery"])
    dock().panel.model.choose(TOLD["model"])
    type_phrases("the red roofs")
    QTest.keyClick(dock().panel.phrases, Qt.Key.Key_Return)
    until(lambda: bar_texts())
    said = bar_texts()
    iface.messageBar().clearWidgets()
    return said


def choose_the_engine():
    QTest.mouseClick(dock().panel.engine, Qt.MouseButton.LeftButton)
    dialog, chosen = utils.plugins["geoseg_qgis"]._dialog, []
    dialog.chosen.connect(chosen.append)
    dialog.findChild(QTabWidget, "ways").setCurrentIndex(1)
    field = dialog.findChild(QgsFileWidget, "place").lineEdit()
    field.selectAll()
    QTest.keyClicks(field, TOLD["python"])
    QTest.mouseClick(dialog.findChild(QPushButton, "use"), Qt.MouseButton.LeftButton)
    until(lambda: chosen)
    dialog.close()
    return chosen


def ask_one_phrase():
    with Pulse() as pulse:
        QTest.mouseClick(dock().panel.ask, Qt.MouseButton.LeftButton)
        answered(1)
    (layer,) = [one for one in QgsProject.instance().mapLayers().values() if one.name() == "the red roofs"]
    shoot(iface.mainWindow(), "one_phrase.png")
    features = sorted((one["phrase"], one["id"], round(one["score"], 5)) for one in layer.getFeatures())
    return {
        "worst": pulse.worst, "features": features, "title": layer.metadata().title(),
        "temporary": layer.isTemporary(),
    }  # fmt: skip


def move_the_slider():
    """Move it by keys; say what is shown at each place, and how often the network was asked."""
    from geoseg_qgis import engines, protocol

    dock().panel.part.setCurrentIndex(1)
    asked, slider, found = [], dock().panel.slider, {}
    ask = engines.engine().ask
    engines.engine().ask = lambda request, **more: (asked.append(request), ask(request, **more))[1]
    (layer,) = QgsProject.instance().mapLayersByName("the red roofs")
    for value in (5, 30, 70, 95):
        began = time.monotonic()
        slider.setFocus()
        while slider.value() != value:
            QTest.keyClick(slider, Qt.Key.Key_Right if slider.value() < value else Qt.Key.Key_Left)
        QTest.qWait(150)
        until(lambda: dock().found._task is None and not dock().found._timer.isActive())
        area = sum(feature["area_m2"] for feature in layer.getFeatures())
        networks = sum(isinstance(request, protocol.Segment) for request in asked)
        found[value] = {"area": area, "asked": networks, "took": time.monotonic() - began}
    del engines.engine().ask
    return {"counts": found}


def change_two_things():
    """Move the slider, and want right angles while that is being cut; say how the layer is cut at last."""
    from geoseg_qgis.dock.result_layers import cut_of

    found, panel = dock().found, dock().panel
    (layer,) = QgsProject.instance().mapLayersByName("the red roofs")
    panel.slider.setValue(45)
    until(lambda: found._task is not None)
    panel.square.click()
    until(lambda: found._task is None and not found._wishes)
    cut = cut_of(layer)
    said = {"threshold": cut.threshold, "square": cut.outlines.square, "slider": panel.slider.value()}
    panel.square.click()
    until(lambda: found._task is not None)
    until(lambda: found._task is None and not found._wishes)
    return said


def ask_two_phrases():
    type_phrases("the road", "the red road")
    QTest.keyClick(dock().panel.phrases, Qt.Key.Key_Return)
    answered(3)
    shoot(iface.mainWindow(), "three_layers.png")
    shoot(dock(), "dock.png")
    return [layer.name() for layer in QgsProject.instance().layerTreeRoot().layerOrder()]


def choose_part(text):
    """Choose where to look, and tell of it as the list does when a user has chosen."""
    box = dock().panel.part
    index = box.findText(text, Qt.MatchFlag.MatchStartsWith)
    box.setCurrentIndex(index)
    box.activated.emit(index)


def ask_within_a_drawn_box():
    """Draw a box over the upper left quarter of the map and ask of it."""
    choose_part("A box")
    canvas = iface.mapCanvas()
    view, middle = canvas.viewport(), QPoint(canvas.width() // 2, canvas.height() // 2)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    QTest.mouseMove(view, middle)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle)
    assert dock()._drawn is not None
    type_phrases("the roofs")
    QTest.keyClick(dock().panel.phrases, Qt.Key.Key_Return)
    answered(4)
    (found,) = QgsProject.instance().mapLayersByName("the roofs")
    (town,) = QgsProject.instance().mapLayersByName(os.path.basename(TOLD["imagery"]))
    return [shares(found.extent(), town.extent()), canvas.mapTool().toolName()]


def shares(part, whole):
    """Return where a box begins and ends in another, each 0 to 1: left, bottom, right, top."""
    return [
        (part.xMinimum() - whole.xMinimum()) / whole.width(),
        (part.yMinimum() - whole.yMinimum()) / whole.height(),
        (part.xMaximum() - whole.xMinimum()) / whole.width(),
        (part.yMaximum() - whole.yMinimum()) / whole.height(),
    ]


def ask_within_a_selection():
    """Select a triangle over the lower left half of the imagery and ask within it."""
    (town,) = QgsProject.instance().mapLayersByName(os.path.basename(TOLD["imagery"]))
    box = town.extent()
    corners = [QgsPointXY(box.xMinimum(), box.yMinimum()), QgsPointXY(box.xMaximum(), box.yMinimum()),
               QgsPointXY(box.xMinimum(), box.yMaximum())]  # fmt: skip
    layer = QgsVectorLayer(f"Polygon?crs={town.crs().authid()}", "triangle", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromPolygonXY([corners]))
    layer.dataProvider().addFeatures([feature])
    QgsProject.instance().addMapLayer(layer)
    choose_part("Within")
    type_phrases("the red red roofs")
    QTest.keyClick(dock().panel.phrases, Qt.Key.Key_Return)
    QTest.qWait(100)
    nothing = bar_texts()
    iface.messageBar().clearWidgets()
    layer.selectAll()
    QTest.keyClick(dock().panel.phrases, Qt.Key.Key_Return)
    answered(5)
    (found,) = QgsProject.instance().mapLayersByName("the red red roofs")
    area = sum(one.geometry().area() for one in found.getFeatures())
    QgsProject.instance().removeMapLayers([found.id(), layer.id()])
    return {"nothing": nothing, "share": area / (box.width() * box.height())}


def start_a_long_one():
    """Ask for something that takes long, and wait until it is under way."""
    type_phrases("the roofs")
    dock().panel.part.setCurrentIndex(1)
    QTest.mouseClick(dock().panel.ask, Qt.MouseButton.LeftButton)
    until(lambda: dock()._task is not None and dock()._task.progress() > 0)


def cancel_in_the_middle():
    use(TOLD["large"])
    before, layers = set(files()), len(QgsProject.instance().mapLayers())
    with Pulse() as pulse:
        start_a_long_one()
        shoot(dock(), "running.png")
        QTest.qWait(1000)
        began = time.monotonic()
        QTest.mouseClick(dock().panel.cancel, Qt.MouseButton.LeftButton)
        until(lambda: dock()._task is None)
        took = time.monotonic() - began
    assert len(QgsProject.instance().mapLayers()) == layers
    return {"worst": pulse.worst, "took": took, "left": sorted(set(files()) - before), "said": bar_texts()}


def kill_the_engine():
    start_a_long_one()
    for child in children():
        os.kill(child, signal.SIGKILL)
    until(lambda: dock()._task is None)
    said = bar_texts()
    shoot(iface.mainWindow(), "killed.png")
    iface.messageBar().clearWidgets()
    return said


def ask_again_after_that():
    small = [one for one in QgsProject.instance().mapLayers().values() if one.source() == TOLD["imagery"]]
    dock().panel.layer.setLayer(small[0])
    ask_for_the_red_roofs(5)


def remove_the_layer():
    (large,) = [one for one in QgsProject.instance().mapLayers().values() if one.source() == TOLD["large"]]
    dock().panel.layer.setLayer(large)
    start_a_long_one()
    QgsProject.instance().removeMapLayer(large.id())
    until(lambda: dock()._task is None)
    said = bar_texts()
    iface.messageBar().clearWidgets()
    return said


def close_the_project():
    use(TOLD["large"])
    start_a_long_one()
    QgsProject.instance().clear()
    until(lambda: dock()._task is None)
    said = bar_texts()
    iface.messageBar().clearWidgets()
    assert not QgsProject.instance().mapLayers()
    assert dock().panel.results.topLevelItemCount() == 0
    return said


def reload_the_plugin():
    """Ask, and begin the plugin anew: what was asked and found is there, and no child is left."""
    use(TOLD["imagery"])
    dock().panel.model.choose(TOLD["model"])
    ask_for_the_red_roofs(1)
    utils.reloadPlugin("geoseg_qgis")
    until(lambda: not children(), 5)
    return kept_question()


def open_the_project_again():
    """Save the project, close it, open it: what was asked of it is there, and can be cut and asked anew."""
    project, file = QgsProject.instance(), os.path.join(TOLD["out"], "town.qgz")
    assert project.write(file)
    project.clear()
    assert project.read(file)
    QTest.qWait(300)
    kept = kept_question()
    dock().panel.results.selectAll()
    kept["can be cut"] = dock().panel.slider.isEnabled()
    ask_for_the_red_roofs(2)
    return kept


def edit_by_hand():
    """Save an edit of an answer: it is the user's from then on, and the slider leaves it alone."""
    dock().panel.results.selectAll()
    layer = QgsProject.instance().mapLayersByName("the red roofs")[0]
    source = layer.source()
    assert layer.startEditing()
    assert layer.changeAttributeValue(
        next(layer.getFeatures()).id(), layer.fields().indexOf("source"), "mine"
    )
    assert layer.commitChanges()
    listed = dock().panel.results.topLevelItemCount()
    dock().panel.slider.setValue(90)
    QTest.qWait(300)
    until(lambda: dock().found._task is None)
    return {"listed": listed, "kept": layer.source() == source and os.path.isfile(source.split("|")[0]),
            "said": next(layer.getFeatures())["source"]}  # fmt: skip


def ask_for_the_red_roofs(count):
    type_phrases("the red roofs")
    QTest.keyClick(dock().panel.phrases, Qt.Key.Key_Return)
    answered(count)


def kept_question():
    panel = dock().panel
    return {
        "phrases": panel.phrases.toPlainText(), "model": panel.model.model(),
        "imagery": panel.layer.currentLayer().name(), "found": panel.results.topLevelItemCount(),
    }  # fmt: skip


def files():
    return [str(path) for path in Path(os.environ["TMPDIR"]).rglob("*") if path.is_file()]


def list_the_models():
    """Say what a list that is opened offers, where one folder is there and one is gone."""
    from geoseg_qgis import settings
    from geoseg_qgis.dock.panel import ModelBox

    for folder in (TOLD["model"], "/nowhere"):
        settings.remember_model(folder)
    box = ModelBox(iface.mainWindow())
    box.showPopup()
    box.hidePopup()
    return [box.itemText(index) for index in range(box.count())]


STEPS = (
    install_the_zip, ask_without_an_engine, choose_the_engine, ask_one_phrase, move_the_slider,
    change_two_things, ask_two_phrases, ask_within_a_drawn_box, ask_within_a_selection,
    cancel_in_the_middle, kill_the_engine, ask_again_after_that, remove_the_layer, close_the_project,
    reload_the_plugin, open_the_project_again, edit_by_hand, list_the_models,
)  # fmt: skip


def main():
    try:
        iface.mainWindow().resize(1280, 800)
        for function in STEPS:
            step(function)
        use(TOLD["large"])
        start_a_long_one()  # and QGIS is left in the middle of it
        SAID["engine"] = children()
    except BaseException:  # noqa: BLE001 - which is what is looked at
        SAID["fault"] = traceback.format_exc()
        shoot(iface.mainWindow(), "fault.png")
    with open(os.path.join(TOLD["out"], "said.json"), "w") as file:
        json.dump(SAID, file)
    QgsProject.instance().setDirty(False)
    QgsSettings().setValue("app/askToSaveMemoryLayers", False)  # that the results are temporary is known
    leave()


def leave():
    """Quit; QGIS first asks whether to cancel what runs, and does not quit until that is over."""
    QTimer.singleShot(500, leave)  # a question of QGIS's own is answered from within it
    box = QApplication.activeModalWidget()
    if isinstance(box, QMessageBox):
        box.button(QMessageBox.StandardButton.Yes).click()
    else:
        iface.actionExit().trigger()


QTimer.singleShot(500, main)
