"""FlatGeobuf in the CRS of the imagery."""

from __future__ import annotations

from pathlib import Path

from geoseg_text.outputs.layer import write_layer
from geoseg_text.values.polygon_table import PolygonTable


def write_flatgeobuf(table: PolygonTable, path: Path, layer: str) -> None:
    """Write polygons with a packed spatial index, which puts them in an order of its own."""
    options = {"SPATIAL_INDEX": "YES", "TITLE": layer}
    write_layer(table.parts(), path, "FlatGeobuf", options, layer=layer, geometry_type=table.geometry_type)
