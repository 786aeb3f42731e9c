"""Published checkpoints to model folders: keys mapped by rules, every mismatch named, all or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from geoseg_text.errors import InputError, ModelError
from geoseg_text.models.cards import SYSTEMS
from geoseg_text.models.checkpoint import read_checkpoint
from geoseg_text.models.key_rules import KEY_RULES, KeyRules

if TYPE_CHECKING:
    from torch import nn

    from geoseg_text.models.base import ReferringNetwork


@dataclass(frozen=True)
class ConversionReport:
    """What became of each key of a checkpoint."""

    loaded: int
    """Entries of ours that were filled."""
    dead: tuple[str, ...]
    """Published keys left out because nothing reads them."""
    missing: tuple[str, ...]
    """Entries of ours that the checkpoint does not fill."""
    unexpected: tuple[str, ...]
    """Published keys without a place in our network."""
    tokenizer: bool = True
    """Whether the network can read phrases; where not, the folder still lacks its tokenizer."""


def map_keys(state: Mapping[str, Tensor], rules: KeyRules) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Published entries under our names, and the keys left out as dead."""
    ours: dict[str, Tensor] = {}
    dead = tuple(key for key in state if re.search(rules.dead, key))
    for key in state.keys() - set(dead):
        name = key
        for pattern, replacement in rules.renames:
            name = re.sub(pattern, replacement, name)
        value = state[key]
        stacked = next((ending for ending in rules.splits if name.endswith(ending)), None)
        if stacked is not None:
            stem, endings = name.removesuffix(stacked), rules.splits[stacked]
            parts = zip(endings, torch.atleast_1d(value).tensor_split(len(endings)), strict=True)
            ours.update({stem + ending: part for ending, part in parts if ending})
        elif name.endswith(tuple(rules.first_rows)):
            ours[name] = torch.atleast_1d(value)[:1]
        else:
            ours[name] = value
    return ours, dead


def compare_keys(
    model: nn.Module, state: Mapping[str, Tensor], system: str
) -> tuple[dict[str, Tensor], ConversionReport]:
    """Published entries under our names, and what they leave open in a network (of any device).

    Raises:
        InputError: no rules for the system.
    """
    if system not in KEY_RULES:
        raise InputError(
            f"no published checkpoints are known for {system!r}; known: {', '.join(sorted(KEY_RULES))}"
        )
    ours, dead = map_keys(state, KEY_RULES[system])
    target = model.state_dict()
    return ours, ConversionReport(
        loaded=len(ours.keys() & target.keys()),
        dead=dead,
        missing=tuple(name for name in target if name not in ours),
        unexpected=tuple(sorted(ours.keys() - target.keys())),
    )


def fit_entries(model: nn.Module, entries: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The entries that a network has, in its shapes: sides of length 1 come and go with 1x1 kernels.

    Raises:
        ModelError: a shape or a kind of number does not fit.
    """
    target = model.state_dict()
    return {name: _fitted(name, entries[name], target[name]) for name in target if name in entries}


def _fitted(name: str, value: Tensor, target: Tensor) -> Tensor:
    if [side for side in value.shape if side != 1] != [side for side in target.shape if side != 1]:
        raise ModelError(
            f"{name} has shape {tuple(value.shape)} in the checkpoint and {tuple(target.shape)} in the "
            "network; the checkpoint is of a network of another size, or of another system"
        )
    if value.is_floating_point() != target.is_floating_point():
        raise ModelError(
            f"{name} holds {value.dtype} in the checkpoint and {target.dtype} in the network; "
            "a quantised file cannot be converted, ask for the one it was made from"
        )
    if value.is_floating_point() and not value.isfinite().all():
        raise ModelError(f"{name} holds numbers that are not finite; the checkpoint is damaged")
    return value.reshape(target.shape)


def load_published(model: nn.Module, state: Mapping[str, Tensor], system: str) -> ConversionReport:
    """Fill a network with what it has of a published state dict; the report says what it has not.

    Raises:
        InputError: no rules for the system.
        ModelError: a shape or a kind of number does not fit.
    """
    entries, report = compare_keys(model, state, system)
    model.load_state_dict(fit_entries(model, entries), strict=False)
    return report


def convert_checkpoint(path: str | Path, system: str, folder: str | Path) -> ConversionReport:
    """Write a published checkpoint of a system as a model folder, with its tokenizer where that is at hand.

    Raises:
        InputError: the name is unknown or there is no such file.
        ModelError: entries are missing or unexpected: a folder is only written for a whole network.
    """
    from geoseg_text.models.registry import build_model, config_of
    from geoseg_text.models.weights import save_model

    config, card = config_of(system), SYSTEMS[system]
    state = read_checkpoint(path)
    with torch.device("meta"):  # nothing is drawn at random for a network that is filled or refused
        model = build_model(
            system, licence=card.weights_licence, gsd_range_m=config.gsd_range_m or card.gsd_range_m
        )
    entries, report = compare_keys(model, state, config.system)
    if report.missing or report.unexpected:
        named = ", ".join((*report.missing, *report.unexpected)[:3])
        raise ModelError(
            f"{str(path)!r} does not fit {system}: {len(report.missing)} entries missing, "
            f"{len(report.unexpected)} unexpected ({named}...); is it a checkpoint of another system?"
        )
    fitting = fit_entries(model, entries)
    model.to_empty(device="cpu").load_state_dict(fitting)
    report = replace(report, tokenizer=_take_tokenizer(model))
    save_model(model, folder)
    return report


def _take_tokenizer(model: ReferringNetwork) -> bool:
    """Give a network the tokenizer it was published with, if the hub or its cache can be reached."""
    name = getattr(model.config, "text_tokenizer", "")
    if not name:
        return True
    try:
        model.load_tokenizer(Path(name))
    except ModelError:
        return False
    return True
