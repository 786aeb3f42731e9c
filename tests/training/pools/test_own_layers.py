"""One's own layers become a pool whose masks are the layers, part of it held back, for a model to learn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.features import rasterize
from shapely import box

import geoseg_text as gt
from geoseg_text.cli.main import main
from geoseg_text.datasets.building import ImageryChoices, LabelChoices
from geoseg_text.errors import GeosegError, InputError, OutputError
from geoseg_text.training.pools.own_layers import HELD_BACK, POOL, OwnLayers, write_own_pool
from geoseg_text.values.scene import Scene

SIDE, GSD, WEST, NORTH = 1400, 0.5, 500_000.0, 6_000_000.0
PLACE = Affine(GSD, 0, WEST, 0, -GSD, NORTH)
PURPLE, SAND = (150, 40, 160), (200, 180, 140)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Purple squares on sand, as a GeoTIFF and as a layer of buildings in another CRS."""
    rng = np.random.default_rng(0)
    corners = [
        (x, y) for x in range(20, SIDE - 60, 70) for y in range(20, SIDE - 60, 70) if rng.random() < 0.5
    ]
    boxes = [
        box(WEST + x * GSD, NORTH - (y + 36) * GSD, WEST + (x + 36) * GSD, NORTH - y * GSD)
        for x, y in corners
    ]
    painted = rasterize(boxes, (SIDE, SIDE), transform=PLACE).astype(bool)
    image = np.where(painted[..., None], PURPLE, SAND) + rng.integers(-15, 16, (SIDE, SIDE, 3))
    profile = {"driver": "GTiff", "width": SIDE, "height": SIDE, "count": 3, "dtype": "uint8"}
    with rasterio.open(tmp_path / "town.tif", "w", **profile, crs="EPSG:32636", transform=PLACE) as out:
        out.write(image.astype(np.uint8).transpose(2, 0, 1))
    layer = geopandas.GeoDataFrame(geometry=boxes, crs="EPSG:32636").to_crs("EPSG:4326")
    layer.to_file(tmp_path / "buildings.gpkg")
    return tmp_path


def own(town: Path, labels: str = "buildings.gpkg") -> OwnLayers:
    return OwnLayers(ImageryChoices((str(town / "town.tif"),)), LabelChoices((str(town / labels),)))


def test_the_pool_shows_the_imagery_and_marks_the_layer(town: Path) -> None:
    write_own_pool(own(town), town / "work")
    learnt = [Scene.load(path) for path in sorted((town / "work" / POOL).glob("*.npz"))]
    judges = [Scene.load(path) for path in sorted((town / "work" / HELD_BACK).glob("*.npz"))]
    assert learnt
    assert judges
    for scene in (*learnt, *judges):
        marked = scene.mask([thing.id for thing in scene.objects if thing.category == "building"])
        purple = scene.image[1].astype(int) < 110
        assert (marked == purple).mean() > 0.995  # a pixel at an edge may fall either way in the other CRS


def test_imagery_is_learnt_as_the_model_will_see_it(town: Path) -> None:
    coarser = replace(own(town), imagery=replace(own(town).imagery, gsd_range_m=(0.8, 1.2)))
    write_own_pool(coarser, town / "work")
    learnt = [Scene.load(path).gsd_m for path in (town / "work" / POOL).glob("*.npz")]
    assert learnt == pytest.approx([0.8] * len(learnt), rel=1e-3)  # on the ground, where UTM stretches


def test_what_judges_was_not_learnt(town: Path) -> None:
    write_own_pool(own(town), town / "work")
    seen = np.zeros((2, SIDE, SIDE), dtype=bool)
    for level, pool in enumerate((POOL, HELD_BACK)):
        for path in (town / "work" / pool).glob("*.npz"):
            scene = Scene.load(path)
            assert scene.affine is not None
            col, row = (round(v) for v in ~PLACE @ (scene.affine.c, scene.affine.f))
            seen[level, row : row + scene.shape[0], col : col + scene.shape[1]] = True
    assert not seen.all(axis=0).any()


def test_a_pool_that_is_there_is_kept(town: Path) -> None:
    write_own_pool(own(town), town / "work")
    before = {path.name: path.stat().st_mtime_ns for path in (town / "work" / POOL).iterdir()}
    write_own_pool(own(town), town / "work")
    assert before == {path.name: path.stat().st_mtime_ns for path in (town / "work" / POOL).iterdir()}


def test_a_layer_elsewhere_is_refused_and_leaves_no_pool(town: Path) -> None:
    far = geopandas.GeoDataFrame(geometry=[box(0, 0, 1, 1)], crs="EPSG:4326")
    far.to_file(town / "far-buildings.gpkg")
    with pytest.raises(GeosegError, match="far-buildings"):
        write_own_pool(own(town, "far-buildings.gpkg"), town / "work")
    assert not (town / "work" / POOL).exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--labels", "b.gpkg"], "name it with --imagery"),
        (["--imagery", "a.tif"], "name a layer over it with --labels"),
        ([], "--imagery and --labels, a CONFIG, or --work"),
        (["x.yaml", "--imagery", "a.tif"], "'--imagery' is not for a CONFIG"),
        (["x.yaml", "--minutes", "1"], "'--minutes' is not for a CONFIG"),
        (["--imagery", "a.tif", "--labels", "b.gpkg", "--scenes", "3"], "'--scenes' is not for layers"),
        (["--work", "w", "--gsd", "1"], "'--gsd' goes with a CONFIG or with --imagery and --labels"),
    ],
)
def test_what_is_missing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["train", *arguments, "-o", str(tmp_path / "model")]) == 2
    assert said in capsys.readouterr().err


def test_only_some_features_are_learnt(town: Path) -> None:
    frame = geopandas.read_file(town / "buildings.gpkg")
    frame["height"] = np.arange(len(frame))
    frame.to_file(town / "tall-buildings.gpkg")
    labels = LabelChoices.said([str(town / "tall-buildings.gpkg")], ["all the houses"], where="height < 5")
    own_layers = OwnLayers(ImageryChoices((str(town / "town.tif"),)), labels, held_back=0.0)
    write_own_pool(own_layers, town / "work")
    painted = sum(int((Scene.load(path).top > 0).sum()) for path in (town / "work" / POOL).glob("*.npz"))
    assert 0 < painted <= 4 * 5 * 37**2  # a window shares a quarter with its neighbours


def test_of_little_imagery_a_part_is_held_back_too(town: Path) -> None:
    aoi = town / "aoi.gpkg"
    some = own(town)
    with rasterio.open(town / "town.tif") as raster:
        profile = raster.profile | {"width": 300, "height": 200}
        pixels = raster.read(window=rasterio.windows.Window(0, 0, 300, 200))
    with rasterio.open(town / "little.tif", "w", **profile) as out:
        out.write(pixels)
    little = replace(some, imagery=ImageryChoices((str(town / "little.tif"),)))
    write_own_pool(little, town / "work")
    assert list((town / "work" / HELD_BACK).glob("*.npz"))
    geopandas.GeoDataFrame(geometry=[box(WEST, NORTH - 60, WEST + 60, NORTH)], crs="EPSG:32636").to_file(aoi)
    one_window = replace(little, imagery=ImageryChoices((str(town / "little.tif"),), aoi=str(aoi)))
    with pytest.raises(InputError, match="lies in one window"):
        write_own_pool(one_window, town / "other")


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"minutes": 0.0}, "0 minutes"),
        ({"rate": -1.0}, "a learning rate of -1"),
        ({"resume": True}, "no checkpoint"),
        ({"categories": ["unicorns"]}, "'unicorns' is not known"),
        ({"where": "height > 3"}, "check the condition 'height > 3'"),
    ],
)
def test_a_choice_that_cannot_be_is_one_line(town: Path, choices: dict[str, Any], said: str) -> None:
    with pytest.raises(GeosegError, match=said) as caught:
        gt.fine_tune(town / "town.tif", town / "buildings.gpkg", town / "model", **choices)
    assert "\n" not in str(caught.value)
    assert not (town / "model").exists()


def test_a_folder_that_holds_something_is_refused(town: Path) -> None:
    with pytest.raises(OutputError, match="exists"):
        gt.fine_tune(town / "town.tif", town / "buildings.gpkg", town)
    with pytest.raises(OutputError, match="cannot write in"):
        gt.fine_tune(town / "town.tif", town / "buildings.gpkg", town / "no" / "model")


@pytest.mark.slow
def test_a_training_that_is_cancelled_leaves_no_model_and_can_go_on(town: Path) -> None:
    stop, stages = gt.Cancellation(), []

    def stop_at_the_first_step(event: gt.ProgressEvent) -> None:
        stages.append(event.stage)
        if event.stage == "train":
            assert event.total == 60
            stop.cancel()

    asked = (town / "town.tif", town / "buildings.gpkg", town / "model")
    with pytest.raises(gt.Cancelled):
        gt.fine_tune(*asked, minutes=1, progress=stop_at_the_first_step, cancellation=stop)
    assert not (town / "model").exists()
    assert (town / "model-training" / "last.ckpt").is_file()
    assert list(dict.fromkeys(stages)) == ["windows", "judge before", "scenes", "train"]
    assert stages.count("train") == 1
    (town / "model").mkdir()  # an empty folder is taken, as a file dialogue makes it
    trained = gt.fine_tune(
        *asked, minutes=0.02, resume=True, progress=lambda event: stages.append(event.stage)
    )
    assert stages[-1] == "judge after"
    assert trained.output == town / "model"
    assert gt.load_model(trained.output).config.name == gt.load_model().config.name
    assert list(trained.gains) == ["buildings"]
    gain = trained.gains["buildings"]
    assert gain.before is not None
    assert gain.after is not None
    assert 0 <= gain.before <= 1
    assert 0 <= gain.after <= 1
    assert not (town / "model-training" / "model").exists()


@pytest.mark.slow
def test_one_command_learns_what_the_layers_hold(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = town / "model"
    labels = ["--imagery", str(town / "town.tif"), "--labels", str(town / "buildings.gpkg")]
    # here a purple square is a lake, which nobody could have known before
    command = [
        "train",
        *labels,
        "--category",
        "lake",
        "--from",
        "default",
        "-o",
        str(model),
        "--minutes",
        "3",
    ]
    assert main(command) == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if "lake" in line]
    before, after = (float(word) for word in line.split()[-2:])
    assert after >= before + 0.1
    asked = ["-p", "lakes", "--model", str(model), "-o", str(town / "found.geojson")]
    assert main(["segment", str(town / "town.tif"), *asked]) == 0
    assert len(geopandas.read_file(town / "found.geojson")) > 0
