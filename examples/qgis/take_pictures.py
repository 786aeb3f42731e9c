"""Asks imagery in a QGIS with a window and takes pictures of it; run by ``pictures.py``, within QGIS.

What to do stands in the JSON file that GEOSEG_TOLD names: ``zip`` of the plugin, ``python`` of the engine,
``version`` of the project, ``imagery``, ``phrases``, and ``out``, a folder.
"""

import json
import os
import time
import traceback
from pathlib import Path

import pyplugin_installer
from qgis import utils
from qgis.core import QgsProject, QgsRasterLayer, QgsSettings
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QComboBox, QDockWidget, QLineEdit, QTabWidget
from qgis.utils import iface

TOLD = json.loads(Path(os.environ["GEOSEG_TOLD"]).read_text())
OUT = Path(TOLD["out"])


def until(true, seconds=240.0):
    """Let QGIS run until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        QTest.qWait(20)
    QTest.qWait(500)


def install():
    """Install the plugin from its zip and give its dock."""
    pyplugin_installer.instance().installFromZipFile(TOLD["zip"])
    if "geoseg_qgis" not in utils.plugins:
        utils.updateAvailablePlugins()
        utils.loadPlugin("geoseg_qgis")
        utils.startPlugin("geoseg_qgis")
    iface.messageBar().clearWidgets()
    return utils.plugins["geoseg_qgis"].dock


def add_imagery():
    """Show the imagery."""
    layer = QgsRasterLayer(TOLD["imagery"], Path(TOLD["imagery"]).name)
    QgsProject.instance().addMapLayer(layer)
    QTest.qWait(500)
    iface.setActiveLayer(layer)
    iface.zoomToActiveLayer()


def ask(dock):
    """Ask each phrase, a line for each."""
    QgsSettings().setValue("geoseg/python", TOLD["python"])
    panel = dock.panel
    panel.part.setCurrentIndex(1)  # the whole layer
    panel.phrases.selectAll()
    for number, phrase in enumerate(TOLD["phrases"]):
        if number:
            QTest.keyClick(panel.phrases, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClicks(panel.phrases, phrase)
    QTest.mouseClick(panel.ask, Qt.MouseButton.LeftButton)
    until(lambda: dock._task is None and panel.results.topLevelItemCount() == len(TOLD["phrases"]))
    until(lambda: not iface.mapCanvas().isDrawing())
    iface.messageBar().clearWidgets()


def order_an_engine(dock):
    """Fill in the engine's window, as for a first engine, and take its picture."""
    QTest.mouseClick(dock.panel.engine, Qt.MouseButton.LeftButton)
    dialog = utils.plugins["geoseg_qgis"]._dialog
    dialog.findChild(QTabWidget, "ways").setCurrentIndex(0)
    until(lambda: dialog.findChild(QComboBox, "python").currentData())
    dialog.findChild(QgsFileWidget, "folder").setFilePath("/home/ann/.local/share/geoseg-text/environment")
    dialog.findChild(QLineEdit, "requirement").setText(f"geoseg-text=={TOLD['version']}")
    dialog.setFocus()
    picture(dialog, "qgis-engine.png")
    dialog.close()


def picture(window, name):
    """Keep what a window looks like."""
    QTest.qWait(500)
    window.grab().save(str(OUT / name))


def take():
    """Take every picture, then end QGIS at once: nothing of it is kept."""
    try:
        window = iface.mainWindow()
        window.showNormal()
        window.setGeometry(0, 0, 1280, 800)
        window.findChild(QDockWidget, "Browser").close()
        dock = install()
        order_an_engine(dock)
        add_imagery()
        ask(dock)
        picture(window, "qgis.png")
        code = 0
    except BaseException:  # noqa: BLE001 - which would otherwise be a dialogue that nobody sees
        traceback.print_exc()
        code = 1
    os._exit(code)


QTimer.singleShot(3000, take)
