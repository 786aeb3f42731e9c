# SPDX-License-Identifier: GPL-2.0-or-later
"""Features of QGIS as a file that the engine reads; written in any thread."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import QgsFeature, QgsFeatureSink, QgsVectorFileWriter

_KEY = "geoseg_fid"
"""Name of the file's own key: the layer's columns keep theirs."""


def write(path, features: Iterable[QgsFeature], *, fields, kind, crs, context) -> int:
    """Write features into a GeoPackage.

    Args:
        path: where to.
        features: what is written.
        fields: their columns.
        kind: type of their geometries.
        crs: theirs.
        context: transforms, of the project or of a run.

    Returns:
        How many there were.

    Raises:
        OSError: the disk is full, or one of them has no place in the file.
    """
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerOptions = ["FID=" + _KEY]
    writer = QgsVectorFileWriter.create(path, fields, kind, crs, context, options)
    count = 0
    for feature in features:
        if not writer.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            break
        count += 1
    fault = writer.errorMessage()
    del writer  # which closes the file
    if fault:
        raise OSError(fault)
    return count
