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
from geoseg_text.models.small_sizes import small_sizes

WORDS = ["the red roofs beside the road", "all grey buildings", "a car north of the river", "trees"]

PARTS_OF_OTHERS: Mapping[str, tuple[str, ...]] = {
    "rsam": ("vision",),
    "grounded-sam2": ("detector", "segmenter"),
    "sam3": ("sam",),
}
"""Submodules that transformers builds, by system."""

PUBLISHED = sorted({card.system for card in SYSTEMS.values()})
"""Systems, once each."""


def small(system: str, tokenizer: PhraseTokenizer, **sizes: Any) -> ReferringNetwork:
    """A registered system at a small size, from a fixed seed."""
    torch.manual_seed(0)
    fields = {field.name for field in dataclasses.fields(config_of(system))}
    chosen = {**small_sizes(system), "text_vocabulary": len(tokenizer), **sizes}
    model = build_model(system, **{name: value for name, value in chosen.items() if name in fields})
    model.text_encoder.tokenizer = tokenizer  # type: ignore[union-attr]
    for part in PARTS_OF_OTHERS.get(system, ()):
        _awaken(model.get_submodule(part))
    if system == "rsam":  # sees a referent everywhere: an absent one leaves no pixel to compare
        model.decoder.sam.pred_obj_score_head.proj_out.bias.data.fill_(10.0)  # type: ignore[union-attr]
    return model


def _awaken(part: torch.nn.Module) -> None:
    """Weights of common size: transformers begins near zero, where answers differ by less than 1e-4."""
    for weight in part.parameters():
        if weight.ndim > 1:
            torch.nn.init.normal_(weight, std=weight[0].numel() ** -0.5)


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
