# SPDX-License-Identifier: GPL-2.0-or-later
"""What all algorithms that segment share: their parameters, the request, what they say of the answer."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterExtent,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
)

from geoseg_qgis import protocol
from geoseg_qgis.translating import tr

from .asking import ask

PHRASES_HELP = """A phrase names things and says which: by colour, size, position or neighbours, such as
"the red roofs beside the road". Write one on each line; each polygon says which it answers.

The network looks through windows, and a phrase is answered within each of them: "the largest roof" is the
largest of all only where the extent is one window.

Everything is computed on this machine; nothing is sent anywhere."""


class Segmenting(QgsProcessingAlgorithm):
    """Phrases and imagery in, polygons out; where the imagery comes from is for others to say."""

    INPUT, PHRASES, EXTENT, BANDS, MODEL = "INPUT", "PHRASES", "EXTENT", "BANDS", "MODEL"
    THRESHOLD, MIN_AREA, SIMPLIFY, SQUARE, GSD = "THRESHOLD", "MIN_AREA", "SIMPLIFY", "SQUARE", "GSD"
    OUTPUT, SCORES = "OUTPUT", "SCORES"

    def createInstance(self):
        """Make another of it."""
        return type(self)()

    def shortHelpString(self):
        """Say what it does."""
        return self.shortDescription() + ".\n\n" + tr(PHRASES_HELP)

    def tags(self):
        """Let it be found by these."""
        return tr("text,prompt,segmentation,referring,extract,buildings,trees,cars,deep learning").split(",")

    def initAlgorithm(self, _configuration=None):
        """Say what it takes and gives."""
        for parameter in self.imagery_parameters():
            self.addParameter(parameter)
        for parameter in self._simple():
            self.addParameter(parameter)
        for parameter in (*self.advanced_imagery_parameters(), *self._advanced()):
            parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
            self.addParameter(parameter)
        polygons = QgsProcessing.SourceType.TypeVectorPolygon
        self.addParameter(QgsProcessingParameterVectorDestination(self.OUTPUT, tr("Polygons"), polygons))
        self.addParameter(
            QgsProcessingParameterRasterDestination(
                self.SCORES, tr("Scores"), optional=True, createByDefault=False
            )
        )

    def imagery_parameters(self):
        """Say what is looked at."""
        raise NotImplementedError

    def advanced_imagery_parameters(self):
        """Say how it is looked at."""
        raise NotImplementedError

    def _simple(self):
        yield QgsProcessingParameterExtent(self.EXTENT, tr("Extent"), optional=True)
        yield QgsProcessingParameterString(self.PHRASES, tr("Phrases, one on each line"), multiLine=True)
        yield number_parameter(
            self.THRESHOLD, tr("Score from which a pixel counts (the model's if not set)"), 1.0
        )
        yield number_parameter(self.MIN_AREA, tr("Least area in square metres"))

    def _advanced(self):
        yield QgsProcessingParameterString(
            self.MODEL, tr("Model: a name or a model folder (the embedded one if empty)"), optional=True
        )
        yield number_parameter(
            self.GSD, tr("Look at pixels of this size in metres (the model's range if not set)")
        )
        yield number_parameter(self.SIMPLIFY, tr("Simplify outlines by this many metres"))
        yield QgsProcessingParameterBoolean(self.SQUARE, tr("Right-angled outlines, for buildings"), False)

    def number(self, parameters, name, context):
        """Give a number, or None where it is not set."""
        if parameters.get(name) is None:
            return None
        return self.parameterAsDouble(parameters, name, context)

    def segment(self, parameters, context, feedback, **imagery):
        """Ask the engine, say what it found, and give what Processing wants to hear.

        Args:
            parameters: of the run.
            context: of the run.
            feedback: of the run.
            imagery: the fields of `protocol.Segment` that say what is looked at.
        """
        phrases = self.parameterAsString(parameters, self.PHRASES, context).splitlines()
        request = protocol.Segment(
            id="processing",
            phrases=[phrase for phrase in phrases if phrase.strip()],
            output=self.parameterAsOutputLayer(parameters, self.OUTPUT, context),
            score_raster=self.parameterAsOutputLayer(parameters, self.SCORES, context) or None,
            model=self.parameterAsString(parameters, self.MODEL, context) or None,
            threshold=self.number(parameters, self.THRESHOLD, context),
            min_area_m2=self.number(parameters, self.MIN_AREA, context) or 0.0,
            simplify_m=self.number(parameters, self.SIMPLIFY, context),
            square=self.parameterAsBool(parameters, self.SQUARE, context),
            gsd=self.number(parameters, self.GSD, context),
            overwrite=True,  # QGIS has asked, or the place is a temporary one
            **imagery,
        )
        answer = ask(request, feedback)
        if answer is None:
            return {}
        for phrase, found in answer.phrases.items():
            text = tr("{count} polygons, {area:,.0f} m², for “{phrase}”")
            feedback.pushInfo(text.format(count=found["polygons"], area=found["area_m2"], phrase=phrase))
        for line in answer.not_seen:
            feedback.reportError(tr("Not seen: {}").format(line))
        results = {self.OUTPUT: request.output}
        if request.score_raster is not None:
            results[self.SCORES] = request.score_raster
        return results


def number_parameter(name, text, most=None):
    """Give the parameter of a number, 0 or more, that need not be set."""
    parameter = QgsProcessingParameterNumber(
        name, text, QgsProcessingParameterNumber.Type.Double, optional=True, minValue=0.0
    )
    if most is not None:
        parameter.setMaximum(most)
    return parameter
