"""Text-prompted segmentation of georeferenced imagery: a phrase and a raster in, polygons out.

>>> import geoseg_text as gt
>>> result = gt.segment("town.tif", "the red roofs beside the road")  # doctest: +SKIP
>>> result.to_file("roofs.gpkg")  # doctest: +SKIP

Importing the package loads neither torch nor rasterio: a public name is fetched from its module on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from geoseg_text.errors import Cancelled, GeosegError, GeosegWarning
from geoseg_text.progress import Cancellation, ProgressEvent

if TYPE_CHECKING:
    from geoseg_text.evaluation.layer import evaluate_layer
    from geoseg_text.models import build_model, load_model
    from geoseg_text.pipeline import cut, merge, segment
    from geoseg_text.results import Result
    from geoseg_text.scenes import render_scene, write_scene
    from geoseg_text.training.fine_tuning import fine_tune
    from geoseg_text.values.prompts import Prompt

__version__ = "0.1.0.dev0"

__all__ = [
    "Cancellation",
    "Cancelled",
    "GeosegError",
    "GeosegWarning",
    "ProgressEvent",
    "Prompt",
    "Result",
    "__version__",
    "build_model",
    "cut",
    "evaluate_layer",
    "fine_tune",
    "load_model",
    "merge",
    "render_scene",
    "segment",
    "write_scene",
]

_HOMES = {
    "Prompt": "geoseg_text.values.prompts",
    "Result": "geoseg_text.results",
    "build_model": "geoseg_text.models",
    "cut": "geoseg_text.pipeline",
    "evaluate_layer": "geoseg_text.evaluation.layer",
    "fine_tune": "geoseg_text.training.fine_tuning",
    "load_model": "geoseg_text.models",
    "merge": "geoseg_text.pipeline",
    "render_scene": "geoseg_text.scenes",
    "segment": "geoseg_text.pipeline",
    "write_scene": "geoseg_text.scenes",
}


def __getattr__(name: str) -> Any:  # the type of each name stands under TYPE_CHECKING above
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
