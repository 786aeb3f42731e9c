"""Puts the plugin's package where QGIS would, and what these tests share beside it."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLUGINS = HERE.parents[1] / "plugins" / "qgis"
for folder in (PLUGINS, HERE):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
