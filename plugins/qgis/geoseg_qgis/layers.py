# SPDX-License-Identifier: GPL-2.0-or-later
"""From a layer of QGIS to imagery that the engine reads: its file, or a picture of it taken for the run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from qgis.core import (
    QgsDistanceArea,
    QgsPointXY,
    QgsProcessingException,
    QgsRasterBlockFeedback,
    QgsRasterFileWriter,
    QgsRasterLayer,
    QgsRasterPipe,
    QgsRectangle,
)
from qgis.PyQt.QtCore import Qt

from geoseg_qgis.translating import tr

GSD_M = 0.3
"""At which a layer without pixels of its own (a web map) is looked at, where nothing else is asked for."""

MOST_PX = 30_000
"""Longest side of a picture that is taken of a layer."""


class Imagery:
    """What a layer shows, ready for another thread than the layer's.

    Args:
        layer: asked in its own thread.
        context: transforms of the project.
    """

    def __init__(self, layer: QgsRasterLayer, context) -> None:
        self.name = layer.name()
        self.crs = layer.crs()
        self._extent = layer.extent()
        self._context = context
        self._provider = None
        self._pixel = layer.rasterUnitsPerPixelX()
        self._path = layer.dataProvider().dataSourceUri()
        if layer.providerType() != "gdal":
            self._provider = layer.dataProvider().clone()

    @contextmanager
    def file(self, extent: QgsRectangle | None, gsd: float | None, feedback) -> Iterator[str]:
        """Name a raster that the engine can read; one made for the run goes away with the block.

        Args:
            extent: part that is looked at, in the layer's CRS; all of it if None.
            gsd: size of the pixels wanted, metres; the layer's own if None.
            feedback: may stop the taking of the picture.

        Raises:
            QgsProcessingException: the layer cannot be pictured.
        """
        if self._provider is None:
            yield self._path
            return
        handle, path = tempfile.mkstemp(prefix="geoseg-", suffix=".tif")
        os.close(handle)
        try:
            self._export(path, extent or self._extent, gsd, feedback)
            yield path
        finally:
            for left in (path, path + ".aux.xml"):
                if os.path.exists(left):
                    os.remove(left)

    def _export(self, path: str, extent: QgsRectangle, gsd: float | None, feedback) -> None:
        if extent.isEmpty() or not extent.isFinite():
            raise QgsProcessingException(tr("{}: say which extent to look at").format(self.name))
        unit = self._metres(extent) if gsd or not self._pixel else 1.0
        size = (gsd or GSD_M) / unit if gsd or not self._pixel else self._pixel
        cols, rows = (max(1, round(side / size)) for side in (extent.width(), extent.height()))
        if max(cols, rows) > MOST_PX:
            raise QgsProcessingException(
                tr(
                    "{name}: {cols} x {rows} pixels are too many; choose a smaller extent or larger pixels"
                ).format(name=self.name, cols=cols, rows=rows)
            )
        pipe = QgsRasterPipe()
        pipe.set(self._provider.clone())
        writer = QgsRasterFileWriter(path)
        heard = QgsRasterBlockFeedback()
        feedback.canceled.connect(heard.cancel, Qt.ConnectionType.DirectConnection)  # from another thread
        fault = writer.writeRaster(pipe, cols, rows, extent, self.crs, self._context, heard)
        if fault != QgsRasterFileWriter.WriterError.NoError and not feedback.isCanceled():
            raise QgsProcessingException(
                tr(
                    "{name} could not be read for this extent (error {fault}): is its service reachable?"
                ).format(name=self.name, fault=int(fault))
            )

    def _metres(self, extent: QgsRectangle) -> float:
        """Metres of one unit of the CRS, eastwards in the middle of the extent."""
        measure = QgsDistanceArea()
        measure.setSourceCrs(self.crs, self._context)
        measure.setEllipsoid(self.crs.ellipsoidAcronym() or "EPSG:7030")
        middle, step = extent.center(), extent.width() / 1000
        east = QgsPointXY(middle.x() + step, middle.y())
        return measure.measureLine(middle, east) / step or 1.0


def bounded_by(extent, crs):
    """Give the fields of `protocol.Segment` that bound what is looked at; none without an extent."""
    if extent is None:
        return {}
    corners = [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()]
    return {"bounds": corners, "bounds_crs": crs.authid() or crs.toWkt()}
