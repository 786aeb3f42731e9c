# SPDX-License-Identifier: GPL-2.0-or-later
"""From a layer of QGIS to imagery that the engine can read."""

from __future__ import annotations

from qgis.core import QgsProcessingException, QgsRasterLayer

from .translating import tr


def raster_file(layer: QgsRasterLayer) -> str:
    """Name the raster of a layer: a file, or what GDAL reads as one.

    Raises:
        QgsProcessingException: the layer is no raster of GDAL's.
    """
    if layer.providerType() != "gdal":
        raise QgsProcessingException(
            tr("{name} is no raster file ({kind}): export the part in question as GeoTIFF first").format(
                name=layer.name(), kind=layer.providerType()
            )
        )
    return layer.dataProvider().dataSourceUri()
