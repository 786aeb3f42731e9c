"""Tracing in regions: whatever the cuts, joined fragments are the polygons of one tracing (towards law 4)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from rasterio import features
from scipy import ndimage

from geoseg_text.errors import InputError
from geoseg_text.values.rows import FULL_SCORE, PolygonBatch, ScoreRows
from geoseg_text.values.windows import Window
from geoseg_text.vectorize import Cut, Fragments, SeamJoin, joining, trace, vectorize

RNG = np.random.default_rng(5)
HALF = Cut.at(0.5)
LARGE = (Cut.at(0.5, least_px=4),) * 2


def regions(shape: tuple[int, int], rows: list[int], cols: list[int]) -> list[Window]:
    """The cells that cuts at these rows and columns make."""
    return [
        Window(top, left, bottom - top, right - left)
        for top, bottom in pairwise([0, *rows, shape[0]])
        for left, right in pairwise([0, *cols, shape[1]])
    ]


def in_regions(
    scores: np.ndarray, cells: list[Window], cuts: Sequence[Cut] = (HALF, HALF), *, band: int | None = None
) -> PolygonBatch:
    """Polygons of scores (phrases, rows, cols), region by region, joined in the end."""
    cuts = cuts[: len(scores)]
    batches: list[PolygonBatch] = []
    fragments: dict[int, dict[int, list[Fragments]]] = {}
    for cell in cells:
        part = scores[:, *cell.slices]
        step = band or cell.rows
        rows = [
            ScoreRows(cell.row + at, part[:, at : at + step], np.ones(part[0, at : at + step].shape, bool))
            for at in range(0, cell.rows, step)
        ]
        for found in trace(rows, cuts, cell, scores.shape[1:]):
            if isinstance(found, Fragments):
                fragments.setdefault(found.phrase_index, {}).setdefault(cell.row, []).append(found)
            else:
                batches.append(found)
    shape, band_px = scores.shape[1:], int(RNG.integers(1, 12))
    for phrase_index, rows_of_regions in fragments.items():
        seams = SeamJoin(rows_of_regions.values, shape, band_px, cuts[phrase_index])
        for number in range(-(-shape[0] // band_px)):
            begun = list(seams.polygons(number))
            assert all((batch.first_row // band_px == number).all() for batch in begun)
            batches += begun
    return PolygonBatch.join(batches)


def whole(scores: np.ndarray, cuts: Sequence[Cut] = (HALF, HALF)) -> PolygonBatch:
    rows = [ScoreRows(0, scores, np.ones(scores.shape[1:], bool))]
    return PolygonBatch.join(list(vectorize(rows, cuts[: len(scores)], scores.shape[1:])))


def assert_same(one: PolygonBatch, other: PolygonBatch) -> None:
    assert shapely.to_wkb(one.geometry).tolist() == shapely.to_wkb(other.geometry).tolist()
    for column in ("phrase_index", "score", "score_max", "area_px", "first_row", "first_col"):
        assert (getattr(one, column) == getattr(other, column)).all(), column


def random_cuts(length: int, most: int) -> list[int]:
    count = int(RNG.integers(0, min(most, length - 1) + 1))
    return sorted(RNG.choice(np.arange(1, length), count, replace=False).tolist())


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.6, 0.7, 0.95])
def test_noise_cut_anywhere(share: float) -> None:
    for _ in range(40):
        shape = (int(RNG.integers(2, 40)), int(RNG.integers(2, 40)))
        inside = RNG.random((2, *shape)) < share
        scores = np.where(inside, RNG.integers(32768, FULL_SCORE + 1, inside.shape), 0).astype(np.uint16)
        cells = regions(shape, random_cuts(shape[0], 5), random_cuts(shape[1], 5))
        band = int(RNG.integers(1, shape[0] + 1))
        assert_same(in_regions(scores, cells, band=band), whole(scores))
        assert_same(in_regions(scores, cells, LARGE), whole(scores, LARGE))


def grown(scores: np.ndarray, cut: Cut) -> np.ndarray:
    """The mask of the double threshold by scipy's labels: those that hold a pixel at the peak."""
    labels, _ = ndimage.label(scores >= cut.level)  # 4-connected
    sure = np.unique(labels[scores >= cut.peak])
    return np.isin(labels, sure[sure > 0])


@pytest.mark.parametrize(("low", "high"), [(0.5, 0.98), (0.4, 0.7), (0.35, 0.999), (0.6, 0.6)])
def test_a_double_threshold_is_hysteresis_cut_anywhere(low: float, high: float) -> None:
    cuts = [Cut.at(high, low), Cut.at(min(1.0, high + 0.02), low, least_px=3)]
    dropped = 0
    for _ in range(10):
        shape = (int(RNG.integers(2, 40)), int(RNG.integers(2, 40)))
        scores = RNG.integers(0, FULL_SCORE + 1, (2, *shape)).astype(np.uint16)
        at_once = whole(scores, cuts)
        cells = regions(shape, random_cuts(shape[0], 5), random_cuts(shape[1], 5))
        assert_same(in_regions(scores, cells, cuts, band=int(RNG.integers(1, shape[0] + 1))), at_once)
        first = at_once.take(at_once.phrase_index == 0)
        mask = grown(scores[0], cuts[0])
        burnt = features.rasterize([(g, 1) for g in first.geometry] or [(shapely.Point(-9, -9), 1)], shape)
        assert (burnt.astype(bool) == mask).all()
        assert len(first) == ndimage.label(mask)[1]
        assert (first.score_max >= high - 1 / FULL_SCORE).all()
        dropped += int((scores[0] >= cuts[0].level).sum() - mask.sum())
    assert (dropped > 0) == (low < high)


def test_what_is_sure_beyond_a_seam_counts_on_both_sides() -> None:
    """A tail of low scores through three regions whose only high pixel is in the last."""
    scores = np.zeros((1, 4, 30), np.uint16)
    scores[0, 1, 2:29] = 20000
    scores[0, 3, 2:29] = 20000
    scores[0, 1, 27] = 50000
    cells = regions((4, 30), [2], [10, 20])
    found = in_regions(scores, cells, [Cut.at(0.7, 0.3)])
    assert found.area_px.tolist() == [27]
    assert found.score_max * FULL_SCORE == pytest.approx([50000])
    assert found.score * FULL_SCORE == pytest.approx([(26 * 20000 + 50000) / 27])
    assert not len(in_regions(scores, cells, [Cut.at(0.8, 0.3)]))


@pytest.mark.parametrize("side", [1, 2, 3])
def test_regions_of_a_few_pixels(side: int) -> None:
    """Every pixel lies on a seam, every lattice point where four regions meet."""
    for share in (0.4, 0.6, 0.8):
        scores = np.where(RNG.random((1, 13, 11)) < share, FULL_SCORE, 0).astype(np.uint16)
        cells = regions((13, 11), list(range(side, 13, side)), list(range(side, 11, side)))
        assert_same(in_regions(scores, cells), whole(scores))


def test_a_spiral_through_every_region() -> None:
    """One component of which each region sees many parts."""
    side = 61
    row, col = np.indices((side, side)) - side // 2
    turns = (np.hypot(row, col) - np.arctan2(row, col) * 4 / np.pi) % 8 < 4
    scores = np.where(turns, FULL_SCORE, 0).astype(np.uint16)[None]
    for step in (7, 20, 30):
        cuts = list(range(step, side, step))
        assert_same(in_regions(scores, regions((side, side), cuts, cuts), band=5), whole(scores))


def test_a_comb_whose_teeth_meet_beyond_the_seam() -> None:
    """Components that merge below: what was written along the sides before must follow."""
    inside = np.zeros((12, 20), bool)
    inside[:, ::3] = True
    inside[9, :] = True
    scores = np.where(inside, 40000, 0).astype(np.uint16)[None]
    for rows, cols in (([3, 6], [10]), ([10], [1, 19]), ([9], []), ([], [5, 10, 15])):
        found = in_regions(scores, regions((12, 20), rows, cols), band=1)
        assert_same(found, whole(scores))
        assert len(found) == 1


def test_real_imagery(shared: Path) -> None:
    with rasterio.open(shared / "data/rasters/detectree_zurich_ortho_2056.tif") as source:
        brightness = source.read().mean(0)
    scores = (brightness * 257).astype(np.uint16)[None]
    rows, cols = scores.shape[1:]
    cells = regions((rows, cols), [rows // 3, rows // 2 + 7], [100, cols - 3])
    assert_same(in_regions(scores, cells, LARGE, band=64), whole(scores, LARGE))


def test_polygons_are_built_a_few_at_a_time_where_corners_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = np.where(RNG.random((1, 40, 40)) < 0.55, FULL_SCORE, 0).astype(np.uint16)
    monkeypatch.setattr(joining, "AT_ONCE", 10)
    assert_same(in_regions(scores, regions((40, 40), [9, 20, 31], [13, 26])), whole(scores))


def test_what_touches_no_seam_is_given_at_once() -> None:
    scores = np.zeros((1, 20, 20), np.uint16)
    scores[0, 2:4, 2:4] = scores[0, 8:12, 5:7] = FULL_SCORE
    cell = Window(0, 0, 10, 20)
    rows = [ScoreRows(0, scores[:, :10], np.ones((10, 20), bool))]
    closed, fragments = trace(rows, [HALF], cell, (20, 20))
    assert isinstance(closed, PolygonBatch)
    assert isinstance(fragments, Fragments)
    assert closed.area_px.tolist() == [4]
    assert fragments.measures.area.tolist() == [4]  # two of its four rows are here
    assert np.flatnonzero(fragments.sides.bottom + 1).tolist() == [5, 6]
    assert [len(side) for side in fragments.sides] == [0, 0, 20, 0]


def test_regions_that_leave_a_gap_are_refused() -> None:
    scores = np.zeros((1, 20, 20), np.uint16)
    cells = regions((20, 20), [10], [10])
    for left_out, said in ((3, "end at column 10"), (2, "row 10, column 0"), (1, "end at column 10")):
        with pytest.raises(InputError, match=said):
            in_regions(scores, [cell for number, cell in enumerate(cells) if number != left_out])
    with pytest.raises(InputError, match="end at row 10 of a grid of 20"):
        in_regions(scores, cells[:2])
    with pytest.raises(InputError, match="reaches past a grid"):
        list(trace([], [HALF], Window(10, 0, 11, 20), (20, 20)))
