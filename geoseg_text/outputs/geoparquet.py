"""GeoParquet 1.1 in the CRS of the imagery, with the box of each row so that readers skip what is far."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geoseg_text.values.polygon_table import PolygonTable, arrow_table

ROW_GROUP = 16_384
"""Most polygons in a row group: they come row by row of the imagery, so each group is a thin strip of it."""

_SIDES = ("xmin", "ymin", "xmax", "ymax")


def write_geoparquet(table: PolygonTable, path: Path) -> None:
    """Write polygons, part by part.

    Raises:
        OSError: the disk is full, or the file cannot be written.
    """
    parts = table.parts()
    first = _boxed(next(parts))
    schema = first.schema.with_metadata({"geo": json.dumps(_facts(table))})
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        writer.write_table(first.cast(schema), ROW_GROUP)
        for part in parts:
            writer.write_table(_boxed(part).cast(schema), ROW_GROUP)


def _boxed(frame: gpd.GeoDataFrame) -> pa.Table:
    """The table with the box of each geometry beside it, as a column that readers know by its metadata."""
    table = arrow_table(frame)
    place = table.schema.get_field_index("geometry")
    geometry = pa.chunked_array(table.column(place).chunks, pa.binary())
    table = table.set_column(place, pa.field("geometry", pa.binary()), geometry)
    bounds = np.asarray(frame.geometry.bounds, np.float64)
    sides = [pa.array(bounds[:, side]) for side in range(4)]
    return table.append_column("bbox", pa.StructArray.from_arrays(sides, names=list(_SIDES)))


def _facts(table: PolygonTable) -> dict[str, object]:
    """What the specification wants to know of the file (GeoParquet 1.1.0, "File metadata")."""
    column = {
        "encoding": "WKB",
        "geometry_types": ["Polygon"] if table.single else ["Polygon", "MultiPolygon"],
        "crs": json.loads(table.crs.to_json()),
        "covering": {"bbox": {side: ["bbox", side] for side in _SIDES}},
    }
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
