"""Tables of polygons: the same in memory and in a file, and counted on the way."""

from __future__ import annotations

from datetime import UTC, datetime

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from geoseg_text.values.polygon_table import PolygonTable

DAY = pd.Timestamp(datetime(2026, 11, 21, 7, tzinfo=UTC))


def part(start: int, count: int) -> gpd.GeoDataFrame:
    numbers = range(start, start + count)
    return gpd.GeoDataFrame(
        {
            "id": pd.Series([f"{n:04d}" for n in numbers], dtype="str"),
            "phrase": pd.Series(["roofs" if n % 3 else "trees" for n in numbers], dtype="str"),
            "area_m2": pd.Series([float(n) for n in numbers], dtype="float64"),
            "created": pd.Series([DAY] * count, dtype="datetime64[ms, UTC]"),
        },
        geometry=gpd.GeoSeries([shapely.box(n, 0, n + 1, 1) for n in numbers], crs="EPSG:32633"),
    )


@pytest.mark.parametrize("held_rows", [1000, 30, 0])
def test_what_goes_in_comes_out(held_rows: int) -> None:
    parts = [part(0, 20), part(20, 0), part(20, 15), part(35, 40)]
    table = PolygonTable(iter(parts), held_rows)
    assert len(table) == 75
    whole = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True))
    for _ in range(2):
        assert_geodataframe_equal(table.whole(), whole)
    assert table.crs == "EPSG:32633"
    assert table.single
    assert table.counts == {"trees": 25, "roofs": 50}
    assert table.areas_m2["trees"] == sum(range(0, 75, 3))


@pytest.mark.parametrize("held_rows", [10, 0, -1])
def test_nothing_keeps_its_columns(held_rows: int) -> None:
    table = PolygonTable([part(0, 0)], held_rows)
    assert_geodataframe_equal(table.whole(), part(0, 0))
    assert (len(table), table.counts, table.single) == (0, {}, True)


def test_one_collection_makes_all_of_them_many() -> None:
    several = part(5, 2).set_geometry(
        [shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]), shapely.box(0, 0, 1, 1)]
    )
    assert not PolygonTable([part(0, 5), several.set_crs("EPSG:32633")]).single
