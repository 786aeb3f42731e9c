"""One call to GDAL that writes a layer, part by part, with its errors stated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from geoseg_text.errors import OutputError
from geoseg_text.values.polygon_table import arrow_table


def write_layer(
    parts: Iterable[gpd.GeoDataFrame],
    path: Path,
    driver: str,
    options: Mapping[str, str],
    *,
    layer: str | None = None,
    geometry_type: str = "Unknown",
) -> None:
    """Write a layer of areas to a new file; an empty one keeps its columns.

    Args:
        parts: at least one, of the same columns and CRS.
        path: the file.
        driver: GDAL's name of the format.
        options: of the driver, for the file or the layer.
        layer: name of the layer.
        geometry_type: Polygon, MultiPolygon (to which polygons are promoted), or Unknown.

    Raises:
        OutputError: GDAL cannot write it.
    """
    stream = iter(parts)
    first = next(stream)
    promote = geometry_type == "MultiPolygon"
    table = arrow_table(_promoted(first) if promote else first)
    reader = pa.RecordBatchReader.from_batches(table.schema, _batches(table, stream, promote=promote))
    try:
        pyogrio.write_arrow(
            reader,
            path,
            driver=driver,
            layer=layer,
            geometry_name=str(first.geometry.name),
            geometry_type=geometry_type,
            crs=first.crs.to_wkt(),
            **options,
        )
    except (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError) as error:
        raise OutputError(f"{path.parent}: the {driver} file cannot be written there: {error}") from error


def _batches(table: pa.Table, more: Iterator[gpd.GeoDataFrame], *, promote: bool) -> Iterator[pa.RecordBatch]:
    yield from table.to_batches()
    for part in more:
        yield from arrow_table(_promoted(part) if promote else part).cast(table.schema).to_batches()


def _promoted(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """With every polygon as a collection of one."""
    shapes = frame.geometry.to_numpy().copy()
    plain = np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON)
    shapes[plain] = shapely.multipolygons(shapes[plain][:, None]) if len(plain) else shapes[plain]
    return frame.set_geometry(shapes, crs=frame.crs)
