"""GeoPackage in the CRS of the imagery."""

from __future__ import annotations

from pathlib import Path

from geoseg_text.outputs.layer import write_layer
from geoseg_text.values.polygon_table import PolygonTable


def write_geopackage(table: PolygonTable, path: Path, layer: str) -> None:
    """Write polygons as the layer `layer` of a new GeoPackage, with a spatial index."""
    write_layer(
        table.parts(), path, "GPKG", {"SPATIAL_INDEX": "YES"}, layer=layer, geometry_type=table.geometry_type
    )
