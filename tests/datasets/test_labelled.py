"""The labelled sets as they lie: ids, splits, licences, and masks against the raw labels."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoseg_text.datasets.labelled import (
    LABELLED_SETS,
    Split,
    aerial_cars,
    amazon_forest,
    dubai,
    estonia,
    gsi_road,
    gsi_solar,
    kampala,
    labelled_scenes,
    sen2ships,
    ucmerced,
    urban_trees,
)
from geoseg_text.datasets.labelled.pool import main, write_pool
from geoseg_text.datasets.labelled.reading import may_train, read_rows, require_trainable
from geoseg_text.errors import InputError
from geoseg_text.language.lexicon import CATEGORIES, SUPER_CATEGORIES
from geoseg_text.values.scene import Scene

SPLITS: tuple[Split, ...] = ("train", "val")


@pytest.fixture(scope="module")
def labelled(shared: Path) -> Path:
    folder = shared / "data" / "labelled"
    if not folder.is_dir():
        pytest.skip(f"needs the labelled sets: {folder} is not there")
    return folder


def first(name: str, root: Path, split: Split) -> list[Scene]:
    return list(islice(labelled_scenes(name, root, split), 3))


@pytest.mark.parametrize("name", sorted(LABELLED_SETS))
def test_ids_objects_and_scale_agree(name: str, labelled: Path) -> None:
    for split in LABELLED_SETS[name].splits:
        scenes = first(name, labelled, split)
        assert scenes
        for scene in scenes:
            ids = set(np.unique(scene.ground)) | set(np.unique(scene.top))
            assert ids - {0} == {thing.id for thing in scene.objects}
            assert not set(np.unique(scene.ground)) & set(np.unique(scene.top)) - {0}
            names = {thing.category for thing in scene.objects} | scene.complete
            assert names <= set(CATEGORIES) | set(SUPER_CATEGORIES)
            assert scene.complete
            assert scene.image.dtype == np.uint8
            assert scene.image.std() > 0
            if LABELLED_SETS[name].in_range:
                assert 0.2 <= scene.gsd_m <= 1.2


def split_keys(labelled: Path) -> dict[str, dict[Split, set[str]]]:
    """Per set, the places of each split, found from the manifests and the modules' rules."""
    trees = read_rows(labelled / "urban_trees_naip" / "manifest.csv")
    merced = read_rows(labelled / "ucmerced" / "manifest.csv")
    names = {
        folder: [row["image"] for row in read_rows(labelled / folder / "manifest.csv")]
        for folder in (
            "dubai_mbrsc",
            "estonia_ortho_objects",
            "gsi_japan_road",
            "gsi_japan_solar",
            "sen2ships",
        )
    }
    amazon = [
        str(amazon_forest.place(r["image"])) for r in read_rows(labelled / "s2_amazon_forest/manifest.csv")
    ]
    solar = [gsi_solar.place(name) for name in names["gsi_japan_solar"]]
    sheets = {estonia.sheet(name) for name in names["estonia_ortho_objects"]}
    return {
        "dubai": {"train": {"t3", "t4", "t6", "t7", "t8"}, "val": {dubai.VALIDATION_TILE}},
        "estonia": {"train": sheets - estonia.VALIDATION_SHEETS, "val": set(estonia.VALIDATION_SHEETS)},
        "urban_trees": {s: {r["image"] for r in trees if r["split"] == s} for s in SPLITS},
        "gsi_road": {
            "train": {n for n in names["gsi_japan_road"] if not gsi_road.is_validation(n)},
            "val": {n for n in names["gsi_japan_road"] if gsi_road.is_validation(n)},
        },
        "gsi_solar": {
            "train": {str(n) for n in solar if n not in gsi_solar.VALIDATION_PLACES},
            "val": {str(n) for n in solar if n in gsi_solar.VALIDATION_PLACES},
        },
        "sen2ships": {
            "train": {n for n in names["sen2ships"] if not sen2ships.is_validation(n)},
            "val": {n for n in names["sen2ships"] if sen2ships.is_validation(n)},
        },
        "amazon": {"train": {n for n in amazon if int(n) % 5}, "val": {n for n in amazon if not int(n) % 5}},
        "ucmerced": {
            "train": {
                r["image"] for r in merced if int(Path(r["image"]).stem[-2:]) < ucmerced.VALIDATION_FROM
            },
            "val": {
                r["image"] for r in merced if int(Path(r["image"]).stem[-2:]) >= ucmerced.VALIDATION_FROM
            },
        },
    }


def test_no_place_is_in_both_splits(labelled: Path) -> None:
    for name, places in split_keys(labelled).items():
        assert places["train"], name
        assert places["val"], name
        assert not places["train"] & places["val"], name


def test_no_picture_is_in_both_splits(labelled: Path) -> None:
    for name in ("dubai", "kampala", "estonia", "aerial_cars", "gsi_road", "gsi_solar"):
        folder = labelled / LABELLED_SETS[name].folder
        seen: dict[Split, set[bytes]] = {}
        for split in SPLITS:
            scenes = islice(LABELLED_SETS[name].read(folder, split), 6)
            seen[split] = {scene.image[:, :64, :64].tobytes() for scene in scenes}
        assert not seen["train"] & seen["val"], name


def test_kampala_holds_back_whole_places_at_every_zoom(labelled: Path) -> None:
    folder = labelled / "kampala_buildings"
    counts = {split: [zoom for zoom, _ in kampala.zoomed_scenes(folder, split)] for split in SPLITS}
    assert counts["val"] == [19, 20, 21] * 2
    assert counts["train"] == [19, 20, 21] * 5
    bounds = {split: [_bounds(scene) for scene in kampala.labelled_scenes(folder, split)] for split in SPLITS}
    for a in bounds["train"]:
        for b in bounds["val"]:
            assert a[2] <= b[0] + 0.5 or b[2] <= a[0] + 0.5 or a[3] <= b[1] + 0.5 or b[3] <= a[1] + 0.5


def _bounds(scene: Scene) -> tuple[float, float, float, float]:
    assert scene.affine is not None
    left, top = scene.affine @ (0, 0)
    right, bottom = scene.affine @ (scene.shape[1], scene.shape[0])
    return left, bottom, right, top


def test_dubai_masks_are_the_raw_labels(labelled: Path) -> None:
    folder = labelled / "dubai_mbrsc"
    rows = [row for row in read_rows(folder / "manifest.csv") if "/t1_" in row["image"]]
    names = {"building": 0, "bare_ground": 1, "road": 2, "vegetation": 3, "water": 4}
    for row, scene in zip(rows, dubai.labelled_scenes(folder, "val"), strict=True):
        raw = np.asarray(Image.open(folder / row["mask"]))
        for category, index in names.items():
            ids = [thing.id for thing in scene.objects if thing.category == category]
            assert np.array_equal(scene.mask(ids), raw == index)


def test_dubai_claims_no_complete_buildings_where_blocks_are_painted(labelled: Path) -> None:
    folder = labelled / "dubai_mbrsc"
    row = next(row for row in read_rows(folder / "manifest.csv") if "t4_image_part_005" in row["image"])
    assert dubai.block_share(dubai._read(folder, row, "t4")) > 0.9
    first_val = next(dubai.labelled_scenes(folder, "val"))
    assert dubai.block_share(first_val) < 0.2


def test_kampala_masks_are_the_raw_labels_and_lie_where_the_world_files_say(labelled: Path) -> None:
    folder = labelled / "kampala_buildings"
    for zoom, scene in kampala.zoomed_scenes(folder, "val"):
        if zoom != 19:
            continue
        assert scene.affine is not None
        paths = (folder / "images").glob("OAM-309613-*-19.pgw")
        found = []
        for path in paths:
            a, _, _, _, x, y = (float(line) for line in path.read_text().split())
            found.append((a, x - a / 2, y + a / 2, path))
        a, x, y, path = min(found, key=lambda f: abs(f[2] - scene.affine.f))  # type: ignore[union-attr]
        assert (scene.affine.a, scene.affine.c, scene.affine.f) == pytest.approx((a, x, y), abs=1e-6)
        raw = np.asarray(Image.open(folder / "masks" / path.name.replace(".pgw", ".png"))) > 0
        assert np.array_equal(scene.top > 0, raw)


def test_estonian_cars_lie_in_their_boxes_and_buildings_are_no_masks(labelled: Path) -> None:
    folder = labelled / "estonia_ortho_objects"
    coco = json.loads((folder / "coco.json").read_text())
    name = "images/test20_image_2_01_05.jpg"
    number = next(image["id"] for image in coco["images"] if image["file_name"] == name)
    boxes = np.zeros((1000, 1000), bool)
    cars = 0
    for entry in coco["annotations"]:
        if entry["image_id"] == number and entry["category_id"] == 1:
            x, y, width, height = entry["bbox"]
            cars += 1
            boxes[int(y) : int(y + height) + 1, int(x) : int(x + width) + 1] = True
    rows = [
        r
        for r in read_rows(folder / "manifest.csv")
        if estonia.sheet(r["image"]) in estonia.VALIDATION_SHEETS
    ]
    at = [row["image"] for row in rows].index(name)
    scene = next(islice(estonia.labelled_scenes(folder, "val"), at, None))
    ids = [thing.id for thing in scene.objects if thing.category == "car"]
    mask = scene.mask(ids)
    assert not (mask & ~boxes).any()
    assert 0.55 < mask.sum() / boxes.sum() < 0.95
    assert 0.95 * cars <= len(ids) <= cars
    assert "building" not in scene.complete | {thing.category for thing in scene.objects}


def test_every_tree_point_is_in_a_crown(labelled: Path) -> None:
    folder = labelled / "urban_trees_naip"
    pairs = zip(
        urban_trees.labelled_points(folder, "val"), urban_trees.labelled_scenes(folder, "val"), strict=True
    )
    for (image, points), scene in islice(pairs, 10):
        assert np.array_equal(image, scene.image)
        col, row = np.clip(points.astype(int), 0, 255).T
        assert (scene.top[row, col] > 0).all()
        assert len(scene.objects) <= len(points)


def test_only_the_licensed_frames_are_read(labelled: Path) -> None:
    folder = labelled / "aerial_cars"
    chosen = [row for split in SPLITS for row in aerial_cars.frames(folder, split)]
    assert chosen
    assert {row["source_licence"] for row in chosen} == {aerial_cars.LICENCE}


@pytest.mark.parametrize("name", ["spacenet_samples", "sentinel_landcover_chips", "neon_trees"])
def test_sets_for_tests_alone_are_refused(name: str, labelled: Path) -> None:
    with pytest.raises(InputError, match="does not allow training"):
        require_trainable(labelled / name)
    assert name not in {entry.folder for entry in LABELLED_SETS.values() if "train" in entry.splits}


def test_every_trained_set_may_be_trained_on(labelled: Path) -> None:
    for entry in LABELLED_SETS.values():
        assert may_train(labelled / entry.folder) == ("train" in entry.splits)


def test_a_set_without_a_verdict_is_not_trained_on(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="licence is unknown"):
        next(dubai.labelled_scenes(tmp_path, "train"))


def test_pool_writes_what_the_readers_give(labelled: Path, tmp_path: Path) -> None:
    counts = write_pool(labelled, tmp_path, "val", ["kampala", "neon_trees"])
    assert counts == {"kampala": 6, "neon_trees": 4}
    assert len(list(tmp_path.iterdir())) == 10
    expected = next(labelled_scenes("kampala", labelled, "val"))
    loaded = Scene.load(tmp_path / "kampala_00000.npz")
    assert np.array_equal(loaded.image, expected.image)
    assert np.array_equal(loaded.top, expected.top)
    assert loaded.complete == expected.complete


def test_pool_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(tmp_path / "out")]) == 1
    assert "holds none of" in capsys.readouterr().err
    with pytest.raises(InputError, match="no labelled set 'mars'"):
        write_pool(tmp_path, tmp_path / "out", "val", ["mars"])
    with pytest.raises(InputError, match="neither 'train' nor 'val'"):
        write_pool(tmp_path, tmp_path / "out", "test")  # type: ignore[arg-type]
