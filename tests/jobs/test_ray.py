"""Blocks on a real Ray cluster of two workers, on this machine."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import torch
from affine import Affine

import geoseg_text as gt
from geoseg_text.errors import InputError
from geoseg_text.jobs.engines.ray import Worker
from geoseg_text.language.tokenizer import SPECIAL_TOKENS, PhraseTokenizer
from geoseg_text.models import build_model, save_model

ray = pytest.importorskip("ray", reason="the extra 'cluster' brings Ray")


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    own = torch.get_num_threads()
    torch.set_num_threads(1)
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
    yield
    ray.shutdown()
    torch.set_num_threads(own)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A raster of noise and an untrained network in a folder, which finds much of it."""
    folder = tmp_path_factory.mktemp("asked")
    pixels = np.random.default_rng(3).integers(0, 256, (3, 120, 140)).astype(np.uint8)
    with rasterio.open(
        folder / "noise.tif", "w", driver="GTiff", count=3, height=120, width=140, dtype="uint8",
        crs="EPSG:32633", transform=Affine(0.5, 0, 400000, 0, -0.5, 5600000),
    ) as dataset:  # fmt: skip
        dataset.write(pixels)
    torch.manual_seed(0)
    model = build_model(
        "mafn-tiny", window_px=64, tokens=8, gsd_range_m=None, width=16, depths=(1, 1, 1, 1),
        decoder_width=16, cim_width=30, text_width=32, text_layers=1, text_heads=2, text_hidden=64,
    )  # fmt: skip
    model.text_encoder.tokenizer = PhraseTokenizer.from_vocabulary([*SPECIAL_TOKENS, "red", "roofs"])
    save_model(model, folder / "model")
    whole = gt.segment(folder / "noise.tif", "red roofs", model=folder / "model", threshold=0.0)
    middle = float(whole.polygons["score"].iloc[0])
    return {
        "inputs": folder / "noise.tif", "phrases": "red roofs", "model": folder / "model",
        "threshold": middle,
    }  # fmt: skip


def rows(result: gt.Result) -> list[tuple[Any, ...]]:
    frame = result.polygons.drop(columns="created")
    return [
        *zip(frame.geometry.to_wkb(), *(frame[name] for name in frame if name != "geometry"), strict=True)
    ]


@pytest.mark.slow
def test_two_workers_give_the_run_of_one_piece(cluster: None, asked: dict[str, Any], tmp_path: Path) -> None:
    whole = gt.segment(**asked, score_raster=tmp_path / "whole.tif")
    told = []
    parts = gt.segment(
        **asked, engine="ray", workers=2, block_px=64, score_raster=tmp_path / "ray.tif", progress=told.append
    )
    assert len(rows(whole)) > 5
    assert rows(parts) == rows(whole)
    with rasterio.open(tmp_path / "ray.tif") as one, rasterio.open(tmp_path / "whole.tif") as other:
        assert (one.read() == other.read()).all()
    assert told[0].done == 0
    assert told[-1].done == told[-1].total


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a process is killed by a signal")
def test_a_worker_that_is_killed_is_replaced(
    cluster: None, asked: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = tmp_path / "killed"
    monkeypatch.setattr("geoseg_text.jobs.engines.ray.Worker", mortal(marks))
    parts = gt.segment(**asked, engine="ray", workers=2, block_px=64)
    assert marks.exists()
    assert rows(parts) == rows(gt.segment(**asked))


def mortal(marks: Path) -> type[Worker]:
    """A worker of which the first to begin a block dies as if it had run out of memory."""

    class Mortal(Worker):
        def do(self, block: Any) -> tuple[bytes, bytes | None]:
            try:
                marks.touch(exist_ok=False)
            except FileExistsError:
                return super().do(block)
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError

    return Mortal


@pytest.mark.slow
def test_what_a_worker_states_is_said_in_one_line(
    cluster: None, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stating(Worker):
        def do(self, block: Any) -> tuple[bytes, bytes | None]:
            raise InputError("the bucket is closed")

    monkeypatch.setattr("geoseg_text.jobs.engines.ray.Worker", Stating)
    with pytest.raises(InputError, match="the bucket is closed"):
        gt.segment(**asked, engine="ray", workers=1, block_px=64)
    with pytest.raises(InputError, match="has room for 2 workers, not for 5"):
        gt.segment(**asked, engine="ray", workers=5)


@pytest.mark.slow
def test_whoever_cancels_leaves_no_worker_behind(
    cluster: None, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(Worker):
        def do(self, block: Any) -> tuple[bytes, bytes | None]:
            time.sleep(600)
            raise AssertionError

    monkeypatch.setattr("geoseg_text.jobs.engines.ray.Worker", Slow)
    cancellation = gt.Cancellation()
    with pytest.raises(gt.Cancelled):
        gt.segment(
            **asked, engine="ray", workers=2, block_px=64, cancellation=cancellation,
            progress=lambda event: cancellation.cancel(),
        )  # fmt: skip
    patience = time.monotonic() + 60
    while ray.available_resources().get("CPU", 0) < 2 and time.monotonic() < patience:
        time.sleep(0.2)
    assert ray.available_resources()["CPU"] == 2
