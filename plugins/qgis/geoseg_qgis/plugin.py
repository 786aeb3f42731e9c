# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin as QGIS holds it: a Processing provider, and a dock where there is a window."""

from __future__ import annotations

from qgis.core import QgsApplication

from . import engines
from .processing.provider import GeosegProvider


class GeosegPlugin:
    """Loaded and unloaded by QGIS.

    Args:
        iface: of the running QGIS; None where it has no window.
    """

    def __init__(self, iface) -> None:
        self._iface = iface
        self._provider = None

    def initProcessing(self) -> None:
        """Add the algorithms; all that is needed where there is no window."""
        self._provider = GeosegProvider()
        QgsApplication.processingRegistry().addProvider(self._provider)

    def initGui(self) -> None:
        """Add the algorithms."""
        self.initProcessing()

    def unload(self) -> None:
        """Leave nothing behind."""
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
        engines.stop()
