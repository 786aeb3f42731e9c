"""A window plan covers every pixel, stays on the grid, and keeps its order."""

from __future__ import annotations

import numpy as np
import pytest

from geoseg_text.errors import InputError
from geoseg_text.values.windows import Window, WindowPlan, lattice

SHAPES = [(1, 1), (7, 300), (256, 256), (257, 256), (511, 513), (700, 1000), (1000, 255), (5, 4000)]
CUTS = [(256, 0), (256, 64), (256, 255), (100, 33), (1, 0), (480, 120)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("window_px", "overlap_px"), CUTS)
def test_plan_covers_every_pixel_and_stays_on_the_grid(
    shape: tuple[int, int], window_px: int, overlap_px: int
) -> None:
    plan = WindowPlan.for_grid(shape, window_px, overlap_px)
    for side, starts in zip(shape, (plan.row_starts, plan.col_starts), strict=True):
        seen = np.zeros(max(side, window_px), dtype=int)
        for start in starts:
            seen[start : start + window_px] += 1
        assert (seen[:side] > 0).all()
        assert starts[0] == 0
        assert starts[-1] == max(side - window_px, 0), (
            "the last one is shifted inward, or pads a smaller grid"
        )
        steps = np.diff(starts)
        assert (steps > 0).all()
        assert (steps <= window_px - overlap_px).all(), "neighbours share at least the overlap"
        assert (steps[:-1] == window_px - overlap_px).all()
    assert plan.padded == (min(shape) < window_px)
    assert plan[0].shape == plan[-1].shape == (window_px, window_px)


def test_windows_come_row_by_row_and_by_number() -> None:
    plan = WindowPlan.for_grid((500, 700), 256, 56)
    windows = list(plan)
    assert windows == sorted(windows)
    assert len(windows) == len(plan) == len(set(windows))
    assert [plan[number] for number in range(len(plan))] == windows
    assert plan[-1] == windows[-1] == Window(244, 444, 256, 256)
    assert plan[1:3] == tuple(windows[1:3])
    with pytest.raises(IndexError):
        plan[len(plan)]


def test_a_grid_of_one_window_has_one() -> None:
    assert list(WindowPlan.for_grid((256, 256), 256, 64)) == [Window(0, 0, 256, 256)]
    assert list(WindowPlan.for_grid((3, 4), 256, 64)) == [Window(0, 0, 256, 256)]


def test_a_window_knows_its_number() -> None:
    plan = WindowPlan.for_grid((500, 700), 256, 56)
    assert [plan.number(window) for window in plan] == [*range(len(plan))]
    assert plan.number(plan.part(Window(300, 600, 5, 5))[0]) == plan.number(Window(200, 400, 256, 256))
    for stranger in (Window(0, 1, 256, 256), Window(0, 0, 255, 256), Window(9999, 0, 256, 256)):
        with pytest.raises(InputError, match="is no window of this plan"):
            plan.number(stranger)


def test_batches_are_consecutive_and_full_but_for_the_last() -> None:
    plan = WindowPlan.for_grid((700, 700), 256, 64)
    batches = list(plan.batches(5))
    assert [window for batch in batches for window in batch] == list(plan)
    assert {len(batch) for batch in batches[:-1]} == {5}
    assert 1 <= len(batches[-1]) <= 5


def test_a_plan_of_a_trillion_pixels_costs_nothing() -> None:
    plan = WindowPlan.for_grid((1_000_000, 1_000_000), 256, 64)
    assert len(plan) == 5208**2  # 1 + ceil((1e6 - 256) / 192) along each side
    assert plan[len(plan) - 1] == Window(999_744, 999_744, 256, 256)


@pytest.mark.parametrize("cut", [(0, 0), (256, 256), (256, -1), (-1, 0)])
def test_a_cut_without_a_step_is_refused(cut: tuple[int, int]) -> None:
    with pytest.raises(InputError):
        WindowPlan.for_grid((10, 10), *cut)


def test_an_empty_window_grid_or_batch_is_refused() -> None:
    with pytest.raises(InputError):
        Window(0, 0, 0, 5)
    with pytest.raises(InputError):
        WindowPlan.for_grid((0, 5), 256, 0)
    with pytest.raises(InputError):
        next(WindowPlan.for_grid((5, 5), 256, 0).batches(0))


def test_intersection_and_its_own_coordinates() -> None:
    window, other = Window(2, 3, 10, 10), Window(8, -5, 4, 20)
    part = window.intersection(other)
    assert part == other.intersection(window) == Window(8, 3, 4, 10)
    assert part is not None
    assert part.within(window) == Window(6, 0, 4, 10)
    assert part.within(window).shifted(2, 3) == part
    assert window.intersection(Window(12, 3, 1, 1)) is None
    array = np.arange(20 * 20).reshape(20, 20)
    assert (array[part.slices] == array[8:12, 3:13]).all()


def test_lattice_blocks_tile_what_a_window_touches() -> None:
    window = Window(-3, 500, 600, 30)
    blocks = list(lattice(window, 512))
    assert blocks == [Window(-512, 0, 512, 512), Window(-512, 512, 512, 512)] + [
        Window(row, col, 512, 512) for row in (0, 512) for col in (0, 512)
    ]
    assert (
        sum(part.rows * part.cols for block in blocks if (part := block.intersection(window)) is not None)
        == 600 * 30
    )
