"""Polygons and scores -> files: one format, one module; the suffix chooses.

Everything that can be wrong with a destination is found by `check_output` and `check_score_raster` before any
work; a file appears whole or not at all.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geoseg_text.errors import InputError, OutputError
from geoseg_text.outputs.cog import kept_scores, read_scores, score_raster, tiled_scores
from geoseg_text.outputs.destination import check_destination, replacing
from geoseg_text.outputs.flatgeobuf import write_flatgeobuf
from geoseg_text.outputs.geojson import write_geojson, write_geojson_lines
from geoseg_text.outputs.geopackage import write_geopackage
from geoseg_text.outputs.geoparquet import write_geoparquet
from geoseg_text.outputs.style import is_own_style, style_path, write_style
from geoseg_text.values.polygon_table import PolygonTable

__all__ = [
    "VECTOR_SUFFIXES",
    "check_output",
    "check_score_raster",
    "kept_scores",
    "read_manifest",
    "read_scores",
    "save",
    "save_manifest",
    "score_raster",
    "tiled_scores",
]

_FORMATS = {
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".geojsonl": "GeoJSON lines",
    ".ndjson": "GeoJSON lines",
    ".gpkg": "GeoPackage",
    ".fgb": "FlatGeobuf",
    ".parquet": "GeoParquet",
}
_STYLED = frozenset({"GeoPackage", "FlatGeobuf", "GeoParquet"})
VECTOR_SUFFIXES = tuple(_FORMATS)
RASTER_SUFFIXES = (".tif", ".tiff")

_MANIFEST_KEY = "geoseg_text"
_MOST_MANIFEST_BYTES = 64 * 2**20


def check_output(path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Return the path of an output for polygons that `save` can write.

    Raises:
        OutputError: its suffix names no format, its folder is missing, or it exists.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _FORMATS:
        known = " ".join(VECTOR_SUFFIXES)
        raise OutputError(
            f"{path}: {suffix or 'no suffix'!s} names no format for polygons; use one of {known}"
        )
    target = check_destination(path, overwrite=overwrite)
    _manifest_path(target)
    return target


def check_score_raster(path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Return the path of a raster of scores that `score_raster` can write.

    Raises:
        OutputError: its suffix is not that of a GeoTIFF, its folder is missing, or it exists.
    """
    if Path(path).suffix.lower() not in RASTER_SUFFIXES:
        raise OutputError(f"{path}: a raster of scores is a GeoTIFF; let its name end in .tif")
    target = check_destination(path, overwrite=overwrite)
    _manifest_path(target)
    return target


def save(
    table: PolygonTable,
    path: str | os.PathLike[str],
    *,
    manifest: Mapping[str, Any],
    phrases: Sequence[str],
    gsd_m: float | None = None,
    overwrite: bool = False,
) -> Path:
    """Write polygons in the format that the suffix names, a manifest and, for QGIS, a style beside them.

    Args:
        table: the polygons, with a CRS.
        path: ``.geojson``, ``.geojsonl``, ``.gpkg``, ``.fgb`` or ``.parquet``.
        manifest: goes to ``<stem>.manifest.json``.
        phrases: categories of the style, in order.
        gsd_m: ground sample distance of the imagery.
        overwrite: whether the file may exist.

    Raises:
        OutputError: see `check_output`; or the disk is full.
    """
    target = check_output(path, overwrite=overwrite)
    style = _style_path(target)
    with replacing(target) as part:
        match _FORMATS[target.suffix.lower()]:
            case "GeoJSON":
                write_geojson(table, part, gsd_m)
            case "GeoJSON lines":
                write_geojson_lines(table, part, gsd_m)
            case "GeoParquet":
                write_geoparquet(table, part)
            case "GeoPackage":
                write_geopackage(table, part, target.stem)
            case "FlatGeobuf":
                write_flatgeobuf(table, part, target.stem)
        if style is not None:
            with replacing(style) as part_style:
                write_style(part_style, phrases)
        save_manifest(manifest, target)
    return target


def save_manifest(manifest: Mapping[str, Any], output: Path) -> Path:
    """Write how an output came about to ``<stem>.manifest.json`` beside it.

    Raises:
        OutputError: a manifest of something else is in the way; or the disk is full.
    """
    path = _manifest_path(output)
    with replacing(path) as part:
        text = json.dumps(manifest, indent=2, ensure_ascii=False)
        part.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def read_manifest(output: Path) -> dict[str, Any]:
    """Read the manifest beside an output.

    Raises:
        InputError: there is none.
    """
    path = output.with_suffix(".manifest.json")
    small = path.is_file() and path.stat().st_size <= _MOST_MANIFEST_BYTES
    manifest = _own_manifest(path) if small else None
    if manifest is None:
        raise InputError(f"{path}: is no manifest; keep it beside {output.name}, with which it was written")
    return manifest


def _manifest_path(target: Path) -> Path:
    """Name the manifest beside an output; a file of others that bears its name is left alone."""
    manifest = target.with_suffix(".manifest.json")
    if manifest.exists() and _own_manifest(manifest) is None:
        raise OutputError(
            f"{manifest}: was not written by this program; move it or name the output otherwise"
        )
    return manifest


def _style_path(target: Path) -> Path | None:
    """Name the style beside an output; None where QGIS reads none, or where others have one."""
    if _FORMATS[target.suffix.lower()] not in _STYLED:
        return None
    style = style_path(target)
    return None if style.exists() and not is_own_style(style) else style


def _own_manifest(path: Path) -> dict[str, Any] | None:
    """What a manifest says; None where the file is something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return content if isinstance(content, dict) and _MANIFEST_KEY in content else None
