# SPDX-License-Identifier: GPL-2.0-or-later
"""Words for the user, in their language where there is a translation.

All texts of the plugin are in one context, so that ``tr("...")`` is all that a module writes. It is given
a literal, or a constant of the same module: ``scripts/translations.py`` collects nothing else. Modules
that need no QGIS use it as well; outside QGIS, texts stay as they are.
"""

from __future__ import annotations

import os

try:
    from qgis.core import QgsApplication
    from qgis.PyQt.QtCore import QCoreApplication, QLocale, QTranslator
except ImportError:  # looked at, or tested, outside QGIS
    QCoreApplication = None

CONTEXT = "Geoseg"
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "i18n")
"""Where compiled translations lie, as ``geoseg_qgis_de.qm``."""


def tr(text: str) -> str:
    """Translate a text of this plugin; from any thread."""
    return text if QCoreApplication is None else QCoreApplication.translate(CONTEXT, text)


def install() -> QTranslator | None:
    """Begin to speak QGIS's language.

    Returns:
        What `remove` takes and the caller keeps; None where the plugin does not speak that language.
    """
    translator = QTranslator()
    language = QLocale(QgsApplication.instance().locale())
    if not translator.load(language, "geoseg_qgis", "_", FOLDER, ".qm"):
        return None
    QCoreApplication.installTranslator(translator)
    return translator


def remove(translator: QTranslator | None) -> None:
    """Speak English again.

    Args:
        translator: what `install` gave.
    """
    if translator is not None:
        QCoreApplication.removeTranslator(translator)
