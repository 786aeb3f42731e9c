"""A run's figures as JSON, whose keys explain themselves, and as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from geoseg_text.evaluation.cases import SIZES, Counts, JudgedCase
from geoseg_text.evaluation.metrics import PRECISION_THRESHOLDS
from geoseg_text.evaluation.summary import CONFIDENCE, Emptiness, Figure, Figures, Group, Summary

FORMAT = 1

CONVENTIONS: Mapping[str, str] = {
    "papers": (
        "Image and mask resized to the square that the network sees, the mask by nearest neighbour; IoU is 0 "
        "where the union is empty; Pr@X counts IoU >= X. As LAVT, RMSIN, FIANet and MAFN report."
    ),
    "users": (
        "The answer brought to the image's own size by nearest neighbour and compared with the mask as it "
        "is; Pr@X counts IoU >= X."
    ),
}
"""What the two columns of every table mean."""

CAUTION = (
    "Cases are drawn one by one, though phrases about one image have much in common, and where all of a few "
    "cases agree an interval has no width: they are rather too narrow than too wide."
)
"""What an interval does not know."""

KEYS: Mapping[str, str] = {
    "format": "version of these keys",
    "keys": "this list",
    "run": "what was asked of what: data, model, threshold, side of the network's square in px, machine",
    "conventions": "what 'papers' and 'users' mean; both are given for every figure",
    "sizes": "size of a referent: from the first share of the image that it covers on, below the second",
    "intervals": "how 'low' and 'high' of a figure came about",
    "overall": (
        "all cases with a referent: 'cases', and by convention 'oIoU' (summed intersections over summed "
        "unions), 'mIoU' (mean IoU of cases) and 'Pr@X', each a 'value' 0..1 between 'low' and 'high'; null "
        "where there is no case, low and high also where there is one alone"
    ),
    "by_category": "as 'overall', by class of the referent",
    "by_kind": "as 'overall', by what the phrase turns on",
    "by_size": "as 'overall', by size of the referent",
    "mean_of_categories": "mean over classes of their mIoU, by convention",
    "without_referent": (
        "cases in which nothing is meant, in no other figure: 'left_empty', share without a marked pixel, "
        "'mean_area', mean share of the image marked, and 'mean_score' of their pixels"
    ),
    "calibration": (
        "scores of all pixels in cases with a referent: 'bins' with mean score and share of true pixels, and "
        "their mean distance over pixels, 'expected_error'; null where a bin has no pixel"
    ),
    "cases": "each case: 'id', 'category', 'kind', and pixels by convention, from which all else follows",
}
"""What the JSON holds, by its keys."""


@dataclass(frozen=True)
class Report:
    """What a run found.

    Attributes:
        run: what was asked of what, in values that JSON can hold.
        summary: the figures.
        cases: what they are made of.
    """

    run: Mapping[str, Any]
    summary: Summary
    cases: tuple[JudgedCase, ...]

    def to_json(self) -> dict[str, Any]:
        """Everything, by `KEYS`; no value is NaN or infinite."""
        summary = self.summary
        return {
            "format": FORMAT,
            "keys": dict(KEYS),
            "run": dict(self.run),
            "conventions": dict(CONVENTIONS),
            "sizes": {name: list(bounds) for name, bounds in SIZES.items()},
            "intervals": {
                "method": f"percentile bootstrap over cases. {CAUTION}",
                "confidence": CONFIDENCE,
                "resamples": summary.resamples,
                "seed": summary.seed,
            },
            "overall": _group(summary.overall),
            "by_category": {name: _group(group) for name, group in summary.categories.items()},
            "by_kind": {name: _group(group) for name, group in summary.kinds.items()},
            "by_size": {name: _group(group) for name, group in summary.sizes.items()},
            "mean_of_categories": dict(summary.mean_of_categories),
            "without_referent": asdict(summary.without_referent),
            "calibration": asdict(summary.calibration),
            "cases": [_case(case) for case in self.cases],
        }

    def to_markdown(self) -> str:
        """Tables, figures in percent."""
        return "\n".join(_page(self)) + "\n"

    def overall_table(self) -> str:
        """The table of all cases, in Markdown."""
        return "\n".join(_overall(self.summary.overall))


def _group(group: Group) -> dict[str, Any]:
    return {"cases": group.cases, "papers": _figures(group.papers), "users": _figures(group.users)}


def _figures(figures: Figures) -> dict[str, Any]:
    return {name: asdict(figure) for name, figure in _by_name(figures).items()}


def _by_name(figures: Figures) -> dict[str, Figure]:
    names = [f"Pr@{threshold}" for threshold in PRECISION_THRESHOLDS]
    precision = dict(zip(names, figures.precision, strict=True))
    return {"oIoU": figures.oiou, "mIoU": figures.miou, **precision}


def _case(case: JudgedCase) -> dict[str, Any]:
    named = {"id": case.case_id, "category": case.category, "kind": case.kind}
    return named | {"papers": _counts(case.network), "users": _counts(case.original)}


def _counts(counts: Counts) -> dict[str, Any]:
    return asdict(counts) | {"union": counts.union}


def _page(report: Report) -> Iterator[str]:
    summary = report.summary
    yield "# Evaluation"
    yield ""
    known = ((name, value) for name, value in report.run.items() if value is not None)
    yield from (f"- {_plain(name)}: {_plain(value)}" for name, value in known)
    yield ""
    yield (
        f"Figures in percent; in brackets the {CONFIDENCE:.0%} interval of a bootstrap over cases "
        f"({summary.resamples} resamples, seed {summary.seed}). {CAUTION}"
    )
    yield ""
    yield from (f"- *{name}*: {meaning}" for name, meaning in CONVENTIONS.items())
    yield from ("", "## Cases with a referent", "", *_overall(summary.overall))
    bounds = {name: f"{name} ({low:.0%} to {high:.0%})" for name, (low, high) in SIZES.items()}
    sizes = {bounds[name]: group for name, group in summary.sizes.items()}
    yield from _groups("By class", summary.categories)
    yield from _mean_of_categories(summary)
    yield from _groups("By kind of phrase", summary.kinds)
    yield from _groups("By size of the referent (share of the image)", sizes)
    yield from _without_referent(summary)
    yield from _calibration(summary)


def _overall(group: Group) -> Iterator[str]:
    yield f"| {group.cases} cases | papers | users |"
    yield "|---|---|---|"
    papers, users = _by_name(group.papers), _by_name(group.users)
    for name in papers:
        yield f"| {name} | {_cell(papers[name])} | {_cell(users[name])} |"


def _groups(title: str, groups: Mapping[str, Group]) -> Iterator[str]:
    if not groups:
        return
    names = ("oIoU", "mIoU", "Pr@0.5", "Pr@0.9")
    columns = [f"{name}, {convention}" for name in names for convention in ("papers", "users")]
    yield from ("", f"## {title}", "")
    yield f"| | cases | {' | '.join(columns)} |"
    yield "|---|---|" + "---|" * len(columns)
    for name, group in groups.items():
        papers, users = _by_name(group.papers), _by_name(group.users)
        cells = [_cell(figures[column]) for column in names for figures in (papers, users)]
        yield f"| {_plain(name)} | {group.cases} | {' | '.join(cells)} |"


def _mean_of_categories(summary: Summary) -> Iterator[str]:
    papers, users = (summary.mean_of_categories.get(name) for name in ("papers", "users"))
    if papers is not None or users is not None:
        yield ""
        yield f"Mean over classes of their mIoU: {_percent(papers)} (papers), {_percent(users)} (users)."


def _without_referent(summary: Summary) -> Iterator[str]:
    found = summary.without_referent
    if not found.cases:
        return
    yield from ("", "## Cases without a referent", "", "In no other figure.", "")
    yield f"| {found.cases} cases | papers | users |"
    yield "|---|---|---|"

    def row(title: str, papers: float | None, users: float | None) -> str:
        return f"| {title} | {_percent(papers)} | {_percent(users)} |"

    sides: tuple[Emptiness, Emptiness] = (found.papers, found.users)
    yield row("left empty, as they should be", *(side.left_empty for side in sides))
    yield row("mean area marked", *(side.mean_area for side in sides))
    yield row("mean score", found.mean_score, found.mean_score)


def _calibration(summary: Summary) -> Iterator[str]:
    found = summary.calibration
    if found.expected_error is None:
        return
    yield from ("", "## Calibration of scores", "")
    yield f"Expected calibration error: {_percent(found.expected_error)}, over pixels."
    yield ""
    yield "| scores | pixels | mean score | true |"
    yield "|---|---|---|---|"
    for part in found.bins:
        span = f"{part.low:.1f} to {part.high:.1f}"
        yield f"| {span} | {part.pixels:,} | {_percent(part.mean_score)} | {_percent(part.share_true)} |"


def _cell(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return _percent(figure.value)
    return f"{_percent(figure.value)} [{_percent(figure.low)}, {_percent(figure.high)}]"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f}"


def _plain(value: object) -> str:
    """A word that stays in its line and in its cell of a table."""
    return " ".join(str(value).split()).replace("|", "\\|")
