"""FlatGeobuf in the CRS of the imagery."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from geoseg_text.outputs.layer import write_layer


def write_flatgeobuf(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    """Write polygons with a packed spatial index, which puts them in an order of its own."""
    write_layer(frame, path, "FlatGeobuf", {"SPATIAL_INDEX": "YES", "TITLE": layer}, layer)
