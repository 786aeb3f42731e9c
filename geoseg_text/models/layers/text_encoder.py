"""BERT as a system's text encoder: transformers' model, our phrases."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from geoseg_text.errors import ModelError
from geoseg_text.language.tokenizer import PhraseTokenizer
from geoseg_text.models.base import ModelConfig, ReferringNetwork, TextFeatures


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReadingConfig(ModelConfig):
    """Sizes of the text encoder of a system that reads with BERT; the defaults are BERT-base's."""

    text_tokenizer: str = "bert-base-uncased"
    """Where a network that was not loaded from a folder finds its tokenizer."""
    text_vocabulary: int = 30522
    text_width: int = 768
    text_layers: int = 12
    text_heads: int = 12
    text_hidden: int = 3072
    text_positions: int = 512
    text_dropout: float = 0.1

    def text_encoder(self) -> BertTextEncoder:
        """An untrained encoder of these sizes."""
        return BertTextEncoder(
            vocabulary=self.text_vocabulary,
            width=self.text_width,
            layers=self.text_layers,
            heads=self.text_heads,
            hidden=self.text_hidden,
            positions=self.text_positions,
            dropout=self.text_dropout,
        )


class TokenizerHolder:
    """What may have a tokenizer: a network is built without, and a model folder brings one."""

    _tokenizer: PhraseTokenizer | None = None

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


class BertTextEncoder(TokenizerHolder, nn.Module):
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

    def start_from(self, place: str | Path) -> None:
        """Take a published BERT of these sizes, and its tokenizer.

        Args:
            place: hub id or folder.

        Raises:
            ModelError: the place cannot be reached, or holds another network.
        """
        # imported here: it brings every part of transformers that some system needs
        from geoseg_text.models.layers.transformers_parts import load_part

        words = load_part(BertModel, self.bert.config, place, add_pooling_layer=False)
        self.bert.load_state_dict(words.state_dict())
        self.load_tokenizer(place)

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


class ReadingNetwork(ReferringNetwork):
    """A referring network whose text encoder holds the tokenizer."""

    text_encoder: TokenizerHolder

    def count_tokens(self, phrase: str) -> int:
        """Tokens of a phrase, special tokens included."""
        return self.text_encoder.tokenizer.count(phrase)

    def save_tokenizer(self, folder: Path) -> None:
        """Write the tokenizer into a model folder, if there is one."""
        if self.text_encoder.has_tokenizer:
            self.text_encoder.tokenizer.save_pretrained(folder)

    def load_tokenizer(self, folder: Path) -> None:
        """Take the tokenizer of a model folder."""
        self.text_encoder.load_tokenizer(folder)
