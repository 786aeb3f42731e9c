"""Which parameter moves at which rate, and the optimiser and schedule that follow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from geoseg_text.errors import InputError
from geoseg_text.training.config import GroupChoice, OptimiserChoice, Schedule
from geoseg_text.training.parts import check_parts, within
from geoseg_text.training.schedules import rate_share

_LAYER = re.compile(r"^((?:.*?\.)?(?:blocks|layers|layer)\.\d+)\.")
"""The numbered layer that a parameter lies in, the outermost where they are nested."""


class Pace(NamedTuple):
    """How a parameter moves."""

    rate: float
    weight_decay: float
    final_share: float | None


def build_optimiser(network: nn.Module, choice: OptimiserChoice) -> torch.optim.Optimizer:
    """The optimiser over all parameters that learn; those of one pace are one group.

    Raises:
        InputError: nothing learns, or a group names no part of the network.
    """
    members: dict[Pace, list[nn.Parameter]] = {}
    for name, pace in paces(network, choice).items():
        members.setdefault(pace, []).append(network.get_parameter(name))
    if not members:
        raise InputError("nothing in this network learns; freeze less, or choose another system")
    groups = [
        {"params": parameters, "lr": pace.rate, "weight_decay": pace.weight_decay}
        for pace, parameters in members.items()
    ]
    kind = torch.optim.AdamW if choice.name == "adamw" else torch.optim.Adam
    optimiser = kind(groups, lr=choice.rate, betas=choice.betas)
    for group, pace in zip(optimiser.param_groups, members, strict=True):
        group["final_share"] = pace.final_share
    return optimiser


def build_schedule(optimiser: torch.optim.Optimizer, schedule: Schedule, total_steps: int) -> LambdaLR:
    """The schedule of each group of `build_optimiser`'s, stepped once after each step."""

    def share(final: float | None) -> Callable[[int], float]:
        return lambda step: rate_share(schedule, step, total_steps, final)

    return LambdaLR(optimiser, [share(group["final_share"]) for group in optimiser.param_groups])


def paces(network: nn.Module, choice: OptimiserChoice) -> dict[str, Pace]:
    """How each parameter that learns moves, by its dotted name.

    Raises:
        InputError: a group names no part of the network.
    """
    for at, group in enumerate(choice.groups):
        check_parts(network, group.parts, f"optimiser.groups[{at}].parts")
    names = [name for name, parameter in network.named_parameters() if parameter.requires_grad]
    chosen = {name: _group_of(name, choice.groups) for name in names}
    depths = {id(group): _depths(names, chosen, group) for group in choice.groups if group.layer_decay < 1}
    found = {}
    for name, own in chosen.items():
        depth = 0 if own is None else depths.get(id(own), {}).get(name, 0)
        found[name] = _pace(name, own, choice, depth)
    return found


def _group_of(name: str, groups: Iterable[GroupChoice]) -> GroupChoice | None:
    """The group with the longest part that a parameter lies in."""
    fitting = [(len(part), group) for group in groups for part in group.parts if within(name, part)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _pace(name: str, group: GroupChoice | None, choice: OptimiserChoice, depth: int) -> Pace:
    group = group or GroupChoice(parts=())
    rate = choice.rate if group.rate is None else group.rate
    decay = choice.weight_decay if group.weight_decay is None else group.weight_decay
    undecayed = choice.undecayed if group.undecayed is None else group.undecayed
    return Pace(
        rate=rate * group.layer_decay**depth,
        weight_decay=0.0 if any(word in name for word in undecayed) else decay,
        final_share=group.final_share,
    )


def _depths(names: list[str], chosen: dict[str, GroupChoice | None], group: GroupChoice) -> dict[str, int]:
    """How many layers lie over each parameter of a group: 0 behind the last, most before the first."""
    own = [name for name in names if chosen[name] is group]
    layers = list(dict.fromkeys(found[1] for name in own if (found := _LAYER.match(name))))
    depths, passed = {}, 0
    for name in own:
        found = _LAYER.match(name)
        if found:
            passed = layers.index(found[1]) + 1
            depths[name] = len(layers) + 1 - passed
        else:
            depths[name] = len(layers) + 1 if passed == 0 else 0
        if any(word in name for word in group.undiminished):
            depths[name] = 0
    return depths
