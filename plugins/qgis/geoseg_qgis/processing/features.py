# SPDX-License-Identifier: GPL-2.0-or-later
"""From features of QGIS to a file that the engine reads, for the run alone.

Written anew whatever the layer is: so one in memory, one with a filter, with edits or of a database, and the
selected features of one, are all the same to the engine.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile

from qgis.core import (
    QgsCoordinateTransform,
    QgsCsException,
    QgsExpression,
    QgsExpressionContext,
    QgsFeatureRequest,
    QgsProcessingException,
    QgsProcessingFeatureSource,
)

from geoseg_qgis import geopackage
from geoseg_qgis.translating import tr


@contextmanager
def run_folder() -> Iterator[str]:
    """Give a folder that goes away with the block."""
    folder = tempfile.mkdtemp(prefix="geoseg-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_features(source, folder, context, feedback, *, expression="", extent=None, crs=None):
    """Write features into a GeoPackage that is called as their layer is.

    Args:
        source: of the features, as Processing gives it.
        folder: where to.
        context: of the run.
        feedback: of the run; may stop the writing.
        expression: which features; all of them if empty.
        extent: only those whose boxes reach it; everywhere if None.
        crs: of the extent.

    Returns:
        Path of the file.

    Raises:
        QgsProcessingException: the expression cannot be read, no feature is left, or the disk is full.
    """
    request = QgsFeatureRequest()
    if expression:
        _check(expression, source, context)
        request.setFilterExpression(expression)
        request.setExpressionContext(_expression_context(source, context))
    box = None if extent is None else moved(extent, crs, source.sourceCrs(), context)
    if box is not None:
        request.setFilterRect(box)
    path = os.path.join(folder, _file_name(source.sourceName()) + ".gpkg")
    unchecked = QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks  # the engine mends them
    features = takewhile(lambda _: not feedback.isCanceled(), source.getFeatures(request, unchecked))
    try:
        count = geopackage.write(
            path, features, fields=source.fields(), kind=source.wkbType(), crs=source.sourceCrs(),
            context=context.transformContext(),
        )  # fmt: skip
    except OSError as error:
        text = tr("{name} cannot be written for the run: {fault}")
        raise QgsProcessingException(text.format(name=source.sourceName(), fault=error)) from error
    if not count and not feedback.isCanceled():
        text = tr("{name}: no feature that is wanted lies on the imagery; look at its CRS and the expression")
        raise QgsProcessingException(text.format(name=source.sourceName()))
    return path


def moved(extent, crs, target, context):
    """Give an extent in another CRS; None where it has no place there."""
    try:
        return QgsCoordinateTransform(crs, target, context.transformContext()).transformBoundingBox(extent)
    except QgsCsException:
        return None


def _expression_context(source, context):
    found = QgsExpressionContext(context.expressionContext())  # the run's own stays as it is
    found.appendScope(source.createExpressionContextScope())
    found.setFields(source.fields())
    return found


def _check(expression, source, context) -> None:
    read = QgsExpression(expression)
    if read.hasParserError():
        fault = read.parserErrorString()
    else:
        named = read.referencedColumns() - {QgsFeatureRequest.ALL_ATTRIBUTES}
        unknown = {name for name in named if source.fields().lookupField(name) < 0}
        fault = tr("there is no column {}").format(", ".join(sorted(unknown))) if unknown else ""
    if fault:
        text = tr("The expression {expression} cannot be used: {fault}")
        raise QgsProcessingException(text.format(expression=expression, fault=fault))


def _file_name(name) -> str:
    return re.sub(r"[^\w -]+", "_", name).strip()[:80] or "layer"
