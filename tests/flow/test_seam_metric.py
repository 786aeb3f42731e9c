"""No seam shows: scores change no more where other windows begin to answer than elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

import geoseg_text as gt
from geoseg_text.values.windows import WindowPlan

PHRASES = ["buildings", "trees", "the road", "bare ground"]


def changes(plan: WindowPlan, length: int, axis: int) -> np.ndarray:
    """For each pixel but the last along an axis (0 down, 1 across), whether the next has other windows."""
    seam = np.zeros(length + 1, bool)
    for window in plan:
        seam[[window.slices[axis].start, min(window.slices[axis].stop, length)]] = True
    return seam[1:-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["spacenet_vegas_rgba_uint8_4326", "detectree_zurich_ortho_2056", "rasterio_cogeo_3857"]
)
def test_scores_change_no_more_where_windows_change(name: str, shared: Path, tmp_path: Path) -> None:
    result = gt.segment(
        shared / f"data/rasters/{name}.tif", PHRASES, score_raster=tmp_path / "scores.tif", overlap_px=64
    )
    with rasterio.open(tmp_path / "scores.tif") as source:
        scores, valid = source.read().astype(float), source.dataset_mask() > 0
    settings = result.manifest["settings"]
    plan = WindowPlan.for_grid(valid.shape, settings["window_px"], settings["overlap_px"])
    at_seams, elsewhere = [], []
    for axis in (0, 1):
        seam = changes(plan, valid.shape[axis], axis)
        step = np.abs(np.diff(scores, axis=axis + 1))
        both = valid.take(range(1, valid.shape[axis]), axis) & valid.take(range(valid.shape[axis] - 1), axis)
        on = (seam[:, None] if axis == 0 else seam[None, :]) & both
        at_seams.append(step[:, on])
        elsewhere.append(step[:, both & ~on])
    ratio = np.concatenate(at_seams, axis=1).mean() / np.concatenate(elsewhere, axis=1).mean()
    assert ratio <= 1.1, ratio
