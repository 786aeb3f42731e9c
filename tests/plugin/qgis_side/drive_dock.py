"""Drives the dock in a QGIS with a window, as a user does: keys, clicks, waiting.

Run by ``qgis --code``. What to do stands in the JSON file that GEOSEG_TOLD names: ``zip``, ``python`` (of the
engine), ``imagery`` and ``large`` (rasters), ``out`` (folder for pictures and for ``said.json``), ``quit``
(whether QGIS is left in the middle of a question).
"""

import json
import os
import signal
import time
import traceback

from qgis import utils
from qgis.core import QgsProject, QgsRasterLayer, QgsSettings
from qgis.PyQt.QtCore import QPoint, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication
from qgis.utils import iface

TOLD = json.load(open(os.environ["GEOSEG_TOLD"]))
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
    return [item.text() for item in iface.messageBar().items() if "ask" not in item.title().lower()]


def children():
    """Return the children of this process that are no zombies."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                state, parent = open(f"/proc/{entry}/stat").read().rpartition(")")[2].split()[:2]
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
    iface.mapCanvas().setDestinationCrs(layer.crs())
    iface.mapCanvas().setExtent(layer.extent())
    iface.mapCanvas().refresh()
    dock().panel.layer.setLayer(layer)
    QTest.qWait(300)
    return layer


def install_the_zip():
    import pyplugin_installer

    pyplugin_installer.instance().installFromZipFile(TOLD["zip"])
    if "geoseg_qgis" not in utils.plugins:
        utils.updateAvailablePlugins()
        assert utils.loadPlugin("geoseg_qgis") and utils.startPlugin("geoseg_qgis")
    iface.messageBar().clearWidgets()
    assert dock().isVisible()


def ask_without_an_engine():
    use(TOLD["imagery"])
    type_phrases("the red roofs")
    QTest.keyClick(dock().panel.phrases, Qt.Key.Key_Return)
    until(lambda: bar_texts())
    said = bar_texts()
    iface.messageBar().clearWidgets()
    return said


def choose_the_engine():
    from geoseg_qgis.settings import choose_engine_python

    choose_engine_python(TOLD["python"])


def ask_one_phrase():
    with Pulse() as pulse:
        QTest.mouseClick(dock().panel.ask, Qt.MouseButton.LeftButton)
        answered(1)
    print([(i.title(), i.text()) for i in iface.messageBar().items()])
    (layer,) = [one for one in QgsProject.instance().mapLayers().values() if one.name() == "the red roofs"]
    shoot(iface.mainWindow(), "one_phrase.png")
    return {"worst": pulse.worst, "polygons": layer.featureCount(), "source": layer.source(),
            "title": layer.metadata().title(), "temporary": layer.isTemporary()}  # fmt: skip


def move_the_slider():
    dock().panel.part.setCurrentIndex(1)
    slider, row = dock().panel.slider, dock().panel.results.topLevelItem(0)
    counts = {}
    for value in (30, 70, 95):
        began = time.monotonic()
        slider.setFocus()
        while slider.value() != value:
            QTest.keyClick(slider, Qt.Key.Key_Right if slider.value() < value else Qt.Key.Key_Left)
        QTest.qWait(150)
        until(lambda: dock().found._task is None and not dock().found._timer.isActive())
        counts[value] = [row.text(1), row.text(2), time.monotonic() - began]
    layers = [one.featureCount() for one in QgsProject.instance().mapLayers().values() if one.type() == 0]
    return {"counts": counts, "shown": layers}


def ask_two_phrases():
    type_phrases("the road", "the trees")
    QTest.keyClick(dock().panel.phrases, Qt.Key.Key_Return)
    answered(3)
    shoot(iface.mainWindow(), "three_layers.png")
    shoot(dock(), "dock.png")
    return [layer.name() for layer in QgsProject.instance().layerTreeRoot().layerOrder()]


def start_a_long_one():
    """Ask for something that takes long, and wait until it is under way."""
    type_phrases("the buildings")
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
    type_phrases("the red roofs")
    QTest.keyClick(dock().panel.phrases, Qt.Key.Key_Return)
    answered(4)


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
    use(TOLD["imagery"])
    utils.reloadPlugin("geoseg_qgis")
    until(lambda: not children(), 5)
    dock().panel.layer.setLayer(QgsProject.instance().mapLayersByName(os.path.basename(TOLD["imagery"]))[0])
    type_phrases("the red roofs")
    QTest.keyClick(dock().panel.phrases, Qt.Key.Key_Return)
    answered(1)


def files():
    return [os.path.join(folder, name) for folder, _, names in os.walk(os.environ["TMPDIR"]) for name in names]


def main():
    try:
        iface.mainWindow().resize(1280, 800)
        for function in (install_the_zip, ask_without_an_engine, choose_the_engine, ask_one_phrase,
                         move_the_slider, ask_two_phrases, cancel_in_the_middle, kill_the_engine,
                         ask_again_after_that, remove_the_layer, close_the_project, reload_the_plugin):  # fmt: skip
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
    iface.actionExit().trigger()


QTimer.singleShot(500, main)
