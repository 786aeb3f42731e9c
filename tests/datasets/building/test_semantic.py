"""A raster of classes gives triplets whose masks are sets of its pixels."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.windows import from_bounds

from geoseg_text.datasets.building import (
    BuildChoices,
    ImageryChoices,
    LabelChoices,
    PhraseChoices,
    PlanChoices,
    Semantic,
    build_dataset,
)
from geoseg_text.datasets.building.semantic import Meaning, parse_classes
from geoseg_text.errors import InputError

CLASSES = {
    "1": "building",
    "4": {"category": "road", "material": "asphalt"},
    "5": {"category": "road", "material": "Dirt"},
}


def write_classes(path: Path, image: Path) -> np.ndarray:
    """Houses of two rows of pixels and more, roads of two kinds between them, and a speck beside a house."""
    with rasterio.open(image) as raster:
        profile = raster.profile | {"count": 1, "photometric": None}
    profile.pop("photometric")
    values = np.zeros((profile["height"], profile["width"]), np.uint8)
    for row in range(0, 256, 32):
        values[row : row + 6] = 4 if row % 64 else 5
        for col in range(4, 250, 24):
            values[row + 12 : row + 20 + col % 5, col : col + 9 + row % 7] = 1
    values[32 + 12, 2] = 1
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(values, 1)
    return values


def test_masks_are_sets_of_the_raster_s_pixels(town, tmp_path: Path) -> None:
    values = write_classes(tmp_path / "classes.tif", town.image)
    (tmp_path / "classes.json").write_text(json.dumps(CLASSES), encoding="utf-8")
    choices = BuildChoices(
        ImageryChoices((str(town.image),)),
        LabelChoices(),
        PlanChoices(128, shares=(0.25, 0.25)),
        PhraseChoices(12, ("category", "attribute", "relation")),
        semantic=(Semantic(str(tmp_path / "classes.tif"), parse_classes(str(tmp_path / "classes.json"))),),
    )
    report = build_dataset(tmp_path / "out", choices)
    (layer,) = report["layers"]
    assert layer["used"] == {"building": 8 * 11, "road": 8}  # the speck is part of the house beside it
    assert layer["values"] == {"material": {"asphalt": 4, "dirt": 4}}
    verified = 0
    base = tmp_path / "out/RefSegRS"
    lines = "".join(
        (base / f"output_phrase_{split}.txt").read_text(encoding="utf-8")
        for split in ("train", "val", "test")
    )
    kinds = dict(_kinds(tmp_path / "out"))
    for line in lines.splitlines():
        name, phrase = line.split(" ", 1)
        with rasterio.open(base / f"masks/{name}.tif") as raster:
            mask, window = (
                raster.read(1) > 50,
                from_bounds(*raster.bounds, rasterio.open(town.image).transform),
            )
        rows, cols = (round(window.row_off), round(window.col_off))
        here = values[rows : rows + mask.shape[0], cols : cols + mask.shape[1]]
        meant = {"building": here == 1, "asphalt": here == 4, "dirt": here == 5, "road": here >= 4}
        assert not (mask & (here == 0)).any()
        if kinds[name] == "category" and re.search(
            r"\b(building|house|roof|roads?|streets?)\b", phrase.lower()
        ):
            about = "road" if re.search("road|street", phrase.lower()) else "building"
            if not re.search(r"track|dirt|paved|tarred|sealed|country|highway", phrase.lower()):
                assert np.array_equal(mask, meant[about]), phrase
                verified += 1
        if (
            kinds[name] == "attribute"
            and re.search(r"\b(asphalt|dirt)\b", phrase.lower())
            and "not" not in phrase
        ):
            word = re.search(r"\b(asphalt|dirt)\b", phrase.lower())[1]
            assert np.array_equal(mask, meant[word]), phrase
            verified += 1
    assert verified >= 3


def _kinds(root: Path) -> list[tuple[str, str]]:
    import geopandas

    table = geopandas.read_parquet(root / "triplets.parquet")
    return list(zip(table.triplet, table.kind, strict=True))


def test_classes_are_pairs_or_a_file(tmp_path: Path) -> None:
    assert parse_classes("1=buildings, 7=car_park") == {1: Meaning("building"), 7: Meaning("car_park")}
    (tmp_path / "c.json").write_text('{"2": {"category": "road", "material": "tarmac"}}', encoding="utf-8")
    assert parse_classes(str(tmp_path / "c.json")) == {2: Meaning("road", {"material": "asphalt"})}
    for text, says in (
        ("1=castle", "'castle' is not known"),
        ("one=building", "'one' is no whole number"),
        ("", "write VALUE=CATEGORY"),
        (str(tmp_path / "lost.json"), "cannot be read as JSON"),
    ):
        with pytest.raises(InputError, match=says):
            parse_classes(text)
    (tmp_path / "c.json").write_text('{"2": {"category": "road", "height": "4"}}', encoding="utf-8")
    with pytest.raises(InputError, match="no attribute 'height'"):
        parse_classes(str(tmp_path / "c.json"))


def test_a_raster_of_none_of_its_classes_or_no_labels_at_all_is_one_line(town, tmp_path: Path) -> None:
    write_classes(tmp_path / "classes.tif", town.image)
    imagery = ImageryChoices((str(town.image),))
    semantic = (Semantic(str(tmp_path / "classes.tif"), {9: Meaning("road")}),)
    with pytest.raises(InputError, match="no pixel of 9 lies on the imagery; check --classes"):
        build_dataset(tmp_path / "out", BuildChoices(imagery, LabelChoices(), semantic=semantic))
    with pytest.raises(InputError, match="no labels were given"):
        BuildChoices(imagery, LabelChoices())
    assert not (tmp_path / "out").exists()
