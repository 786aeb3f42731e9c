"""How a result came about: settings, versions, fingerprints of inputs and model."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pyogrio
import pyproj
import rasterio
import torch

import geoseg_text
from geoseg_text.imagery.fingerprint import fingerprint
from geoseg_text.values.grid import Grid
from geoseg_text.values.prompts import Prompt
from geoseg_text.values.rows import WindowFailure

_PACKAGES = ("torch", "torchgeo", "rasterio", "geopandas", "shapely", "numpy", "transformers")


def describe_run(
    *,
    inputs: Sequence[str],
    grid: Grid,
    model: Mapping[str, Any],
    prompts: Sequence[Prompt],
    settings: Mapping[str, Any],
    created: datetime,
) -> dict[str, Any]:
    """Say what a run was asked to do, in values that JSON can hold."""
    return {
        "geoseg_text": geoseg_text.__version__,
        "created": created.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "inputs": [asdict(fingerprint(name)) for name in inputs],
        "run_grid": {
            "crs": None if grid.crs is None else grid.crs.to_string(),
            "affine": list(grid.affine)[:6],
            "rows": grid.shape[0],
            "cols": grid.shape[1],
            "gsd_m": grid.gsd_m,
        },
        "model": dict(model),
        "prompts": [{"phrase": prompt.phrase, "threshold": prompt.threshold} for prompt in prompts],
        "settings": dict(settings),
        "versions": _versions(),
    }


def describe_outcome(
    windows: int, failures: Sequence[WindowFailure], polygons: Mapping[str, int]
) -> dict[str, Any]:
    """Say what came out."""
    return {
        "windows": windows,
        "windows_not_seen": [
            {
                "row": failure.window.row,
                "col": failure.window.col,
                "rows": failure.window.rows,
                "cols": failure.window.cols,
                "stage": failure.stage,
                "reason": failure.reason,
            }
            for failure in failures
        ],
        "polygons": dict(polygons),
    }


def weights_hash(model: object) -> str | None:
    """SHA-256 over the names and values of a network's weights; None of a model that is no torch module."""
    if not isinstance(model, torch.nn.Module):
        return None
    digest = hashlib.sha256()
    for name, value in model.state_dict().items():
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}\n".encode())
        digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # a package may be present without its metadata
            found[package] = "unknown"
    found["gdal"] = rasterio.__gdal_version__
    found["gdal (vectors)"] = ".".join(str(part) for part in pyogrio.__gdal_version__)
    found["proj"] = pyproj.proj_version_str
    return found
