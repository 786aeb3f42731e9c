"""A scene as files: a tiled GeoTIFF and a GeoPackage of its truth beside it."""

from __future__ import annotations

from pathlib import Path

from geoseg_text.values.scene import Scene


def write_scene(scene: Scene, path: str | Path) -> Path:
    """To come."""
    raise NotImplementedError
