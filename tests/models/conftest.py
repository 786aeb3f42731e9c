"""A MAFN small enough for a test, with a tokenizer of its own."""

from __future__ import annotations

import pytest
import torch

from geoseg_text.language.tokenizer import SPECIAL_TOKENS, PhraseTokenizer
from geoseg_text.models import build_model
from geoseg_text.models.mafn import MAFN

WORDS = ["the red roofs beside the road", "all grey buildings", "a car north of the river", "trees"]


def small_mafn(tokenizer: PhraseTokenizer) -> MAFN:
    """Sixteen channels, one block a stage, normalised well enough that every part has its say."""
    torch.manual_seed(0)
    model = build_model(
        "mafn-tiny",
        width=16,
        depths=(1, 2, 1, 1),
        heads=(1, 2, 4, 8),
        cim_width=60,
        cim_grid=4,
        cim_key_channels=4,
        decoder_width=16,
        text_vocabulary=len(tokenizer),
        text_width=32,
        text_layers=1,
        text_heads=2,
        text_hidden=64,
        tokens=16,
    )
    model.text_encoder.tokenizer = tokenizer
    return model


@pytest.fixture(scope="session")
def tokenizer() -> PhraseTokenizer:
    """Word pieces of a few phrases."""
    words = sorted({word for phrase in WORDS for word in phrase.split()})
    letters = "abcdefghijklmnopqrstuvwxyz"
    return PhraseTokenizer.from_vocabulary([*SPECIAL_TOKENS, *words, *letters, *(f"##{c}" for c in letters)])


@pytest.fixture
def model(tokenizer: PhraseTokenizer) -> MAFN:
    """A fresh small network, the same for every test."""
    return small_mafn(tokenizer)
