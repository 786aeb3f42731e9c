# SPDX-License-Identifier: GPL-2.0-or-later
"""Asking the engine from Processing: progress, warnings, the cancel button, words for what went wrong."""

from __future__ import annotations

from qgis.core import QgsProcessingException

from geoseg_qgis.engine import EngineCancelled, EngineError, EngineFailure
from geoseg_qgis.engines import engine
from geoseg_qgis.translating import tr

_TRAINING = "train"
"""The stage that the engine tells in seconds."""


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
        feedback.setProgressText(_said(event))

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


def _said(event) -> str:
    """Say how far the work is."""
    if event.stage == _TRAINING:
        minutes = tr("training: {done:.1f} of {total:.1f} minutes")
        return minutes.format(done=event.done / 60, total=event.total / 60)
    return tr("{stage}: {done} of {total}").format(stage=event.stage, done=event.done, total=event.total)
