"""The network that a training begins with: new, from published parts, or a saved model that learns on."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import torch

from geoseg_text.errors import InputError
from geoseg_text.models import build_model, load_model
from geoseg_text.models.base import ReferringNetwork
from geoseg_text.models.layers.text_encoder import ReadingNetwork
from geoseg_text.training.config import ModelChoice, TrainingConfig
from geoseg_text.training.settings import suggestion


def begin_network(config: TrainingConfig) -> ReferringNetwork:
    """The network of a config, with its tokenizer; what is random follows from the seed.

    Raises:
        InputError: a size, a start or the tokenizer is missing or unknown.
        ModelError: weights cannot be had.
    """
    choice = config.model
    torch.manual_seed(config.run.seed)
    network = load_model(choice.folder) if choice.folder else _new(choice)
    changes: dict[str, Any] = {}
    if choice.name:
        changes["name"] = choice.name
    if config.data.side_px is not None:
        changes["window_px"] = config.data.side_px
    network.config = dataclasses.replace(network.config, **changes)
    return network


def _new(choice: ModelChoice) -> ReferringNetwork:
    """An untrained network, with what is pretrained of it."""
    network = build_model(choice.system, **choice.sizes)
    if choice.start is not None:
        _start(network, choice.start)
    if choice.tokenizer and isinstance(network, ReadingNetwork):
        network.text_encoder.load_tokenizer(choice.tokenizer)
    if isinstance(network, ReadingNetwork) and not network.text_encoder.has_tokenizer:
        raise InputError(
            "model.tokenizer: a new network reads no phrases; give the hub id or folder of a tokenizer, or "
            "model.start with its text"
        )
    return network


def _start(network: ReferringNetwork, start: Any) -> None:
    method: Any = getattr(network, "start_from", None)
    if method is None:
        raise InputError(f"model.start: {network.config.system} has no published parts; leave it out")
    known = list(inspect.signature(method).parameters)
    for key in start:
        if key not in known:
            raise InputError(f"model.start.{key}: no such part{suggestion(key, known)}")
    method(**start)
