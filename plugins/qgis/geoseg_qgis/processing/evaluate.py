# SPDX-License-Identifier: GPL-2.0-or-later
"""Evaluate against a layer: a raster layer, a phrase and a layer of what is there in, figures out."""

from __future__ import annotations

import html
from contextlib import ExitStack

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from geoseg_qgis import protocol
from geoseg_qgis.layers import bounded_by
from geoseg_qgis.translating import tr

from .algorithm import LayerAlgorithm, number_parameter
from .asking import ask
from .features import run_folder, write_features
from .segmenting import tell_not_seen

HELP = """The layer must hold all there is of what the phrase means, within the extent. It is compared with
the polygons that Segment by phrase gives by the same settings, wherever the imagery is valid.

IoU is the ground that is in both, as a share of the ground that is in either. Precision is the share of what
was found that is true, recall the share of what is true that was found. A feature is found where half of it
is covered or more, and a polygon is right where half of it lies on features or more.

Everything is computed on this machine; nothing is sent anywhere."""


class EvaluateAgainstLayer(LayerAlgorithm):
    """Compares what a phrase finds with what a layer holds."""

    PHRASE, WIDTH, REPORT = "PHRASE", "WIDTH", "REPORT"
    FIGURES = ("IOU", "PRECISION", "RECALL", "FEATURE_RECALL", "POLYGON_PRECISION", "FEATURES", "POLYGONS")

    def name(self):
        """Name it for programs."""
        return "evaluate"

    def displayName(self):
        """Name it for people."""
        return tr("Evaluate against a layer")

    def shortDescription(self):
        """Say what it does, in a line."""
        return tr("Compares what a phrase finds in a raster layer with a vector layer of what is there")

    def shortHelpString(self):
        """Say what it does."""
        return self.shortDescription() + ".\n\n" + tr(HELP)

    def initAlgorithm(self, _configuration=None):
        """Say what it takes and gives."""
        self.add_parameters(
            [
                self.layer_parameter(),
                self.labels_parameter(),
                self.expression_parameter(),
                QgsProcessingParameterString(self.PHRASE, tr("Phrase that means its features")),
                self.extent_parameter(),
                *self.cutting_parameters(),
            ],
            [
                self.bands_parameter(),
                *self.finding_parameters(),
                number_parameter(self.WIDTH, tr("Width of the layer's lines and points in metres")),
            ],
        )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                self.REPORT, tr("Report"), tr("HTML files (*.html)"), optional=True
            )
        )
        for name in self.FIGURES:
            self.addOutput(QgsProcessingOutputNumber(name, name.replace("_", " ").capitalize()))

    def processAlgorithm(self, parameters, context, feedback):
        """Ask the engine."""
        crs = self._imagery.crs
        extent = self.extent(parameters, context, crs)
        finding = self.finding(parameters, context)
        with ExitStack() as kept:
            labels = write_features(
                self.parameterAsSource(parameters, self.LABELS, context),
                kept.enter_context(run_folder()),
                context,
                feedback,
                expression=self.parameterAsExpression(parameters, self.EXPRESSION, context),
                extent=extent or self._whole,
                crs=crs,
            )
            request = protocol.Evaluate(
                id="processing",
                inputs=[kept.enter_context(self._imagery.file(extent, finding["gsd"], feedback))],
                labels=[labels],
                phrase=self.parameterAsString(parameters, self.PHRASE, context),
                width_m=self.number(parameters, self.WIDTH, context),
                bands=self.bands(parameters, context),
                **finding,
                **bounded_by(extent, crs),
            )
            answer = None if feedback.isCanceled() else ask(request, feedback)
        if answer is None:
            return {}
        tell_not_seen(answer.figures["not_seen"], feedback)
        rows = list(_rows(answer.figures))
        for row in rows:
            feedback.pushInfo(": ".join(row))
        results = {name: answer.figures[name.lower()] for name in self.FIGURES}
        report = self.parameterAsFileOutput(parameters, self.REPORT, context)
        if report:
            _write(report, answer.figures, rows)
            results[self.REPORT] = report
        return {name: value for name, value in results.items() if value is not None}


def _rows(told):
    """Give what is told as pairs of words."""
    yield tr("IoU"), _percent(told["iou"])
    yield tr("Precision"), _percent(told["precision"])
    yield tr("Recall"), _percent(told["recall"])
    found = tr("{share} ({part} of {whole}), covered by half or more")
    yield (
        tr("Features found"),
        found.format(
            share=_percent(told["feature_recall"]), part=told["features_found"], whole=told["features"]
        ),
    )
    right = tr("{share} ({part} of {whole}), true by half or more")
    yield (
        tr("Polygons right"),
        right.format(
            share=_percent(told["polygon_precision"]), part=told["polygons_right"], whole=told["polygons"]
        ),
    )
    for name, key in (
        (tr("Area in the layer"), "truth_m2"),
        (tr("Area found"), "found_m2"),
        (tr("Area in both"), "both_m2"),
        (tr("Area looked at"), "seen_m2"),
    ):
        yield name, f"{told[key]:,.0f} m²"
    yield tr("Threshold"), f"{told['threshold']:g}"
    yield tr("Model"), told["model"]
    if told["repaired"] or told["unusable"]:
        mended = tr("{mended} mended, {out} left out")
        yield tr("Invalid geometries"), mended.format(mended=told["repaired"], out=told["unusable"])


def _percent(share) -> str:
    return "-" if share is None else f"{share:.1%}"


def _write(path, told, rows) -> None:
    """Write the page."""
    cells = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>" for name, value in rows
    )
    title = html.escape(told["phrase"])
    page = (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><style>th{text-align:left}</style>'
        f"<title>{title}</title></head><body><h1>{title}</h1><table>{cells}</table></body></html>\n"
    )
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(page)
    except OSError as error:
        text = tr("The report {path} cannot be written: {fault}")
        raise QgsProcessingException(text.format(path=path, fault=error.strerror)) from error
