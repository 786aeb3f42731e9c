"""Polygons cut anew from kept scores are those that the run would have given."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine

import geoseg_text as gt
from geoseg_text.errors import Cancelled, GeosegError
from geoseg_text.jobs import kept
from geoseg_text.progress import Cancellation, ProgressEvent
from geoseg_text.values.prompts import Prompt

from .conftest import WriteRaster
from .test_partition import assert_alike

PHRASES = ["red", "blue"]
TURNED = Affine.translation(500_000, 4_000_000) @ Affine.rotation(30) @ Affine.scale(0.5, -0.5)


@pytest.fixture
def noise(write_raster: WriteRaster) -> Path:
    """Noise on a turned grid, so that the run grid is another than the raster's."""
    pixels = np.random.default_rng(7).integers(1, 255, (3, 90, 120)).astype(np.uint8)
    return write_raster(pixels, affine=TURNED)


@pytest.fixture
def scores(toys: Any, noise: Path, tmp_path: Path) -> Path:
    """What a run at a threshold of 0.6 has kept."""
    path = tmp_path / "scores.tif"
    gt.segment(noise, PHRASES, model=toys.pixelwise(), threshold=0.6, score_raster=path, polygons=False)
    return path


CUTTINGS = {
    "as the run": {"threshold": 0.6},
    "lower": {"threshold": 0.45},
    "higher": {"threshold": 0.9},
    "double": {"threshold": 0.9, "threshold_low": 0.7},
    "no speckle": {"threshold": 0.6, "min_area_m2": 2.0},
    "simple and square": {"threshold": 0.5, "min_area_m2": 5.0, "simplify_m": 1.0, "square": True},
}


@pytest.mark.parametrize("name", CUTTINGS)
def test_what_is_cut_is_what_the_run_would_give(
    toys: Any, noise: Path, scores: Path, name: str, tmp_path: Path
) -> None:
    cutting: dict[str, Any] = CUTTINGS[name]
    run = gt.segment(noise, PHRASES, model=toys.pixelwise(), **cutting)
    found = gt.cut(scores, output=tmp_path / "found.gpkg", **cutting)
    assert_alike(found, run)
    told = json.loads((tmp_path / "found.manifest.json").read_text())
    created = {"created": run.manifest["created"]}
    assert told | created == run.manifest


@pytest.mark.parametrize("block_px", [37, 64])
def test_scores_are_cut_block_by_block(scores: Path, block_px: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = gt.cut(scores, threshold_low=0.5)
    monkeypatch.setattr(kept, "BLOCK_PX", block_px)
    assert_alike(gt.cut(scores, threshold_low=0.5), whole)


def test_the_run_s_thresholds_are_the_default(toys: Any, noise: Path, scores: Path) -> None:
    asked = [Prompt("blue", threshold=0.8), "red"]
    run = gt.segment(noise, asked, model=toys.pixelwise(), threshold=0.6)
    assert_alike(gt.cut(scores, asked), run)
    alone = gt.cut(scores, "red")
    assert set(alone.polygons.phrase) == {"red"}
    assert alone.polygons.id.tolist() == run.polygons[run.polygons.phrase == "red"].id.tolist()


def test_a_cut_may_share_its_manifest_with_the_scores(scores: Path) -> None:
    """The same name with another suffix: cutting one phrase must not make the others unknown."""
    before = gt.cut(scores)
    gt.cut(scores, "red", threshold=0.9, output=scores.with_suffix(".gpkg"))
    assert set(gt.cut(scores).polygons.phrase) == set(PHRASES)
    assert_alike(gt.cut(scores, threshold=0.6), before)


def test_what_was_not_seen_stays_so(toys: Any, write_raster: WriteRaster, tmp_path: Path) -> None:
    pixels = np.full((3, 60, 60), 200, np.uint8)
    pixels[:, 50, 50] = 255
    path = tmp_path / "scores.tif"
    with pytest.warns(match="1 parts of the imagery were not seen"):
        run = gt.segment(write_raster(pixels), "red", model=toys.stumbling(window_px=20), score_raster=path)
    with pytest.warns(match="1 parts of the imagery were not seen"):
        assert_alike(gt.cut(path), run)


def test_progress_is_told_and_cancelling_writes_nothing(scores: Path, tmp_path: Path) -> None:
    told: list[ProgressEvent] = []
    gt.cut(scores, progress=told.append)
    assert told[-1].done == told[-1].total > 0
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(Cancelled):
        gt.cut(scores, output=tmp_path / "found.gpkg", cancellation=cancellation)
    assert not (tmp_path / "found.gpkg").exists()


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "another phrase": ({"phrases": "green"}, "'green' has no scores here; there are those of 'red', 'blue'"),
    "low above the run's": ({"threshold_low": 0.7}, "threshold_low 0.7 is above the threshold 0.6 of 'red'"),
    "threshold": ({"threshold": 1.5}, "1.5"),
    "area": ({"min_area_m2": -1.0}, "min_area_m2 -1.0"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_words_and_numbers_are_refused(scores: Path, case: str) -> None:
    asked, words = BAD[case]
    with pytest.raises(GeosegError, match=re.escape(words)):
        gt.cut(scores, **asked)


def test_a_raster_without_its_manifest_is_refused(scores: Path, noise: Path, tmp_path: Path) -> None:
    manifest = scores.with_suffix(".manifest.json")
    told = manifest.read_text()
    for text, words in {
        "{": "is no manifest",
        '{"geoseg_text": "0"}': "its settings are not those of a run",
        told.replace('"windows_not_seen": []', '"windows_not_seen": [{}]'): "what was not seen",
        told.replace("500", "501"): "is not the raster of scores that its manifest speaks of",
    }.items():
        manifest.write_text(text)
        with pytest.raises(GeosegError, match=words):
            gt.cut(scores)
    manifest.unlink()
    with pytest.raises(GeosegError, match="is no manifest; keep it beside"):
        gt.cut(scores)
    manifest.write_text(told)
    scores.write_bytes(scores.read_bytes()[:3000])
    with pytest.raises(GeosegError, match="cannot be read"):
        gt.cut(scores)
    noise.rename(scores)
    with pytest.raises(GeosegError, match="is not the raster of scores"):
        gt.cut(scores)
