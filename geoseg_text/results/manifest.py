"""How a result came about: settings, versions, fingerprints of inputs and model."""

from __future__ import annotations

import hashlib
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pyogrio
import pyproj
import rasterio
import torch
from pyproj import CRS

import geoseg_text
from geoseg_text.imagery import Imagery
from geoseg_text.models import ReferringModel
from geoseg_text.values.polygon_table import PolygonTable
from geoseg_text.values.prompts import Prompt
from geoseg_text.values.rows import WindowFailure
from geoseg_text.values.windows import WindowPlan

_PACKAGES = ("torch", "torchgeo", "rasterio", "geopandas", "shapely", "numpy", "transformers")


def describe_run(
    imagery: Imagery,
    model: ReferringModel,
    prompts: Sequence[Prompt],
    settings: Mapping[str, Any],
    created: datetime,
) -> dict[str, Any]:
    """Say what a run was asked to do, in values that JSON can hold."""
    grid = imagery.grid
    described = {
        "geoseg_text": geoseg_text.__version__,
        "created": created.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "inputs": imagery.fingerprints,
        "reading": {
            "bands": imagery.bands,
            "stretches": imagery.stretches,
            "gsd": imagery.gsd,
            "warnings": imagery.warnings,
        },
        "run_grid": {
            "crs": grid.crs,
            "affine": grid.affine[:6],
            "rows": grid.shape[0],
            "cols": grid.shape[1],
            "gsd_m": grid.gsd_m,
        },
        "model": {"config": model.config, "weights_sha256": weights_hash(model)},
        "prompts": [{"phrase": prompt.phrase, "threshold": prompt.threshold} for prompt in prompts],
        "settings": settings,
        "versions": _versions(),
    }
    return {key: _plain(value) for key, value in described.items()}


def describe_outcome(
    plan: WindowPlan, failures: Sequence[WindowFailure], table: PolygonTable | None
) -> dict[str, Any]:
    """Say what came out; of polygons nothing where there is no table."""
    outcome = {"windows": len(plan), "windows_not_seen": [_plain(failure) for failure in failures]}
    return outcome if table is None else outcome | {"polygons": table.counts}


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


def _plain(value: Any) -> Any:
    """Turn a value into what JSON can hold; what it cannot hold becomes its text."""
    if isinstance(value, CRS):
        return value.to_string()
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no word for it
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
