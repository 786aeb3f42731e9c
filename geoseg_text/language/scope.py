"""How far a phrase looks: "the largest roof" compares all of the imagery, "a red roof" does not."""

from __future__ import annotations

import re
from functools import cache

from geoseg_text.language.lexicon import places

# Superlatives beyond those of the lexicon; words that only end like one are the exceptions.
_SUPERLATIVE = re.compile(
    r"\b(?:most \w+|least \w+|\w{2,}iest|(?:tall|wid|narrow|bright|dark|old|new)e?st)\b"
)
# "Left of the house" is a relation; "left of the image" is a position in it.
_IN_THE_WHOLE = re.compile(r"\b\w+ of the (?:image|picture|photo|scene|frame|map|view)\b")


def comparing_words(phrase: str) -> str | None:
    """The words of a phrase that compare across all of the imagery: a superlative or a position in it.

    "North of the road" is a relation between things and compares nothing; "in the north" does.

    Returns:
        The first such words, or None.
    """
    text = " ".join(phrase.lower().split())
    if whole := _IN_THE_WHOLE.search(text):
        return whole.group()
    text = _relations().sub(" , ", text)
    found = [match for pattern in (_comparisons(), _SUPERLATIVE) if (match := pattern.search(text))]
    return min(found, key=lambda match: match.start()).group() if found else None


@cache
def _relations() -> re.Pattern[str]:
    directions = (words for forms in places.DIRECTIONS.values() for words in forms)
    return _any_of((*directions, *places.ON, *places.SURROUNDED))


@cache
def _comparisons() -> re.Pattern[str]:
    tables = (places.EXTREMES, places.POSITIONS, places.POSITION_ADJECTIVES)
    words = (form for table in tables for forms in table.values() for form in forms)
    return _any_of((*words, *places.NEAREST, *places.FARTHEST))


def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    # The longest first, so that "in the top left" is not read as "in the top".
    longest_first = sorted({word.lower() for word in words}, key=lambda word: (-len(word), word))
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b")
