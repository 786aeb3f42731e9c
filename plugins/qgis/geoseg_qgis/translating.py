# SPDX-License-Identifier: GPL-2.0-or-later
"""Words for the user, in their language where there is a translation."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication

CONTEXT = "Geoseg"


def tr(text: str) -> str:
    """Translate a text of this plugin."""
    return QCoreApplication.translate(CONTEXT, text)
