"""What a layer says of an answer, by counts that can be done by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from shapely import box

import geoseg_text as gt
from geoseg_text.errors import GeosegError
from geoseg_text.evaluation.covering import Areas, Overlap
from geoseg_text.evaluation.layer import LayerReport
from geoseg_text.values.windows import Window

PHRASE = "the red roofs"
SIDE, GSD, WEST, NORTH = 64, 0.5, 500_000.0, 6_000_000.0


def ground(left: float, top: float, right: float, bottom: float) -> shapely.Geometry:
    """The ground of some pixels, by their corners."""
    return box(WEST + left * GSD, NORTH - bottom * GSD, WEST + right * GSD, NORTH - top * GSD)


def layer(path: Path, shapes: list[shapely.Geometry], crs: str = "EPSG:32636", **columns: list[int]) -> Path:
    frame = geopandas.GeoDataFrame(columns, geometry=shapes, crs="EPSG:32636")
    frame.to_crs(crs).to_file(path)
    return path


@pytest.fixture
def field(tmp_path: Path) -> Path:
    """Return a raster of 64 x 64 px of which the left half is nodata."""
    path = tmp_path / "field.tif"
    pixels = np.full((3, SIDE, SIDE), 90, np.uint8)
    pixels[:, :, : SIDE // 2] = 0
    profile = {"driver": "GTiff", "width": SIDE, "height": SIDE, "count": 3, "dtype": "uint8", "nodata": 0}
    place = Affine(GSD, 0, WEST, 0, -GSD, NORTH)
    with rasterio.open(path, "w", **profile, crs="EPSG:32636", transform=place) as out:
        out.write(pixels)
    return path


def compared(truth: list[Any], found: list[Any], seen: np.ndarray, rows: int) -> Overlap:
    """Count over a grid, some rows at a time."""
    overlap = Overlap(Areas(np.array(truth, object)), Areas(np.array(found, object)))
    for row in range(0, len(seen), rows):
        part = seen[row : row + rows]
        overlap.add(Window(row, 0, *part.shape), part)
    return overlap


@pytest.mark.parametrize("rows", [40, 7, 1])
def test_a_truth_shifted_by_half_agrees_by_a_third(rows: int) -> None:
    seen = np.ones((40, 40), bool)
    found, shifted = box(5, 5, 15, 25), box(10, 5, 20, 25)
    report = LayerReport("x", "y", 0.5, compared([shifted], [found], seen, rows), 0.25)
    assert (report.iou, report.precision, report.recall) == (1 / 3, 1 / 2, 1 / 2)
    assert (report.feature_recall, report.polygon_precision) == (1.0, 1.0)  # half is enough
    assert report.to_json()["truth_m2"] == 10 * 20 * 0.25


def test_things_count_one_by_one_by_what_is_seen_of_them() -> None:
    seen = np.ones((40, 40), bool)
    seen[:, 30:] = False
    truth = [
        box(0, 0, 4, 4),
        box(10, 10, 14, 14),
        box(28, 0, 36, 4),
        box(32, 30, 38, 38),
        box(20, 20, 21, 20.2),
    ]
    found = [box(0, 0, 4, 1), box(10, 10, 14, 12), box(28, 0, 30, 4), box(5, 30, 9, 34), box(10, 12, 12, 14)]
    overlap = compared(truth, found, seen, 16)
    # the fourth is not seen, the fifth holds no centre of a pixel
    assert overlap.truth.pixels.tolist() == [16, 16, 8, 0, 0]
    assert overlap.truth.covered.tolist() == [4, 12, 8, 0, 0]
    assert (overlap.truth.judged, overlap.truth.mostly_covered) == (3, 2)
    assert overlap.found.covered.tolist() == [4, 8, 8, 0, 4]
    assert (overlap.found.judged, overlap.found.mostly_covered) == (5, 4)
    assert (overlap.truth_px, overlap.found_px, overlap.both_px) == (40, 40, 24)


def test_an_answer_agrees_with_itself(town: Path, model_folder: Path, tmp_path: Path) -> None:
    gt.segment(town, PHRASE, model=model_folder, score_raster=tmp_path / "scores.tif", polygons=False)
    with rasterio.open(tmp_path / "scores.tif") as scores:
        middle = float(np.median(scores.read(1))) / 65535
    choices: dict[str, Any] = {"model": model_folder, "threshold": middle, "min_area_m2": 1.0}
    found = gt.segment(town, PHRASE, output=tmp_path / "found.gpkg", **choices)
    assert len(found.polygons) > 1
    report = gt.evaluate_layer(town, tmp_path / "found.gpkg", PHRASE, **choices)
    assert (report.iou, report.precision, report.recall) == (1.0, 1.0, 1.0)
    assert (report.feature_recall, report.polygon_precision) == (1.0, 1.0)
    told = report.to_json()
    assert told["features"] == told["polygons"] == len(found.polygons)
    assert told["found_m2"] == pytest.approx(found.polygons["area_m2"].sum(), rel=1e-3)


def test_all_is_marked_and_only_valid_ground_counts(field: Path, model_folder: Path, tmp_path: Path) -> None:
    """The valid half is 32 x 64 px; the truth lies on 16 x 16 of them, and as many that are not valid."""
    path = layer(tmp_path / "truth.gpkg", [ground(16, 0, 48, 16)], crs="EPSG:4326")
    events: list[gt.ProgressEvent] = []
    report = gt.evaluate_layer(field, path, PHRASE, model=model_folder, threshold=0.0, progress=events.append)
    assert report.recall == 1.0
    assert report.iou == report.precision == pytest.approx(256 / 2048, abs=2e-2)
    assert (report.feature_recall, report.polygon_precision) == (1.0, 0.0)
    assert report.to_json()["seen_m2"] == pytest.approx(2048 * GSD**2, rel=1e-2)
    assert (events[-1].stage, events[-1].done) == ("compare", events[-1].total)
    nothing = gt.evaluate_layer(field, path, PHRASE, model=model_folder, threshold=1.0)
    assert (nothing.iou, nothing.precision, nothing.recall, nothing.polygon_precision) == (
        0.0,
        None,
        0.0,
        None,
    )


def test_some_features_and_broken_ones(field: Path, model_folder: Path, tmp_path: Path) -> None:
    bow = shapely.Polygon([ground(40, 0, 48, 8).exterior.coords[i] for i in (0, 2, 1, 3)])
    shapes = [ground(40, 20, 48, 24), ground(34, 40, 60, 60), bow]
    path = layer(tmp_path / "truth.gpkg", shapes, height=[5, 1, 9])
    asked: dict[str, Any] = {"model": model_folder, "threshold": 0.0}
    tall = gt.evaluate_layer(field, path, PHRASE, where="height > 3", **asked)
    assert (tall.to_json()["features"], tall.repaired) == (2, 1)
    assert 32 + 20 <= tall.overlap.truth_px <= 32 + 44  # and the bow, half of a square of 64


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nobody": ({"where": "height > 99"}, "no feature is as the condition 'height > 99' says"),
    "no column": ({"where": "depth > 1"}, "check the condition 'depth > 1'"),
    "no threshold": ({"threshold": 2.0}, "give a number from 0 to 1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_one_line(field: Path, model_folder: Path, tmp_path: Path, case: str) -> None:
    more, words = WRONG[case]
    path = layer(tmp_path / "truth.gpkg", [ground(40, 20, 48, 24)], height=[5])
    with pytest.raises(GeosegError, match=words) as caught:
        gt.evaluate_layer(field, path, PHRASE, model=model_folder, **more)
    assert "\n" not in str(caught.value)


FAULTY = {
    "elsewhere": ([box(0, 0, 1, 1)], "no feature lies on the imagery; the imagery spans"),
    "empty": ([], "holds no feature"),
    "lines": ([shapely.LineString([(WEST + 20, NORTH - 9), (WEST + 30, NORTH - 9)])], "give them a width"),
    "no geometry": ([None], "none of its 1 features has a usable geometry"),
}


@pytest.mark.parametrize("case", FAULTY)
def test_a_layer_that_cannot_be_compared_is_one_line(
    field: Path, model_folder: Path, tmp_path: Path, case: str
) -> None:
    shapes, words = FAULTY[case]
    path = layer(tmp_path / "truth.geojson", shapes, crs="EPSG:4326")
    with pytest.raises(GeosegError, match=words) as caught:
        gt.evaluate_layer(field, path, PHRASE, model=model_folder)
    assert "\n" not in str(caught.value)


def test_lines_with_a_width_are_areas(field: Path, model_folder: Path, tmp_path: Path) -> None:
    line = shapely.LineString([(WEST + 20, NORTH - 10), (WEST + 30, NORTH - 10)])
    path = layer(tmp_path / "roads.gpkg", [line])
    report = gt.evaluate_layer(field, path, PHRASE, width_m=2, model=model_folder, threshold=0.0)
    assert report.overlap.truth_px == pytest.approx(20 * 4 + np.pi * 2**2, abs=4)  # 2 m are 4 px


def test_it_can_be_stopped(field: Path, model_folder: Path, tmp_path: Path) -> None:
    stop = gt.Cancellation()
    stop.cancel()
    path = layer(tmp_path / "truth.gpkg", [ground(40, 20, 48, 24)])
    with pytest.raises(gt.Cancelled):
        gt.evaluate_layer(field, path, PHRASE, model=model_folder, cancellation=stop)
