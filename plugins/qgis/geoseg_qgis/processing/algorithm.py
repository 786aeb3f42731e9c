# SPDX-License-Identifier: GPL-2.0-or-later
"""What the algorithms share: parameters that say what is looked at and how, and what they become."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterExpression,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from geoseg_qgis.layers import Imagery
from geoseg_qgis.translating import tr


class EngineAlgorithm(QgsProcessingAlgorithm):
    """An algorithm whose work the engine does."""

    INPUT, EXTENT, BANDS, MODEL = "INPUT", "EXTENT", "BANDS", "MODEL"
    THRESHOLD, MIN_AREA, SIMPLIFY, SQUARE, GSD = "THRESHOLD", "MIN_AREA", "SIMPLIFY", "SQUARE", "GSD"

    def createInstance(self):
        """Make another of it."""
        return type(self)()

    def tags(self):
        """Let it be found by these."""
        return tr("text,prompt,segmentation,referring,extract,buildings,trees,cars,deep learning").split(",")

    def add_parameters(self, simple, advanced):
        """Add parameters that every user sees, and those that are folded away."""
        for parameter in simple:
            self.addParameter(parameter)
        for parameter in advanced:
            parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
            self.addParameter(parameter)

    def layer_parameter(self):
        """Give the parameter for a raster layer."""
        return QgsProcessingParameterRasterLayer(self.INPUT, tr("Imagery"))

    def bands_parameter(self):
        """Give the parameter for bands of that layer."""
        text = tr("Bands to see as red, green and blue")
        return QgsProcessingParameterBand(
            self.BANDS, text, parentLayerParameterName=self.INPUT, optional=True, allowMultiple=True
        )

    def extent_parameter(self):
        """Give the parameter for the part that is looked at."""
        return QgsProcessingParameterExtent(self.EXTENT, tr("Extent"), optional=True)

    def gsd_parameter(self):
        """Give the parameter for the size of pixels."""
        return number_parameter(
            self.GSD, tr("Look at pixels of this size in metres (the model's range if not set)")
        )

    def cutting_parameters(self):
        """Give the parameters that decide what becomes a polygon."""
        yield number_parameter(
            self.THRESHOLD, tr("Score from which a pixel counts (the model's if not set)"), 1.0
        )
        yield number_parameter(self.MIN_AREA, tr("Least area in square metres"))

    def finding_parameters(self):
        """Give the parameters that few users need."""
        yield QgsProcessingParameterString(
            self.MODEL, tr("Model: a name or a model folder (the embedded one if empty)"), optional=True
        )
        yield self.gsd_parameter()
        yield number_parameter(self.SIMPLIFY, tr("Simplify outlines by this many metres"))
        yield QgsProcessingParameterBoolean(self.SQUARE, tr("Right-angled outlines, for buildings"), False)

    def layer_imagery(self, parameters, context):
        """Take from the raster layer, in the thread it lives in, what the work needs.

        Raises:
            QgsProcessingException: there is no such layer.
        """
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, self.INPUT))
        return Imagery(layer, context.transformContext())

    def finding(self, parameters, context):
        """Give the fields that `protocol.Segment` and `protocol.Evaluate` share, as the parameters say."""
        return {
            "model": self.text(parameters, self.MODEL, context),
            "threshold": self.number(parameters, self.THRESHOLD, context),
            "min_area_m2": self.number(parameters, self.MIN_AREA, context) or 0.0,
            "simplify_m": self.number(parameters, self.SIMPLIFY, context),
            "square": self.parameterAsBool(parameters, self.SQUARE, context),
            "gsd": self.number(parameters, self.GSD, context),
        }

    def number(self, parameters, name, context):
        """Give a number, or None where it is not set."""
        if parameters.get(name) is None:
            return None
        return self.parameterAsDouble(parameters, name, context)

    def text(self, parameters, name, context):
        """Give a text, or None where there is none."""
        return self.parameterAsString(parameters, name, context).strip() or None

    def bands(self, parameters, context):
        """Give the numbers of the layer's bands, or None where none were chosen."""
        return self.parameterAsInts(parameters, self.BANDS, context) or None

    def extent(self, parameters, context, crs):
        """Give the extent in a CRS, or None where there is none."""
        if not parameters.get(self.EXTENT):
            return None
        return self.parameterAsExtent(parameters, self.EXTENT, context, crs)


class LayerAlgorithm(EngineAlgorithm):
    """An algorithm that looks at a raster layer and at a vector layer of what is there."""

    LABELS, EXPRESSION = "LABELS", "EXPRESSION"

    def labels_parameter(self):
        """Give the parameter for the layer of what is there."""
        return QgsProcessingParameterFeatureSource(self.LABELS, tr("Layer of what is there"))

    def expression_parameter(self):
        """Give the parameter that chooses features of that layer."""
        return QgsProcessingParameterExpression(
            self.EXPRESSION,
            tr("Only features for which this is true"),
            parentLayerParameterName=self.LABELS,
            optional=True,
        )

    def prepareAlgorithm(self, parameters, context, feedback):
        """Take from the raster layer, in the thread it lives in, what the work needs."""
        self._imagery = self.layer_imagery(parameters, context)
        self._whole = self.parameterAsRasterLayer(parameters, self.INPUT, context).extent()
        return True


def number_parameter(name, text, most=None, default=None):
    """Give the parameter of a number, 0 or more, that need not be set unless it has a default."""
    parameter = QgsProcessingParameterNumber(
        name, text, QgsProcessingParameterNumber.Type.Double, default, default is None, 0.0
    )
    if most is not None:
        parameter.setMaximum(most)
    return parameter
