"""Runs an algorithm of the plugin in a QGIS without a window, as Processing's toolbox does.

Told on standard input, as JSON: ``profile`` (folder), ``algorithm``, ``parameters``, ``layer`` (None, or the
``uri`` and ``provider`` of a raster layer that becomes INPUT), ``memory`` (None, or a vector file whose copy
in memory becomes LABELS), ``cancel_at`` (percent, or how a text of progress begins, or None). Says on its
last line what came out.
"""

from __future__ import annotations

import json
import os
import sys
import time

told = json.load(sys.stdin)
os.environ["QGIS_CUSTOM_CONFIG_PATH"] = told["profile"]

from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsFeatureRequest,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], False)
application.initQgis()
sys.path += ["/usr/share/qgis/python/plugins", os.path.join(told["profile"], "python", "plugins")]
import geoseg_qgis  # noqa: E402
import processing  # noqa: E402
from processing.core.Processing import Processing  # noqa: E402

Processing.initialize()
plugin = geoseg_qgis.classFactory(None)
plugin.initProcessing()


class Feedback(QgsProcessingFeedback):
    """Hears what is said, and presses cancel."""

    def __init__(self):
        super().__init__(False)
        self.said = {"info": [], "warnings": [], "errors": []}
        self.cancelled_at = None
        self.progressChanged.connect(self.hear)

    def hear(self, percent):
        if isinstance(told["cancel_at"], float) and percent >= told["cancel_at"]:
            self.stop()

    def stop(self):
        if self.cancelled_at is None:
            self.cancelled_at = time.monotonic()
            self.cancel()

    def setProgressText(self, text):
        if isinstance(told["cancel_at"], str) and text.startswith(told["cancel_at"]):
            self.stop()

    def pushInfo(self, text):
        self.said["info"].append(text)

    def pushWarning(self, text):
        self.said["warnings"].append(text)

    def reportError(self, text, fatalError=False):
        self.said["errors"].append(text)


feedback, parameters = Feedback(), told["parameters"]
if told["layer"]:
    layer = QgsRasterLayer(told["layer"]["uri"], "layer", told["layer"]["provider"])
    assert layer.isValid(), layer.error().message()
    QgsProject.instance().addMapLayer(layer)
    parameters["INPUT"] = layer.id()
if told["memory"]:
    layer = QgsVectorLayer(told["memory"], "kept", "ogr").materialize(QgsFeatureRequest())
    assert layer.isValid()
    layer.setName("the layer / in memory")
    QgsProject.instance().addMapLayer(layer)
    parameters["LABELS"] = layer.id()
out = {"results": None, "fault": None}
try:
    out["results"] = processing.run(told["algorithm"], parameters, feedback=feedback)
except Exception as error:  # noqa: BLE001 - which is what is looked at
    out["fault"] = str(error)
if feedback.cancelled_at is not None:
    out["seconds_to_stop"] = time.monotonic() - feedback.cancelled_at
plugin.unload()
print(json.dumps({**out, **feedback.said}))
application.exitQgis()
