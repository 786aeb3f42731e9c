"""Figures of many cases: by hand, by the papers' own loop, and their laws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from geoseg_text.errors import InputError
from geoseg_text.evaluation.calibration import ScoreHistogram
from geoseg_text.evaluation.cases import Counts, JudgedCase, judge
from geoseg_text.evaluation.metrics import PRECISION_THRESHOLDS, mean_iou, overall_iou, precision_at
from geoseg_text.evaluation.summary import Figures, Summary, summarise

NO_SCORES = ScoreHistogram.together([])


def counted(
    intersection: int, predicted: int, true: int, category: str | None = None, kind: str | None = None
) -> JudgedCase:
    """A case of 100 px, the same at both sizes."""
    counts = Counts(intersection, predicted, true, 100)
    return JudgedCase("", category, kind, counts, counts, NO_SCORES)


def values(figures: Figures) -> list[float]:
    return [figure.value for figure in (figures.oiou, figures.miou, *figures.precision)]


def random_masks(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Answers and truths of rectangles, from hit to miss."""
    pairs = []
    for _ in range(int(rng.integers(2, 40))):
        truth = np.zeros((20, 30), bool)
        row, col = rng.integers(15), rng.integers(20)
        truth[row : row + rng.integers(1, 9), col : col + rng.integers(1, 12)] = True
        answer = np.roll(truth, tuple(rng.integers(-2, 3, 2)), axis=(0, 1))
        pairs.append((answer ^ (rng.random(truth.shape) < rng.uniform(0, 0.1)), truth))
    return pairs


def judged(pairs: list[tuple[np.ndarray, np.ndarray]], side: int = 13) -> list[JudgedCase]:
    return [judge(answer.astype(np.float32), truth, 0.5, side) for answer, truth in pairs]


def test_two_cases_by_hand() -> None:
    overall = summarise([counted(4, 8, 8), counted(4, 8, 4)]).overall  # unions 12 and 8, IoUs 1/3 and 1/2
    assert overall.cases == 2
    for figures in (overall.papers, overall.users):
        assert values(figures) == pytest.approx([8 / 20, (1 / 3 + 1 / 2) / 2, 0.5, 0, 0, 0, 0])


def test_conventions_are_not_mixed() -> None:
    case = judge(np.array([[0.9, 0.9, 0.1]] * 3), np.array([[True, False, False]] * 3), 0.5, 2)
    overall = summarise([case, case]).overall
    assert values(overall.papers) == [1.0] * 7
    assert values(overall.users) == [0.5, 0.5, 1.0, 0, 0, 0, 0]


@pytest.mark.parametrize("seed", range(5))
def test_the_papers_loop_gives_the_same_figures(seed: int) -> None:
    cases = judged(random_masks(np.random.default_rng(seed)))
    total_i = total_u = 0
    ious = []
    reached = [0] * 5
    for case in cases:
        i, u = case.network.intersection, case.network.union
        one = 0.0 if u == 0 else i / u
        ious.append(one)
        total_i, total_u = total_i + i, total_u + u
        for place, threshold in enumerate((0.5, 0.6, 0.7, 0.8, 0.9)):
            reached[place] += one >= threshold
    expected = [total_i / total_u, sum(ious) / len(ious), *(count / len(cases) for count in reached)]
    assert values(summarise(cases, resamples=1).overall.papers) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_users_figures_are_those_of_the_masks(seed: int) -> None:
    pairs = random_masks(np.random.default_rng(seed))
    found = summarise(judged(pairs), resamples=1).overall.users
    ious = [mean_iou([pair]) for pair in pairs]
    expected = [overall_iou(pairs), mean_iou(pairs), *precision_at(ious)]
    assert values(found) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_laws_of_the_figures(seed: int) -> None:
    cases = judged(random_masks(np.random.default_rng(seed)))
    group = summarise(cases, resamples=200).overall
    for figures, ious in (
        (group.papers, [case.network.iou for case in cases]),
        (group.users, [case.original.iou for case in cases]),
    ):
        assert min(ious) - 1e-12 <= figures.oiou.value <= max(ious) + 1e-12
        assert min(ious) - 1e-12 <= figures.miou.value <= max(ious) + 1e-12
        reached = [figure.value for figure in figures.precision]
        assert reached == sorted(reached, reverse=True)
        for figure in (figures.oiou, figures.miou, *figures.precision):
            assert figure.low - 1e-12 <= figure.value <= figure.high + 1e-12
            assert figure.low >= 0
            assert figure.high <= 1


def test_an_interval_of_shares_is_as_wide_as_chance_makes_it() -> None:
    cases = [counted(10, 10, 10)] * 200 + [counted(0, 10, 10)] * 200
    figure = summarise(cases).overall.users.precision[0]
    half = 1.96 * math.sqrt(0.5 * 0.5 / 400)
    assert (figure.low, figure.high) == pytest.approx((0.5 - half, 0.5 + half), abs=0.01)


def test_intervals_follow_from_the_seed_alone() -> None:
    cases = judged(random_masks(np.random.default_rng(3)))
    assert summarise(cases, seed=1) == summarise(cases, seed=1)
    assert summarise(cases, seed=1).overall != summarise(cases, seed=2).overall
    others = [counted(1, 5, 9, category="road")] * 7
    named = [counted(i, 9, 9, category="car") for i in range(9)]
    assert summarise(named).categories["car"] == summarise([*others, *named]).categories["car"]


def test_one_case_has_no_interval_and_equal_ones_none_to_speak_of() -> None:
    one = summarise([counted(4, 8, 8)]).overall.users.oiou
    assert (one.value, one.low, one.high) == (pytest.approx(1 / 3), None, None)
    two = summarise([counted(4, 8, 8)] * 2).overall.users.oiou
    assert two.low == two.high == two.value


def test_groups_hold_their_own_cases() -> None:
    cases = [
        counted(9, 9, 9, "road", "look"),
        counted(0, 9, 9, "car", "look"),
        counted(1, 2, 2, "car", "place"),
        counted(1, 1, 1),
        counted(0, 5, 0, "car", "none"),
    ]
    found = summarise(cases)
    assert {name: group.cases for name, group in found.categories.items()} == {"car": 2, "road": 1}
    assert {name: group.cases for name, group in found.kinds.items()} == {"look": 2, "place": 1}
    assert {name: group.cases for name, group in found.sizes.items()} == {"medium": 4}
    assert found.categories["car"].users.oiou.value == pytest.approx(1 / 21)
    assert found.mean_of_categories["users"] == pytest.approx((1 + (0 + 1 / 3) / 2) / 2)


def test_cases_without_a_referent_change_no_other_figure() -> None:
    meant = judged(random_masks(np.random.default_rng(4)))
    nothing = np.zeros((10, 10), bool)
    fifth = np.where(np.arange(10) < 2, 0.9, 0.1) * np.ones((10, 1))
    absent = [judge(fifth, nothing, 0.5, 5, category="ship"), judge(0 * fifth, nothing, 0.5, 5)]
    with_them, without = summarise([*meant, *absent]), summarise(meant)
    for name in ("overall", "categories", "kinds", "sizes", "mean_of_categories", "calibration"):
        assert getattr(with_them, name) == getattr(without, name)
    found = with_them.without_referent
    assert found.cases == 2
    assert (found.users.left_empty, found.users.mean_area) == (0.5, pytest.approx(0.1))
    assert (found.papers.left_empty, found.papers.mean_area) == (0.5, pytest.approx(0.1))
    assert found.mean_score == pytest.approx((0.2 * 0.9 + 0.8 * 0.1) / 2)
    assert without.without_referent.users.left_empty is None


def test_a_union_that_is_empty_everywhere_counts_nothing() -> None:
    lost = JudgedCase("", None, None, Counts(0, 0, 1, 9), Counts(0, 0, 0, 4), NO_SCORES)
    overall = summarise([lost, lost]).overall
    assert values(overall.papers) == values(overall.users) == [0.0] * 7


def test_no_cases_have_no_figures() -> None:
    found = summarise([])
    assert isinstance(found, Summary)
    assert found.overall.cases == 0
    assert values(found.overall.users) == [None] * (2 + len(PRECISION_THRESHOLDS))
    assert found.categories == found.sizes == {}
    assert found.mean_of_categories == {"papers": None, "users": None}


def test_no_resample_is_refused() -> None:
    with pytest.raises(InputError, match="at least 1"):
        summarise([], resamples=0)
