# SPDX-License-Identifier: GPL-2.0-or-later
"""From a layer of QGIS to imagery that the engine reads: its file, or a picture of it taken for the run."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsDistanceArea,
    QgsMultiBandColorRenderer,
    QgsPointXY,
    QgsProcessingException,
    QgsProcessingUtils,
    QgsProviderRegistry,
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

    Attributes:
        bands: of the file, that are shown as red, green and blue; None where the engine is to choose.

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
        provider = layer.dataProvider()
        self._pixel = provider.extent().width() / provider.xSize() if provider.xSize() else None
        self._path = _file_of(layer)
        self.bands = _shown_bands(layer)  # a picture of a file has them all, in the same order
        if self._path is None:
            self._provider = provider.clone()

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
        folder = tempfile.mkdtemp(prefix="geoseg-", dir=QgsProcessingUtils.tempFolder())
        try:
            path = os.path.join(folder, "picture.tif")
            self._export(path, extent or self._extent, gsd, feedback)
            yield path
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # what is still held goes when QGIS ends

    def _export(self, path: str, extent: QgsRectangle, gsd: float | None, feedback) -> None:
        if extent.isEmpty() or not extent.isFinite():
            raise QgsProcessingException(tr("{}: say which extent to look at").format(self.name))
        unit = self._metres(extent) if gsd or not self._pixel else 1.0
        size = (gsd or GSD_M) / unit if gsd or not self._pixel else self._pixel
        cols, rows = (max(1, round(side / size)) for side in (extent.width(), extent.height()))
        if max(cols, rows) > MOST_PX:
            raise QgsProcessingException(
                tr("{name}: {cols} x {rows} pixels are too many; choose a smaller part").format(
                    name=self.name, cols=cols, rows=rows
                )
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
                ).format(name=self.name, fault=getattr(fault, "value", fault))
            )

    def _metres(self, extent: QgsRectangle) -> float:
        """Metres of one unit of the CRS, eastwards in the middle of the extent."""
        measure = QgsDistanceArea()
        measure.setSourceCrs(self.crs, self._context)
        measure.setEllipsoid(self.crs.ellipsoidAcronym() or "EPSG:7030")
        middle, step = extent.center(), extent.width() / 1000
        east = QgsPointXY(middle.x() + step, middle.y())
        return measure.measureLine(middle, east) / step or 1.0


def files_shown(project) -> dict[str, str]:
    """Give the files that the layers of a project show, each with the name of its layer."""
    found = {}
    for layer in project.mapLayers().values():
        path = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source()).get("path")
        if path:
            found[place_of(path)] = layer.name()
    return found


def place_of(path: str) -> str:
    """Give a path as all ways to write it have in common."""
    return os.path.normcase(os.path.realpath(path))


def bounded_by(extent, crs):
    """Give the fields of `protocol.Segment` that bound what is looked at; none without an extent."""
    if extent is None:
        return {}
    corners = [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()]
    return {"bounds": corners, "bounds_crs": _name_of(crs)}


def _name_of(crs) -> str:
    """Name a CRS for programs other than QGIS, which alone knows those that a user has defined."""
    if crs.authid().startswith(("EPSG:", "ESRI:", "IGNF:", "OGC:")):
        return crs.authid()
    return crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT2_2019)


def _shown_bands(layer: QgsRasterLayer) -> list[int] | None:
    """Give the bands that are shown as red, green and blue; None where it is not three that are shown."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsMultiBandColorRenderer):
        return None
    bands = [renderer.redBand(), renderer.greenBand(), renderer.blueBand()]
    return bands if min(bands) > 0 else None


def _file_of(layer: QgsRasterLayer) -> str | None:
    """Give the file that a layer shows as it is; None where QGIS makes more of it than the file says.

    A table within a file, a file opened in a special way, or one to which the user gave another CRS is not
    the same to another program.
    """
    provider = layer.dataProvider()
    if layer.providerType() != "gdal" or layer.crs() != provider.crs():
        return None
    parts = QgsProviderRegistry.instance().decodeUri("gdal", provider.dataSourceUri())
    path, special = parts.get("path"), (parts.get(key) for key in ("layerName", "openOptions", "authcfg"))
    if any(special) or not path:
        return None
    if parts.get("vsiPrefix"):  # within an archive, or far away
        return parts["vsiPrefix"] + path + (parts.get("vsiSuffix") or "")
    return path if os.path.isfile(path) or path.startswith("/vsi") else None
