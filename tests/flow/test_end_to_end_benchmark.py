"""The benchmark of the whole flow: its clock, its ratios, and that all its ways find the same."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture
def benchmarks(root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    pytest.importorskip("resource")  # any_size.py limits memory with it, which is not done everywhere
    monkeypatch.syspath_prepend(root / "benchmarks")
    return {name: importlib.import_module(name) for name in ("end_to_end", "stages")}


def test_a_stage_is_timed_without_those_that_it_draws_from(benchmarks: dict[str, Any]) -> None:
    clock = np.zeros(1)

    def numbers() -> Iterator[int]:
        for number in range(3):
            clock[:] += 1
            yield number
        clock[:] += 100  # what is done after the last one counts too

    def passed(items: Iterable[int]) -> Iterator[int]:
        for item in items:
            clock[:] += 10
            yield item

    stages = benchmarks["stages"].Stages(clock.copy)
    for item, expected in zip(
        stages.through("outer", passed(stages.through("inner", numbers()))), range(3), strict=True
    ):
        assert item == expected
        clock[:] += 7  # nobody's
    assert {stage: float(spent[0]) for stage, spent in stages.spent.items()} == {"inner": 103, "outer": 30}


def test_medians_are_compared_as_rates(benchmarks: dict[str, Any]) -> None:
    measured = benchmarks["end_to_end"].Measured
    ours = measured(2000, "default", "segment", [{"seconds": seconds} for seconds in (2.0, 8.0, 4.0)])
    bare = measured(2000, "default", "bare network", [{"seconds": seconds} for seconds in (9.0, 3.0, 1.0)])
    ended = measured(2000, "default", "whole array", [])
    assert (ours.rate, ours.unit, ended.rate) == (1.0, "Mpx/s", None)
    found = {each["theirs"]: each for each in benchmarks["end_to_end"].ratios([ours, bare, ended])}
    assert (found["bare network"]["ratio"], found["bare network"]["target"]) == (0.75, 0.9)
    assert found["whole array"]["ratio"] is None


def test_reading_is_counted_in_windows(benchmarks: dict[str, Any]) -> None:
    read = benchmarks["end_to_end"].Measured(100, "default", "our reading", [{"seconds": 2.0, "windows": 8}])
    none = benchmarks["end_to_end"].Measured(100, "default", "our reading", [{"seconds": 2.0, "windows": 0}])
    assert (read.rate, read.unit, none.rate) == (4.0, "windows/s", None)


def test_all_ways_find_the_same_polygons(benchmarks: dict[str, Any], tmp_path: Path) -> None:
    raster = benchmarks["end_to_end"].write_raster(tmp_path / "noise.tif", 200)
    ways = ("segment", "in stages", "whole array", "our polygons", "rasterio shapes")
    found = {way: benchmarks["end_to_end"].WAYS[way](raster, tmp_path, "pixelwise")() for way in ways}
    counts = {way: facts["polygons"] for way, facts in found.items()}
    assert len(set(counts.values())) == 1, counts
    assert counts["segment"] > 5
    assert all(f"{stage}_s" in found["in stages"] for stage in benchmarks["stages"].STAGES)
