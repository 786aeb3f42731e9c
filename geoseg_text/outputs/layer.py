"""One call to GDAL that writes a layer, with its errors stated."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from geoseg_text.errors import OutputError


def write_layer(
    frame: gpd.GeoDataFrame,
    path: Path,
    driver: str,
    layer_options: Mapping[str, str],
    layer: str | None = None,
) -> None:
    """Write a layer of areas to a new file; an empty one keeps its columns.

    Raises:
        OutputError: GDAL cannot write it.
    """
    single, loose = (frame.geom_type == "Polygon").all(), driver.startswith("GeoJSON")
    try:
        pyogrio.write_dataframe(
            frame,
            path,
            driver=driver,
            layer=layer,
            # GeoJSON has no type of layer; the other formats want one that fits all.
            geometry_type=None if loose and len(frame) else "Polygon" if single else "MultiPolygon",
            promote_to_multi=not (loose or single),
            layer_options=dict(layer_options),
        )
    except (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError) as error:
        raise OutputError(f"{path.parent}: the {driver} file cannot be written there: {error}") from error
