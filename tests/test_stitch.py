"""Blending: exact, memory of one band, nothing lost at borders."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from geoseg_text.errors import InputError
from geoseg_text.stitch import Blend, stitch
from geoseg_text.values.rows import FULL_SCORE, ScoreRows, WindowScores
from geoseg_text.values.windows import Window, WindowPlan

SHAPES = [(1, 1), (5, 300), (300, 5), (64, 64), (65, 63), (200, 131)]
LAYOUTS = [(64, 0), (64, 16), (64, 33), (64, 60), (7, 6), (512, 128)]


def whole(rows: list[ScoreRows], shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Put rows together, after checking that they follow one another."""
    row = 0
    for part in rows:
        assert part.row == row
        assert part.scores.shape[1:] == part.valid.shape
        row += len(part.valid)
    assert row == shape[0]
    return np.concatenate([part.scores for part in rows], axis=1), np.concatenate(
        [part.valid for part in rows]
    )


def cut(plan: WindowPlan, scores: np.ndarray, valid: np.ndarray) -> Iterator[WindowScores]:
    """Windows of a raster of scores, as a network that looks at one pixel at a time would give them."""
    side = plan.window_px
    padded = np.zeros((len(scores), *(np.array(valid.shape) + side)), np.uint16)
    padded[:, : valid.shape[0], : valid.shape[1]] = scores
    seen = np.zeros(padded.shape[1:], bool)
    seen[: valid.shape[0], : valid.shape[1]] = valid
    for window in plan:
        yield WindowScores(window, padded[:, *window.slices], seen[window.slices])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("window_px", "overlap_px"), LAYOUTS)
def test_a_pixelwise_answer_comes_back_bit_for_bit(
    shape: tuple[int, int], window_px: int, overlap_px: int
) -> None:
    rng = np.random.default_rng(1)
    scores = rng.integers(0, FULL_SCORE + 1, (2, *shape)).astype(np.uint16)
    valid = rng.random(shape) < 0.9
    plan = WindowPlan.for_grid(shape, window_px, overlap_px)
    rows = list(stitch(cut(plan, scores, valid), Window(0, 0, *shape), 2, Blend(window_px, overlap_px)))
    blended, seen = whole(rows, shape)
    assert (seen == valid).all()
    assert (blended[:, valid] == scores[:, valid]).all()


@pytest.mark.parametrize(("window_px", "overlap_px"), [*LAYOUTS, (300, 299), (1024, 1023), (2, 1), (1, 0)])
def test_weights_are_positive_symmetric_and_their_sums_exact(window_px: int, overlap_px: int) -> None:
    blend = Blend(window_px, overlap_px)
    weights = blend.weights()
    assert weights.min() >= 1
    assert (weights == weights[::-1]).all()
    assert (weights == weights.T).all()
    assert (weights == np.floor(weights)).all()
    assert int(weights.max()) * blend.cover * (FULL_SCORE + 1) <= 2**53


def test_the_default_layout_blends_smoothly() -> None:
    across = Blend(256, 64).weights()[128].astype(int)
    assert np.abs(np.diff(across)).max() <= across.max() / 40


def test_two_windows_blend_by_their_distance_to_the_seam() -> None:
    # The shared pixels lean to the window whose middle is nearer, and mirror each other.
    plan = WindowPlan.for_grid((4, 6), 4, 2)
    valid = np.ones((4, 4), bool)
    answers = [np.zeros((1, 4, 4), np.uint16), np.full((1, 4, 4), 60000, np.uint16)]
    parts = (WindowScores(window, score, valid) for window, score in zip(plan, answers, strict=True))
    row = whole(list(stitch(parts, Window(0, 0, 4, 6), 1, Blend(4, 2))), (4, 6))[0][0, 0].astype(int)
    assert row[:2].tolist() == [0, 0]
    assert row[4:].tolist() == [60000, 60000]
    assert 0 < row[2] < 30000 < row[3] < 60000
    assert row[2] + row[3] == 60000


@pytest.mark.parametrize("layout", [(64, 16), (64, 60), (7, 6), (512, 128)])
def test_a_region_gets_the_scores_that_it_has_in_the_whole(layout: tuple[int, int]) -> None:
    """Scores that differ from window to window, so that each contribution counts."""
    rng, shape, blend = np.random.default_rng(2), (150, 131), Blend(*layout)
    plan = WindowPlan.for_grid(shape, *layout)
    answers = {
        window: WindowScores(
            window,
            rng.integers(0, FULL_SCORE + 1, (1, *window.shape)).astype(np.uint16),
            rng.random(window.shape) < 0.9,
        )
        for window in plan
    }
    every = [answers[window] for window in plan]
    blended, seen = whole(list(stitch(every, Window(0, 0, *shape), 1, blend)), shape)
    for region in (
        Window(0, 0, 50, 131),
        Window(37, 61, 64, 20),
        Window(149, 130, 1, 1),
        Window(90, 0, 60, 70),
    ):
        part = plan.part(region)
        assert list(part) == [window for window in plan if window.intersection(region)]
        rows = list(stitch((answers[window] for window in part), region, 1, blend))
        assert rows[0].row == region.row
        assert (np.concatenate([r.scores for r in rows], axis=1)[0] == blended[0][region.slices]).all()
        assert (np.concatenate([r.valid for r in rows]) == seen[region.slices]).all()


def test_windows_that_are_missing_leave_invalid_pixels_alone() -> None:
    plan = WindowPlan.for_grid((100, 100), 40, 10)
    scores, valid = np.full((1, 100, 100), 7, np.uint16), np.ones((100, 100), bool)
    rows = list(
        stitch(
            (part for part in cut(plan, scores, valid) if part.window.row != 30),
            Window(0, 0, 100, 100),
            1,
            Blend(40, 10),
        )
    )
    blended, seen = whole(rows, (100, 100))
    assert seen[:40].all()
    assert not seen[40:60].any()
    assert seen[60:].all()
    assert (blended[:, seen] == 7).all()


def test_no_window_at_all_leaves_nothing_valid() -> None:
    _, seen = whole(list(stitch([], Window(0, 0, 70, 30), 1, Blend(16, 4))), (70, 30))
    assert not seen.any()


def test_rows_leave_before_the_next_row_of_windows_is_asked_for() -> None:
    plan = WindowPlan.for_grid((1000, 50), 50, 10)
    scores, valid = np.zeros((1, 1000, 50), np.uint16), np.ones((1000, 50), bool)
    asked: list[Window] = []

    def windows() -> Iterator[WindowScores]:
        for part in cut(plan, scores, valid):
            asked.append(part.window)
            yield part

    rows = stitch(windows(), Window(0, 0, 1000, 50), 1, Blend(50, 10))
    first = next(rows)
    assert len(first.valid) == 40
    assert len(asked) == 2


def test_windows_out_of_order_are_refused() -> None:
    valid = np.ones((4, 4), bool)
    parts = [WindowScores(Window(row, 0, 4, 4), np.zeros((1, 4, 4), np.uint16), valid) for row in (4, 0)]
    with pytest.raises(InputError, match="row by row"):
        list(stitch(parts, Window(0, 0, 8, 4), 1, Blend(4, 0)))


@pytest.mark.parametrize("overlap_px", [-1, 8, 9])
def test_an_overlap_without_a_step_is_refused(overlap_px: int) -> None:
    with pytest.raises(InputError, match="give 0 to 7"):
        Blend(8, overlap_px)
