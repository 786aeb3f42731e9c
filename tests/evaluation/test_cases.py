"""One case: its pixels counted by hand, at the image's own size and at the network's."""

from __future__ import annotations

import numpy as np
import pytest

from geoseg_text.errors import InputError
from geoseg_text.evaluation.calibration import Calibration, ScoreHistogram
from geoseg_text.evaluation.cases import SIZES, Counts, judge, nearest
from geoseg_text.evaluation.metrics import iou


def columns(rows: int, cols: int, *marked: int) -> np.ndarray:
    """A mask of whole columns."""
    mask = np.zeros((rows, cols), bool)
    mask[:, list(marked)] = True
    return mask


def scores_of(mask: np.ndarray) -> np.ndarray:
    return np.where(mask, 0.9, 0.1).astype(np.float32)


def test_a_square_shifted_by_half_overlaps_by_a_third() -> None:
    case = judge(scores_of(columns(4, 4, 1, 2)), columns(4, 4, 0, 1), 0.5, 4, case_id="a", category="road")
    assert case.original == case.network == Counts(intersection=4, predicted=8, true=8, total=16)
    assert (case.original.union, case.original.iou) == (12, pytest.approx(1 / 3))
    assert (case.case_id, case.category, case.kind) == ("a", "road", None)
    assert (case.share, case.size) == (0.5, "large")


def test_the_two_conventions_differ_by_half_where_a_column_falls_out() -> None:
    # From 3 to 2 px the centres of the new pixels, at 0.75 and 2.25, fall into the first and the last one.
    case = judge(scores_of(columns(3, 3, 0, 1)), columns(3, 3, 0), 0.5, 2)
    assert case.original == Counts(intersection=3, predicted=6, true=3, total=9)
    assert case.network == Counts(intersection=2, predicted=2, true=2, total=4)
    assert (case.original.iou, case.network.iou) == (0.5, 1.0)


def test_scores_of_the_networks_square_are_counted_there_as_they_are() -> None:
    # From 3 to 5 px the pixels are 0, 0, 1, 2, 2 of the old; from 5 to 3 px they are 0, 2 and 4.
    answer, truth = np.zeros((3, 3), bool), np.zeros((5, 5), bool)
    answer[0, 0] = True
    truth[:2, :3] = True
    case = judge(scores_of(answer), truth, 0.5, 3)
    assert case.original == Counts(intersection=4, predicted=4, true=6, total=25)
    assert case.network == Counts(intersection=1, predicted=1, true=2, total=9)
    assert sum(case.histogram.pixels) == 9


def test_a_referent_that_the_papers_size_loses_counts_nothing_there() -> None:
    truth = np.zeros((3, 3), bool)
    truth[1, 1] = True
    case = judge(scores_of(truth), truth, 0.5, 2)
    assert case.has_referent
    assert case.original.iou == 1.0
    assert case.network == Counts(0, 0, 0, 4)
    assert case.network.iou == 0.0  # the papers' rule for an empty union; that of masks says 1
    assert iou(nearest(truth, (2, 2)), nearest(truth, (2, 2))) == 1.0


@pytest.mark.parametrize("marked", [(), (0, 1)])
def test_a_case_without_a_referent_says_how_much_was_marked(marked: tuple[int, ...]) -> None:
    case = judge(scores_of(columns(4, 4, *marked)), np.zeros((4, 4), bool), 0.5, 4)
    assert not case.has_referent
    assert (case.share, case.size) == (0.0, "none")
    assert case.original == Counts(0, 4 * len(marked), 0, 16)


def test_an_empty_answer_to_a_referent_overlaps_nowhere() -> None:
    case = judge(np.zeros((4, 4), np.float32), columns(4, 4, 0), 0.5, 4)
    assert case.original == Counts(0, 0, 4, 16)
    assert case.original.iou == 0.0


def test_a_pixel_at_the_threshold_is_marked() -> None:
    scores = np.array([[0.5, 0.49]])
    assert judge(scores, np.ones((1, 2), bool), 0.5, 4).original.predicted == 1


@pytest.mark.parametrize(
    ("pixels", "size"), [(1, "small"), (99, "small"), (100, "medium"), (999, "medium"), (1000, "large")]
)
def test_sizes_are_shares_of_the_image(pixels: int, size: str) -> None:
    truth = np.zeros((100, 100), bool)
    truth.ravel()[:pixels] = True
    assert judge(np.zeros((100, 100)), truth, 0.5, 10).size == size
    low, high = SIZES[size]
    assert low <= pixels / 10_000 < high


def test_from_800_to_480_px_each_new_pixel_takes_the_one_under_its_centre() -> None:
    rng = np.random.default_rng(0)
    mask = rng.random((800, 801)) < 0.5
    rows = ((2 * np.arange(480) + 1) * 800) // 960
    cols = ((2 * np.arange(480) + 1) * 801) // 960
    differ = nearest(mask, (480, 480)) != mask[np.ix_(rows, cols)]
    # 801 px have centres that fall between two pixels, and there Pillow may take the other
    assert not differ[:, ((2 * np.arange(480) + 1) * 801) % 960 != 0].any()


def test_calibration_is_the_distance_of_score_and_truth_over_pixels() -> None:
    scores = np.array([[0.95] * 4 + [0.15] * 6])
    truth = np.array([[True] * 3 + [False] * 7])
    histogram = judge(scores, truth, 0.5, 1).histogram
    assert histogram.pixels == (0, 6, 0, 0, 0, 0, 0, 0, 0, 4)
    assert histogram.true == (0, 0, 0, 0, 0, 0, 0, 0, 0, 3)
    calibration = Calibration.of(histogram)
    assert calibration.expected_error == pytest.approx((6 * 0.15 + 4 * (0.95 - 0.75)) / 10)
    last = calibration.bins[-1]
    assert (last.low, last.high, last.share_true) == (0.9, 1.0, 0.75)
    assert last.mean_score == pytest.approx(0.95)
    assert calibration.bins[0].mean_score is None
    both = ScoreHistogram.together([histogram, histogram])
    assert both.pixels[-1] == 8
    assert Calibration.of(both).expected_error == pytest.approx(calibration.expected_error)


def test_scores_that_keep_their_word_are_calibrated() -> None:
    rng = np.random.default_rng(1)
    scores = rng.random((300, 300))
    truth = rng.random((300, 300)) < scores
    assert Calibration.of(ScoreHistogram.of(scores, truth)).expected_error < 0.01
    assert Calibration.of(ScoreHistogram.of(scores, ~truth)).expected_error > 0.4
    assert Calibration.of(ScoreHistogram.together([])).expected_error is None


def test_the_full_score_is_in_the_last_bin() -> None:
    assert ScoreHistogram.of(np.ones((1, 2)), np.ones((1, 2), bool)).pixels[-1] == 2


GOOD, TRUTH = np.zeros((4, 4)), np.zeros((4, 4), bool)


@pytest.mark.parametrize(
    ("scores", "truth", "threshold", "side"),
    [
        (np.zeros((4, 5)), TRUTH, 0.5, 8),
        (np.zeros((1, 4, 4)), TRUTH, 0.5, 8),
        (GOOD + 1.01, TRUTH, 0.5, 8),
        (GOOD - 0.1, TRUTH, 0.5, 8),
        (GOOD * np.nan, TRUTH, 0.5, 8),
        (GOOD, TRUTH.astype(np.uint8), 0.5, 8),
        (GOOD, TRUTH[:0], 0.5, 8),
        (GOOD, TRUTH, 1.5, 8),
        (GOOD, TRUTH, float("nan"), 8),
        (GOOD, TRUTH, 0.5, 0),
    ],
)
def test_what_cannot_be_judged_is_refused(
    scores: np.ndarray, truth: np.ndarray, threshold: float, side: int
) -> None:
    with pytest.raises(InputError, match="give"):
        judge(scores, truth, threshold, side)
