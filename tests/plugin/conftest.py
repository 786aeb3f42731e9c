"""Puts the plugin's package where QGIS would; none of these tests needs QGIS."""

from __future__ import annotations

import sys
from pathlib import Path

PLUGINS = Path(__file__).resolve().parents[2] / "plugins" / "qgis"
if str(PLUGINS) not in sys.path:
    sys.path.append(str(PLUGINS))
