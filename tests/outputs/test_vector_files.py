"""Files of polygons: law 8 (valid out) and law 11 (no clobber)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from shapely.geometry import Polygon, box

from geoseg_text.errors import OutputError
from geoseg_text.outputs import check_output, check_score_raster, save
from geoseg_text.values.polygon_table import PolygonTable

MANIFEST = {"geoseg_text": "0", "prompts": [{"phrase": "tin roofs"}]}
SUFFIXES = [".geojson", ".geojsonl", ".gpkg", ".fgb", ".parquet"]
CREATED = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)


def table(geometry: list[Any], crs: str = "EPSG:32633") -> gpd.GeoDataFrame:
    count = len(geometry)
    return gpd.GeoDataFrame(
        {
            "id": pd.Series([f"{number:016x}" for number in range(count)], dtype="str"),
            "phrase": pd.Series(["tin roofs"] * count, dtype="str"),
            "score": np.full(count, 0.75),
            "area_m2": np.full(count, 12.5),
            "created": pd.Series([pd.Timestamp(CREATED)] * count, dtype="datetime64[ms, UTC]"),
        },
        geometry=gpd.GeoSeries(geometry, crs=crs),
    )


def saved(frame: gpd.GeoDataFrame, path: Path, **more: Any) -> Path:
    return save(PolygonTable([frame]), path, manifest=MANIFEST, phrases=["tin roofs"], **more)


def read(path: Path) -> gpd.GeoDataFrame:
    return gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)


SQUARE = box(400000, 5600000, 400010, 5600020)
RING = Polygon(SQUARE.exterior.coords, [box(400002, 5600002, 400004, 5600006).exterior.coords[::-1]])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_rows_back(tmp_path: Path, suffix: str) -> None:
    path = saved(table([SQUARE, RING]), tmp_path / f"roofs{suffix}")
    back = read(path).to_crs(32633).sort_values("id", ignore_index=True)
    assert back.phrase.tolist() == ["tin roofs"] * 2
    assert back.score.tolist() == [0.75, 0.75]
    assert pd.to_datetime(back.created, utc=True).tolist() == [CREATED, CREATED]
    assert back.is_valid.all()
    assert shapely.hausdorff_distance(back.geometry[1], RING) < 0.02
    assert back.area.tolist() == pytest.approx([200, 192], abs=0.3)


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb", ".parquet"])
def test_other_formats_keep_the_crs_to_the_last_bit(tmp_path: Path, suffix: str) -> None:
    back = read(saved(table([RING]), tmp_path / f"roofs{suffix}"))
    assert back.crs.to_epsg() == 32633
    assert shapely.get_coordinates(back.geometry).tolist() == shapely.get_coordinates(RING).tolist()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_found_is_a_whole_file(tmp_path: Path, suffix: str) -> None:
    path = saved(table([]), tmp_path / f"roofs{suffix}")
    if suffix == ".geojsonl":  # no line is no polygon
        assert path.read_bytes() == b""
        return
    back = read(path)
    assert len(back) == 0
    if suffix == ".geojson":
        assert json.loads(path.read_text())["features"] == []
    else:
        assert {"id", "phrase", "score", "area_m2", "created"} <= set(back.columns)


def test_geojson_follows_rfc_7946(tmp_path: Path) -> None:
    collection = json.loads(saved(table([RING]), tmp_path / "roofs.geojson").read_text())
    assert set(collection) == {"type", "features"}
    (feature,) = collection["features"]
    assert feature["type"] == "Feature"
    shell, hole = feature["geometry"]["coordinates"]
    assert shapely.is_ccw(shapely.linearrings(shell))
    assert not shapely.is_ccw(shapely.linearrings(hole))
    assert shell[0] == shell[-1]
    assert all(13 < lon < 14 and 50 < lat < 51 for lon, lat in shell + hole)
    assert all(number == round(number, 7) for point in shell for number in point)
    assert feature["properties"]["created"].startswith("2026-11-21T07:30:00")


def test_geojson_lines_hold_the_features_of_geojson(tmp_path: Path) -> None:
    whole = json.loads(saved(table([RING, SQUARE]), tmp_path / "roofs.geojson").read_text())
    lines = saved(table([RING, SQUARE]), tmp_path / "lines.geojsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == whole["features"]


def test_geoparquet_says_where_each_row_is_so_that_readers_skip(tmp_path: Path) -> None:
    path = saved(table([SQUARE, RING]), tmp_path / "roofs.parquet")
    facts = json.loads(pq.read_metadata(path).metadata[b"geo"])
    assert facts["version"] == "1.1.0"
    assert "bbox" in facts["columns"]["geometry"]["covering"]
    assert len(gpd.read_parquet(path, bbox=(400000, 5600000, 400001, 5600001))) == 2
    assert len(gpd.read_parquet(path, bbox=(0, 0, 1, 1))) == 0


def test_geojson_is_cut_at_the_antimeridian(tmp_path: Path) -> None:
    # 177 degrees east is the middle of zone 60; at 45 degrees north its eastern edge is 236 km away.
    across = box(700000, 5000000, 780000, 5010000)
    path = saved(table([across], "EPSG:32660"), tmp_path / "fields.geojson")
    (feature,) = json.loads(path.read_text())["features"]
    assert feature["geometry"]["type"] == "MultiPolygon"
    parts = gpd.read_file(path).geometry[0].geoms
    west, east = sorted((part.bounds for part in parts), key=lambda bounds: bounds[0])
    assert west[0] == -180
    assert west[2] < -179
    assert east[0] > 179
    assert east[2] == 180
    assert all(part.is_valid for part in parts)


def test_geojson_edges_stay_on_the_ground(tmp_path: Path) -> None:
    # The parallel through the ends of a 40 km edge is not where the edge is.
    field = box(300000, 6600000, 340000, 6601000)
    back = gpd.read_file(saved(table([field]), tmp_path / "fields.geojson")).to_crs(32633)
    assert (
        shapely.hausdorff_distance(shapely.segmentize(back.geometry[0], 500), shapely.segmentize(field, 500))
        < 0.1
    )


@pytest.mark.parametrize("gsd_m", [0.3, 0.02, 0.001])
def test_geojson_keeps_fine_pixels_valid(tmp_path: Path, gsd_m: float) -> None:
    corners = np.array([(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 2), (0, 2)]) * gsd_m
    shape = shapely.transform(Polygon(corners), lambda points: points + np.array([400000, 5600000]))
    back = gpd.read_file(saved(table([shape]), tmp_path / "bricks.geojson", gsd_m=gsd_m))
    assert back.is_valid.all()
    assert back.to_crs(32633).area[0] == pytest.approx(shape.area, rel=0.5)


def test_a_manifest_and_a_style_lie_beside(tmp_path: Path) -> None:
    saved(table([SQUARE]), tmp_path / "roofs.gpkg")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "roofs.gpkg",
        "roofs.manifest.json",
        "roofs.qml",
    ]
    assert json.loads((tmp_path / "roofs.manifest.json").read_text()) == MANIFEST
    assert 'value="tin roofs"' in (tmp_path / "roofs.qml").read_text()


def test_geojson_has_no_style(tmp_path: Path) -> None:
    saved(table([SQUARE]), tmp_path / "roofs.geojson")
    assert not (tmp_path / "roofs.qml").exists()


def test_the_style_of_another_layer_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "town.qml").write_text("<qgis><!-- the imagery's own --></qgis>")
    saved(table([SQUARE]), tmp_path / "town.gpkg")
    assert "own" in (tmp_path / "town.qml").read_text()


def test_a_manifest_of_something_else_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "roofs.manifest.json"
    other.write_text('{"files": []}')
    with pytest.raises(OutputError, match=r"roofs\.manifest\.json"):
        saved(table([SQUARE]), tmp_path / "roofs.gpkg", overwrite=True)
    assert other.read_text() == '{"files": []}'
    assert list(tmp_path.iterdir()) == [other]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_there_is_replaced_only_when_asked(tmp_path: Path, suffix: str) -> None:
    path = saved(table([SQUARE]), tmp_path / f"roofs{suffix}")
    before = path.read_bytes()
    with pytest.raises(OutputError, match="already exists"):
        saved(table([SQUARE, RING]), path)
    assert path.read_bytes() == before
    assert len(read(saved(table([SQUARE, RING]), path, overwrite=True))) == 2


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, suffix: str) -> None:
    path = saved(table([SQUARE]), tmp_path / f"roofs{suffix}")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(TypeError):
        save(
            PolygonTable([table([RING])]),
            path,
            manifest={"broken": object()},
            phrases=["tin roofs"],
            overwrite=True,
        )
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("roofs.shp", ".geojson .json .geojsonl .ndjson .gpkg .fgb .parquet"),
        ("roofs", "no suffix"),
        ("missing/roofs.gpkg", "does not exist"),
        ("folder.gpkg", "a folder"),
    ],
)
def test_a_destination_is_refused_before_any_work(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder.gpkg").mkdir()
    with pytest.raises(OutputError) as caught:
        check_output(tmp_path / name)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_raster_of_scores_is_a_geotiff(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="GeoTIFF"):
        check_score_raster(tmp_path / "scores.png")
    assert check_score_raster(tmp_path / "scores.TIF").name == "scores.TIF"


def test_a_geopackage_is_of_a_version_that_any_gdal_reads(tmp_path: Path) -> None:
    saved(table([SQUARE]), tmp_path / "town.gpkg")
    header = (tmp_path / "town.gpkg").read_bytes()[:72]
    assert int.from_bytes(header[60:64], "big") == 10200  # user_version, requirement 2 of the standard
