"""Law 4: blocks, shards and a job that was stopped give the run of one piece, polygon for polygon."""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
import torch

import geoseg_text as gt
from geoseg_text.errors import Cancelled, InputError, OutputError
from geoseg_text.jobs import JobFolder, Request, Shard, blocks_of
from geoseg_text.pipeline import merge, work
from geoseg_text.progress import Cancellation, ProgressEvent
from geoseg_text.values.windows import Window

from .conftest import WriteRaster

RNG = np.random.default_rng(11)
PHRASES = ["red", "blue"]


@pytest.fixture
def speckle(write_raster: WriteRaster) -> Path:
    """Noise under broad stripes: components of every size, many of which cross any seam."""
    rows, cols = np.indices((150, 170))
    stripes = ((rows // 9 + cols // 13) % 2 * 90).astype(np.uint8)
    return write_raster(RNG.integers(0, 160, (3, 150, 170)).astype(np.uint8) + stripes)


def assert_alike(one: gt.Result, other: gt.Result) -> None:
    """The same polygons in the same order; `created` tells when."""
    assert len(one.polygons)
    left, right = (result.polygons.drop(columns="created") for result in (one, other))
    assert left.geometry.to_wkb().tolist() == right.geometry.to_wkb().tolist()
    assert left.drop(columns="geometry").equals(right.drop(columns="geometry"))
    assert one.failures == other.failures


def pixels(path: Path) -> np.ndarray:
    with rasterio.open(path) as dataset:
        found: np.ndarray = dataset.read()
        return found


@pytest.mark.parametrize("toy", ["pixelwise", "brightness"])
@pytest.mark.parametrize("block_px", [1000, 97, 61, 37])
def test_blocks_of_any_size(toys: Any, speckle: Path, tmp_path: Path, toy: str, block_px: int) -> None:
    model = getattr(toys, toy)(window_px=32, threshold=0.45)
    whole = gt.segment(speckle, PHRASES, model=model, score_raster=tmp_path / "whole.tif")
    parts = gt.segment(
        speckle, PHRASES, model=model, block_px=block_px, score_raster=tmp_path / f"{block_px}.tif"
    )
    assert_alike(parts, whole)
    assert (pixels(tmp_path / f"{block_px}.tif") == pixels(tmp_path / "whole.tif")).all()
    assert (parts.picture.pixels == whole.picture.pixels).all()


@pytest.mark.parametrize("block_px", [61, 37])
def test_polygons_that_grow_across_blocks(toys: Any, speckle: Path, block_px: int) -> None:
    asked: dict[str, Any] = {"model": toys.pixelwise(32), "threshold_low": 0.45}
    prompts = [gt.Prompt("red", threshold=0.95), gt.Prompt("blue", threshold=0.7)]
    whole = gt.segment(speckle, prompts, **asked)
    assert_alike(gt.segment(speckle, prompts, **asked, block_px=block_px), whole)
    low = gt.segment(speckle, ["red", "blue"], model=asked["model"], threshold=0.45)
    assert len(whole.polygons) < len(low.polygons)


def test_shards_in_any_order(toys: Any, speckle: Path, tmp_path: Path) -> None:
    model = toys.pixelwise(window_px=32)
    asked: dict[str, Any] = {"threshold_low": 0.4, "min_area_m2": 1, "simplify_m": 0.6}
    whole = gt.segment(speckle, PHRASES, model=model, **asked)
    request = Request(inputs=speckle, phrases=PHRASES, model=model, **asked)
    done = [work(request, tmp_path / "job", block_px=50, shard=Shard(n, 3)) for n in (3, 1, 2)]
    assert [tuple(far) for far in done] == [(4, 12, ()), (8, 12, ()), (12, 12, ())]
    assert_alike(merge(tmp_path / "job"), whole)


def test_a_job_that_was_stopped_goes_on(toys: Any, speckle: Path, tmp_path: Path) -> None:
    model, cancellation = toys.brightness(window_px=32, threshold=0.45), Cancellation()
    whole = gt.segment(speckle, PHRASES, model=model, score_raster=tmp_path / "whole.tif")
    first: list[ProgressEvent] = []

    def stop(event: ProgressEvent) -> None:
        first.append(event)
        if event.done == event.total // 2:
            cancellation.cancel()

    job: dict[str, Any] = {"job": tmp_path / "job", "block_px": 64, "score_raster": tmp_path / "job.tif"}
    with pytest.raises(Cancelled):
        gt.segment(speckle, PHRASES, model=model, **job, progress=stop, cancellation=cancellation)
    assert not (tmp_path / "job.tif").exists()
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "job" / "blocks").iterdir()}
    assert 1 <= len(kept) < 9
    with pytest.raises(InputError, match="of 9 blocks are not done, the first at row"):
        merge(tmp_path / "job")
    with pytest.raises(OutputError, match="holds a job; go on with --resume"):
        gt.segment(speckle, PHRASES, model=model, **job)
    second: list[ProgressEvent] = []
    parts = gt.segment(speckle, PHRASES, model=model, **job, resume=True, progress=second.append)
    assert_alike(parts, whole)
    assert (pixels(tmp_path / "job.tif") == pixels(tmp_path / "whole.tif")).all()
    assert {path: path.stat().st_mtime_ns for path in kept} == kept  # nothing was done twice
    assert second[-1].done == second[-1].total < first[-1].total


def test_what_a_killed_run_left_half_written_is_swept_a_day_later(
    toys: Any, speckle: Path, tmp_path: Path
) -> None:
    job: dict[str, Any] = {"model": toys.pixelwise(), "job": tmp_path / "job", "block_px": 64}
    gt.segment(speckle, PHRASES, **job)
    old, fresh = (tmp_path / "job" / folder / ".0000-draft" for folder in ("scores", "blocks"))
    for path in (old, fresh):
        path.write_bytes(b"half")
    a_day_ago = old.stat().st_mtime - 25 * 3600
    os.utime(old, (a_day_ago, a_day_ago))
    gt.segment(speckle, PHRASES, **job, resume=True)
    assert (old.exists(), fresh.exists()) == (False, True)  # another may be writing to the fresh one


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"phrases": ["red", "green"]}, "prompts.phrase"),
        ({"phrases": ["red"]}, "prompts"),
        ({"threshold": 0.4}, "prompts.threshold"),
        ({"overlap_px": 4}, "settings.overlap_px"),
        ({"threshold_low": 0.3}, "settings.threshold_low"),
        ({"min_area_m2": 3.0}, "settings.min_area_m2"),
        ({"square": True}, "settings.square"),
        ({"block_px": 65}, "block_px"),
    ],
)
def test_another_request_is_refused_by_the_name_of_what_differs(
    toys: Any, speckle: Path, tmp_path: Path, change: dict[str, Any], named: str
) -> None:
    asked: dict[str, Any] = {"phrases": PHRASES, "model": toys.pixelwise(32), "block_px": 64}
    gt.segment(speckle, **asked, job=tmp_path / "job")
    with pytest.raises(OutputError, match=f"begun with another {named} "):
        gt.segment(speckle, **{**asked, **change}, job=tmp_path / "job", resume=True)


def test_imagery_that_was_changed_is_refused(toys: Any, speckle: Path, tmp_path: Path) -> None:
    asked: dict[str, Any] = {"phrases": PHRASES, "model": toys.pixelwise(32), "block_px": 64}
    gt.segment(speckle, **asked, job=tmp_path / "job")
    with rasterio.open(speckle, "r+") as dataset:
        dataset.write(dataset.read(1) // 2, 1)
    with pytest.raises(OutputError, match="begun with another inputs"):
        gt.segment(speckle, **asked, job=tmp_path / "job", resume=True)


def test_what_was_not_seen_is_the_same(toys: Any, write_raster: WriteRaster) -> None:
    scene = RNG.integers(0, 250, (3, 90, 90)).astype(np.uint8)
    scene[:, 40, 40] = 255
    path = write_raster(scene)
    with pytest.warns(gt.GeosegWarning, match="were not seen"):
        whole = gt.segment(path, "red", model=toys.stumbling(window_px=32))
    with pytest.warns(gt.GeosegWarning, match="were not seen"):
        parts = gt.segment(path, "red", model=toys.stumbling(window_px=32), block_px=41)
    assert whole.failures
    assert_alike(parts, whole)


def test_a_damaged_block_is_named(toys: Any, speckle: Path, tmp_path: Path) -> None:
    gt.segment(speckle, "red", model=toys.pixelwise(32), block_px=64, job=tmp_path / "job")
    block = tmp_path / "job" / "blocks" / "0000064-0000000.npz"
    block.write_bytes(block.read_bytes()[:200])
    with pytest.raises(InputError, match=r"0000064-0000000\.npz: damaged"):
        merge(tmp_path / "job")


def test_damaged_blocks_are_done_again(toys: Any, speckle: Path, tmp_path: Path) -> None:
    asked: dict[str, Any] = {"phrases": "red", "model": toys.pixelwise(32), "block_px": 64}
    whole = gt.segment(speckle, **asked, job=tmp_path / "job")
    for number, block in enumerate(sorted((tmp_path / "job" / "blocks").iterdir())[:4]):
        block.write_bytes(block.read_bytes()[: 150 * number])  # the first is empty, as after a power cut
    assert_alike(gt.segment(speckle, **asked, job=tmp_path / "job", resume=True), whole)


def test_windows_not_seen_are_looked_at_again(toys: Any, write_raster: WriteRaster, tmp_path: Path) -> None:
    scene = RNG.integers(0, 250, (3, 90, 90)).astype(np.uint8)
    scene[:, 40, 40] = 255
    path, asked = write_raster(scene), {"phrases": "red", "block_px": 50, "job": tmp_path / "job"}
    model = toys.stumbling(window_px=32)
    with pytest.warns(gt.GeosegWarning, match="were not seen"):
        gt.segment(path, model=model, **asked)
    model.answer = toys.pixelwise(window_px=32).answer  # the network is well again
    parts = gt.segment(path, model=model, **asked, resume=True)
    assert not parts.failures


def test_outputs_that_a_kill_left_half_written_are_replaced(toys: Any, speckle: Path, tmp_path: Path) -> None:
    asked: dict[str, Any] = {"phrases": "red", "model": toys.pixelwise(32), "block_px": 64}
    job: dict[str, Any] = {
        "job": tmp_path / "job",
        "output": tmp_path / "a.gpkg",
        "score_raster": tmp_path / "a.tif",
    }
    gt.segment(speckle, **asked, **job)
    (tmp_path / "a.gpkg").unlink()  # killed between the two
    gt.segment(speckle, **asked, **job, resume=True)
    assert (tmp_path / "a.gpkg").exists()
    (tmp_path / "b.gpkg").write_text("somebody else's")
    with pytest.raises(OutputError, match="already exists"):
        gt.segment(speckle, **asked, job=tmp_path / "job", output=tmp_path / "b.gpkg", resume=True)


def test_many_may_begin_at_the_same_time(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)

    def begin(number: int) -> int:
        barrier.wait()
        begun = JobFolder(tmp_path / "job").begin({"created": number, "asked": "roofs"}, resume=True)
        found: int = begun["created"]
        return found

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(begin, range(8)))) == 1
    assert sorted(path.name for path in (tmp_path / "job").iterdir()) == ["begun", "blocks", "scores"]


def test_a_job_killed_as_it_began_can_begin_again(tmp_path: Path) -> None:
    (tmp_path / "job" / "blocks").mkdir(parents=True)
    (tmp_path / "job" / ".job-1234abcd").mkdir()
    assert JobFolder(tmp_path / "job").begin({"asked": "roofs"}, resume=True) == {"asked": "roofs"}


@pytest.mark.parametrize(
    "change",
    [{"place": None}, {"block_px": 0}, {"block_px": "x"}, {"prompts": [{}]}, {"created": "yesterday"}],
)
def test_settings_that_are_none_are_refused_in_one_line(
    toys: Any, speckle: Path, tmp_path: Path, change: dict[str, Any]
) -> None:
    gt.segment(speckle, "red", model=toys.pixelwise(32), job=tmp_path / "job")
    path = tmp_path / "job" / "begun" / "job.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError) as caught:
        merge(tmp_path / "job")
    assert "\n" not in str(caught.value)


def test_an_area_that_was_edited_is_another_request(toys: Any, speckle: Path, tmp_path: Path) -> None:
    left, bottom, right, top = rasterio.open(speckle).bounds
    area = shapely.box(left + 5, bottom + 5, right - 5, top - 5)
    asked: dict[str, Any] = {"phrases": "red", "model": toys.pixelwise(32), "job": tmp_path / "job"}
    gt.segment(speckle, **asked, aoi=area)
    with pytest.raises(OutputError, match=r"another settings\.aoi"):
        gt.segment(speckle, **asked, aoi=area - area.centroid.buffer(3), resume=True)


def test_threads_and_batch_are_those_of_whoever_began(toys: Any, speckle: Path, tmp_path: Path) -> None:
    request = Request(inputs=speckle, phrases="red", model=toys.pixelwise(32))
    work(request, tmp_path / "job", block_px=64, shard=Shard(1, 2))
    before = torch.get_num_threads()
    torch.set_num_threads(before + 1)
    try:
        work(replace(request, batch=2), tmp_path / "job", block_px=64, shard=Shard(2, 2))
        assert torch.get_num_threads() == before + 1
    finally:
        torch.set_num_threads(before)
    assert len(merge(tmp_path / "job").polygons)


def test_a_folder_of_something_else_is_left_alone(toys: Any, speckle: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("dear diary")
    with pytest.raises(OutputError, match="exists and is no job"):
        gt.segment(speckle, "red", model=toys.pixelwise(32), job=tmp_path / "mine")
    with pytest.raises(InputError, match="no job; begin one"):
        merge(tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["diary.txt"]


def test_files_of_both_ways_hold_the_same(toys: Any, speckle: Path, tmp_path: Path) -> None:
    model = toys.pixelwise(window_px=32)
    gt.segment(speckle, PHRASES, model=model, output=tmp_path / "whole.geojson")
    gt.segment(speckle, PHRASES, model=model, job=tmp_path / "job", block_px=70)
    merge(tmp_path / "job", output=tmp_path / "parts.geojson")
    whole, parts = (json.loads((tmp_path / f"{name}.geojson").read_text()) for name in ("whole", "parts"))
    for feature in (*whole["features"], *parts["features"]):
        del feature["properties"]["created"]
    assert whole == parts
    assert len(gpd.read_file(tmp_path / "parts.geojson")) == len(parts["features"])


def test_shards_share_all_blocks_out() -> None:
    blocks = blocks_of((1000, 700), 300)
    assert blocks[0] == Window(0, 0, 300, 300)
    assert blocks[-1] == Window(900, 600, 100, 100)
    assert sum(block.rows * block.cols for block in blocks) == 700_000
    for count in (1, 3, 50):
        shared = [block for number in range(count) for block in Shard(number + 1, count).of(blocks)]
        assert sorted(shared) == blocks


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "-1/2", "1/2/3", ""])
def test_a_shard_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="I/N"):
        Shard.parse(text)


@pytest.mark.slow
def test_the_embedded_default_bit_for_bit(shared: Path, tmp_path: Path) -> None:
    raster = shared / "data/rasters/detectree_zurich_ortho_2056.tif"
    box = rasterio.open(raster).bounds
    part = (box.left, box.bottom, box.left + 150, box.bottom + 140)
    phrases = ["trees", "the road"]
    whole = gt.segment(raster, phrases, bounds=part, score_raster=tmp_path / "whole.tif")
    parts = gt.segment(raster, phrases, bounds=part, block_px=330, score_raster=tmp_path / "parts.tif")
    assert_alike(parts, whole)
    assert (pixels(tmp_path / "parts.tif") == pixels(tmp_path / "whole.tif")).all()
