# SPDX-License-Identifier: GPL-2.0-or-later
"""A box that the user draws on the map: the tool for it, and the box while it counts."""

from __future__ import annotations

from collections.abc import Callable

from qgis.core import QgsGeometry, QgsRectangle
from qgis.gui import QgsMapCanvas, QgsMapToolExtent, QgsRubberBand
from qgis.PyQt.QtGui import QColor

_COLOUR = QColor(230, 60, 40)


class DrawnBox:
    """Lets one box be drawn at a time.

    Args:
        canvas: the map.
        drawn: told of each box and its CRS.
    """

    def __init__(self, canvas: QgsMapCanvas, drawn: Callable[..., None]) -> None:
        self._canvas = canvas
        self._told = drawn
        self._former_tool = None
        self._tool = QgsMapToolExtent(canvas)
        self._tool.extentChanged.connect(self._drawn)
        self._band = QgsRubberBand(canvas)
        self._band.setStrokeColor(_COLOUR)
        self._band.setFillColor(QColor(0, 0, 0, 0))
        self._band.setWidth(2)

    def draw(self) -> None:
        """Let a box be drawn; afterwards the tool that was used before is there again."""
        if self._canvas.mapTool() != self._tool:
            self._former_tool = self._canvas.mapTool()
            self._canvas.setMapTool(self._tool)

    def hide(self) -> None:
        """Forget the box, and put the tool away."""
        self._band.reset()
        if self._canvas.mapTool() == self._tool:
            self._canvas.unsetMapTool(self._tool)
            if self._former_tool is not None:
                self._canvas.setMapTool(self._former_tool)

    def remove(self) -> None:
        """Leave nothing on the map."""
        self.hide()
        self._canvas.scene().removeItem(self._band)
        self._tool.deleteLater()

    def _drawn(self, extent: QgsRectangle) -> None:
        if extent.isEmpty():
            return
        crs = self._canvas.mapSettings().destinationCrs()
        self.hide()
        self._band.setToGeometry(QgsGeometry.fromRect(extent), crs)
        self._told(extent, crs)
