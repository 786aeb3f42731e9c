# SPDX-License-Identifier: GPL-2.0-or-later
"""Segment by phrase: a raster layer and phrases in, polygons out."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterExtent,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
)

from geoseg_qgis import protocol
from geoseg_qgis.layers import Imagery
from geoseg_qgis.translating import tr

from .asking import ask

_HELP = """Finds what phrases mean in a raster layer and gives polygons.

A phrase names things and says which: by colour, material, size, position or neighbours, e.g. "the red roofs
beside the road". Write one on each line; each polygon says which it answers.

The network looks through windows, and a phrase is answered within each of them: "the largest roof" is the
largest of all only where the extent is one window.

Everything is computed on this machine; nothing is sent anywhere."""


class SegmentByPhrase(QgsProcessingAlgorithm):
    """A raster layer and phrases in, polygons out."""

    INPUT, PHRASES, EXTENT, BANDS, MODEL = "INPUT", "PHRASES", "EXTENT", "BANDS", "MODEL"
    THRESHOLD, MIN_AREA, SIMPLIFY, SQUARE, GSD = "THRESHOLD", "MIN_AREA", "SIMPLIFY", "SQUARE", "GSD"
    OUTPUT, SCORES = "OUTPUT", "SCORES"

    def createInstance(self):
        """Make another of it."""
        return SegmentByPhrase()

    def name(self):
        """Name it for programs."""
        return "segmentbyphrase"

    def displayName(self):
        """Name it for people."""
        return tr("Segment by phrase")

    def shortHelpString(self):
        """Say what it does."""
        return tr(_HELP)

    def shortDescription(self):
        """Say what it does, in a line."""
        return tr("Finds what phrases mean in a raster layer and gives polygons")

    def tags(self):
        """Let it be found by these."""
        return tr("text,prompt,segmentation,referring,extract,buildings,trees,cars,deep learning").split(",")

    def initAlgorithm(self, _configuration=None):
        """Say what it takes and gives."""
        for parameter in self._simple():
            self.addParameter(parameter)
        for parameter in self._advanced():
            parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
            self.addParameter(parameter)
        scores = QgsProcessingParameterRasterDestination(
            self.SCORES, tr("Scores"), optional=True, createByDefault=False
        )
        self.addParameter(
            QgsProcessingParameterVectorDestination(
                self.OUTPUT, tr("Polygons"), QgsProcessing.SourceType.TypeVectorPolygon
            )
        )
        self.addParameter(scores)

    def _simple(self):
        yield QgsProcessingParameterRasterLayer(self.INPUT, tr("Imagery"))
        yield QgsProcessingParameterString(self.PHRASES, tr("Phrases, one on each line"), multiLine=True)
        yield QgsProcessingParameterExtent(self.EXTENT, tr("Extent"), optional=True)
        yield _number(self.THRESHOLD, tr("Score from which a pixel counts (the model's if not set)"), 1.0)
        yield _number(self.MIN_AREA, tr("Least area in square metres"))

    def _advanced(self):
        yield QgsProcessingParameterString(
            self.MODEL, tr("Model: a name or a model folder (the embedded one if empty)"), optional=True
        )
        yield QgsProcessingParameterBand(
            self.BANDS,
            tr("Bands to see as red, green and blue"),
            parentLayerParameterName=self.INPUT,
            optional=True,
            allowMultiple=True,
        )
        yield _number(self.GSD, tr("Look at pixels of this size in metres (the model's range if not set)"))
        yield _number(self.SIMPLIFY, tr("Simplify outlines by this many metres"))
        yield QgsProcessingParameterBoolean(self.SQUARE, tr("Right-angled outlines, for buildings"), False)

    def prepareAlgorithm(self, parameters, context, feedback):
        """Take from the layer, in the thread it lives in, what the work needs."""
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, self.INPUT))
        self._imagery = Imagery(layer, context.transformContext())
        return True

    def processAlgorithm(self, parameters, context, feedback):
        """Ask the engine."""
        extent = None
        if parameters.get(self.EXTENT):
            extent = self.parameterAsExtent(parameters, self.EXTENT, context, self._imagery.crs)
        gsd = self._number(parameters, self.GSD, context)
        with self._imagery.file(extent, gsd, feedback) as file:
            request = self._request(parameters, context, file, extent)
            answer = ask(request, feedback)
        if answer is None:
            return {}
        for phrase, found in answer.phrases.items():
            feedback.pushInfo(
                tr("{count} polygons, {area:,.0f} m², for “{phrase}”").format(
                    count=found["polygons"], area=found["area_m2"], phrase=phrase
                )
            )
        for line in answer.not_seen:
            feedback.reportError(tr("Not seen: {}").format(line))
        results = {self.OUTPUT: request.output}
        if request.score_raster is not None:
            results[self.SCORES] = request.score_raster
        return results

    def _number(self, parameters, name, context):
        if parameters.get(name) is None:
            return None
        return self.parameterAsDouble(parameters, name, context)

    def _request(self, parameters, context, file, extent):
        def number(name):
            return self._number(parameters, name, context)

        bounds = None
        if extent is not None:
            bounds = [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()]
        phrases = self.parameterAsString(parameters, self.PHRASES, context).splitlines()
        return protocol.Segment(
            id="processing",
            inputs=[file],
            phrases=[phrase for phrase in phrases if phrase.strip()],
            output=self.parameterAsOutputLayer(parameters, self.OUTPUT, context),
            score_raster=self.parameterAsOutputLayer(parameters, self.SCORES, context) or None,
            model=self.parameterAsString(parameters, self.MODEL, context) or None,
            threshold=number(self.THRESHOLD),
            min_area_m2=number(self.MIN_AREA) or 0.0,
            simplify_m=number(self.SIMPLIFY),
            square=self.parameterAsBool(parameters, self.SQUARE, context),
            bands=self.parameterAsInts(parameters, self.BANDS, context) or None,
            gsd=number(self.GSD),
            bounds=bounds,
            overwrite=True,  # QGIS has asked, or the place is a temporary one
        )


def _number(name, text, most=None):
    """Give a number, 0 or more, that need not be set."""
    parameter = QgsProcessingParameterNumber(
        name, text, QgsProcessingParameterNumber.Type.Double, optional=True, minValue=0.0
    )
    if most is not None:
        parameter.setMaximum(most)
    return parameter
