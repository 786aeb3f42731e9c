"""Packages of pretrained weights, which are wanted once, for a training, and never to run."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from geoseg_text.errors import MissingDependencyError


def package_folder(package: str, missing: str) -> Path:
    """Folder of a package that is not imported.

    Args:
        package: its name in Python.
        missing: what to say, with the way out, where it is not installed.

    Raises:
        MissingDependencyError: it is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingDependencyError(missing)
    return Path(spec.submodule_search_locations[0])
