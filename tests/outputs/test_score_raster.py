"""The raster of scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from geoseg_text.errors import OutputError, SpaceWarning
from geoseg_text.outputs import cog, score_raster
from geoseg_text.values.grid import Grid
from geoseg_text.values.rows import FULL_SCORE, ScoreRows


def write(path: Path, scores: np.ndarray, valid: np.ndarray, band: int, *, overwrite: bool = False) -> None:
    grid = Grid.of(Affine(0.5, 0, 400000, 0, -0.5, 5600000), valid.shape, "EPSG:32633")
    phrases = [f"phrase {number}" for number in range(len(scores))]
    with score_raster(path, grid, phrases, overwrite=overwrite) as raster:
        for row in range(0, len(valid), band):
            raster.write(ScoreRows(row, scores[:, row : row + band], valid[row : row + band]))


@pytest.mark.parametrize("band", [1, 37, 512, 5000])
def test_scores_come_back_as_written(tmp_path: Path, band: int) -> None:
    rng = np.random.default_rng(0)
    scores = rng.integers(0, FULL_SCORE + 1, (2, 1100, 700)).astype(np.uint16)
    valid = rng.random((1100, 700)) < 0.8
    write(tmp_path / "scores.tif", scores, valid, band)
    with rasterio.open(tmp_path / "scores.tif") as raster:
        assert raster.descriptions == ("phrase 0", "phrase 1")
        assert raster.crs.to_epsg() == 32633
        assert raster.transform == Affine(0.5, 0, 400000, 0, -0.5, 5600000)
        assert raster.scales == (1 / FULL_SCORE, 1 / FULL_SCORE)
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.overviews(1)
        back = raster.read()
        assert ((raster.read_masks() > 0) == valid).all()
    assert (back[:, valid] == np.maximum(scores[:, valid], 1)).all()
    assert [path.name for path in tmp_path.iterdir()] == ["scores.tif"]


def test_nothing_is_left_of_a_run_that_ends_early(tmp_path: Path) -> None:
    grid = Grid.of(Affine.scale(2, -2), (600, 600), "EPSG:32633")

    def interrupted() -> None:
        with score_raster(tmp_path / "scores.tif", grid, ["a"]) as raster:
            raster.write(ScoreRows(0, np.ones((1, 550, 600), np.uint16), np.ones((550, 600), bool)))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_replaced_only_when_asked(tmp_path: Path) -> None:
    scores, valid = np.full((1, 20, 20), 9, np.uint16), np.ones((20, 20), bool)
    path = tmp_path / "scores.tif"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="already exists"):
        write(path, scores, valid, 20)
    assert path.read_bytes() == b"precious"
    write(path, scores, valid, 20, overwrite=True)
    with rasterio.open(path) as raster:
        assert (raster.read() == 9).all()


def test_a_disk_that_may_be_too_small_is_named_before_the_work(tmp_path: Path) -> None:
    earth = Grid.of(Affine(1, 0, 0, 0, -1, 0), (10**8, 10**8), "EPSG:3857")  # 8 PB of scores, and more
    with pytest.warns(SpaceWarning, match=r"scores\.tif: may need up to .* GiB, and .* are free there"):
        cog._warn_of_space(tmp_path / "scores.tif", earth, 4)
