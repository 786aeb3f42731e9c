"""`geoseg-text scene` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import rasterio


def test_a_scene_is_imagery_truth_and_phrases_that_mean_objects_of_the_truth(run, tmp_path: Path) -> None:
    done = run("scene", "town.tif", "--seed", "3", "--size", "320", "192", "--gsd", "0.5", "--json")
    assert done.returncode == 0, done.stderr
    with rasterio.open(tmp_path / "town.tif") as raster:
        assert (raster.width, raster.height, raster.count) == (320, 192, 3)
        assert raster.crs.to_epsg() == 32632
        assert raster.res == pytest.approx((0.5, 0.5))
    said = json.loads(done.stdout)
    objects = set(gpd.read_file(tmp_path / said["truth"])["id"])
    assert len(said["phrases"]) == 12
    assert all(set(case["referents"]) <= objects for case in said["phrases"])
    assert all(bool(case["referents"]) != (case["kind"] == "none") for case in said["phrases"])


def test_the_same_seed_gives_the_same_bytes_and_phrases(run, tmp_path: Path) -> None:
    first, second = (run("scene", name, "--seed", "5", "--size", "128", "128") for name in ("a.tif", "b.tif"))
    assert first.stdout == second.stdout != ""
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


def test_each_phrase_is_a_line_with_its_kind_and_how_many_it_means(run) -> None:
    words = ("scene", "town.tif", "--size", "128", "128", "--phrases", "4", "--overwrite")
    lines = [line.split("\t") for line in run(*words).stdout.splitlines()]
    cases = json.loads(run(*words, "--json").stdout)["phrases"]
    assert lines == [[case["phrase"], case["kind"], str(len(case["referents"]))] for case in cases]


def test_an_output_is_replaced_only_when_asked(run, tmp_path: Path) -> None:
    (tmp_path / "town.tif").write_bytes(b"mine")
    refused = run("scene", "town.tif", "--size", "64", "64")
    assert refused.returncode == 1
    assert (tmp_path / "town.tif").read_bytes() == b"mine"
    assert run("scene", "town.tif", "--size", "64", "64", "--overwrite").returncode == 0
    assert (tmp_path / "town.tif").read_bytes() != b"mine"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["town.png"], 1),
        (["no/such/folder/town.tif"], 1),
        (["town.tif", "--crs", "EPSG:99999"], 1),
        (["town.tif", "--crs", "nonsense"], 1),
        (["town.tif", "--place", "moon"], 1),
        (["town.tif", "--gsd", "0"], 1),
        (["town.tif", "--gsd", "-3"], 1),
        (["town.tif", "--size", "9999999", "9999999"], 1),
        (["town.tif", "--size", "0", "10"], 2),
        (["town.tif", "--size", "ten", "ten"], 2),
        (["town.tif", "--seed", "-1"], 2),
        ([], 2),
    ],
    ids=str,
)
def test_wrong_words_are_one_line_and_nothing_is_written(
    run, tmp_path: Path, words: list[str], code: int
) -> None:
    done = run("scene", *words)
    assert done.returncode == code
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
