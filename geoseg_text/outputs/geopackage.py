"""GeoPackage in the CRS of the imagery."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from geoseg_text.outputs.layer import write_layer


def write_geopackage(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    """Write polygons as the layer `layer` of a new GeoPackage, with a spatial index."""
    write_layer(frame, path, "GPKG", {"SPATIAL_INDEX": "YES"}, layer)
