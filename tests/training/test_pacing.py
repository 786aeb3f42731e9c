"""Which steps see what, which parameter moves how fast, and what does not move at all."""

from __future__ import annotations

import math
from collections import Counter

import pytest
import torch
from torch import nn

from geoseg_text.errors import InputError
from geoseg_text.training.averaging import WeightAverage
from geoseg_text.training.config import (
    Constant,
    Cosine,
    GroupChoice,
    OptimiserChoice,
    Polynomial,
    TrainingConfig,
)
from geoseg_text.training.optimisers import build_optimiser, build_schedule, paces
from geoseg_text.training.parts import freeze, rest
from geoseg_text.training.plan import LegSampler, Plan
from geoseg_text.training.schedules import rate_share
from geoseg_text.training.settings import read_settings


def planned(samples: int, run: dict[str, object], validation: object = None) -> Plan:
    """The plan of a training over so many samples."""
    settings = {
        "model": {"system": "lavt"},
        "data": {"name": "RefSegRS"},
        "loss": {"name": "cross-entropy"},
        "optimiser": {"rate": 1e-3},
        "schedule": {"name": "constant"},
        "run": run,
        "validation": validation,
    }
    return Plan.of(read_settings(TrainingConfig, settings), samples)


class Small(nn.Module):
    """Two layers of two blocks each, a norm, and a head whose name begins like the first layers'."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Linear(2, 2)
        self.layers = nn.ModuleList(nn.Linear(2, 2) for _ in range(11))
        self.norm = nn.BatchNorm1d(2)
        self.layers_head = nn.Linear(2, 1)


def test_every_epoch_shows_every_sample_once_in_its_own_order() -> None:
    plan = planned(7, {"epochs": 4, "batch": 2})
    assert plan.total == 14
    stream = [place for step in range(14) for place in plan.batch_of(step, 0, 0)]
    assert Counter(stream) == Counter((epoch, index) for epoch in range(4) for index in range(7))
    orders = {tuple(index for epoch, index in stream if epoch == e) for e in range(4)}
    assert len(orders) == 4
    assert stream == [place for step in range(14) for place in plan.batch_of(step, 0, 0)]


def test_a_step_sees_the_same_samples_however_it_is_portioned() -> None:
    whole = planned(7, {"steps": 3, "batch": 8})
    parts = planned(7, {"steps": 3, "batch": 2, "accumulation": 2, "devices": 2})
    for step in range(3):
        portions = [parts.batch_of(step, part, rank) for part in range(2) for rank in range(2)]
        assert [place for portion in portions for place in portion] == whole.batch_of(step, 0, 0)


def test_legs_cover_the_training_and_end_where_it_is_kept() -> None:
    plan = planned(5, {"epochs": 3, "batch": 2, "checkpoint_steps": 2}, {"every_epochs": 2})
    # epochs end after 2.5, 5 and 7.5 steps of two samples: with the step that finishes them
    assert plan.judged == (5, 8)
    assert plan.kept == (2, 3, 4, 5, 6, 8)
    steps = [step for leg in range(len(plan.kept)) for step in plan.leg(leg)]
    assert steps == list(range(8))
    batches = [batch for leg in range(len(plan.kept)) for batch in LegSampler(plan, leg, 0)]
    assert batches == [plan.batch_of(step, 0, 0) for step in range(8)]
    assert [len(LegSampler(plan, leg, 0)) for leg in range(len(plan.kept))] == [2, 1, 1, 1, 1, 2]
    assert planned(5, {"steps": 4, "batch": 2}, {"every_steps": 3}).judged == (3, 4)
    assert planned(1, {"epochs": 9, "batch": 4}).kept == (1, 2, 3)


def test_rates_follow_their_curves() -> None:
    steps = range(5)
    polynomial = [rate_share(Polynomial(), step, 4) for step in steps]
    assert polynomial == pytest.approx([1, 0.75**0.9, 0.5**0.9, 0.25**0.9, 0])
    cosine = [rate_share(Cosine(final_share=0.1), step, 4) for step in steps]
    slope = 0.45 * math.sqrt(0.5)
    assert cosine == pytest.approx([1, 0.55 + slope, 0.55, 0.55 - slope, 0.1])
    warm = [rate_share(Cosine(warmup_steps=2), step, 4) for step in steps]
    assert warm == pytest.approx([0.5, 1, 1, 0.5, 0])
    assert [rate_share(Constant(), step, 4) for step in steps] == [1.0] * 5
    assert rate_share(Cosine(final_share=0.1), 4, 4, final_share=0.05) == pytest.approx(0.05)


def test_groups_have_their_own_rates_and_ends() -> None:
    network = Small()
    choice = OptimiserChoice(
        rate=1.0,
        weight_decay=0.5,
        undecayed=("norm",),
        groups=(
            GroupChoice(parts=("layers",), rate=0.1, undecayed=("bias",), layer_decay=0.5, final_share=0.2),
            GroupChoice(parts=("layers.10.bias",), rate=3.0),
        ),
    )
    found = paces(network, choice)
    assert found["entry.weight"] == (1.0, 0.5, None)
    assert found["norm.weight"] == (1.0, 0.0, None)
    assert found["layers_head.weight"] == (1.0, 0.5, None)
    assert found["layers.10.weight"] == (0.1 * 0.5, 0.5, 0.2)
    assert found["layers.10.bias"] == (3.0, 0.5, None)
    assert found["layers.9.bias"] == (pytest.approx(0.1 * 0.5**2), 0.0, 0.2)
    optimiser = build_optimiser(network, choice)
    assert sum(len(group["params"]) for group in optimiser.param_groups) == len(list(network.parameters()))
    schedule = build_schedule(optimiser, Polynomial(power=1.0), total_steps=2)
    before = [group["lr"] for group in optimiser.param_groups]
    optimiser.step()
    schedule.step()
    for group, rate in zip(optimiser.param_groups, before, strict=True):
        assert group["lr"] == pytest.approx(rate * (0.6 if group["final_share"] else 0.5))


def test_frozen_parts_rest_and_their_names_are_whole() -> None:
    network = Small()
    parts = ("layers.1", "norm", "entry.bias")
    freeze(network, parts)
    network.train()
    rest(network, parts)
    frozen = {name for name, parameter in network.named_parameters() if not parameter.requires_grad}
    assert frozen == {"layers.1.weight", "layers.1.bias", "norm.weight", "norm.bias", "entry.bias"}
    assert not network.norm.training
    assert network.entry.training
    assert network.layers[10].training
    before = network.norm.running_mean.clone()
    network.norm(torch.randn(4, 2))
    assert torch.equal(network.norm.running_mean, before)


def test_names_of_no_part_and_nothing_to_learn_are_said() -> None:
    choice = OptimiserChoice(rate=1.0, groups=(GroupChoice(parts=("layer",)),))
    with pytest.raises(InputError, match=r"optimiser.groups\[0\].parts: .* no part 'layer'; did you mean"):
        build_optimiser(Small(), choice)
    still = Small().requires_grad_(False)
    with pytest.raises(InputError, match="nothing in this network learns"):
        build_optimiser(still, OptimiserChoice(rate=1.0))


def test_an_average_follows_and_is_worn_for_a_while() -> None:
    network = nn.BatchNorm1d(1)
    network.weight.data.fill_(0.0)
    average = WeightAverage(network, decay=0.5)
    network.weight.data.fill_(1.0)
    network.num_batches_tracked.fill_(7)
    average.update(network)  # at first it forgets faster: 1/10 is left
    network.weight.data.fill_(2.0)
    average.update(network)  # 2/11
    expected = 0.9 * 2 / 11 + 2.0 * 9 / 11
    with average.worn_by(network):
        assert network.weight.item() == pytest.approx(expected)
        assert network.num_batches_tracked.item() == 7
    assert network.weight.item() == 2.0
    other = WeightAverage(nn.BatchNorm1d(1), decay=0.5)
    other.load_state_dict(average.state_dict())
    with other.worn_by(network):
        assert network.weight.item() == pytest.approx(expected)
