"""BERT as the text encoder of the LAVT family: transformers' model, our phrases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from geoseg_text.errors import ModelError
from geoseg_text.language.tokenizer import PhraseTokenizer
from geoseg_text.models.base import TextFeatures


class BertTextEncoder(nn.Module):
    """Last hidden state of a BERT for each token of a phrase.

    Args:
        vocabulary: pieces of the vocabulary.
        width: channels of the features.
        layers: transformer layers.
        heads: attention heads.
        hidden: inner width of the feed-forwards.
        positions: most tokens that positions are known for.
        dropout: of BERT's hidden states and attention, in training.
    """

    def __init__(
        self,
        *,
        vocabulary: int,
        width: int,
        layers: int,
        heads: int,
        hidden: int,
        positions: int,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.bert = BertModel(
            BertConfig(
                vocab_size=vocabulary,
                hidden_size=width,
                num_hidden_layers=layers,
                num_attention_heads=heads,
                intermediate_size=hidden,
                max_position_embeddings=positions,
                hidden_dropout_prob=dropout,
                attention_probs_dropout_prob=dropout,
            ),
            add_pooling_layer=False,
        )
        self._tokenizer: PhraseTokenizer | None = None

    @property
    def has_tokenizer(self) -> bool:
        """Whether phrases can be read."""
        return self._tokenizer is not None

    @property
    def tokenizer(self) -> PhraseTokenizer:
        """The tokenizer these weights were trained with.

        Raises:
            ModelError: the network was built without one.
        """
        if self._tokenizer is None:
            raise ModelError("this network has no tokenizer; load a model folder, or set `tokenizer` first")
        return self._tokenizer

    @tokenizer.setter
    def tokenizer(self, tokenizer: PhraseTokenizer) -> None:
        self._tokenizer = tokenizer

    def load_tokenizer(self, name_or_folder: str | Path) -> None:
        """Take the tokenizer of a folder or of a hub model."""
        self._tokenizer = PhraseTokenizer.from_pretrained(name_or_folder)

    def encode(self, phrases: Sequence[str], limit: int) -> TextFeatures:
        """Features of phrases of at most ``limit`` tokens, padded to the longest."""
        ids, mask = self.tokenizer.encode(phrases, limit)
        device = self.bert.device
        features: TextFeatures = self(torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device))
        return features

    def forward(self, ids: Tensor, mask: Tensor) -> TextFeatures:
        """Features of token ids (P, L) under a mask (P, L) bool."""
        states = self.bert(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        return TextFeatures(states, mask)
