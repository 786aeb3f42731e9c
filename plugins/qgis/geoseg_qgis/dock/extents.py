# SPDX-License-Identifier: GPL-2.0-or-later
"""Which part of a layer is looked at: what the map shows, all of it, a drawn box, selected polygons."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsFeature,
    QgsFeatureRequest,
    QgsFields,
    QgsGeometry,
    QgsMapLayer,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsWkbTypes,
)

from geoseg_qgis import geopackage
from geoseg_qgis.translating import tr

VIEW, LAYER, DRAWN, SELECTED = "view", "layer", "drawn", "selected"


class Unusable(Exception):
    """What was chosen cannot be used; the text says what to do."""


def in_layer(extent: QgsRectangle, crs, layer: QgsMapLayer) -> QgsRectangle:
    """Bring a box into the CRS of a layer, and cut it to the layer where that has bounds.

    Raises:
        Unusable: the layer is elsewhere.
    """
    transform = QgsCoordinateTransform(crs, layer.crs(), QgsProject.instance())
    try:
        extent = transform.transformBoundingBox(extent)
    except QgsCsException as error:
        raise Unusable(
            tr("This part cannot be brought to the CRS of {}: zoom to the layer").format(layer.name())
        ) from error
    bounds = layer.extent()
    extent = extent if bounds.isEmpty() else extent.intersect(bounds)
    if extent.isEmpty():
        raise Unusable(
            tr("{} lies elsewhere: zoom to the layer, or choose another part").format(layer.name())
        )
    return extent


def layer_with_selection(active: QgsMapLayer | None) -> QgsVectorLayer:
    """Give the polygon layer in which something is selected; the active one where there are several.

    Raises:
        Unusable: there is none.
    """
    layers = [active, *QgsProject.instance().mapLayers().values()]
    for layer in layers:
        polygons = (
            isinstance(layer, QgsVectorLayer)
            and layer.geometryType() == QgsWkbTypes.GeometryType.PolygonGeometry
        )
        if polygons and layer.selectedFeatureCount():
            return layer
    raise Unusable(tr("Nothing is selected: select polygons of a layer, or choose another part"))


@dataclass(frozen=True)
class Selection:
    """Polygons that were selected; they may be written in any thread.

    Attributes:
        geometries: at least one.
        crs: theirs.
        context: transforms of the project.
    """

    geometries: list[QgsGeometry]
    crs: QgsCoordinateReferenceSystem
    context: QgsCoordinateTransformContext

    @classmethod
    def of(cls, layer: QgsVectorLayer) -> Selection:
        """Take what is selected in a layer."""
        features = layer.getSelectedFeatures(QgsFeatureRequest().setNoAttributes())
        context = QgsProject.instance().transformContext()
        return cls([feature.geometry() for feature in features], layer.crs(), context)

    def write(self, folder: str) -> str:
        """Write them to a file in a folder, and name it.

        Raises:
            OSError: the disk is full.
        """
        file = os.path.join(folder, "selected.gpkg")
        kind = QgsWkbTypes.Type.MultiPolygon
        try:
            geopackage.write(
                file, self._features(), fields=QgsFields(), kind=kind, crs=self.crs, context=self.context
            )
        except OSError as error:
            raise OSError(tr("What is selected cannot be kept: {}").format(error)) from error
        return file

    def _features(self) -> Iterator[QgsFeature]:
        for geometry in self.geometries:
            feature = QgsFeature()
            feature.setGeometry(geometry)
            yield feature
