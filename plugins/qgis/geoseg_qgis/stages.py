# SPDX-License-Identifier: GPL-2.0-or-later
"""What the engine does, in words for people."""

from __future__ import annotations

from geoseg_qgis.protocol import Progress
from geoseg_qgis.translating import tr

_TRAINING = "train"
"""The stage that the engine tells in seconds."""


def stage_name(stage: str) -> str:
    """Name a stage; one without a name is called as the engine does."""
    names = {
        "segment": tr("Looking"),
        "join": tr("Joining"),
        "polygons": tr("Drawing outlines"),
        "scores": tr("Keeping the scores"),
        "cut": tr("Cutting"),
        "windows": tr("Reading the layers"),
        "judge before": tr("Judging the model before"),
        "scenes": tr("Drawing scenes"),
        "train": tr("Training"),
        "threshold": tr("Choosing the threshold"),
        "judge after": tr("Judging the model after"),
    }
    return names.get(stage, stage)


def how_far(event: Progress) -> str:
    """Say how far the engine is."""
    if event.stage == _TRAINING:
        minutes = tr("{stage}: {done:.1f} of {total:.1f} minutes")
        return minutes.format(stage=stage_name(event.stage), done=event.done / 60, total=event.total / 60)
    text = tr("{stage}: {done} of {total}")
    return text.format(stage=stage_name(event.stage), done=event.done, total=event.total)
