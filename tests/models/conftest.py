"""Every registered system, small enough for a test, with a tokenizer of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest
import torch

from geoseg_text.language.tokenizer import SPECIAL_TOKENS, PhraseTokenizer
from geoseg_text.models import SYSTEMS, build_model
from geoseg_text.models.base import ReferringNetwork
from geoseg_text.models.mafn import MAFN
from geoseg_text.models.registry import config_of

WORDS = ["the red roofs beside the road", "all grey buildings", "a car north of the river", "trees"]

FAMILY: Mapping[str, Any] = {
    "width": 16,
    "depths": (1, 2, 1, 1),
    "heads": (1, 2, 4, 8),
    "attention_window": 8,
    "decoder_width": 16,
    "drop_path": 0.0,
    "text_width": 32,
    "text_layers": 1,
    "text_heads": 2,
    "text_hidden": 64,
    "text_positions": 64,
    "text_dropout": 0.0,
    "tokens": 16,
}
"""Small sizes that systems of the LAVT family share; those a configuration does not have are left out."""

OWN: Mapping[str, Mapping[str, Any]] = {
    "fianet": {"enhancement_width": 24, "enhancement_depth": 2},
    "lgce": {"enhancement_head_channels": 32},
    "rmsin": {"cim_width": 60, "cim_grid": 4, "cim_key_channels": 4},
    "mafn": {"cim_width": 60, "cim_grid": 4, "cim_key_channels": 4, "noise_heads": 4, "noise_std": 0.02},
    "sbanet": {"query_tokens": 9, "aggregator_grid": 4},
    "cadformer": {
        **{"cim_width": 60, "cim_grid": 4, "cim_key_channels": 4},
        **{"decoder_heads": 2, "decoder_hidden": 32, "decoder_dropout": 0.0},
    },
}
"""Small sizes of one system."""

PUBLISHED = sorted({card.system for card in SYSTEMS.values()})
"""Systems, once each."""


def small(system: str, tokenizer: PhraseTokenizer, **sizes: Any) -> ReferringNetwork:
    """A registered system at a small size, from a fixed seed."""
    torch.manual_seed(0)
    fields = {field.name for field in dataclasses.fields(config_of(system))}
    chosen = {**FAMILY, "text_vocabulary": len(tokenizer), **OWN.get(system, {}), **sizes}
    model = build_model(system, **{name: value for name, value in chosen.items() if name in fields})
    model.text_encoder.tokenizer = tokenizer  # type: ignore[union-attr]
    return model


@pytest.fixture(scope="session")
def tokenizer() -> PhraseTokenizer:
    """Word pieces of a few phrases."""
    words = sorted({word for phrase in WORDS for word in phrase.split()})
    letters = "abcdefghijklmnopqrstuvwxyz"
    return PhraseTokenizer.from_vocabulary([*SPECIAL_TOKENS, *words, *letters, *(f"##{c}" for c in letters)])


@pytest.fixture(params=PUBLISHED)
def network(request: pytest.FixtureRequest, tokenizer: PhraseTokenizer) -> ReferringNetwork:
    """Every system in turn, fresh."""
    return small(request.param, tokenizer)


@pytest.fixture
def model(tokenizer: PhraseTokenizer) -> MAFN:
    """A fresh small MAFN, the same for every test."""
    network = small("mafn", tokenizer)
    assert isinstance(network, MAFN)
    return network
