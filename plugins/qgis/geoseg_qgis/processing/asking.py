# SPDX-License-Identifier: GPL-2.0-or-later
"""Asking the engine from Processing: progress, warnings, the cancel button, words for what went wrong."""

from __future__ import annotations

from qgis.core import QgsProcessingException

from geoseg_qgis.engine import EngineCancelled, EngineError, EngineFailure
from geoseg_qgis.engines import engine
from geoseg_qgis.stages import how_far
from geoseg_qgis.translating import tr


def ask(request, feedback):
    """Ask the engine and wait for its answer.

    Args:
        request: a message of the protocol.
        feedback: of the running algorithm.

    Returns:
        The answer, or None where the user has cancelled.

    Raises:
        QgsProcessingException: there is no answer; the text says what to do.
    """

    def progress(event) -> None:
        feedback.setProgress(100.0 * event.done / max(event.total, 1))
        feedback.setProgressText(how_far(event))

    try:
        return engine().ask(
            request,
            on_progress=progress,
            on_note=lambda note: feedback.pushWarning(note.text),
            cancelled=feedback.isCanceled,
        )
    except EngineCancelled as error:
        if feedback.isCanceled():
            return None
        raise QgsProcessingException(tr("The engine was stopped meanwhile: run it again.")) from error
    except (EngineError, EngineFailure) as error:
        raise QgsProcessingException(str(error)) from error
