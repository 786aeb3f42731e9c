"""The laws of the design, on the whole path from a file to polygons, in one process."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio import features

import geoseg_text as gt
from geoseg_text.errors import GeosegError, OutputError, WindowWarning
from geoseg_text.values.rows import FULL_SCORE

WriteRaster = Callable[..., Path]
COLOURS = ["red", "green"]
UTM = Affine(0.5, 0, 400000, 0, -0.5, 5600000)
# North-up and square in metres, so that the run grid is the source's own: the mask can be predicted by hand.
NATIVE = {
    "utm": ("EPSG:32633", UTM),
    "mercator": ("EPSG:3857", Affine(0.5, 0, 1_000_000, 0, -0.5, 100_000)),
    "odd origin": ("EPSG:32755", Affine(0.3, 0, 500000.123456, 0, -0.3, 6_000_000.654321)),
    "feet": ("EPSG:2263", Affine(1, 0, 980000, 0, -1, 200000)),
    "degrees at the equator": ("EPSG:4326", Affine(1e-5, 0, 10, 0, -1e-5, 0.1)),
}


def burnt(polygons: gpd.GeoDataFrame, affine: Affine, shape: tuple[int, int]) -> np.ndarray:
    if not len(polygons):
        return np.zeros(shape, bool)
    return features.rasterize([(geometry, 1) for geometry in polygons.geometry], shape, transform=affine) > 0


def alike(one: gt.Result, other: gt.Result) -> bool:
    columns = ["id", "phrase", "score", "score_max", "area_m2"]
    return (
        one.polygons[columns].equals(other.polygons[columns])
        and one.polygons.to_wkb().geometry.tolist() == other.polygons.to_wkb().geometry.tolist()
    )


# Law 1


@pytest.mark.parametrize("place", NATIVE)
def test_rasterised_polygons_give_back_the_mask(
    toys: Any, write_raster: WriteRaster, town: np.ndarray, place: str
) -> None:
    crs, affine = NATIVE[place]
    path = write_raster(town, crs=crs, affine=affine)
    result = gt.segment(path, COLOURS, model=toys.pixelwise(), threshold=0.3)
    assert result.grid.affine == affine
    level = round(0.3 * FULL_SCORE)
    for band, phrase in enumerate(COLOURS):
        mask = np.rint(town[band] / 255 * FULL_SCORE) >= level
        found = result.polygons[result.polygons.phrase == phrase]
        assert (burnt(found, affine, mask.shape) == mask).all()
        assert found.is_valid.all()


# Law 2


@pytest.mark.parametrize(("window_px", "overlap_px"), [(32, 0), (32, 8), (33, 32), (200, 50), (7, 3)])
@pytest.mark.parametrize("score", ["0.0001", "0.3333", "0.5", "0.9999"])
def test_a_constant_model_gives_its_constant(
    toys: Any,
    write_raster: WriteRaster,
    town: np.ndarray,
    tmp_path: Path,
    window_px: int,
    overlap_px: int,
    score: str,
) -> None:
    scores = tmp_path / "scores.tif"
    result = gt.segment(
        write_raster(town[:, :40, :50]),
        score,
        model=toys.constant(),
        window_px=window_px,
        overlap_px=overlap_px,
        threshold=float(score),
        score_raster=scores,
    )
    with rasterio.open(scores) as raster:
        assert (raster.read(1) == round(float(score) * FULL_SCORE)).all()
    assert len(result.polygons) == 1
    assert result.polygons.geometry[0].equals(shapely.box(*result.grid.bounds))


# Law 3


def test_tiling_changes_nothing(toys: Any, write_raster: WriteRaster, town: np.ndarray) -> None:
    path = write_raster(town)
    layouts = [(256, 64, 1), (32, 0, 4), (32, 8, 1), (50, 49, 16), (13, 5, 3), (90, 30, 2), (130, 40, 1)]
    results = [
        gt.segment(
            path,
            COLOURS,
            model=toys.pixelwise(),
            threshold=0.3,
            window_px=window,
            overlap_px=overlap,
            batch=batch,
        )
        for window, overlap, batch in layouts
    ]
    assert len(results[0].polygons) > 50
    assert all(alike(result, results[0]) for result in results)


def test_a_run_repeats_itself(toys: Any, write_raster: WriteRaster, town: np.ndarray) -> None:
    path = write_raster(town)
    one, two = (gt.segment(path, "x", model=toys.brightness(), threshold=0.3) for _ in range(2))
    assert alike(one, two)


def test_polygons_come_row_by_row_of_their_first_pixel(
    toys: Any, write_raster: WriteRaster, town: np.ndarray
) -> None:
    polygons = gt.segment(write_raster(town), "red", model=toys.pixelwise(), threshold=0.3).polygons
    tops = polygons.bounds.maxy.to_numpy()
    assert (np.diff(tops) <= 0).all()


# Law 7


@pytest.mark.parametrize("toy", ["stumbling", "wordless"])
def test_a_window_that_fails_is_listed_and_its_pixels_are_not_seen(
    toys: Any, write_raster: WriteRaster, town: np.ndarray, tmp_path: Path, toy: str
) -> None:
    town[:, 50, 70] = 255
    with pytest.warns(WindowWarning, match="were not seen"):
        result = gt.segment(
            write_raster(town),
            "red",
            model=getattr(toys, toy)(),
            threshold=0.0,
            window_px=20,
            overlap_px=0,
            output=tmp_path / "found.geojson",
        )
    assert {(failure.window.row, failure.window.col) for failure in result.failures} == {(40, 60)}
    assert result.failures[0].reason
    manifest = json.loads((tmp_path / "found.manifest.json").read_text())
    assert manifest["windows_not_seen"][0]["window"] == {"row": 40, "col": 60, "rows": 20, "cols": 20}
    seen = burnt(result.polygons, result.grid.affine, (90, 130))
    assert not seen[40:60, 60:80].any()
    seen[40:60, 60:80] = True
    assert seen.all()


def test_a_neighbour_that_overlaps_sees_what_a_failed_window_did_not(
    toys: Any, write_raster: WriteRaster, town: np.ndarray
) -> None:
    town[:, 50, 70] = 255
    with pytest.warns(WindowWarning):
        result = gt.segment(
            write_raster(town), "red", model=toys.stumbling(), threshold=0.0, window_px=20, overlap_px=10
        )
    hidden = ~burnt(result.polygons, result.grid.affine, (90, 130))
    assert hidden.any()
    assert set(zip(*(axis.tolist() for axis in np.nonzero(hidden)), strict=True)) <= {
        (row, col) for row in range(50, 60) for col in range(70, 80)
    }


def test_a_torn_file_gives_what_can_be_read_and_says_what_cannot(
    toys: Any, write_raster: WriteRaster, tmp_path: Path
) -> None:
    path = tmp_path / "torn.tif"
    pixels = np.random.default_rng(0).integers(0, 250, (3, 256, 128)).astype(np.uint8)
    size = {"count": 3, "height": 256, "width": 128, "dtype": "uint8", "crs": "EPSG:32633", "transform": UTM}
    tiles = {
        "tiled": True,
        "blockxsize": 128,
        "blockysize": 128,
        "compress": "DEFLATE",
        "interleave": "pixel",
    }
    with rasterio.open(path, "w", driver="GTiff", **size, **tiles) as dataset:
        dataset.write(pixels)
        offset = int(dataset.get_tag_item("BLOCK_OFFSET_0_1", "TIFF", bidx=1))
    torn = bytearray(path.read_bytes())
    torn[offset : offset + 400] = bytes(400)
    path.write_bytes(torn)
    with pytest.warns(WindowWarning):
        result = gt.segment(path, "red", model=toys.pixelwise(), threshold=0.0, window_px=64)
    seen = burnt(result.polygons, UTM, (256, 128))
    assert seen[:128].all()
    assert not seen[128:].any()
    assert all("torn.tif" in failure.reason for failure in result.failures)


# Law 8


@pytest.mark.parametrize("suffix", [".geojson", ".geojsonl", ".gpkg", ".fgb", ".parquet"])
def test_files_hold_the_polygons_and_are_valid(
    toys: Any, write_raster: WriteRaster, town: np.ndarray, tmp_path: Path, suffix: str
) -> None:
    result = gt.segment(
        write_raster(town), "red", model=toys.pixelwise(), threshold=0.3, output=tmp_path / f"found{suffix}"
    )
    found = tmp_path / f"found{suffix}"
    back = gpd.read_parquet(found) if suffix == ".parquet" else gpd.read_file(found)
    assert back.is_valid.all()
    assert sorted(back.id) == sorted(result.polygons.id)
    assert back.to_crs(result.polygons.crs).area.sum() == pytest.approx(result.polygons.area.sum(), rel=1e-3)
    assert back.crs.to_epsg() == (4326 if suffix.startswith(".geojson") else 32633)
    if suffix == ".geojson":
        assert set(json.loads((tmp_path / "found.geojson").read_text())) == {"type", "features"}


# Law 9


def test_nodata_stays_nodata_whatever_is_stored_there(
    toys: Any, write_raster: WriteRaster, town: np.ndarray, tmp_path: Path
) -> None:
    hole = np.zeros(town.shape[1:], bool)
    hole[20:45, 30:60] = hole[:, 120:] = True
    results = []
    for number, stored in enumerate((0, 77, 250)):
        pixels = np.where(hole, np.uint8(stored), np.maximum(town, 1)).astype(np.uint8)
        path = tmp_path / f"masked{number}" / "town.tif"
        path.parent.mkdir()
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
            rasterio.open(
                path,
                "w",
                driver="GTiff",
                count=3,
                height=90,
                width=130,
                dtype="uint8",
                crs="EPSG:32633",
                transform=UTM,
            ) as dataset,
        ):
            dataset.write(pixels)
            dataset.write_mask(~hole)
        results.append(gt.segment(path, ["red", "x"], model=mixed(toys), threshold=0.2))
    assert all(alike(result, results[0]) for result in results)
    covered = burnt(results[0].polygons, UTM, hole.shape)
    assert covered.any()
    assert not (covered & hole).any()


def mixed(toys: Any) -> Any:
    """Answers "red" pixel by pixel and anything else by the mean of the window."""

    class Mixed(toys.pixelwise):
        def answer(self, images: Any, phrase: str) -> Any:
            if phrase == "red":
                return super().answer(images, phrase)
            return toys.brightness.answer(self, images, phrase)

    return Mixed()


# Law 10


@pytest.mark.parametrize("turn", ["south-up", "rotated"])
def test_the_way_a_picture_is_stored_changes_no_answer(
    toys: Any, write_raster: WriteRaster, town: np.ndarray, turn: str
) -> None:
    straight = gt.segment(write_raster(town, "straight.tif"), "red", model=toys.pixelwise(), threshold=0.3)
    rows = town.shape[1]
    if turn == "south-up":
        stored, affine = town[:, ::-1], UTM @ Affine.translation(0, rows) @ Affine.scale(1, -1)
    else:  # turned by a quarter: stored rows run along the picture's columns
        stored = np.rot90(town, axes=(1, 2))
        affine = UTM @ Affine(0, -1, town.shape[2], 1, 0, 0)
    turned = gt.segment(
        write_raster(np.ascontiguousarray(stored), "turned.tif", affine=affine),
        "red",
        model=toys.pixelwise(),
        threshold=0.3,
    )
    one = burnt(straight.polygons, UTM, town.shape[1:])
    other = burnt(turned.polygons, UTM, town.shape[1:])
    assert (one == other).mean() > 0.995


# Law 11


def test_an_existing_output_is_refused_before_the_imagery_is_opened(toys: Any, tmp_path: Path) -> None:
    for name, choice in [("found.gpkg", "output"), ("scores.tif", "score_raster")]:
        path = tmp_path / name
        path.write_bytes(b"precious")
        with pytest.raises(OutputError, match="already exists"):
            gt.segment(tmp_path / "no such.tif", "red", model=toys.pixelwise(), **{choice: path})
        assert path.read_bytes() == b"precious"


# Law 12

POSIX_MODULES = {"fcntl", "grp", "pwd", "resource", "termios"}
ONE_SYSTEM_ONLY = {
    *("os.fork", "os.forkpty", "os.symlink", "os.link", "os.mkfifo", "os.rename", "os.getuid", "os.chown"),
    *("os.killpg", "os.setsid", "os.sched_getaffinity", "signal.SIGKILL", "signal.alarm"),
}
ASK_THE_SYSTEM = {"cost.py", "peak_memory.py"}
"""Modules that report what the system tells of itself, and do without where it tells nothing."""
MODULES = sorted(path for path in Path(gt.__file__).parent.rglob("*.py") if path.name not in ASK_THE_SYSTEM)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_step_needs_one_system(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            assert ast.unparse(node) not in ONE_SYSTEM_ONLY, node.lineno
            assert node.attr != "symlink_to", node.lineno
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
            assert not POSIX_MODULES & set(names), node.lineno
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not node.value.startswith(("/tmp", "/dev/", "/proc")), node.lineno
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                shell = keyword.arg == "shell" and getattr(keyword.value, "value", None) is not False
                assert not shell, node.lineno
            if ast.unparse(node.func).endswith(("read_text", "write_text")):
                assert {keyword.arg for keyword in node.keywords} & {"encoding"}, node.lineno


# Every raster of the shared folder


def rasters() -> list[str]:
    shared = os.environ.get("GEOSEG_SHARED") or Path(__file__).parents[3] / "shared"
    folder = Path(shared) / "data" / "rasters"
    return sorted(path.name for path in folder.glob("*") if path.suffix in (".tif", ".vrt")) or ["(none)"]


@pytest.mark.filterwarnings("ignore::geoseg_text.errors.GeosegWarning")
@pytest.mark.parametrize("name", rasters())
def test_every_odd_raster_gives_valid_polygons_or_one_clear_line(
    shared: Path, toys: Any, tmp_path: Path, name: str
) -> None:
    path = shared / "data" / "rasters" / name
    found = tmp_path / "found.geojson"
    try:
        result = gt.segment(path, "red", model=toys.pixelwise(256), threshold=0.55, output=found)
    except GeosegError as error:
        words = str(error)
    else:
        check_polygons(result, found, path)
        return
    assert "\n" not in words
    assert name in words
    assert not found.exists()


def check_polygons(result: gt.Result, found: Path, path: Path) -> None:
    assert result.polygons.is_valid.all()
    back = gpd.read_file(found)
    assert back.is_valid.all()
    assert len(back) == len(result.polygons)
    with rasterio.open(path) as source:
        if source.crs is not None and source.crs == result.polygons.crs and len(result.polygons):
            rows, cols = source.shape
            corners = [source.transform @ corner for corner in ((0, 0), (cols, 0), (cols, rows), (0, rows))]
            # A hundredth of a pixel is what rounding between two CRSs may cost.
            outline = shapely.Polygon(corners).buffer(0.01 * source.res[0], join_style="mitre")
            assert shapely.contains(outline, result.polygons.geometry.to_numpy()).all()
