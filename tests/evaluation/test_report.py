"""Reports: JSON whose keys explain themselves, and tables that hold."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from geoseg_text.evaluation.cases import JudgedCase, judge
from geoseg_text.evaluation.report import KEYS, Report
from geoseg_text.evaluation.summary import summarise


def cases(number: int, category: str | None = "road", *, empty_every: int = 4) -> list[JudgedCase]:
    rng = np.random.default_rng(number)
    found = []
    for index in range(number):
        truth = rng.random((12, 10)) < (0.0 if index % empty_every == 0 else 0.3)
        scores = np.clip(truth * 0.6 + rng.random(truth.shape) * 0.5, 0, 1)
        found.append(judge(scores, truth, 0.5, 7, case_id=f"{index}", category=category, kind="look"))
    return found


def report_of(some: list[JudgedCase]) -> Report:
    return Report({"data": "none", "threshold": 0.5}, summarise(some, resamples=50), tuple(some))


def leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


@pytest.mark.parametrize("number", [0, 1, 2, 20])
def test_json_has_the_documented_keys_and_no_nan(number: int) -> None:
    written = report_of(cases(number)).to_json()
    assert set(written) == set(KEYS) == set(written["keys"])
    read = json.loads(json.dumps(written, allow_nan=False))
    assert read == json.loads(json.dumps(written))
    assert len(read["cases"]) == number


def test_every_figure_can_be_counted_again_from_the_cases() -> None:
    read = json.loads(json.dumps(report_of(cases(20)).to_json()))
    for convention in ("papers", "users"):
        meant = [case[convention] for case in read["cases"] if case["users"]["true"]]
        ious = [case["intersection"] / case["union"] if case["union"] else 0.0 for case in meant]
        overall = read["overall"][convention]
        summed = sum(case["intersection"] for case in meant) / sum(case["union"] for case in meant)
        assert overall["oIoU"]["value"] == pytest.approx(summed)
        assert overall["mIoU"]["value"] == pytest.approx(np.mean(ious))
        assert overall["Pr@0.7"]["value"] == pytest.approx(np.mean(np.array(ious) >= 0.7))
        absent = [case[convention]["predicted"] for case in read["cases"] if not case["users"]["true"]]
        left_empty = read["without_referent"][convention]["left_empty"]
        assert left_empty == pytest.approx(np.mean(np.equal(absent, 0)))
    assert read["overall"]["cases"] + read["without_referent"]["cases"] == 20


@pytest.mark.parametrize("number", [0, 1, 20])
@pytest.mark.parametrize("category", [None, "road", "a|b\n\nc"])
def test_tables_are_rectangles(number: int, category: str | None) -> None:
    page = report_of(cases(number, category)).to_markdown()
    widths: list[int] = []
    for line in [*page.splitlines(), ""]:
        if line.startswith("|"):
            widths.append(len(re.findall(r"(?<!\\)\|", line)))
        else:
            assert len(set(widths)) <= 1, page
            widths = []
    assert "nan" not in page
    assert "None" not in page


def test_the_page_says_figures_in_percent_with_their_intervals() -> None:
    truth = np.array([[True, True, False, False]])
    right, half = np.array([[1.0, 1, 0, 0]]), np.array([[1.0, 0, 0, 0]])
    report = report_of([judge(scores, truth, 0.5, 1) for scores in (right, right, right, half)])
    line = next(line for line in report.overall_table().splitlines() if line.startswith("| mIoU"))
    value = line.split("|")[3]
    assert value.split()[0] == "87.50"
    low, high = (float(end) for end in re.findall(r"[\d.]+", value)[1:])
    assert 50 <= low <= 87.5 <= high <= 100
    assert report.overall_table() in report.to_markdown()


def test_sizes_and_kinds_stand_in_the_page() -> None:
    page = report_of(cases(20)).to_markdown()
    for words in ("large (10% to 100%)", "By kind of phrase", "look", "without a referent", "calibration"):
        assert words in page
