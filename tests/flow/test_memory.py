"""Memory of the steps that see every pixel: the same for a raster ten times as high (towards law 5)."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest

from geoseg_text.stitch import Blend, stitch
from geoseg_text.values.rows import WindowScores
from geoseg_text.values.windows import Window, WindowPlan
from geoseg_text.vectorize import Cut, vectorize

COLS = 400
SIDE = 64


def windows(rows: int) -> Iterator[WindowScores]:
    """Speckle, and a line down the left edge that stays open to the end."""
    rng = np.random.default_rng(0)
    valid = np.ones((SIDE, SIDE), bool)
    for window in WindowPlan.for_grid((rows, COLS), SIDE, 16):
        scores = rng.integers(0, 50000, (1, SIDE, SIDE)).astype(np.uint16)
        if window.col == 0:
            scores[:, :, 0] = 65535
        yield WindowScores(window, scores, valid)


def peak_bytes(rows: int) -> int:
    tracemalloc.start()
    try:
        found = 0
        for batch in vectorize(
            stitch(windows(rows), Window(0, 0, rows, COLS), 1, Blend(SIDE, 16)), [Cut.at(0.7)], (rows, COLS)
        ):
            found += len(batch)
        assert found > rows
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_does_not_grow_with_height() -> None:
    peak_bytes(200)  # what is imported or cached on first use
    low, high = peak_bytes(1000), peak_bytes(10_000)
    # The corners of the one open outline may grow; the rows may not.
    assert high < 1.2 * low + 10_000 * 8 * 4
