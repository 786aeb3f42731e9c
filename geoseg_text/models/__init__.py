"""Published referring segmentation systems behind one contract: one system, one file.

``load_model()`` gives the embedded default, ``load_model("mafn")`` a registered system,
``load_model(folder)`` a saved one, ``build_model(name, **config)`` an untrained network.
"""

from geoseg_text.models.base import ModelConfig, ReferringModel, TextFeatures
from geoseg_text.models.registry import DEFAULT_MODEL, SYSTEMS, build_model, load_model
from geoseg_text.models.weights import save_model

__all__ = [
    "DEFAULT_MODEL",
    "SYSTEMS",
    "ModelConfig",
    "ReferringModel",
    "TextFeatures",
    "build_model",
    "load_model",
    "save_model",
]
