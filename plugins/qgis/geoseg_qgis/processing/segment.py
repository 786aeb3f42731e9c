# SPDX-License-Identifier: GPL-2.0-or-later
"""Segment by phrase: a raster layer and phrases in, polygons out."""

from __future__ import annotations

from geoseg_qgis.layers import bounded_by
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
        yield self.layer_parameter()

    def advanced_imagery_parameters(self):
        """Say how it is looked at."""
        yield self.bands_parameter()

    def prepareAlgorithm(self, parameters, context, feedback):
        """Take from the layer, in the thread it lives in, what the work needs."""
        self._imagery = self.layer_imagery(parameters, context)
        return super().prepareAlgorithm(parameters, context, feedback)

    def processAlgorithm(self, parameters, context, feedback):
        """Ask the engine."""
        crs = self._imagery.crs
        extent = self.extent(parameters, context, crs)
        gsd = self.number(parameters, self.GSD, context)
        with self._imagery.file(extent, gsd, feedback) as file:
            return self.segment(
                parameters,
                context,
                feedback,
                inputs=[file],
                trust_vrt=True,  # QGIS has opened it
                bands=self.bands(parameters, context),
                **bounded_by(extent, crs),
            )
