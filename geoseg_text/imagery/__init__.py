"""Imagery: from files and URLs to pictures on the run grid.

>>> with open_imagery("town.tif") as imagery:  # doctest: +SKIP
...     chip = imagery.read(Window(0, 0, 256, 256))
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoseg_text.imagery.environment import gdal_env
    from geoseg_text.imagery.opening import open_imagery
    from geoseg_text.imagery.reader import Chip, Imagery

__all__ = ["Chip", "Imagery", "gdal_env", "open_imagery"]

_HOMES = {
    "Chip": "reader",
    "Imagery": "reader",
    "gdal_env": "environment",
    "open_imagery": "opening",
}


def __getattr__(name: str) -> Any:  # what lies in one module need not load the others
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
