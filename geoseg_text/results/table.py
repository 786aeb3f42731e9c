"""Traced polygons -> a table on the ground: in the CRS of the imagery, measured, with an id each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from geoseg_text.results.ground_area import geodesic_area
from geoseg_text.results.squaring import squared
from geoseg_text.values.grid import Grid
from geoseg_text.values.rows import PolygonBatch
from geoseg_text.values.warp import Polygons, valid_polygons, warp_polygons
from geoseg_text.values.windows import Window

STRAY_PX = 0.05
"""How far an edge may move when the run grid's CRS is left for that of the imagery."""

_SCORE_DECIMALS = 5  # scores are steps of 1/65535
_AREA_DECIMALS = 3
_ID_LENGTH = 16


@dataclass(frozen=True)
class Origin:
    """What every polygon of a run says of where it comes from.

    Attributes:
        source: name of the imagery.
        model: name of the model.
        created: when the run started.
    """

    source: str
    model: str
    created: datetime


@dataclass(frozen=True)
class Target:
    """Where the polygons of a run go back to.

    Attributes:
        crs: that of the imagery.
        near_lon: longitude that the imagery is near to, where its CRS is in degrees: imagery across the
            antimeridian may count on beyond 180.
    """

    crs: CRS
    near_lon: float | None = None

    @classmethod
    def of(cls, crs: CRS, source_grid: Grid | None) -> Target:
        """Where imagery with this CRS and this grid lies."""
        if source_grid is None or not crs.is_geographic:
            return cls(crs)
        left, _, right, _ = source_grid.bounds
        return cls(crs, (left + right) / 2)


def tabulate(
    batch: PolygonBatch,
    grid: Grid,
    target: Target,
    phrases: Sequence[str],
    origin: Origin,
    *,
    min_area_m2: float = 0.0,
    simplify_m: float | None = None,
    square: bool = False,
) -> gpd.GeoDataFrame:
    """Bring polygons to the ground.

    Args:
        batch: polygons in pixels of the run grid.
        grid: the run grid.
        target: where the table lies.
        phrases: what `PolygonBatch.phrase_index` counts.
        origin: goes into every row.
        min_area_m2: smaller polygons are left out.
        simplify_m: removes bends smaller than a square of this side; None keeps every pixel's corner.
        square: makes outlines right-angled.

    Returns:
        The columns of `geoseg_text.Result.polygons`.
    """
    outlines = batch.geometry
    if simplify_m and len(batch):
        outlines = _simplified(outlines, batch.phrase_index, simplify_m / _gsd(grid))
    if square:
        outlines = squared(outlines)
    ground = _on_ground(_placed(outlines, grid.affine), grid, target)
    area_m2 = geodesic_area(ground, target.crs)
    named = np.array(phrases, object)[batch.phrase_index]
    ids = [
        polygon_id(phrase, grid, (row, col))
        for phrase, row, col in zip(named, batch.first_row.tolist(), batch.first_col.tolist(), strict=True)
    ]
    frame = gpd.GeoDataFrame(
        {
            "id": pd.Series(ids, dtype="str"),
            "phrase": pd.Series(named, dtype="str"),
            "score": batch.score.round(_SCORE_DECIMALS),
            "score_max": batch.score_max.round(_SCORE_DECIMALS),
            "area_m2": area_m2.round(_AREA_DECIMALS),
            "source": pd.Series([origin.source] * len(batch), dtype="str"),
            "model": pd.Series([origin.model] * len(batch), dtype="str"),
            "created": pd.Series([pd.Timestamp(origin.created)] * len(batch), dtype="datetime64[ms, UTC]"),
        },
        geometry=gpd.GeoSeries(ground, crs=target.crs),
    )
    return frame if min_area_m2 <= 0 else frame[area_m2 >= min_area_m2].reset_index(drop=True)


def polygon_id(phrase: str, grid: Grid, first_pixel: tuple[int, int]) -> str:
    """Identify a polygon by its phrase, the run grid's origin and its first pixel."""
    key = f"{phrase}\n{grid.affine.c!r} {grid.affine.f!r}\n{first_pixel[0]} {first_pixel[1]}"
    return hashlib.sha256(key.encode()).hexdigest()[:_ID_LENGTH]


def surely_smaller_px(grid: Grid, area_m2: float) -> int:
    """Return a number of pixels: what has fewer is smaller than the area, wherever on the grid it lies."""
    rows, cols = grid.shape
    places = [(row, col) for row in (0, rows // 2, rows - 1) for col in (0, cols // 2, cols - 1)]
    sizes = [grid.crop(Window(row, col, 1, 1)).gsd_m for row, col in places]
    largest = max((size for size in sizes if size), default=None)
    # A tenth is left for what lies between these places.
    return 1 if largest is None else max(1, int(area_m2 / largest**2 / 1.1))


def _gsd(grid: Grid) -> float:
    return grid.gsd_m or 1.0


def _placed(polygons: Polygons, affine: Affine) -> Polygons:
    a, b, c, d, e, f = affine[:6]
    return np.asarray(
        shapely.transform(polygons, lambda xy: xy @ np.array([[a, d], [b, e]]) + [c, f]), object
    )


def _on_ground(polygons: Polygons, grid: Grid, target: Target) -> Polygons:
    if grid.crs is None:
        return polygons
    tolerance = STRAY_PX * float(np.hypot(grid.affine.a, grid.affine.d))
    return warp_polygons(polygons, grid.crs, target.crs, tolerance, target.near_lon)


def _simplified(polygons: Polygons, phrase: NDArray[np.int64], tolerance_px: float) -> Polygons:
    """Simplify each phrase's polygons together, so that neighbours never come to overlap."""
    simple = polygons.copy()
    for index in np.unique(phrase):
        chosen = phrase == index
        simple[chosen] = shapely.coverage_simplify(polygons[chosen], tolerance_px)
    return valid_polygons(simple)
