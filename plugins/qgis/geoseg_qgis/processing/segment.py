# SPDX-License-Identifier: GPL-2.0-or-later
"""Segment by phrase: a raster layer and phrases in, polygons out."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingException,
    QgsProcessingParameterBand,
    QgsProcessingParameterRasterLayer,
)

from geoseg_qgis.layers import Imagery, bounded_by
from geoseg_qgis.translating import tr

from .segmenting import Segmenting


class SegmentByPhrase(Segmenting):
    """A raster layer and phrases in, polygons out."""

    def name(self):
        """Name it for programs."""
        return "segmentbyphrase"

    def displayName(self):
        """Name it for people."""
        return tr("Segment by phrase")

    def shortDescription(self):
        """Say what it does, in a line."""
        return tr("Finds what phrases mean in a raster layer and gives polygons")

    def imagery_parameters(self):
        """Say what is looked at."""
        yield QgsProcessingParameterRasterLayer(self.INPUT, tr("Imagery"))

    def advanced_imagery_parameters(self):
        """Say how it is looked at."""
        text = tr("Bands to see as red, green and blue")
        yield QgsProcessingParameterBand(
            self.BANDS, text, parentLayerParameterName=self.INPUT, optional=True, allowMultiple=True
        )

    def prepareAlgorithm(self, parameters, context, feedback):
        """Take from the layer, in the thread it lives in, what the work needs."""
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, self.INPUT))
        self._imagery = Imagery(layer, context.transformContext())
        return True

    def processAlgorithm(self, parameters, context, feedback):
        """Ask the engine."""
        extent, crs = None, self._imagery.crs
        if parameters.get(self.EXTENT):
            extent = self.parameterAsExtent(parameters, self.EXTENT, context, crs)
        gsd = self.number(parameters, self.GSD, context)
        with self._imagery.file(extent, gsd, feedback) as file:
            return self.segment(
                parameters,
                context,
                feedback,
                inputs=[file],
                bands=self.parameterAsInts(parameters, self.BANDS, context) or None,
                **bounded_by(extent, crs),
            )
