# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin as QGIS holds it: a Processing provider, and a dock where there is a window."""

from __future__ import annotations

import os

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction

from . import engines, translating
from .processing.provider import GeosegProvider
from .translating import tr

MENU = "geoseg-text"


class GeosegPlugin:
    """Loaded and unloaded by QGIS.

    Args:
        iface: of the running QGIS; None where it has no window.
    """

    def __init__(self, iface) -> None:
        self._iface = iface
        self._translator = translating.install()
        self._provider = None
        self._actions = []
        self._dialog = None
        self.dock = None

    def initProcessing(self) -> None:
        """Add the algorithms; all that is needed where there is no window."""
        self._provider = GeosegProvider()
        QgsApplication.processingRegistry().addProvider(self._provider)

    def initGui(self) -> None:
        """Add the algorithms, the dock, and what opens it."""
        from .dock.dock import Dock

        self.initProcessing()
        self.dock = Dock(self._iface)
        self.dock.set_up_wanted.connect(self.set_up)
        self._iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        icon = QIcon(os.path.join(os.path.dirname(__file__), "icon.svg"))
        show = QAction(icon, tr("Ask imagery"), self._iface.mainWindow())
        show.setCheckable(True)
        self.dock.setToggleVisibilityAction(show)
        set_up = QAction(tr("Engine…"), self._iface.mainWindow())
        set_up.triggered.connect(self.set_up)
        self._actions = [show, set_up]
        for action in self._actions:
            self._iface.addPluginToRasterMenu(MENU, action)
        self._iface.addToolBarIcon(show)

    def set_up(self) -> None:
        """Open the window in which the engine's environment is chosen."""
        from .setup.dialog import EngineDialog

        if self._dialog is None:
            self._dialog = EngineDialog(self._iface.mainWindow())
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def unload(self) -> None:
        """Leave nothing behind."""
        if self.dock is not None:
            self.dock.shutdown()
            self._iface.removeDockWidget(self.dock)
            self.dock.deleteLater()
            self.dock = None
        for action in self._actions:
            self._iface.removePluginRasterMenu(MENU, action)
            self._iface.removeToolBarIcon(action)
            action.deleteLater()
        self._actions = []
        if self._dialog is not None:
            self._dialog.shutdown()
            self._dialog.deleteLater()
            self._dialog = None
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
        engines.stop()
        translating.remove(self._translator)
