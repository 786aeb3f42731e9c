# SPDX-License-Identifier: GPL-2.0-or-later
"""What the dock keeps: phrases for all projects, the last question with each project."""

from __future__ import annotations

from qgis.core import QgsProject, QgsSettings

from .phrases import remembered

_SCOPE = "geoseg"
_HISTORY = "geoseg/history"


def history() -> list[str]:
    """Give the phrases asked before, the last ones first."""
    return list(QgsSettings().value(_HISTORY, [], type=list))


def remember(phrases: list[str]) -> None:
    """Put phrases that were just asked in front."""
    QgsSettings().setValue(_HISTORY, remembered(history(), phrases))


def keep(values: dict[str, str]) -> None:
    """Keep values with the project; they are saved when it is."""
    for name, value in values.items():
        if kept()[name] != value:
            QgsProject.instance().writeEntry(_SCOPE, name, value)


def kept() -> dict[str, str]:
    """Give what is kept with the project; empty texts where nothing is."""
    names = ("layer", "phrases", "part", "model", "min_area", "square")
    return {name: QgsProject.instance().readEntry(_SCOPE, name, "")[0] for name in names}


def number_of(text: str) -> float:
    """Read a number that was kept; 0 where the project was changed by other hands."""
    try:
        return float(text)
    except ValueError:
        return 0.0
