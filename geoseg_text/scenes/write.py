"""A scene as files: a tiled GeoTIFF and a GeoPackage of its truth beside it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import rasterio

from geoseg_text.errors import InputError, OutputError
from geoseg_text.scenes.truth import truth_polygons
from geoseg_text.values.scene import Scene

_TILE_PX = 256


def truth_path(path: str | Path) -> Path:
    """Where `write_scene` puts the truth of a scene written to `path`."""
    return Path(path).with_suffix(".truth.gpkg")


def write_scene(scene: Scene, path: str | Path, *, overwrite: bool = False) -> Path:
    """Writes a scene as a GeoTIFF (tiled, deflate) and its truth polygons as a GeoPackage in the same CRS.

    Args:
        scene: A scene with an affine and a CRS.
        path: The GeoTIFF, ending in .tif or .tiff.
        overwrite: Whether files that exist may be replaced.

    Returns:
        The path of the truth, `<stem>.truth.gpkg`.

    Raises:
        InputError: the scene has no georeference.
        OutputError: wrong suffix, no such folder, or a file that exists.
    """
    path, truth = Path(path), truth_path(path)
    if scene.affine is None or scene.crs is None:
        raise InputError(
            "the scene has no CRS and cannot be a GeoTIFF; render it with crs=, or use Scene.save"
        )
    if path.suffix.lower() not in (".tif", ".tiff"):
        raise OutputError(
            f"{path}: a scene is written as .tif or .tiff, not {path.suffix or 'without a suffix'!r}"
        )
    if not path.parent.is_dir():
        raise OutputError(f"{path.parent}: no such folder; make it first")
    for target in (path, truth):
        if target.exists() and not overwrite:
            raise OutputError(f"{target}: exists; choose another name or allow overwriting")
    profile = {
        "driver": "GTiff",
        "dtype": "uint8",
        "count": 3,
        "height": scene.shape[0],
        "width": scene.shape[1],
        "crs": scene.crs,
        "transform": scene.affine,
        "photometric": "RGB",
        "compress": "deflate",
        "predictor": 2,
        "tiled": True,
        "blockxsize": _TILE_PX,
        "blockysize": _TILE_PX,
    }
    with tempfile.TemporaryDirectory(prefix=".scene-", dir=path.parent) as folder:
        drafts = Path(folder, path.name), Path(folder, truth.name)
        with rasterio.open(drafts[0], "w", **profile) as raster:
            raster.write(scene.image)
            raster.update_tags(gsd_m=scene.gsd_m)
        truth_polygons(scene).to_file(drafts[1], driver="GPKG", layer="truth")
        for draft, target in zip(drafts, (path, truth), strict=True):  # whole files or none
            os.replace(draft, target)
    return truth
