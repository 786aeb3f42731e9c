# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin keeps for the user, under ``geoseg/`` in QGIS's settings."""

from __future__ import annotations

import os
from dataclasses import dataclass

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QStandardPaths

PYTHON = "geoseg/python"
PYTHON_VARIABLE = "GEOSEG_PYTHON"
"""Names the engine's Python where there is no window to choose it in; it comes before the setting."""

REQUIREMENT = "geoseg/requirement"
ENVIRONMENT = "geoseg/environment"
CERTIFICATES = "geoseg/certificates"
MODELS = "geoseg/models"
MOST_MODELS = 12
"""Model folders that are kept."""


@dataclass(frozen=True)
class Making:
    """How an environment for the engine is made.

    Attributes:
        requirement: what is installed: a wheel, a folder of the project or a pinned name; empty until the
            user, or who looks after their QGIS, says it: no name is taken from an index unasked.
        folder: that of the environment.
        certificates: file of those to trust; empty for those of the system.
    """

    requirement: str
    folder: str
    certificates: str


def engine_python() -> str:
    """Path of the Python that has geoseg-text; empty where none was chosen."""
    return python_of_variable() or _text(PYTHON)


def python_of_variable() -> str:
    """Path that the variable names; empty without it."""
    return os.environ.get(PYTHON_VARIABLE, "")


def choose_engine_python(path: str) -> None:
    """Keep the Python that has geoseg-text."""
    QgsSettings().setValue(PYTHON, path)


def making() -> Making:
    """How an environment was made last; at first into a folder among the user's data, outside QGIS's."""
    data = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    folder = os.path.join(os.path.normpath(data), "geoseg-text", "environment")
    return Making(_text(REQUIREMENT), _text(ENVIRONMENT) or folder, _text(CERTIFICATES))


def keep_making(made: Making) -> None:
    """Keep how an environment is made."""
    settings = QgsSettings()
    settings.setValue(REQUIREMENT, made.requirement)
    settings.setValue(ENVIRONMENT, made.folder)
    settings.setValue(CERTIFICATES, made.certificates)


def models() -> list[str]:
    """Model folders that were made or chosen and are still there, the last ones first."""
    return [folder for folder in _folders() if os.path.isfile(os.path.join(folder, "config.json"))]


def remember_model(folder: str) -> None:
    """Keep a model folder."""
    path = os.path.normpath(folder)
    QgsSettings().setValue(MODELS, list(dict.fromkeys([path, *_folders()]))[:MOST_MODELS])


def _folders() -> list[str]:
    return list(QgsSettings().value(MODELS, [], type=list))


def _text(key: str) -> str:
    return str(QgsSettings().value(key, "", type=str))
