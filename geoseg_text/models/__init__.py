"""Published referring segmentation systems behind one contract: one system, one file.

``load_model()`` gives the embedded default, ``load_model("mafn")`` a registered system,
``load_model(folder)`` a saved one, ``build_model(name, **config)`` an untrained network.

What is known of the systems (`SYSTEMS`) loads no torch; any other public name is fetched on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from geoseg_text.models.card import SystemCard
from geoseg_text.models.cards import DEFAULT_MODEL, SYSTEMS

if TYPE_CHECKING:
    from geoseg_text.models.base import ModelConfig, ReferringModel, TextFeatures
    from geoseg_text.models.registry import build_model, load_model
    from geoseg_text.models.weights import save_model

__all__ = [
    "DEFAULT_MODEL",
    "SYSTEMS",
    "ModelConfig",
    "ReferringModel",
    "SystemCard",
    "TextFeatures",
    "build_model",
    "load_model",
    "save_model",
]

_HOMES = {
    "ModelConfig": "base",
    "ReferringModel": "base",
    "TextFeatures": "base",
    "build_model": "registry",
    "load_model": "registry",
    "save_model": "weights",
}


def __getattr__(name: str) -> Any:  # the type of each name stands under TYPE_CHECKING above
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
