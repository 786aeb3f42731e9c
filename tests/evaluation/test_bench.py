"""What systems cost: counted by one convention, each alone, at sizes that take no time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from geoseg_text import models
from geoseg_text.errors import InputError
from geoseg_text.evaluation.bench import Question, bench, measure
from geoseg_text.evaluation.cost import FLOPS, Cost, Report, Settings, machine_facts
from geoseg_text.evaluation.peak_memory import forget_peak, peak_resident_bytes

SMALL = Settings(small=True, threads=1, runs=2)


def test_a_cost_is_that_of_the_network_asked() -> None:
    cost = measure("lavt", SMALL)
    question = Question.to("lavt", SMALL)
    assert cost.parameters == sum(weight.numel() for weight in question.network.parameters())
    assert (cost.input_px, cost.tokens, cost.threads) == (64, 16, torch.get_num_threads())
    assert len(cost.seconds) == 2
    assert min(cost.seconds) <= cost.median_seconds <= max(cost.seconds)
    # each of the two alone: a system short of memory takes back pages of the libraries in between
    assert cost.peak_bytes is None or cost.peak_bytes > 4 * cost.parameters
    assert cost.bare_bytes is None or cost.bare_bytes > 4 * cost.parameters
    assert cost.flops > 2 * 16 * 64 * 64  # more than one product of words and weights


def test_more_network_costs_more() -> None:
    lavt, mafn = (measure(name, SMALL) for name in ("lavt", "mafn"))
    assert mafn.parameters > lavt.parameters
    assert mafn.flops > lavt.flops


@torch.inference_mode()
def test_flops_are_twice_the_multiply_accumulates_attention_included() -> None:
    with FlopCounterMode(display=False) as counter:
        nn.Conv2d(3, 8, 3, padding=1)(torch.ones(1, 3, 16, 16))
    assert counter.get_total_flops() == 2 * 16 * 16 * 8 * 3 * 9
    heads = torch.ones(1, 4, 10, 8)
    with FlopCounterMode(display=False) as counter:
        nn.functional.scaled_dot_product_attention(heads, heads, heads)
    assert counter.get_total_flops() == 2 * 2 * 10 * 10 * 32
    assert "2 x multiply-accumulates" in FLOPS


def test_no_system_attends_where_nothing_is_counted() -> None:
    """In inference torch's own attention module is one fused operation, which the counter does not know."""
    for path in Path(models.__file__).parent.rglob("*.py"):
        assert "nn.MultiheadAttention" not in path.read_text(encoding="utf-8"), path.name


def test_each_system_is_measured_alone_and_none_stops_another() -> None:
    report = bench(["lavt", "mafn"], SMALL)
    assert [cost.name for cost in report.costs] == ["lavt", "mafn"]
    assert [cost.threads for cost in report.costs] == [1, 1]
    assert not report.failures
    assert json.loads(json.dumps(report.to_json()))["systems"]["mafn"]["flops"] == report.costs[1].flops
    nowhere = bench(["lavt"], Settings(small=True, device="nowhere"))
    assert not nowhere.costs
    assert "nowhere" in nowhere.failures["lavt"]


def test_what_an_earlier_run_measured_is_kept_and_only_the_rest_is_measured() -> None:
    told: list[tuple[str, int]] = []
    kept = Cost("lavt", 1, 2, (3.0, 4.0), None, None, 64, 16, 1)
    earlier = Report(SMALL, machine_facts("cpu"), [kept])
    report = bench(
        ["mafn", "lavt"],
        SMALL,
        kept=Report.from_json(json.loads(json.dumps(earlier.to_json()))),
        each=lambda so_far, name: told.append((name, len(so_far.costs))),
    )
    assert [cost.name for cost in report.costs] == ["mafn", "lavt"]
    assert report.costs[1] == kept
    assert told == [("mafn", 2)]


def test_figures_of_other_settings_or_machines_are_not_put_into_one_table() -> None:
    facts = machine_facts("cpu")
    with pytest.raises(InputError, match="runs was 9"):
        bench(["lavt"], SMALL, kept=Report(replace(SMALL, runs=9), facts))
    with pytest.raises(InputError, match="processor was an abacus"):
        bench(["lavt"], SMALL, kept=Report(SMALL, facts | {"processor": "an abacus"}))
    with pytest.raises(InputError, match="no report"):
        Report.from_json({"systems": []})


def test_bf16_is_measured_too() -> None:
    cost = measure("lavt", Settings(small=True, dtype="bf16", runs=1))
    assert cost.flops == measure("lavt", SMALL).flops


def test_the_table_is_markdown_and_says_what_was_counted() -> None:
    cost = Cost("lavt", 227_739_514, 398_000_000_000, (2.9, 2.7, 2.8), 2**31, 2**29, 480, 20, 2)
    text = Report(Settings(), machine_facts("cpu"), [cost]).to_markdown()
    assert "| lavt | 227.74 M | 398.0 | 2.8 | 2,048 MiB | 480 px | 20 |" in text.splitlines()
    assert FLOPS in text
    assert "512 MiB of it libraries" in text
    widths = {line.count("|") for line in text.splitlines() if line.startswith("|")}
    assert widths == {8}


@pytest.mark.skipif(peak_resident_bytes() is None, reason="this system does not tell")
def test_the_peak_is_what_was_held_at_once() -> None:
    before = peak_resident_bytes()
    held = torch.ones(64, 2**20)  # 256 MiB
    after = peak_resident_bytes()
    assert before is not None
    assert after is not None
    assert after >= held.numel() * 4
    del held
    forget_peak()
    again = peak_resident_bytes()
    assert again is not None
    assert again <= after
