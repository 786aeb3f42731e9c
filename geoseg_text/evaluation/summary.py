"""From judged cases to figures: oIoU, mIoU and Pr@X by both conventions, with intervals.

An IoU is only averaged over cases that have a referent. What is marked where nothing is meant is counted
apart: an empty answer there is right, and no overlap can say how wrong another one is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from geoseg_text.errors import InputError
from geoseg_text.evaluation.calibration import Calibration, ScoreHistogram
from geoseg_text.evaluation.cases import SIZES, Convention, JudgedCase
from geoseg_text.evaluation.metrics import PRECISION_THRESHOLDS

RESAMPLES = 1000
CONFIDENCE = 0.95
"""Share of the resampled figures that an interval holds."""

_DRAWN_AT_ONCE = 2**22
"""Numbers of cases held at once, which bounds memory."""

Columns = NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """A figure, 0..1, and how far it may be chance.

    Attributes:
        value: the figure; None without a case.
        low: lower end of its interval; None with fewer than two cases.
        high: upper end.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Figures:
    """What the papers report, counted by one convention.

    Attributes:
        oiou: summed intersections over summed unions: large referents count for more.
        miou: mean of the cases' IoUs.
        precision: Pr@X, share of cases whose IoU is at least X, for each of `PRECISION_THRESHOLDS`.
    """

    oiou: Figure
    miou: Figure
    precision: tuple[Figure, ...]


@dataclass(frozen=True)
class Group:
    """Cases that have something in common, all with a referent.

    Attributes:
        cases: how many.
        papers: counted at the network's size.
        users: counted at the images' own sizes.
    """

    cases: int
    papers: Figures
    users: Figures


@dataclass(frozen=True)
class Emptiness:
    """What is marked where nothing is meant, counted by one convention.

    Attributes:
        left_empty: share of cases without a marked pixel; None without a case.
        mean_area: mean share of the image that is marked.
    """

    left_empty: float | None
    mean_area: float | None


@dataclass(frozen=True)
class WithoutReferent:
    """Cases in which the phrase means nothing.

    Attributes:
        cases: how many.
        papers: counted at the network's size.
        users: counted at the images' own sizes.
        mean_score: mean score of their pixels, all of which should score 0; None without a case.
    """

    cases: int
    papers: Emptiness
    users: Emptiness
    mean_score: float | None


@dataclass(frozen=True)
class Summary:
    """All figures of a run.

    Attributes:
        overall: all cases with a referent.
        categories: by class of the referent, those that have a case.
        kinds: by what the phrase turns on, those that have a case.
        sizes: by `SIZES`, those that have a case.
        mean_of_categories: mean over categories of their mIoU, by convention; None without a category.
        without_referent: the other cases.
        calibration: of the scores of all pixels in cases with a referent.
        resamples: how often cases were drawn anew for the intervals.
        seed: what those draws follow from.
    """

    overall: Group
    categories: Mapping[str, Group]
    kinds: Mapping[str, Group]
    sizes: Mapping[str, Group]
    mean_of_categories: Mapping[Convention, float | None]
    without_referent: WithoutReferent
    calibration: Calibration
    resamples: int
    seed: int


def summarise(cases: Sequence[JudgedCase], *, resamples: int = RESAMPLES, seed: int = 0) -> Summary:
    """Put cases together.

    Args:
        cases: in any number and order.
        resamples: how often the cases of a group are drawn anew, with replacement; an interval holds the
            middle 95 % of the figures that come of it.
        seed: every group draws from it alone, so that no group changes another's interval.

    Raises:
        InputError: fewer than one resample.
    """
    if resamples < 1:
        raise InputError(f"{resamples} resamples give no interval: give at least 1, e.g. {RESAMPLES}")
    meant = [case for case in cases if case.has_referent]

    def group(some: Sequence[JudgedCase]) -> Group:
        return _group(some, resamples, seed)

    categories = _by(meant, lambda case: case.category, group)
    sizes = _by(meant, lambda case: case.size, group)
    return Summary(
        overall=group(meant),
        categories=categories,
        kinds=_by(meant, lambda case: case.kind, group),
        sizes={name: sizes[name] for name in SIZES if name in sizes},
        mean_of_categories={
            "papers": _mean([found.papers.miou.value for found in categories.values()]),
            "users": _mean([found.users.miou.value for found in categories.values()]),
        },
        without_referent=_without_referent([case for case in cases if not case.has_referent]),
        calibration=Calibration.of(ScoreHistogram.together(case.histogram for case in meant)),
        resamples=resamples,
        seed=seed,
    )


def _by(
    cases: Sequence[JudgedCase],
    name_of: Callable[[JudgedCase], str | None],
    group: Callable[[Sequence[JudgedCase]], Group],
) -> dict[str, Group]:
    """Groups by name, in the order of the alphabet; cases without a name are in none."""
    named: dict[str, list[JudgedCase]] = {}
    for case in cases:
        name = name_of(case)
        if name:
            named.setdefault(name, []).append(case)
    return {name: group(named[name]) for name in sorted(named)}


def _group(cases: Sequence[JudgedCase], resamples: int, seed: int) -> Group:
    if not cases:
        nothing = Figures(Figure(None), Figure(None), tuple(Figure(None) for _ in PRECISION_THRESHOLDS))
        return Group(0, nothing, nothing)
    columns = np.hstack([_columns(cases, "papers"), _columns(cases, "users")])
    values = _figures(columns, np.ones((1, len(cases))))[0]
    ends = _interval(columns, resamples, seed) if len(cases) > 1 else None
    papers, users = (_named(values[side], None if ends is None else ends[:, side]) for side in (0, 1))
    return Group(len(cases), papers, users)


def _named(values: Columns, ends: Columns | None) -> Figures:
    """Figures of values (2 + thresholds,) and of the ends of their intervals (2, 2 + thresholds)."""
    if ends is None:
        found = [Figure(value) for value in values.tolist()]
    else:
        found = [Figure(*row) for row in np.vstack([values, ends]).T.tolist()]
    oiou, miou, *precision = found
    return Figures(oiou, miou, tuple(precision))


def _columns(cases: Sequence[JudgedCase], convention: Convention) -> Columns:
    """What figures are sums of: (cases, 3 + thresholds) of intersection, union, IoU, and IoU >= X."""
    counts = [case.counts(convention) for case in cases]
    table = np.array([(found.intersection, found.union, found.iou) for found in counts], np.float64)
    reached = table[:, 2:] >= np.array(PRECISION_THRESHOLDS)
    return np.hstack([table, reached])


def _figures(columns: Columns, times: NDArray[np.float64]) -> Columns:
    """Figures of cases that count several times, or not at all.

    Args:
        columns: `_columns` of both conventions, side by side.
        times: (draws, cases), how often each case counts; as many in each draw as there are cases.

    Returns:
        (draws, conventions, 2 + thresholds).
    """
    sums = (times @ columns).reshape(len(times), 2, -1)
    intersection, union = sums[..., 0], sums[..., 1]
    # no pixel marked and none left of the truth: 0, as in a case
    overall = np.divide(intersection, union, out=np.zeros_like(union), where=union > 0)
    return np.concatenate([overall[..., None], sums[..., 2:] / len(columns)], axis=-1)


def _interval(columns: Columns, resamples: int, seed: int) -> Columns:
    """Percentile bootstrap over cases: lower and upper ends (2, conventions, 2 + thresholds)."""
    rng = np.random.default_rng(seed)
    number = len(columns)
    at_once = max(1, _DRAWN_AT_ONCE // number)
    drawn = []
    for start in range(0, resamples, at_once):
        draws = min(at_once, resamples - start)
        times = rng.multinomial(number, np.full(number, 1 / number), size=draws)
        drawn.append(_figures(columns, times.astype(np.float64)))
    tail = (1 - CONFIDENCE) / 2
    ends: Columns = np.quantile(np.concatenate(drawn), [tail, 1 - tail], axis=0)
    return ends


def _without_referent(cases: Sequence[JudgedCase]) -> WithoutReferent:
    def emptiness(convention: Convention) -> Emptiness:
        counts = [case.counts(convention) for case in cases]
        return Emptiness(
            _mean([float(found.predicted == 0) for found in counts]),
            _mean([found.predicted / found.total for found in counts]),
        )

    scores = ScoreHistogram.together(case.histogram for case in cases)
    return WithoutReferent(len(cases), emptiness("papers"), emptiness("users"), scores.mean_score)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
