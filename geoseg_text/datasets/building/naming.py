"""What the features of a layer are: as stated, as a column or tags say, or as the layer's own name says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from geoseg_text.datasets.building.sources import Source
from geoseg_text.datasets.building.tags import Form, Tags, category_of
from geoseg_text.errors import InputError
from geoseg_text.language.lexicon import CATEGORIES, NOUNS, SUPER_CATEGORIES, plural

COLUMNS = ("category", "class")
"""Columns that may hold the category of each feature by its name."""

_KNOWN = (*CATEGORIES, *SUPER_CATEGORIES)
_LONGEST = 3  # words of a noun
_ON_REQUEST = frozenset({"tree"})
"""Kinds that extracts hold here and there: they are taken only where they are asked for."""


def parse_category(text: str) -> tuple[str, ...]:
    """The categories of what a user says: one, or several with commas, by name or noun ("the buildings").

    Raises:
        InputError: one is not in the lexicon.
    """
    found = tuple(_by_name().get(_bare(_plain(name)), "") for name in text.split(","))
    if "" in found:
        wrong = text.split(",")[found.index("")]
        raise InputError(f"--category {wrong.strip()!r} is not known; choose of {', '.join(_KNOWN)}")
    return found


def categories_of(
    source: Source, tags: Sequence[Tags], forms: Sequence[Form], stated: Sequence[str]
) -> list[str | None]:
    """The category of each feature of a layer; None for one that is to be left out.

    A stated category is that of every feature. For an OpenStreetMap extract, which holds things of every
    kind, the stated ones choose among those that the tags name.

    Raises:
        InputError: nothing says what the features are, or several categories are stated for a plain layer.
    """
    if len(stated) == 1 and not source.extract:
        return [stated[0]] * len(tags)
    if stated and not source.extract:
        raise InputError(
            f"{source.name}: {', '.join(stated)} cannot all be the category of one layer; state one"
        )
    told = [category_of(one, form) for one, form in zip(tags, forms, strict=True)]
    if source.extract:
        return [_wanted(category, stated) for category in told]
    for key in COLUMNS:
        named = [_by_name().get(_plain(one.get(key, ""))) for one in tags]
        if any(named):
            return named
    if any(told):
        return told
    guess = guess_category(source.layer or source.path.stem)
    if guess is None:
        raise InputError(
            f"{source.name}: neither its columns nor its name say what its features are; state "
            f"their category (--category), one of {', '.join(_KNOWN)}"
        )
    return [guess] * len(tags)


def guess_category(name: str) -> str | None:
    """The one category that the words of a name speak of; None for none or several."""
    words = re.sub(r"[^a-z]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()).split()
    found: set[str] = set()
    start = 0
    while start < len(words):
        for length in range(_LONGEST, 0, -1):
            category = _by_name().get(" ".join(words[start : start + length]))
            if category is not None:
                found.add(category)
                start += length - 1
                break
        start += 1
    return found.pop() if len(found) == 1 else None


def _wanted(category: str | None, stated: Sequence[str]) -> str | None:
    if category is None or (stated and category not in stated):
        return None
    return None if category in _ON_REQUEST and not stated else category


@cache
def _by_name() -> Mapping[str, str]:
    """Categories by their names, and by the nouns that surely and simply name one of them."""
    table = {form: name for name in _KNOWN for form in (_plain(name), plural(_plain(name)))}
    for noun in NOUNS:
        if len(noun.means) == 1 and not (noun.mass or noun.narrow or noun.only_many):
            for form in (noun.one, noun.many):
                table.setdefault(form, next(iter(noun.means)))
    return table


def _bare(noun: str) -> str:
    """A noun without the words that may stand before it."""
    return noun.removeprefix("all ").removeprefix("the ")


def _plain(name: str) -> str:
    return " ".join(name.strip().lower().replace("_", " ").split())
