"""GeoPackage in the CRS of the imagery."""

from __future__ import annotations

from pathlib import Path

from geoseg_text.outputs.layer import write_layer
from geoseg_text.values.polygon_table import PolygonTable


def write_geopackage(table: PolygonTable, path: Path, layer: str) -> None:
    """Write polygons as the layer `layer` of a new GeoPackage, with a spatial index.

    Of version 1.2, which every GDAL since 2.2 reads without a warning; nothing of a later one is used.
    """
    options = {"SPATIAL_INDEX": "YES", "VERSION": "1.2"}
    write_layer(table.parts(), path, "GPKG", options, layer=layer, geometry_type=table.geometry_type)
