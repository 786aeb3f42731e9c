# SPDX-License-Identifier: GPL-2.0-or-later
"""What all algorithms that segment share: their parameters, the request, what they say of the answer."""

from __future__ import annotations

from qgis.core import (
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
)

from geoseg_qgis import protocol
from geoseg_qgis.layers import files_shown, place_of
from geoseg_qgis.translating import tr

from .algorithm import EngineAlgorithm
from .asking import ask

PHRASES_HELP = """A phrase names things and says which: by colour, size, position or neighbours, such as
"the red roofs" or "the lake in the north". The embedded model reads colours and positions, hardly yet sizes
and neighbours. Write one phrase on each line; each polygon says which it answers.

The network looks through windows, and a phrase is answered within each of them: "the largest roof" is the
largest of all only where the extent is one window.

Everything is computed on this machine; nothing is sent anywhere."""


class Segmenting(EngineAlgorithm):
    """Phrases and imagery in, polygons out; where the imagery comes from is for others to say."""

    PHRASES, OUTPUT, SCORES = "PHRASES", "OUTPUT", "SCORES"

    def shortHelpString(self):
        """Say what it does."""
        return self.shortDescription() + ".\n\n" + tr(PHRASES_HELP)

    def initAlgorithm(self, _configuration=None):
        """Say what it takes and gives."""
        self.add_parameters(
            [*self.imagery_parameters(), *self._simple()],
            [*self.advanced_imagery_parameters(), *self.finding_parameters()],
        )
        polygons = QgsProcessing.SourceType.TypeVectorPolygon
        self.addParameter(QgsProcessingParameterVectorDestination(self.OUTPUT, tr("Polygons"), polygons))
        self.addParameter(
            QgsProcessingParameterRasterDestination(
                self.SCORES, tr("Scores"), optional=True, createByDefault=False
            )
        )

    def prepareAlgorithm(self, parameters, context, feedback):
        """Note, in the thread of the layers, which files are in use."""
        self._shown = {} if context.project() is None else files_shown(context.project())
        return True

    def imagery_parameters(self):
        """Say what is looked at."""
        raise NotImplementedError

    def advanced_imagery_parameters(self):
        """Say how it is looked at."""
        raise NotImplementedError

    def _simple(self):
        yield self.extent_parameter()
        yield QgsProcessingParameterString(self.PHRASES, tr("Phrases, one on each line"), multiLine=True)
        yield from self.cutting_parameters()

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
            overwrite=True,  # QGIS has asked, or the place is a temporary one
            **self.finding(parameters, context),
            **imagery,
        )
        for file in filter(None, (request.output, request.score_raster)):
            shown = self._shown.get(place_of(file))
            if shown is not None:
                text = tr(
                    "{file} is shown by the layer {layer}: choose another file, or remove the layer first"
                )
                raise QgsProcessingException(text.format(file=file, layer=shown))
        answer = ask(request, feedback)
        if answer is None:
            return {}
        for phrase, found in answer.phrases.items():
            text = tr("{count} polygons, {area:,.0f} m², for “{phrase}”")
            feedback.pushInfo(text.format(count=found["polygons"], area=found["area_m2"], phrase=phrase))
        tell_not_seen(answer.not_seen, feedback)
        results = {self.OUTPUT: request.output}
        if request.score_raster is not None:
            results[self.SCORES] = request.score_raster
        return results


def tell_not_seen(lines, feedback):
    """Say what could not be read or answered."""
    for line in lines:
        feedback.reportError(tr("Not seen: {}").format(line))
