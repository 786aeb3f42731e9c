# SPDX-License-Identifier: GPL-2.0-or-later
"""The provider: what Processing lists under geoseg-text."""

from __future__ import annotations

import os

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .evaluate import EvaluateAgainstLayer
from .fine_tune import FineTune
from .segment import SegmentByPhrase
from .segment_folder import SegmentFolder


class GeosegProvider(QgsProcessingProvider):
    """All algorithms of this plugin."""

    def id(self):
        """Stand before the algorithms' names."""
        return "geoseg"

    def name(self):
        """Name it for people."""
        return "geoseg-text"

    def icon(self):
        """Give the plugin's own."""
        return QIcon(os.path.join(os.path.dirname(os.path.dirname(__file__)), "icon.svg"))

    def supportedOutputVectorLayerExtensions(self):
        """Name what the engine writes."""
        return ["gpkg", "fgb", "geojson", "geojsonl", "parquet"]

    def supportedOutputRasterLayerExtensions(self):
        """Name what scores are written to."""
        return ["tif"]

    def supportsNonFileBasedOutput(self):
        """Refuse databases and memory: the engine writes files."""
        return False

    def loadAlgorithms(self):
        """Add each."""
        for algorithm in (SegmentByPhrase, SegmentFolder, FineTune, EvaluateAgainstLayer):
            self.addAlgorithm(algorithm())
