"""Windows and splits: no pixel is shared, shares are kept, chance comes from the seed alone."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from geoseg_text.datasets.building.plan import PlanChoices, plan_windows
from geoseg_text.errors import InputError


@pytest.mark.parametrize("overlap", [0, 40])
@pytest.mark.parametrize("block", [None, 1, 3])
def test_windows_of_two_splits_share_no_pixel(overlap: int, block: int | None) -> None:
    shape = (500, 850)
    plan = plan_windows(shape, PlanChoices(64, overlap, block, shares=(0.2, 0.1)), lambda window: True)
    owner = np.zeros(shape, int)
    for planned in plan:
        assert planned.window.shape == (64, 64)
        pixels = owner[planned.window.slices]
        assert pixels.shape == (64, 64)
        number = 1 + ("train", "val", "test").index(planned.split)
        assert np.isin(pixels, (0, number)).all()
        pixels[:] = number
    assert set(np.unique(owner)) >= {1, 2, 3}
    assert len({planned.name for planned in plan}) == len(plan)
    splits = {(planned.block, planned.split) for planned in plan}
    assert len(splits) == len({place for place, _ in splits})


def test_shares_are_those_asked_for() -> None:
    plan = plan_windows((640, 640), PlanChoices(64, block=1, shares=(0.2, 0.1)), lambda window: True)
    assert len(plan) == 100
    assert sum(planned.split == "val" for planned in plan) == 20
    assert sum(planned.split == "test" for planned in plan) == 10


def test_without_overlap_no_two_windows_share_a_pixel() -> None:
    plan = plan_windows((350, 250), PlanChoices(32), lambda window: True)
    assert all(one.window.intersection(two.window) is None for one, two in combinations(plan, 2))
    assert len(plan) == 10 * 7


def test_imagery_smaller_than_a_window_is_one_window_of_its_size() -> None:
    (only,) = plan_windows((100, 300), PlanChoices(400, shares=(0, 0)), lambda window: True)
    assert (only.window.shape, only.split) == ((100, 300), "train")


def test_the_seed_moves_the_splits_and_nothing_else() -> None:
    one, same, other = (
        plan_windows((640, 640), PlanChoices(64, seed=s), lambda window: True) for s in (1, 1, 2)
    )
    assert one == same
    assert [planned.window for planned in one] == [planned.window for planned in other]
    assert [planned.split for planned in one] != [planned.split for planned in other]


def test_only_usable_windows_count_for_blocks_and_shares() -> None:
    plan = plan_windows((640, 640), PlanChoices(64, block=1, shares=(0.5, 0)), lambda window: window.row == 0)
    assert [planned.window.row for planned in plan] == [0] * 10
    assert sum(planned.split == "val" for planned in plan) == 5
    with pytest.raises(InputError, match="no window holds"):
        plan_windows((640, 640), PlanChoices(64), lambda window: False)


@pytest.mark.parametrize(
    "bad",
    [
        {"window_px": 8},
        {"overlap_px": 512},
        {"overlap_px": -1},
        {"block": 0},
        {"shares": (0.5, 0.5)},
        {"shares": (-0.1, 0)},
    ],
)
def test_a_choice_that_makes_no_sense_is_one_line(bad) -> None:
    with pytest.raises(InputError) as error:
        PlanChoices(**bad)
    assert "\n" not in str(error.value)
