"""The vocabulary of phrases over imagery: words for things, looks, places and relations.

Phrases are composed from it (`geoseg_text.language.referring`) and text encoders learn their words on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from geoseg_text.errors import InputError
from geoseg_text.language.lexicon import absent, adjectives, places
from geoseg_text.language.lexicon.nouns import CATEGORIES, NOUNS, SUPER_CATEGORIES, Noun, plural

__all__ = [
    "CATEGORIES",
    "NOUNS",
    "SUPER_CATEGORIES",
    "Noun",
    "attribute_words",
    "canonical",
    "expand",
    "nouns_of",
    "plural",
    "synonyms",
    "wordlist",
]


def expand(names: Iterable[str]) -> frozenset[str]:
    """The categories that an object may carry to fall under one of ``names`` (super-categories included)."""
    found: set[str] = set()
    for name in names:
        found.add(name)
        found |= SUPER_CATEGORIES.get(name, frozenset())
    return frozenset(found)


@cache
def nouns_of(category: str) -> tuple[Noun, ...]:
    """Every noun that names the objects of the category whatever their size, and nothing else.

    Nouns that ask for an attribute ("vegetation" asks fields not to be bare) only count where no other names
    the category, and then fit objects of which the attribute is unknown.

    Raises:
        InputError: the category is not known.
    """
    _check(category)
    named = tuple(noun for noun in NOUNS if noun.means == frozenset({category}))
    general = tuple(noun for noun in named if not noun.narrow)
    return general or tuple(noun for noun in named if noun.assumed)


@cache
def synonyms(category: str) -> tuple[str, ...]:
    """Every surface form, singular and plural, by which people call the category.

    Raises:
        InputError: the category is not known.
    """
    _check(category)
    named = (noun for noun in NOUNS if noun.means == frozenset({category}))
    forms = (form for noun in named for form in (noun.one, noun.many))
    return tuple(dict.fromkeys(forms))


def canonical(word: str) -> frozenset[str]:
    """The categories that a noun in singular or plural may name; empty for an unknown word."""
    return _by_form().get(word.strip().lower(), frozenset())


def attribute_words(attribute: str, value: str) -> tuple[str, ...]:
    """Adjectives for an attribute's value, the commonest first; the value itself where none is known."""
    return adjectives.ATTRIBUTES.get(attribute, {}).get(value, (value.replace("_", " "),))


@cache
def wordlist() -> tuple[str, ...]:
    """Every word and fixed phrase of which phrases are made, each once; for training a tokenizer."""
    return tuple(dict.fromkeys(_surface()))


def _surface() -> Iterator[str]:
    for noun in NOUNS:
        yield noun.one
        yield noun.many
    yield from SUPER_CATEGORIES
    for values in (*adjectives.ATTRIBUTES.values(), adjectives.MATERIAL_NOUNS, adjectives.ROOF_COLOURS):
        for words in values.values():
            yield from words
    yield from adjectives.ABSENT_COLOURS
    yield from adjectives.SLENDER
    tables = (
        adjectives.SIZES, adjectives.TONE_WORDS, places.POSITIONS, places.POSITION_ADJECTIVES,
        places.DIRECTIONS, places.EXTREMES,
    )  # fmt: skip
    for table in tables:
        for words in table.values():
            yield from words
    lists = (
        places.BESIDE, places.FAR, places.NOT_BESIDE, places.ALONG, places.INSIDE, places.ON, places.DRIVING,
        places.PARKED, places.AFLOAT, places.NOT_INSIDE, places.SURROUNDED, places.BETWEEN, places.NEAREST,
        places.FARTHEST, places.DETERMINERS_MANY, places.DETERMINERS_EACH, places.DETERMINERS_ONE,
        places.DETERMINERS_MASS, places.EXTRA, tuple(places.NUMBERS.values()),
    )  # fmt: skip
    for words in lists:
        yield from (word for word in words if word)
    yield from (form.format("", are="").strip() for form in places.EXCEPT)
    yield from (link.format(are=verb) for link in places.LINKS if link for verb in ("is", "are"))
    yield from (carrier.format("").strip() for carrier in places.CARRIERS)
    for thing in (*absent.IMPOSSIBLE, *absent.PLAUSIBLE, *absent.UNSAID):
        yield thing
        yield plural(thing)


@cache
def _by_form() -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for noun in NOUNS:
        for form in (noun.one, noun.many):
            table[form.lower()] = table.get(form.lower(), frozenset()) | noun.means
    return table


def _check(category: str) -> None:
    if category not in CATEGORIES and category not in SUPER_CATEGORIES:
        known = ", ".join((*CATEGORIES, *SUPER_CATEGORIES))
        raise InputError(f"category {category!r} is not in the lexicon; known are {known}")
