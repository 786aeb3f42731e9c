"""What a caller of `segment` can rely on besides the laws."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from scipy import ndimage

import geoseg_text as gt
from geoseg_text.errors import Cancelled, InputError, OutputError, ScopeWarning
from geoseg_text.imagery import Imagery
from geoseg_text.progress import Cancellation, ProgressEvent
from geoseg_text.values.prompts import Prompt
from geoseg_text.values.rows import FULL_SCORE

WriteRaster = Callable[..., Path]


def test_each_polygon_says_where_it_comes_from(
    toys: Any, write_raster: WriteRaster, town: np.ndarray
) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    result = gt.segment(write_raster(town), "red", model=toys.pixelwise(), threshold=0.3)
    frame = result.polygons
    assert set(frame.phrase) == {"red"}
    assert set(frame.source) == {"town.tif"}
    assert set(frame.model) == {"Pixelwise"}
    assert before <= frame.created.min() == frame.created.max() <= datetime.now(UTC)
    assert frame.id.is_unique
    assert frame.score.between(0.3, 1).all()
    assert (frame.score <= frame.score_max).all()
    assert frame.area_m2.sum() == pytest.approx(frame.area.sum(), rel=2e-3)
    assert result.failures == ()


def test_several_phrases_share_reading_and_the_network(
    toys: Any, write_raster: WriteRaster, town: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    read = Imagery.read

    def counted(imagery: Imagery, window: Any) -> Any:
        reads.append(window)
        return read(imagery, window)

    monkeypatch.setattr(Imagery, "read", counted)
    path, model = write_raster(town), toys.pixelwise()
    both = gt.segment(path, ["red", "green", "red"], model=model, threshold=0.3)
    assert len(reads) == len(set(reads)) == both.manifest["windows"]
    assert all(shape[-1] == 2 for shape in model.shapes)
    assert both.phrases == ("red", "green")
    for phrase in both.phrases:
        alone = gt.segment(path, phrase, model=toys.pixelwise(), threshold=0.3)
        among = both.polygons[both.polygons.phrase == phrase].reset_index(drop=True)
        assert among.id.tolist() == alone.polygons.id.tolist()
        assert among.geometry.geom_equals_exact(alone.polygons.geometry, 0).all()


def test_the_nearest_threshold_counts(toys: Any, write_raster: WriteRaster, town: np.ndarray) -> None:
    model = toys.pixelwise(threshold=0.1)
    prompts = [Prompt("red", threshold=0.9), "green"]
    assert [p.threshold for p in gt.segment(write_raster(town), prompts, model=model).prompts] == [0.9, 0.1]
    result = gt.segment(write_raster(town), prompts, model=model, threshold=0.4)
    assert [prompt.threshold for prompt in result.prompts] == [0.9, 0.4]
    assert result.polygons[result.polygons.phrase == "green"].score.min() >= 0.4


def test_polygons_grow_to_the_low_threshold(toys: Any, write_raster: WriteRaster, town: np.ndarray) -> None:
    """Each phrase from its own threshold: by scipy's labels, those that hold a pixel at it."""
    prompts = [Prompt("red", threshold=0.8), "green"]
    asked: dict[str, Any] = {"model": toys.pixelwise(), "threshold": 0.6}
    found = gt.segment(write_raster(town), prompts, **asked, threshold_low=0.3)
    assert found.manifest["settings"]["threshold_low"] == 0.3
    for phrase, band, threshold in (("red", 0, 0.8), ("green", 1, 0.6)):
        mine = found.polygons[found.polygons.phrase == phrase]
        labels, _ = ndimage.label(town[band] >= 0.3 * 255)
        sure = np.unique(labels[town[band] >= threshold * 255])
        sure = sure[sure > 0]
        assert (mine.area_m2.round(0) > 0).all()
        assert len(mine) == len(sure)
        assert mine.score_max.min() >= threshold
        assert mine.area_m2.sum() == pytest.approx(np.isin(labels, sure).sum() * 0.25, rel=2e-3)
    plain, same = (
        gt.segment(write_raster(town), prompts, **asked, **low).polygons.drop(columns="created")
        for low in ({}, {"threshold_low": None})
    )
    assert plain.equals(same)
    assert found.polygons.area_m2.sum() > plain.area_m2.sum()


def test_small_polygons_are_left_out_and_others_stay(
    toys: Any, write_raster: WriteRaster, town: np.ndarray
) -> None:
    path = write_raster(town)
    every = gt.segment(path, "red", model=toys.pixelwise(), threshold=0.3).polygons
    large = gt.segment(path, "red", model=toys.pixelwise(), threshold=0.3, min_area_m2=2.0).polygons
    assert large.id.tolist() == every[every.area_m2 >= 2.0].id.tolist()
    assert 0 < len(large) < len(every)


def test_simplified_outlines_are_shorter_valid_and_near(
    toys: Any, write_raster: WriteRaster, town: np.ndarray
) -> None:
    path = write_raster(town)
    exact = gt.segment(path, "red", model=toys.pixelwise(), threshold=0.3).polygons
    simple = gt.segment(path, "red", model=toys.pixelwise(), threshold=0.3, simplify_m=1.0).polygons
    assert simple.is_valid.all()
    assert simple.id.tolist() == exact.id.tolist()
    corners = [shapely.get_num_coordinates(frame.geometry.to_numpy()).sum() for frame in (simple, exact)]
    assert corners[0] < 0.7 * corners[1]


def test_the_raster_of_scores_lies_on_the_run_grid(
    toys: Any, write_raster: WriteRaster, town: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "scores.tif"
    result = gt.segment(write_raster(town), ["red", "blue"], model=toys.pixelwise(), score_raster=path)
    with rasterio.open(path) as raster:
        assert raster.transform == result.grid.affine
        assert raster.descriptions == ("red", "blue")
        for band, source in ((1, 0), (2, 2)):
            assert (raster.read(band) == np.maximum(np.rint(town[source] / 255 * FULL_SCORE), 1)).all()


def test_scores_alone_are_those_of_the_whole_run(
    toys: Any, write_raster: WriteRaster, town: np.ndarray, tmp_path: Path
) -> None:
    asked: dict[str, Any] = {
        "inputs": write_raster(town),
        "phrases": ["red", "blue"],
        "model": toys.pixelwise(),
    }
    gt.segment(**asked, score_raster=tmp_path / "whole.tif")
    job: dict[str, Any] = {"job": tmp_path / "job", "block_px": 48}
    for name, kept in {"alone": {}, "job": job}.items():
        result = gt.segment(**asked, score_raster=tmp_path / f"{name}.tif", polygons=False, **kept)
        assert (tmp_path / f"{name}.tif").read_bytes() == (tmp_path / "whole.tif").read_bytes()
        told = json.loads((tmp_path / f"{name}.manifest.json").read_text())
        assert told == result.manifest
        assert "polygons" not in told
        with pytest.raises(InputError, match="scores alone: segment again with polygons=True"):
            _ = result.polygons
        with pytest.raises(InputError, match="scores alone"):
            result.to_file(tmp_path / "found.gpkg")
    assert len(gt.merge(tmp_path / "job").polygons) > 0
    gt.merge(tmp_path / "job", score_raster=tmp_path / "merged.tif", polygons=False)
    assert (tmp_path / "merged.tif").read_bytes() == (tmp_path / "whole.tif").read_bytes()


def test_the_manifest_says_how_the_result_came_about(
    toys: Any, write_raster: WriteRaster, town: np.ndarray, tmp_path: Path
) -> None:
    output = tmp_path / "found.gpkg"
    result = gt.segment(
        write_raster(town),
        ["red", "blue"],
        model=toys.pixelwise(),
        output=output,
        min_area_m2=3,
        window_px=64,
        bands=[3, 2, 1],
    )
    manifest = json.loads((tmp_path / "found.manifest.json").read_text())
    assert manifest == result.manifest
    assert manifest["geoseg_text"] == gt.__version__
    assert manifest["inputs"][0]["name"].endswith("town.tif")
    assert manifest["inputs"][0]["size_bytes"] > 0
    assert manifest["settings"]["window_px"] == 64
    assert manifest["settings"]["overlap_px"] == 16
    assert manifest["settings"]["bands"] == [3, 2, 1]
    assert manifest["model"]["config"]["name"] == "Pixelwise"
    assert manifest["prompts"] == [{"phrase": "red", "threshold": 0.5}, {"phrase": "blue", "threshold": 0.5}]
    assert manifest["run_grid"]["rows"] == 90
    assert {"python", "torch", "gdal"} <= set(manifest["versions"])
    assert manifest["windows_not_seen"] == []


def test_a_result_can_be_written_again_in_another_format(
    toys: Any, write_raster: WriteRaster, town: np.ndarray, tmp_path: Path
) -> None:
    result = gt.segment(write_raster(town), "red", model=toys.pixelwise(), threshold=0.3)
    for name in ("found.gpkg", "found.geojson", "found.fgb"):
        assert len(gpd.read_file(result.to_file(tmp_path / name))) == len(result.polygons)
    with pytest.raises(OutputError, match="already exists"):
        result.to_file(tmp_path / "found.gpkg")
    result.to_file(tmp_path / "found.gpkg", overwrite=True)


@pytest.mark.parametrize(("windows", "batch", "passes"), [(1, 4, [1]), (5, 4, [3, 3]), (9, 4, [3, 3, 3])])
def test_windows_are_shared_out_evenly(
    toys: Any, write_raster: WriteRaster, windows: int, batch: int, passes: list[int]
) -> None:
    model = toys.pixelwise(16)
    pixels = np.zeros((3, 16, 16 * windows), np.uint8)
    gt.segment(write_raster(pixels), "red", model=model, overlap_px=0, batch=batch)
    assert [shape[0] for shape in model.shapes] == passes


def test_a_raster_smaller_than_a_window_is_padded(
    toys: Any, write_raster: WriteRaster, town: np.ndarray
) -> None:
    path = write_raster(town[:, :20, :9])
    result = gt.segment(path, "red", model=toys.pixelwise(256), threshold=0.0)
    assert result.polygons.geometry[0].equals(shapely.box(*result.grid.bounds))


def test_a_comparison_over_many_windows_warns(toys: Any, write_raster: WriteRaster, town: np.ndarray) -> None:
    with pytest.warns(ScopeWarning, match="'largest' is answered in each of"):
        gt.segment(write_raster(town), "the largest roof", model=toys.brightness())
    gt.segment(write_raster(town), "the largest roof", model=toys.brightness(256))
    gt.segment(write_raster(town), "the roofs north of the road", model=toys.brightness())


def test_progress_counts_the_windows(toys: Any, write_raster: WriteRaster, town: np.ndarray) -> None:
    events: list[ProgressEvent] = []
    result = gt.segment(write_raster(town), "red", model=toys.pixelwise(), progress=events.append)
    total = result.manifest["windows"]
    assert [event.done for event in events] == list(range(total + 1))
    assert {event.total for event in events} == {total}


def test_a_cancelled_run_leaves_nothing(
    toys: Any, write_raster: WriteRaster, town: np.ndarray, tmp_path: Path
) -> None:
    cancellation = Cancellation()

    def stop(event: ProgressEvent) -> None:
        if event.done == 5:
            cancellation.cancel()

    path = write_raster(town)
    with pytest.raises(Cancelled):
        gt.segment(
            path,
            "red",
            model=toys.pixelwise(),
            output=tmp_path / "found.gpkg",
            score_raster=tmp_path / "scores.tif",
            progress=stop,
            cancellation=cancellation,
        )
    assert list(tmp_path.iterdir()) == [path]


BAD = {
    "no phrase": ({"phrases": ""}, "no words"),
    "a long phrase": ({"phrases": "r" * 41}, "41 tokens"),
    "no file": ({"inputs": "nowhere.tif"}, "no such file"),
    "threshold": ({"threshold": 1.5}, "1.5"),
    "low threshold": ({"threshold_low": -0.1}, "threshold_low -0.1"),
    "low above": ({"threshold": 0.4, "threshold_low": 0.5}, "0.5 is above the threshold 0.4 of 'red'"),
    "low above the model's": ({"threshold_low": 0.6}, "0.6 is above the threshold 0.5 of 'red'"),
    "area": ({"min_area_m2": -1.0}, "min_area_m2 -1.0"),
    "simplify": ({"simplify_m": float("nan")}, "simplify_m nan"),
    "window": ({"window_px": 0}, "window of 0 px"),
    "overlap": ({"overlap_px": 32}, "overlap of 32 px"),
    "batch": ({"batch": 0}, "batch of 0"),
    "device": ({"device": "abacus"}, "abacus"),
    "suffix": ({"output": "found.shp"}, ".shp names no format"),
    "nothing wanted": ({"polygons": False}, "without polygons there is a raster of scores"),
    "both": ({"polygons": False, "output": "a.gpkg", "score_raster": "a.tif"}, "no other output"),
    "score raster": ({"score_raster": "scores.png"}, "GeoTIFF"),
    "folder": ({"output": "nowhere/found.gpkg"}, "does not exist"),
    "gsd": ({"gsd": -1.0}, "gsd -1.0"),
    "bands": ({"bands": [7, 8, 9]}, "7"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_words_and_numbers_are_refused_in_one_line(
    toys: Any,
    write_raster: WriteRaster,
    town: np.ndarray,
    case: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    path = write_raster(town)
    monkeypatch.chdir(tmp_path)
    choices, words = BAD[case]
    with pytest.raises((InputError, OutputError)) as caught:
        gt.segment(**{"inputs": path, "phrases": "red", "model": toys.pixelwise(), **choices})
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == [path]
