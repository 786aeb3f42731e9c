"""The algorithms in a real QGIS, with the real engine: Debian's, without a window."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import pytest
import rasterio
import torch
from affine import Affine
from PIL import Image
from rasterio.features import rasterize
from rasterio.windows import Window
from shapely import box

import geoseg_text as gt

HERE = Path(__file__).parent
SYSTEM_PYTHON = "/usr/bin/python3"
SEGMENT = "geoseg:segmentbyphrase"
PHRASES = ["the red roofs", "the road"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("qgis_process.bin") is None, reason="needs QGIS: apt-get install qgis python3-qgis"
    ),
]


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty profile into which the zip was installed."""
    folder, dist = tmp_path_factory.mktemp("profile"), tmp_path_factory.mktemp("dist")
    build = [sys.executable, HERE.parents[1] / "scripts" / "build_plugin.py", dist]
    subprocess.run(build, check=True, capture_output=True, timeout=60)
    (built,) = dist.iterdir()
    zipfile.ZipFile(built).extractall(folder / "python" / "plugins")
    return folder


@pytest.fixture
def environment(profile: Path, tmp_path: Path) -> dict[str, str]:
    """Return the variables of a QGIS that knows its engine and little else."""
    kept = {name: os.environ[name] for name in ("OMP_NUM_THREADS", "TMPDIR") if name in os.environ}
    return kept | {
        "PATH": "/usr/bin:/bin",  # the Python within QGIS looks for its library by it
        "HOME": str(tmp_path / "home"), "QT_QPA_PLATFORM": "offscreen", "GEOSEG_PYTHON": sys.executable,
        "QGIS_CUSTOM_CONFIG_PATH": str(profile), "QGIS_PLUGINPATH": str(profile / "python" / "plugins"),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }  # fmt: skip


@pytest.fixture
def run(profile: Path, environment: dict[str, str]) -> Callable[..., dict[str, Any]]:
    """Return a function that runs an algorithm in a QGIS of its own and says what came of it."""

    def in_qgis(
        parameters: dict[str, Any],
        *,
        algorithm: str = SEGMENT,
        layer: dict[str, str] | None = None,
        memory: Path | None = None,
        cancel_at: float | str | None = None,
    ) -> dict[str, Any]:
        told = {
            "profile": str(profile), "algorithm": algorithm, "parameters": parameters, "layer": layer,
            "memory": None if memory is None else str(memory), "cancel_at": cancel_at,
        }  # fmt: skip
        done = subprocess.run(
            [SYSTEM_PYTHON, HERE / "qgis_side" / "run_algorithm.py"], input=json.dumps(told), text=True,
            capture_output=True, env=environment, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return said

    return in_qgis


def features(path: Path) -> list[dict[str, Any]]:
    """Return what a layer holds, by id, without when it was made."""
    frame = pyogrio.read_dataframe(path).drop(columns="created").sort_values(["phrase", "id"])
    bare = frame.set_crs(None, allow_override=True)  # one without a code is none of JSON's
    found: list[dict[str, Any]] = json.loads(bare.to_json())["features"]
    return [{"geometry": one["geometry"], **one["properties"]} for one in found]


@pytest.fixture
def qgis_process(environment: dict[str, str]) -> Callable[..., dict[str, Any]]:
    """Return a function that runs an algorithm by the command `qgis_process` and gives its results."""

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        said = ["qgis_process.bin", *words]
        return subprocess.run(said, env=environment, capture_output=True, text=True, timeout=300, check=False)

    def run_it(algorithm: str, **parameters: object) -> dict[str, Any]:
        done = command(
            "run", algorithm, "--json", "--", *(f"{key}={value}" for key, value in parameters.items())
        )
        assert done.returncode == 0, done.stderr
        results: dict[str, Any] = json.loads(done.stdout)["results"]
        return results

    command("plugins", "enable", "geoseg_qgis")  # which fails where it is enabled already
    return run_it


def test_qgis_process_gives_what_the_library_gives(
    qgis_process: Callable[..., dict[str, Any]], town: Path, model_folder: Path, tmp_path: Path
) -> None:
    output, scores = tmp_path / "found.gpkg", tmp_path / "scores.tif"
    results = qgis_process(
        SEGMENT, INPUT=town, PHRASES=f"{PHRASES[0]}\n\n{PHRASES[1]}", MODEL=model_folder, THRESHOLD=0.5,
        MIN_AREA=1, OUTPUT=output, SCORES=scores,
    )  # fmt: skip
    assert results == {"OUTPUT": str(output), "SCORES": str(scores)}
    own = gt.segment(
        town, PHRASES, model=model_folder, threshold=0.5, min_area_m2=1, output=tmp_path / "own.gpkg"
    )
    assert features(output) == features(tmp_path / "own.gpkg")
    assert len(own.polygons) > 0
    with rasterio.open(scores) as raster:
        assert raster.descriptions == tuple(PHRASES)


def test_an_extent_in_another_crs_and_chosen_bands(
    run: Callable[..., dict[str, Any]], town: Path, model_folder: Path, tmp_path: Path
) -> None:
    with rasterio.open(town) as raster:
        left, bottom, right, top = raster.bounds
        west, south, east, north = rasterio.warp.transform_bounds(
            raster.crs, "EPSG:4326", left, bottom, (left + right) / 2, top
        )
    output = tmp_path / "found.gpkg"
    said = run({
        "INPUT": str(town), "PHRASES": PHRASES[0], "MODEL": str(model_folder), "THRESHOLD": 0.5,
        "EXTENT": f"{west},{east},{south},{north} [EPSG:4326]", "BANDS": [3, 2, 1], "OUTPUT": str(output),
    })  # fmt: skip
    assert said["fault"] is None
    assert said["info"]
    found = pyogrio.read_dataframe(output)
    assert found.total_bounds[2] <= (left + right) / 2 + 1
    manifest = json.loads(output.with_suffix(".manifest.json").read_text())
    assert manifest["settings"]["bands"] == [3, 2, 1]


@pytest.mark.parametrize(
    "name",
    [
        "detectree_zurich_ortho_2056.tif",  # Swiss coordinates
        "riotiler_hro_rgb_nodata_26913.tif",  # nodata
        "rasterio_RGBA.uint16.tif",  # 16 bit, alpha
        "rasterio_mosaic_rgb1.tif",  # a CRS without a code
        "stars_geomatrix_rotated_32611.tif",  # rotated, one band
    ],
)
def test_layers_of_any_kind_give_what_the_library_gives(
    run: Callable[..., dict[str, Any]], shared: Path, name: str, model_folder: Path, tmp_path: Path
) -> None:
    raster, output, own = shared / "data" / "rasters" / name, tmp_path / "found.gpkg", tmp_path / "own.gpkg"
    parameters = {"PHRASES": PHRASES[0], "MODEL": str(model_folder), "THRESHOLD": 0.4, "OUTPUT": str(output)}
    said = run(parameters, layer={"uri": str(raster), "provider": "gdal"})
    assert said["fault"] is None
    threads = torch.get_num_threads()
    torch.set_num_threads(
        max(1, len(os.sched_getaffinity(0)) - 1)
    )  # as the engine: sums differ in the last bit
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", gt.GeosegWarning)  # of bands and pixels; Processing tells them
            gt.segment(raster, PHRASES[0], model=model_folder, threshold=0.4, output=own)
    finally:
        torch.set_num_threads(threads)
    assert features(output) == features(own) != []


def test_imagery_within_an_archive_is_read_there(
    run: Callable[..., dict[str, Any]], town: Path, model_folder: Path, tmp_path: Path
) -> None:
    archive, output = tmp_path / "town.zip", tmp_path / "found.gpkg"
    with zipfile.ZipFile(archive, "w") as target:
        target.write(town, "deep/town.tif")
    parameters = {"PHRASES": PHRASES[0], "MODEL": str(model_folder), "THRESHOLD": 0.5, "OUTPUT": str(output)}
    said = run(parameters, layer={"uri": f"/vsizip/{archive}/deep/town.tif", "provider": "gdal"})
    assert said["fault"] is None
    gt.segment(town, PHRASES[0], model=model_folder, threshold=0.5, output=tmp_path / "own.gpkg")
    found, own = (pyogrio.read_dataframe(path) for path in (output, tmp_path / "own.gpkg"))
    assert list(found.geometry.to_wkb()) == list(own.geometry.to_wkb()) != []


def test_a_file_that_a_layer_shows_is_not_written_over(
    run: Callable[..., dict[str, Any]], town: Path, model_folder: Path, tmp_path: Path
) -> None:
    before = town.read_bytes()
    parameters = {
        "PHRASES": PHRASES[0], "MODEL": str(model_folder), "OUTPUT": str(tmp_path / "x.gpkg"),
        "SCORES": str(town),
    }  # fmt: skip
    said = run(parameters, layer={"uri": str(town), "provider": "gdal"})
    assert "is shown by the layer" in said["fault"]
    assert town.read_bytes() == before


def test_a_folder_is_one_mosaic(
    run: Callable[..., dict[str, Any]], town: Path, model_folder: Path, tmp_path: Path
) -> None:
    tiles = tmp_path / "tiles"
    tiles.mkdir()
    with rasterio.open(town) as raster:
        for number, window in enumerate([Window(0, 0, 40, 80), Window(40, 0, 56, 80)]):
            affine = raster.transform @ Affine.translation(window.col_off, window.row_off)
            form = raster.profile | {"width": window.width, "transform": affine}
            with rasterio.open(tiles / f"{number}.tif", "w", **form) as tile:
                tile.write(raster.read(window=window))
        west, south, east, north = raster.bounds
    output = tmp_path / "found.fgb"
    said = run(
        {
            "INPUT": str(tiles), "PHRASES": PHRASES[0], "MODEL": str(model_folder), "THRESHOLD": 0.5,
            "EXTENT": f"{west},{east},{south},{(south + north) / 2} [EPSG:32635]", "BANDS": "1,2,3",
            "OUTPUT": str(output),
        },
        algorithm="geoseg:segmentfolder",
    )  # fmt: skip
    assert said["fault"] is None
    own, half = tmp_path / "own.fgb", (west, south, east, (south + north) / 2)
    gt.segment(
        tiles, PHRASES[0], model=model_folder, threshold=0.5, bands=[1, 2, 3], bounds=half,
        bounds_crs="EPSG:32635", output=own,
    )  # fmt: skip
    assert features(output) == features(own) != []


def test_cancelling_ends_it_within_two_seconds_and_leaves_nothing(
    run: Callable[..., dict[str, Any]], model_folder: Path, tmp_path: Path
) -> None:
    plain = tmp_path / "plain.tif"
    with rasterio.open(
        plain, "w", driver="GTiff", count=3, width=6000, height=6000, dtype="uint8", crs="EPSG:32635",
        transform=Affine(0.3, 0, 400000, 0, -0.3, 5600000), tiled=True, SPARSE_OK=True,
    ) as dataset:  # fmt: skip
        dataset.write(np.full((3, 6000, 64), 99, np.uint8), window=((0, 6000), (0, 64)))
    before = {*tmp_path.iterdir(), tmp_path / "home"}
    said = run(
        {
            "INPUT": str(plain),
            "PHRASES": "roofs",
            "MODEL": str(model_folder),
            "OUTPUT": str(tmp_path / "x.gpkg"),
        },
        cancel_at=0.2,
    )
    assert said["seconds_to_stop"] < 2
    left = set(tmp_path.iterdir()) - before
    assert not [path for path in left if path.name != "plain.tif.aux.xml"]  # QGIS's own statistics


def test_what_is_wrong_is_said_in_qgis(
    run: Callable[..., dict[str, Any]], town: Path, model_folder: Path, tmp_path: Path
) -> None:
    said = run({
        "INPUT": str(town), "PHRASES": "roofs " * 40, "MODEL": str(model_folder),
        "OUTPUT": str(tmp_path / "x.gpkg"),
    })  # fmt: skip
    assert "say it in fewer words" in said["fault"]
    assert "Traceback" not in said["fault"]


def test_a_web_map_is_pictured_for_the_extent(
    run: Callable[..., dict[str, Any]], model_folder: Path, tmp_path: Path
) -> None:
    """Tiles from a folder stand for those from a server; each has a colour of its own."""
    zoom, first = 18, 135_000
    for x in range(first, first + 4):
        for y in range(first, first + 4):
            tile = tmp_path / "tiles" / str(zoom) / str(x) / f"{y}.png"
            tile.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (256, 256), (x * 50 % 255, y * 70 % 255, 90)).save(tile)
    half, side = 20037508.342789244, 40075016.685578488 / 2**zoom
    west, north = -half + first * side, half - first * side
    uri = f"type=xyz&url=file://{tmp_path}/tiles/{{z}}/{{x}}/{{y}}.png&zmin={zoom}&zmax={zoom}"
    output, scores = tmp_path / "found.gpkg", tmp_path / "scores.tif"
    said = run(
        {
            "PHRASES": "roofs", "MODEL": str(model_folder), "THRESHOLD": 0.0, "OUTPUT": str(output),
            "EXTENT": f"{west},{west + 2 * side},{north - 2 * side},{north} [EPSG:3857]",
            "SCORES": str(scores),
        },
        layer={"uri": uri, "provider": "wms"},
    )  # fmt: skip
    assert said["fault"] is None
    found = pyogrio.read_dataframe(output)
    assert found.crs == "EPSG:3857"
    assert found.total_bounds == pytest.approx([west, north - 2 * side, west + 2 * side, north], abs=1)
    with rasterio.open(scores) as raster:
        latitude = np.arctan(np.sinh(np.pi * (north - side) / half))
        assert raster.res[0] * np.cos(latitude) == pytest.approx(0.3, rel=0.02)  # metres on the ground


def test_an_answer_is_compared_with_a_layer(
    run: Callable[..., dict[str, Any]], town: Path, model_folder: Path, tmp_path: Path
) -> None:
    """The truth is the answer itself, and then a part of it, in memory."""
    truth, report = tmp_path / "truth.gpkg", tmp_path / "report.html"
    with rasterio.open(town) as raster:
        left, bottom, right, top = raster.bounds
    half = (left, bottom, (left + right) / 2, top)
    asked = {"model": model_folder, "threshold": 0.5, "bounds": half, "bounds_crs": "EPSG:32635"}
    found = gt.segment(town, PHRASES[0], output=truth, **asked)
    assert len(found.polygons) > 0
    parameters = {
        "INPUT": str(town), "LABELS": str(truth), "PHRASE": PHRASES[0], "MODEL": str(model_folder),
        "THRESHOLD": 0.5, "EXTENT": f"{half[0]},{half[2]},{half[1]},{half[3]} [EPSG:32635]",
        "REPORT": str(report),
    }  # fmt: skip
    said = run(parameters, algorithm="geoseg:evaluate")
    assert said["fault"] is None
    figures = said["results"]
    assert (figures["IOU"], figures["PRECISION"], figures["RECALL"]) == (1.0, 1.0, 1.0)
    assert figures["FEATURES"] == figures["POLYGONS"] == len(found.polygons)
    assert figures["REPORT"] == str(report)
    assert PHRASES[0] in report.read_text(encoding="utf-8")
    assert any(line.startswith("IoU: 100.0%") for line in said["info"])

    parts = geopandas.GeoDataFrame({"kind": ["a", "b"]}, geometry=[box(*half), box(*half)], crs="EPSG:32635")
    parts.to_crs("EPSG:4326").to_file(tmp_path / "parts.gpkg")
    marked = {"THRESHOLD": 0.0, "EXPRESSION": "\"kind\" = 'b'"}
    said = run(parameters | marked, algorithm="geoseg:evaluate", memory=tmp_path / "parts.gpkg")
    assert said["fault"] is None
    assert said["results"]["FEATURES"] == 1
    assert said["results"]["IOU"] == pytest.approx(1.0, abs=0.05)
    wrong = {"EXPRESSION": "\"sort\" = 'b'"}
    said = run(parameters | wrong, algorithm="geoseg:evaluate", memory=tmp_path / "parts.gpkg")
    assert "there is no column sort" in said["fault"]


@pytest.fixture
def squares(tmp_path: Path) -> tuple[Path, Path]:
    """Return a raster of purple squares on sand, and a layer of them."""
    side, rng = 800, np.random.default_rng(0)
    place = Affine(0.5, 0, 500_000, 0, -0.5, 6_000_000)
    corners = [
        (x, y) for x in range(20, side - 60, 70) for y in range(20, side - 60, 70) if rng.random() < 0.5
    ]
    boxes = [box(*(place @ (x, y + 36)), *(place @ (x + 36, y))) for x, y in corners]
    painted = rasterize(boxes, (side, side), transform=place).astype(bool)
    image = np.where(
        painted, np.array([150, 40, 160])[:, None, None], np.array([200, 180, 140])[:, None, None]
    )
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 3, "dtype": "uint8"}
    raster, layer = tmp_path / "squares.tif", tmp_path / "squares.gpkg"
    with rasterio.open(raster, "w", **profile, crs="EPSG:32636", transform=place) as out:
        out.write(image.astype(np.uint8))
    frame = geopandas.GeoDataFrame({"fid": [7.5] * len(boxes)}, geometry=boxes, crs="EPSG:32636")
    frame.to_file(layer, layer="squares", FID="key")
    return raster, layer


def test_every_other_algorithm_answers_qgis_process(
    qgis_process: Callable[..., dict[str, Any]],
    squares: tuple[Path, Path],
    model_folder: Path,
    tmp_path: Path,
) -> None:
    """What one finds is the truth of the next."""
    (raster, layer), found = squares, tmp_path / "found.fgb"
    asked = {"MODEL": model_folder, "THRESHOLD": 0.5}
    qgis_process("geoseg:segmentfolder", INPUT=raster.parent, PHRASES=PHRASES[0], OUTPUT=found, **asked)
    results = qgis_process("geoseg:evaluate", INPUT=raster, LABELS=found, PHRASE=PHRASES[0], **asked)
    assert (results["IOU"], results["FEATURES"]) == (1.0, len(features(found)))
    learnt = tmp_path / "model"
    qgis_process(
        "geoseg:finetune", INPUT=raster, LABELS=layer, CATEGORY="buildings", MINUTES=0.02, OUTPUT=learnt
    )
    assert gt.load_model(learnt).config.system == gt.load_model().config.system


def test_a_model_is_fine_tuned_on_a_layer_in_memory(
    run: Callable[..., dict[str, Any]],
    squares: tuple[Path, Path],
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    raster, layer = squares
    environment["TMPDIR"] = str(tmp_path / "temporary")
    (tmp_path / "temporary").mkdir()
    (tmp_path / "model").mkdir()  # as a file dialogue makes it
    parameters = {
        "INPUT": str(raster), "CATEGORY": "the buildings", "MINUTES": 0.02, "OUTPUT": str(tmp_path / "model"),
        "EXPRESSION": "$area > 1",
    }  # fmt: skip
    said = run(parameters, algorithm="geoseg:finetune", memory=layer)
    assert said["fault"] is None
    assert said["results"]["OUTPUT"] == str(tmp_path / "model")
    assert 0 <= said["results"]["BEFORE"] <= 1
    assert 0 <= said["results"]["AFTER"] <= 1
    assert any("buildings" in line for line in said["info"])
    assert gt.load_model(tmp_path / "model").config.system == gt.load_model().config.system
    assert not list((tmp_path / "temporary").glob("geoseg-*"))


def test_a_training_ends_within_two_seconds_and_leaves_nothing(
    run: Callable[..., dict[str, Any]],
    squares: tuple[Path, Path],
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    raster, layer = squares
    environment["TMPDIR"] = str(tmp_path / "temporary")
    (tmp_path / "temporary").mkdir()
    parameters = {
        "INPUT": str(raster), "LABELS": str(layer), "CATEGORY": "buildings", "MINUTES": 1,
        "OUTPUT": str(tmp_path / "model"),
    }  # fmt: skip
    said = run(parameters, algorithm="geoseg:finetune", cancel_at="Training:")
    assert said["seconds_to_stop"] < 3  # two, and the temporary folder's end
    assert not (tmp_path / "model").exists()
    assert not list((tmp_path / "temporary").glob("geoseg-*"))
    assert not _running_with(environment["TMPDIR"])


def _running_with(folder: str) -> list[str]:
    """Processes that were given a folder for temporary files."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={folder}".encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append(process.name)
        except OSError:  # it has ended, or is another user's
            continue
    return found
