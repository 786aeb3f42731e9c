# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers as layers of the project: named by the phrase, styled, and able to say how they came about."""

from __future__ import annotations

import os

from qgis.core import (
    QgsFillSymbol,
    QgsProject,
    QgsProviderRegistry,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)

from geoseg_qgis.layers import place_of
from geoseg_qgis.translating import tr

from .asking import Answer, Cut, Outlines, discard

_PHRASE, _SCORES, _THRESHOLD = "geoseg/phrase", "geoseg/scores", "geoseg/threshold"
_MODEL, _SOURCE = "geoseg/model", "geoseg/source"
_MIN_AREA, _SQUARE = "geoseg/min_area_m2", "geoseg/square"
_COLOURS = ("230,60,40", "30,110,220", "20,150,70", "240,150,0", "150,60,190", "0,160,180")


def add(answer: Answer, number: int) -> QgsVectorLayer:
    """Add an answer above all other layers of the project.

    Args:
        answer: whose file is there.
        number: of the answer, for its colour.
    """
    layer = QgsVectorLayer(answer.file, answer.cut.phrase, "ogr")
    colour = _COLOURS[number % len(_COLOURS)]
    symbol = QgsFillSymbol.createSimple(
        {"color": f"{colour},70", "outline_color": f"{colour},255", "outline_width": "0.5"}
    )
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))
    for name, alias in _aliases().items():
        layer.setFieldAlias(layer.fields().indexOf(name), alias)
    metadata = layer.metadata()
    metadata.setTitle(answer.cut.phrase)
    metadata.setType("dataset")
    layer.setMetadata(metadata)
    _describe(layer, answer)
    QgsProject.instance().addMapLayer(layer, False)
    QgsProject.instance().layerTreeRoot().insertLayer(0, layer)
    return layer


def renew(layer: QgsVectorLayer, answer: Answer) -> None:
    """Show another cut of the same phrase in its layer; the file of the former one goes."""
    former = _path(layer)
    layer.setDataSource(answer.file, layer.name(), "ogr", layer.dataProvider().ProviderOptions())
    _describe(layer, answer)
    layer.triggerRepaint()
    if former not in map(_path, QgsProject.instance().mapLayers().values()):
        discard(former)


def cut_of(layer) -> Cut | None:
    """Give how a layer was cut; None of one that is no answer, or not one of ours any more.

    That is so where its scores are gone, where it was made permanent elsewhere, and while somebody edits it.
    """
    phrase, scores = layer.customProperty(_PHRASE), layer.customProperty(_SCORES)
    if not phrase or not scores or not os.path.isfile(scores) or layer.isEditable():
        return None
    if place_of(os.path.dirname(_path(layer))) != place_of(os.path.dirname(scores)):
        return None
    return Cut(
        scores,
        phrase,
        float(layer.customProperty(_THRESHOLD)),
        Outlines(float(layer.customProperty(_MIN_AREA, 0.0)), str(layer.customProperty(_SQUARE)) == "1"),
        str(layer.customProperty(_MODEL, "")),
        str(layer.customProperty(_SOURCE, "")),
    )


def let_go(layer: QgsVectorLayer) -> None:
    """Cut a layer no more: somebody has worked on it."""
    layer.removeCustomProperty(_SCORES)


def _path(layer) -> str:
    """Name the file of a vector layer; empty of any other."""
    if layer.providerType() != "ogr":
        return ""
    return QgsProviderRegistry.instance().decodeUri("ogr", layer.source()).get("path") or ""


def _aliases() -> dict[str, str]:
    return {
        "phrase": tr("Phrase"),
        "score": tr("Mean score"),
        "score_max": tr("Highest score"),
        "area_m2": tr("Area in m²"),
        "source": tr("Imagery"),
        "model": tr("Model"),
        "created": tr("Asked at"),
    }


def _describe(layer: QgsVectorLayer, answer: Answer) -> None:
    cut = answer.cut
    kept = {
        _PHRASE: cut.phrase, _SCORES: cut.scores, _THRESHOLD: cut.threshold, _MODEL: cut.model,
        _SOURCE: cut.source, _MIN_AREA: cut.outlines.min_area_m2, _SQUARE: str(int(cut.outlines.square)),
    }  # fmt: skip
    for key, value in kept.items():
        layer.setCustomProperty(key, value)
    metadata = layer.metadata()
    metadata.setAbstract(
        tr(
            "What the model {model} found for “{phrase}” in {source}, at scores from {threshold:.2f}: "
            "{polygons} polygons. The column score is the mean of a polygon's pixels."
        ).format(
            model=cut.model,
            phrase=cut.phrase,
            source=cut.source,
            threshold=cut.threshold,
            polygons=answer.polygons,
        )
    )
    metadata.setKeywords({"geoseg-text": [cut.phrase]})
    layer.setMetadata(metadata)
