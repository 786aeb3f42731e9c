"""The benchmarks by name, and their samples in torch's loader."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from geoseg_text.datasets import BENCHMARKS, find_benchmark, open_benchmark
from geoseg_text.datasets.faults import MEANINGS, Kind
from geoseg_text.datasets.sample import ReferringSample
from geoseg_text.errors import InputError


def phrases(samples: list[ReferringSample]) -> list[str]:
    return [sample.phrase for sample in samples]


def test_names_are_the_papers_and_case_does_not_matter() -> None:
    assert list(BENCHMARKS) == ["RefSegRS", "RRSIS-D", "RRSIS-HR", "RISORS"]
    assert find_benchmark("rrsis-d") is BENCHMARKS["RRSIS-D"]
    with pytest.raises(InputError, match="no benchmark 'refcoco'; there are RefSegRS, RRSIS-D"):
        find_benchmark("refcoco")


def test_the_published_counts_add_up() -> None:
    totals = {name: sum(entry.published.values()) for name, entry in BENCHMARKS.items()}
    assert totals == {"RefSegRS": 4420, "RRSIS-D": 17402, "RRSIS-HR": 2650, "RISORS": 36697}


def test_every_kind_of_fault_has_a_meaning() -> None:
    assert set(MEANINGS) == set(Kind.__args__)


def test_names_load_nothing_heavy_and_a_check_no_torch() -> None:
    code = "import geoseg_text.datasets, sys; print('numpy' in sys.modules)"
    code += (
        "; import geoseg_text.datasets.check; [b.layout() for b in geoseg_text.datasets.BENCHMARKS.values()]"
    )
    code += "; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split() == ["False", "False"]


def test_a_split_feeds_torchs_loader_and_its_workers(tmp_path: Path) -> None:
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
    for number in range(5):
        Image.new("RGB", (6, 4 + number)).save(tmp_path / f"images/{number}.tif")
        Image.new("L", (6, 4 + number), 255).save(tmp_path / f"masks/{number}.tif")
    lines = [f"{number} the car {number}" for number in range(5)]
    (tmp_path / "output_phrase_train.txt").write_text("\n".join(lines), encoding="utf-8")
    train = open_benchmark("RefSegRS", tmp_path, "train")
    assert isinstance(train, Dataset)
    expected = [["the car 0", "the car 1"], ["the car 2", "the car 3"], ["the car 4"]]
    assert list(DataLoader(train, batch_size=2, collate_fn=phrases)) == expected
    workers = DataLoader(
        train, batch_size=2, collate_fn=phrases, num_workers=1, multiprocessing_context="spawn"
    )
    assert list(workers) == expected
    assert train[-1].image.shape == (3, 8, 6)
    with pytest.raises(IndexError):
        train[5]
    assert np.all(train[0].mask)
