"""Triplets as GeoParquet: a row for each phrase, with what it means as polygons in the imagery's CRS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely
from affine import Affine
from pyproj import CRS
from rasterio.features import shapes

from geoseg_text.datasets.building.folder import whole
from geoseg_text.datasets.building.record import TripletRecord, WindowRecord
from geoseg_text.datasets.sample import Mask
from geoseg_text.values.grid import Grid
from geoseg_text.values.warp import warp_polygons

NAME = "triplets.parquet"

_STRAY_PX = 0.1  # how far an edge may stray when it is bent from one CRS to another
_COLUMNS = ("phrase", "kind", "category", "split", "image", "triplet", "features", "pixels")


def write_triplets(root: Path, records: Sequence[WindowRecord], grid: Grid, crs: CRS) -> Path:
    """Write the table, GeoParquet 1.1 with the box of each row.

    The polygons follow the pixels of the masks; they are empty for a phrase that means nothing.

    Args:
        root: the folder of the data set.
        records: its windows.
        grid: the run grid on which the masks lie.
        crs: the imagery's.
    """
    rows = list(_rows(records, grid.affine))
    polygons = np.array([row["geometry"] for row in rows], object)
    if grid.crs is not None and grid.crs != crs:
        polygons = _warped(polygons, grid, crs)
    columns = {name: [row[name] for row in rows] for name in _COLUMNS}
    table = geopandas.GeoDataFrame(columns, geometry=list(polygons), crs=crs)
    with whole(root / NAME) as draft:
        table.to_parquet(
            draft, index=False, compression="zstd", schema_version="1.1.0", write_covering_bbox=True
        )
    return root / NAME


def traced(mask: Mask, affine: Affine) -> shapely.Geometry:
    """The polygons of a mask (rows, cols) along pixel edges, as one geometry."""
    found = shapes(mask.astype(np.uint8), mask=mask, connectivity=4, transform=affine)
    return shapely.MultiPolygon([shapely.geometry.shape(outline) for outline, _ in found])


def _rows(records: Sequence[WindowRecord], affine: Affine) -> Iterator[dict[str, Any]]:
    for record in records:
        for number, triplet in enumerate(record.triplets):
            yield _row(record, triplet, number, affine)


def _row(record: WindowRecord, triplet: TripletRecord, number: int, affine: Affine) -> dict[str, Any]:
    return {
        "phrase": triplet.phrase,
        "kind": triplet.kind,
        "category": triplet.category,
        "split": record.split,
        "image": record.name,
        "triplet": f"{record.name}_{number:03d}",
        "features": list(triplet.features),
        "pixels": triplet.pixels,
        "geometry": traced(record.mask(triplet), record.affine(affine)),
    }


def _warped(polygons: np.ndarray[Any, np.dtype[np.object_]], grid: Grid, crs: CRS) -> Any:
    """The polygons in another CRS; empty ones stay as they are."""
    there = ~shapely.is_empty(polygons)
    moved = polygons.copy()
    if grid.crs is not None and there.any():
        tolerance = _STRAY_PX * abs(grid.affine.a)
        moved[there] = warp_polygons(polygons[there], grid.crs, crs, tolerance)
    return moved
