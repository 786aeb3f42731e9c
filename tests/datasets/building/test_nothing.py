"""Phrases that mean nothing stand in the table alone; an area of interest bounds what is seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas
import rasterio
import shapely

from geoseg_text.datasets.building import ImageryChoices, PhraseChoices, PlanChoices, build_dataset
from geoseg_text.datasets.check import check_benchmark


def test_phrases_that_mean_nothing_have_no_place_in_the_layouts(town, tmp_path: Path) -> None:
    with rasterio.open(town.image) as raster:
        left, bottom, right, top = raster.bounds
        crs = raster.crs
    area = shapely.box(left, bottom, (left + right) / 2, top)
    geopandas.GeoSeries([area], crs=crs).to_crs("EPSG:4326").to_file(tmp_path / "aoi.geojson")
    choices = replace(
        town.choices,
        imagery=ImageryChoices((str(town.image),), aoi=str(tmp_path / "aoi.geojson")),
        plan=PlanChoices(100, overlap_px=20, shares=(0.3, 0)),
        phrases=PhraseChoices(6, ("none", "category"), seed=1),
    )
    report = build_dataset(tmp_path / "out", choices)
    table = geopandas.read_parquet(tmp_path / "out/triplets.parquet")
    nothing = table[table.kind == "none"]
    assert 0 < len(nothing) < len(table)
    assert nothing.geometry.is_empty.all()
    assert (nothing.pixels == 0).all()
    assert (nothing.category == "").all()
    lines = [
        line
        for split in ("train", "val", "test")
        for line in (tmp_path / f"out/RefSegRS/output_phrase_{split}.txt")
        .read_text(encoding="utf-8")
        .splitlines()
    ]
    assert {line.split(" ", 1)[0] for line in lines} == set(table[table.kind == "category"].triplet)
    assert report["kinds"].keys() == {"category", "none"}
    for name, root in (("RefSegRS", "out"), ("RRSIS-D", "out/RefCOCO")):
        assert not [f for f in check_benchmark(name, tmp_path / root).faults if f.kind != "list-missing"]
    meant = shapely.union_all(table.geometry.to_numpy())
    assert meant.area > 0
    assert area.buffer(1).contains(meant)
