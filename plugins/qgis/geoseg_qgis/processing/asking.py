# SPDX-License-Identifier: GPL-2.0-or-later
"""Asking the engine from Processing: progress, warnings, the cancel button, words for what went wrong."""

from __future__ import annotations

from qgis.core import QgsProcessingException

from geoseg_qgis.engine import EngineCancelled, EngineError, EngineFailure
from geoseg_qgis.engines import engine
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
        feedback.setProgressText(
            tr("{stage}: {done} of {total}").format(stage=event.stage, done=event.done, total=event.total)
        )

    try:
        return engine().ask(
            request,
            on_progress=progress,
            on_note=lambda note: feedback.pushWarning(note.text),
            cancelled=feedback.isCanceled,
        )
    except EngineCancelled:
        return None
    except (EngineError, EngineFailure) as error:
        raise QgsProcessingException(str(error)) from error
