"""What people put around a phrase when they type it: requests, capitals, full stops, slips of the pen."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from geoseg_text.language.lexicon import places

_SENTENCE = re.compile(r"(?<!that )(?<!which )(?<!who )\b(is|are)\b")


def pick(rng: np.random.Generator, words: Sequence[str], lean: float = 1.7) -> str:
    """One of the words, the first ones more often the higher ``lean`` is; takes one random number."""
    return words[int(len(words) * rng.random() ** lean)]


def request(phrase: str, many: bool, rng: np.random.Generator) -> str:
    """The phrase as somebody might type it; three out of five times unchanged.

    Args:
        phrase: a noun phrase or a sentence.
        many: True where the phrase stands in the plural.
        rng: source of the choices.

    Returns:
        The phrase, now and then with a request around it, other letters or a small slip.
    """
    carried, case, mark, slip = rng.random(4)
    if _SENTENCE.search(phrase) is None:
        if carried < 0.17:
            phrase = pick(rng, places.CARRIERS, 1.2).format(phrase)
        elif carried < 0.2:
            phrase = f"where {'are' if many else 'is'} {phrase}"
    if slip < 0.03:
        phrase = _slip(phrase, rng)
    question = phrase.startswith(("where", "can you", "could you"))
    if mark < (0.5 if question else 0.06):
        phrase += "?" if question else pick(rng, (".", ".", ".", "!"), 1.0)
    return _cased(phrase, case)


def _cased(phrase: str, chance: float) -> str:
    if chance < 0.14:
        return phrase[:1].upper() + phrase[1:]
    if chance < 0.16:
        return phrase.upper()
    return phrase.title() if chance < 0.165 else phrase


def _slip(phrase: str, rng: np.random.Generator) -> str:
    """One small typing error inside a longer word: letters swapped, one left out or doubled."""
    words = phrase.split()
    long = [i for i, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if not long:
        return phrase
    which = long[int(rng.integers(len(long)))]
    word = words[which]
    at, kind = int(rng.integers(1, len(word) - 2)), int(rng.integers(3))
    a, b = word[at], word[at + 1]
    words[which] = word[:at] + (b + a, b, a + a + b)[kind] + word[at + 2 :]
    return " ".join(words)
