"""The benchmark's arithmetic, with models whose answers are known."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch


@dataclass(frozen=True)
class Config:
    window_px: int = 32
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    threshold: float = 0.5


class RedModel:
    """Marks pixels whose red is above one half, whatever the phrase."""

    config = Config()

    def encode_text(self, phrases: Sequence[str]) -> Sequence[str]:
        return phrases

    def __call__(self, images: torch.Tensor, text: Sequence[str]) -> torch.Tensor:
        return (images[:, :1] - 0.5).repeat(1, len(text), 1, 1) * 20


@pytest.fixture(scope="module")
def benchmark(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("real_imagery", root / "benchmarks" / "real_imagery.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("shape", [(20, 25), (32, 32), (50, 100), (33, 64)])
def test_a_pixelwise_model_is_the_same_under_any_windows(
    benchmark: ModuleType, shape: tuple[int, int]
) -> None:
    image = np.random.default_rng(3).integers(0, 256, (3, *shape), dtype=np.uint8)
    marks = benchmark.Marker(RedModel()).marks(image, ["one", "two"])
    assert marks.shape == (2, *shape)
    assert np.array_equal(marks[0], image[0] >= 127.5)
    assert np.array_equal(marks[0], marks[1])


def test_tally_sums_before_it_divides(benchmark: ModuleType) -> None:
    tally = benchmark.Tally()
    tally.add(np.array([[True, False]]), np.array([[True, True]]))
    tally.add(np.array([[True, True]]), np.array([[True, False]]))
    assert tally.iou == pytest.approx(2 / 4)
    assert (tally.area, tally.images) == (4, 2)
    assert benchmark.Tally().iou == 1.0
