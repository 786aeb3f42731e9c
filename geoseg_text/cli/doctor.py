"""`geoseg-text doctor`: versions, libraries, devices and the usual troubles, for users and bug reports."""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

import geoseg_text
from geoseg_text.cli import options
from geoseg_text.errors import GeosegError

PACKAGES = (
    *("torch", "torchvision", "torchgeo", "rasterio", "geopandas", "pyogrio", "pyarrow", "shapely", "pyproj"),
    *("odc-geo", "transformers", "timm", "safetensors", "click", "rich", "numpy", "scipy", "pillow"),
    *("requests", "buildingregulariser", "matplotlib", "lightning"),
)
LEAKS = (
    "PROJ_DATA",
    "PROJ_LIB",
    "GDAL_DATA",
    "GDAL_DRIVER_PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "LD_LIBRARY_PATH",
)
NATIVE = ("torch", "torchvision", "rasterio", "pyogrio", "pyproj", "shapely")
TALLINN = (24.75, 59.44)  # lon, lat; about 713 km east and 6595 km north in UTM zone 34


@click.command("doctor", short_help="Print versions, devices and troubles.")
@options.json_option
def command(as_json: bool) -> None:
    """Print versions, devices and troubles; exit 1 where something is wrong.

    Paste what it prints into a bug report. It reads no file of yours and sends nothing.
    """
    report: dict[str, Any] = {"geoseg-text": geoseg_text.__version__, "python": sys.version.split()[0]}
    report["platform"] = platform.platform()
    report["packages"] = {name: _installed(name) for name in PACKAGES}
    troubles = [f"{name} is not installed" for name, found in report["packages"].items() if found is None]
    for name in NATIVE:
        troubles += _import_trouble(name)
    checks: tuple[Callable[[], dict[str, Any]], ...] = (
        _native_versions,
        _devices,
        _projections,
        _default_model,
    )
    for check in checks:
        try:
            report |= check()
        except (GeosegError, ImportError, OSError, RuntimeError, ValueError) as error:
            troubles.append(f"{check.__name__.strip('_').replace('_', ' ')}: {' '.join(str(error).split())}")
    report["environment"] = {name: os.environ[name] for name in LEAKS if name in os.environ}
    troubles += [
        f"{name} is set to {value!r}: it can lead the GDAL or PROJ in here to another's data; unset it"
        for name, value in report["environment"].items()
        if name.startswith(("PROJ", "GDAL"))
    ]
    report["troubles"] = troubles
    click.echo(json.dumps(report, indent=2) if as_json else _as_text(report))
    if troubles:
        click.get_current_context().exit(1)


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _import_trouble(name: str) -> list[str]:
    """Import a package with native code: a missing system library shows here and nowhere else."""
    try:
        importlib.import_module(name)
    except (ImportError, OSError) as error:
        return [f"{name} does not load: {' '.join(str(error).split())}"]
    return []


def _native_versions() -> dict[str, Any]:
    import pyogrio
    import pyproj
    import rasterio
    import shapely

    return {
        "libraries": {
            "GDAL of rasterio": rasterio.__gdal_version__,
            "PROJ of rasterio": rasterio.__proj_version__,
            "GDAL of pyogrio": ".".join(map(str, pyogrio.__gdal_version__)),
            "PROJ of pyproj": pyproj.proj_version_str,
            "PROJ data of pyproj": pyproj.datadir.get_data_dir(),
            "GEOS of shapely": ".".join(map(str, shapely.geos_version)),
        }
    }


def _devices() -> dict[str, Any]:
    import torch

    devices = {"cpu": f"{os.cpu_count()} cores, torch uses {torch.get_num_threads()} threads"}
    for index in range(torch.cuda.device_count()):
        found = torch.cuda.get_device_properties(index)
        devices[f"cuda:{index}"] = f"{found.name}, {found.total_memory / 2**30:.1f} GiB"
    if torch.backends.mps.is_available():
        devices["mps"] = "Apple GPU"
    return {"devices": devices}


def _projections() -> dict[str, Any]:
    """Project one point with each PROJ: where their data are mixed up, one fails or disagrees."""
    from pyproj import Transformer
    from rasterio.warp import transform

    lon, lat = TALLINN
    ours = Transformer.from_crs(4326, 32634, always_xy=True).transform(lon, lat)
    theirs = transform("EPSG:4326", "EPSG:32634", [lon], [lat])
    apart_m = max(abs(ours[0] - theirs[0][0]), abs(ours[1] - theirs[1][0]))
    if not apart_m < 0.01:
        raise RuntimeError(
            f"pyproj and rasterio put one point {apart_m} m apart; unset PROJ_DATA and PROJ_LIB"
        )
    return {"pyproj and rasterio agree within (m)": round(apart_m, 6)}


def _default_model() -> dict[str, Any]:
    config = geoseg_text.load_model().config
    return {"default model": f"{config.name} (windows of {config.window_px} px, weights {config.licence})"}


def _as_text(report: dict[str, Any]) -> str:
    lines: list[str] = []
    for key, value in report.items():
        if isinstance(value, dict):
            lines += [f"{key}:"] + [f"  {name}: {found}" for name, found in value.items()] if value else []
        elif key == "troubles":
            lines += [f"trouble: {trouble}" for trouble in value] or ["no troubles found"]
        else:
            lines.append(f"{key}: {value}")
    return "\n".join(lines)
