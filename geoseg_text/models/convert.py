"""Published checkpoints to model folders: keys mapped by rules, nothing executed, every mismatch named.

A published file holds ``model`` (or is the state dict itself) beside the optimizer and an
``argparse.Namespace`` of settings. Only that plain class is allowed besides tensors; its values are unused.
"""

from __future__ import annotations

import argparse
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from geoseg_text.errors import InputError, ModelError
from geoseg_text.models.cards import SYSTEMS
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


def read_checkpoint(path: str | Path) -> dict[str, Tensor]:
    """State dict of a published checkpoint file (``.pth``, ``.pt`` or ``.safetensors``).

    Raises:
        InputError: there is no such file.
        ModelError: the file holds more than tensors and settings, or no state dict.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            f"no checkpoint at {str(path)!r}; give the path of a downloaded .pth or .safetensors file"
        )
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return load_file(path)
    try:
        with torch.serialization.safe_globals([argparse.Namespace]), warnings.catch_warnings():
            warnings.filterwarnings(
                "ignore", message="Detected pickle protocol"
            )  # what matters is read or refused
            content = torch.load(path, map_location="cpu", weights_only=True)
    except (UnpicklingError, RuntimeError, EOFError) as error:
        raise ModelError(
            f"{str(path)!r} is not a checkpoint that can be read without executing code "
            f"({str(error).splitlines()[0]}); ask for a safetensors file"
        ) from error
    state = content.get("model", content) if isinstance(content, Mapping) else None
    if not isinstance(state, Mapping) or not all(isinstance(value, Tensor) for value in state.values()):
        raise ModelError(
            f"{str(path)!r} holds no state dict under 'model'; give the training checkpoint itself"
        )
    return dict(state)


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
            parts = zip(endings, value.chunk(len(endings)), strict=True)
            ours.update({stem + ending: part for ending, part in parts if ending})
        elif name.endswith(tuple(rules.first_rows)):
            ours[name] = value[0]
        else:
            ours[name] = value
    return ours, dead


def load_published(model: nn.Module, state: Mapping[str, Tensor], system: str) -> ConversionReport:
    """Fill a network with a published state dict, reshaping 1x1 kernels to matrices where ours are linear.

    Raises:
        InputError: no rules for the system.
        ModelError: a shape does not fit.
    """
    if system not in KEY_RULES:
        raise InputError(
            f"no published checkpoints are known for {system!r}; known: {', '.join(sorted(KEY_RULES))}"
        )
    ours, dead = map_keys(state, KEY_RULES[system])
    target = model.state_dict()
    for name in ours.keys() & target.keys():
        if ours[name].numel() != target[name].numel():
            raise ModelError(
                f"{name} has shape {tuple(ours[name].shape)} in the checkpoint and "
                f"{tuple(target[name].shape)} in {system}; the checkpoint is of a network of another size"
            )
        ours[name] = ours[name].reshape(target[name].shape)
    result = model.load_state_dict(ours, strict=False)
    return ConversionReport(
        loaded=len(ours.keys() & target.keys()),
        dead=dead,
        missing=tuple(result.missing_keys),
        unexpected=tuple(result.unexpected_keys),
    )


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
    model = build_model(
        system, licence=card.weights_licence, gsd_range_m=config.gsd_range_m or card.gsd_range_m
    )
    report = load_published(model, state, config.system)
    if report.missing or report.unexpected:
        named = ", ".join((*report.missing, *report.unexpected)[:3])
        raise ModelError(
            f"{str(path)!r} does not fit {system}: {len(report.missing)} entries missing, "
            f"{len(report.unexpected)} unexpected ({named}...); is it a checkpoint of another system?"
        )
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
