# SPDX-License-Identifier: GPL-2.0-or-later
"""Segment a folder: all rasters of a folder as one mosaic, and phrases in; polygons out."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingException,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from geoseg_qgis.layers import bounded_by
from geoseg_qgis.translating import tr

from .segmenting import Segmenting


class SegmentFolder(Segmenting):
    """A folder of rasters and phrases in, polygons out."""

    def name(self):
        """Name it for programs."""
        return "segmentfolder"

    def displayName(self):
        """Name it for people."""
        return tr("Segment a folder")

    def shortDescription(self):
        """Say what it does, in a line."""
        return tr(
            "Finds what phrases mean in all rasters of a folder, which make one mosaic, and gives polygons"
        )

    def imagery_parameters(self):
        """Say what is looked at."""
        behaviour = QgsProcessingParameterFile.Behavior.Folder
        yield QgsProcessingParameterFile(self.INPUT, tr("Folder of rasters"), behaviour)

    def advanced_imagery_parameters(self):
        """Say how it is looked at."""
        text = tr("Bands to see as red, green and blue, such as 4,3,2")
        yield QgsProcessingParameterString(self.BANDS, text, optional=True)

    def processAlgorithm(self, parameters, context, feedback):
        """Ask the engine."""
        extent, crs = None, self.parameterAsExtentCrs(parameters, self.EXTENT, context)
        if parameters.get(self.EXTENT):
            extent = self.parameterAsExtent(parameters, self.EXTENT, context)
        return self.segment(
            parameters,
            context,
            feedback,
            inputs=[self.parameterAsFile(parameters, self.INPUT, context)],
            bands=self._bands(parameters, context),
            **bounded_by(extent, crs),
        )

    def _bands(self, parameters, context):
        text = self.parameterAsString(parameters, self.BANDS, context)
        try:
            return [int(part) for part in text.replace(",", " ").split()] or None
        except ValueError as error:
            raise QgsProcessingException(
                tr("{text} are no bands: give their numbers, such as 4,3,2").format(text=text)
            ) from error
