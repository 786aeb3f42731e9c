# SPDX-License-Identifier: GPL-2.0-or-later
"""Fine-tune on a layer: a raster layer and a layer of what is there in, a model folder out."""

from __future__ import annotations

import os
from contextlib import ExitStack

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterString,
)

from geoseg_qgis import protocol, settings
from geoseg_qgis.translating import tr

from .algorithm import LayerAlgorithm, number_parameter
from .asking import ask
from .features import moved, run_folder, write_features

MINUTES = 15.0

HELP = """The layer must hold all there is of its kind on the imagery, or within the area where it is
complete: what it leaves out is learnt as something else. Lines and points become areas by their width.

Say what the features are in a word or two that mean a kind of thing, such as "buildings" or "solar panels".
That is what the model learns to find; ask it with the model folder as the model of Segment by phrase.

Some of the imagery is held back. What the model marks on it is told before and after, as the overlap with the
layer (IoU): 0 is none and 1 is all. Some minutes are needed before and after those of the training itself.

Cancelling leaves no model. Everything is computed on this machine; nothing is sent anywhere."""


class FineTune(LayerAlgorithm):
    """Teaches a model what a layer holds."""

    CATEGORY, AREA, WIDTH = "CATEGORY", "AREA", "WIDTH"
    MINUTES, START, OUTPUT, BEFORE, AFTER = "MINUTES", "START", "OUTPUT", "BEFORE", "AFTER"

    def name(self):
        """Name it for programs."""
        return "finetune"

    def displayName(self):
        """Name it for people."""
        return tr("Fine-tune on a layer")

    def shortDescription(self):
        """Say what it does, in a line."""
        return tr("Teaches a model what a vector layer holds of a raster layer, and gives a model folder")

    def shortHelpString(self):
        """Say what it does."""
        return self.shortDescription() + ".\n\n" + tr(HELP)

    def initAlgorithm(self, _configuration=None):
        """Say what it takes and gives."""
        self.add_parameters(
            [
                self.layer_parameter(),
                self.labels_parameter(),
                QgsProcessingParameterString(
                    self.CATEGORY,
                    tr("What its features are, such as buildings (by its columns or name if empty)"),
                    optional=True,
                ),
                self.expression_parameter(),
                number_parameter(self.MINUTES, tr("Minutes of training"), default=MINUTES),
            ],
            [
                QgsProcessingParameterFeatureSource(
                    self.AREA,
                    tr("Area where the layer is complete (all of the imagery if not set)"),
                    [QgsProcessing.SourceType.TypeVectorPolygon],
                    optional=True,
                ),
                QgsProcessingParameterString(
                    self.START,
                    tr("Model to start from: a model folder or a name (the embedded one if empty)"),
                    optional=True,
                ),
                number_parameter(self.WIDTH, tr("Width of lines and points in metres (by what they are)")),
                number_parameter(
                    self.GSD, tr("Look at pixels of this size in metres (the imagery's if not set)")
                ),
                self.bands_parameter(),
            ],
        )
        self.addParameter(QgsProcessingParameterFolderDestination(self.OUTPUT, tr("Model folder")))
        self.addOutput(QgsProcessingOutputNumber(self.BEFORE, tr("IoU before")))
        self.addOutput(QgsProcessingOutputNumber(self.AFTER, tr("IoU after")))

    def processAlgorithm(self, parameters, context, feedback):
        """Ask the engine."""
        area = self.parameterAsSource(parameters, self.AREA, context)
        crs, extent = self._imagery.crs, None
        if area is not None:
            extent = moved(area.sourceExtent(), area.sourceCrs(), crs, context)
        gsd = self.number(parameters, self.GSD, context)
        with ExitStack() as kept:
            folder = kept.enter_context(run_folder())
            place = {"extent": extent or self._whole, "crs": crs}
            aoi = None
            if area is not None:
                inside = os.path.join(folder, "area")
                os.mkdir(inside)
                aoi = write_features(area, inside, context, feedback, **place)
            labels = write_features(
                self.parameterAsSource(parameters, self.LABELS, context),
                folder,
                context,
                feedback,
                expression=self.parameterAsExpression(parameters, self.EXPRESSION, context),
                **place,
            )
            category = self.text(parameters, self.CATEGORY, context)
            request = protocol.Train(
                id="processing",
                inputs=[kept.enter_context(self._imagery.file(extent, gsd, feedback))],
                labels=[labels],
                output=self.parameterAsFileOutput(parameters, self.OUTPUT, context),
                categories=None if category is None else [category],
                width_m=self.number(parameters, self.WIDTH, context),
                start=self.text(parameters, self.START, context),
                minutes=self.number(parameters, self.MINUTES, context),
                work=os.path.join(folder, "training"),
                bands=self.bands(parameters, context),
                gsd=gsd,
                aoi=aoi,
            )
            answer = None if feedback.isCanceled() else ask(request, feedback)
        return {} if answer is None else self._told(answer, feedback)

    def _told(self, answer, feedback):
        """Say what was gained, and give what Processing wants to hear."""
        settings.remember_model(answer.output)
        results = {self.OUTPUT: answer.output}
        for phrase, gain in answer.gains.items():
            text = tr("“{phrase}” on what was held back: IoU {before} before, {after} after")
            said = {name: "-" if value is None else f"{value:.3f}" for name, value in gain.items()}
            feedback.pushInfo(text.format(phrase=phrase, **said))
        for name, key in ((self.BEFORE, "before"), (self.AFTER, "after")):
            known = [gain[key] for gain in answer.gains.values() if gain[key] is not None]
            if known:
                results[name] = sum(known) / len(known)
        return results
