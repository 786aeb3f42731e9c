# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin keeps for the user, under ``geoseg/`` in QGIS's settings."""

from __future__ import annotations

import os

from qgis.core import QgsSettings

PYTHON = "geoseg/python"
PYTHON_VARIABLE = "GEOSEG_PYTHON"
"""Names the engine's Python where there is no window to choose it in; it comes before the setting."""


def engine_python() -> str:
    """Path of the Python that has geoseg-text; empty where none was chosen."""
    return os.environ.get(PYTHON_VARIABLE, "") or QgsSettings().value(PYTHON, "", type=str)


def choose_engine_python(path: str) -> None:
    """Keep the Python that has geoseg-text."""
    QgsSettings().setValue(PYTHON, path)
