"""Phrases to token ids: WordPiece with BERT's special tokens, through transformers' tokenizers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geoseg_text.errors import InputError, ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


class PhraseTokenizer:
    """Turns phrases into padded ids and a mask."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    @classmethod
    def from_pretrained(cls, name_or_folder: str | Path) -> PhraseTokenizer:
        """Load from a model folder, or from the hub by name where it can be reached.

        Raises:
            ModelError: there is no tokenizer at that place.
        """
        from transformers import AutoTokenizer

        try:
            return cls(AutoTokenizer.from_pretrained(str(name_or_folder)))
        except (OSError, ValueError) as error:
            raise ModelError(
                f"no tokenizer at {str(name_or_folder)!r}; put the files of a tokenizer (tokenizer.json, or "
                "BERT's vocab.txt) into the model folder, or connect to the internet once"
            ) from error

    @classmethod
    def from_vocabulary(cls, pieces: Sequence[str]) -> PhraseTokenizer:
        """Lower-case WordPiece over given pieces, the special tokens first."""
        from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
        from transformers import PreTrainedTokenizerFast

        ids = {piece: row for row, piece in enumerate(pieces)}
        tokenizer = Tokenizer(models.WordPiece(vocab=ids, unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.decoder = decoders.WordPiece()
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", ids["[SEP]"]), ("[CLS]", ids["[CLS]"]))
        names = dict(zip(("pad", "unk", "cls", "sep", "mask"), SPECIAL_TOKENS, strict=True))
        named = {f"{key}_token": token for key, token in names.items()}
        return cls(PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named))

    def __len__(self) -> int:
        """Pieces in the vocabulary."""
        return len(self._tokenizer)

    def save_pretrained(self, folder: str | Path) -> None:
        """Write ``tokenizer.json`` and ``tokenizer_config.json`` into a folder."""
        self._tokenizer.save_pretrained(str(folder))

    def pieces(self, phrase: str) -> list[str]:
        """Word pieces of a phrase, without special tokens."""
        return list(self._tokenizer.tokenize(phrase))

    def count(self, phrase: str) -> int:
        """Tokens of a phrase, special tokens included."""
        return len(self._tokenizer(phrase)["input_ids"])

    def covered(self, phrase: str, spans: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
        """Tokens of a phrase (L,) that stand in given spans of its characters; special tokens never do."""
        offsets = self._tokenizer(phrase, return_offsets_mapping=True)["offset_mapping"]
        return np.array(
            [any(start < last and first < end for first, last in spans) for start, end in offsets],
            dtype=np.bool_,
        )

    def encode(
        self, phrases: Sequence[str], limit: int, pad_to: int | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Ids and mask of phrases.

        Args:
            phrases: P phrases.
            limit: most tokens of a phrase.
            pad_to: tokens to pad to; the longest phrase where None.

        Returns:
            ids (P, L) and mask (P, L), true for tokens.

        Raises:
            InputError: a phrase has more than ``limit`` tokens.
        """
        rows = [self._tokenizer(phrase)["input_ids"] for phrase in phrases]
        for phrase, row in zip(phrases, rows, strict=True):
            if len(row) > limit:
                raise InputError(
                    f"the phrase {_shortened(phrase)!r} has {len(row)} tokens and this model reads {limit}; "
                    "shorten it, or split it into several phrases"
                )
        length = pad_to or max(len(row) for row in rows)
        ids = np.full((len(rows), length), self._tokenizer.pad_token_id, dtype=np.int64)
        mask = np.zeros(ids.shape, dtype=np.bool_)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = row
            mask[index, : len(row)] = True
        return ids, mask


def _shortened(phrase: str, characters: int = 60) -> str:
    return phrase if len(phrase) <= characters else phrase[: characters - 3] + "..."
