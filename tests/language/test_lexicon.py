"""The vocabulary: complete, unambiguous, aligned."""

from __future__ import annotations

import numpy as np
import pytest

from geoseg_text.errors import InputError
from geoseg_text.language import lexicon
from geoseg_text.language.lexicon import absent, adjectives, places


@pytest.mark.parametrize("name", [*lexicon.CATEGORIES, *lexicon.SUPER_CATEGORIES])
def test_every_category_has_general_nouns_in_both_numbers(name: str) -> None:
    nouns = lexicon.nouns_of(name)
    assert nouns
    assert all(noun.min_m2 == 0 and noun.max_m2 == float("inf") for noun in nouns)
    forms = lexicon.synonyms(name)
    assert len(forms) == len(set(forms)) >= 3


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("bus", "buses"),
        ("pond", "ponds"),
        ("lorry", "lorries"),
        ("driveway", "driveways"),
        ("aircraft", "aircraft"),
        ("passenger aircraft", "passenger aircraft"),
        ("body of water", "bodies of water"),
        ("block of flats", "blocks of flats"),
        ("wooden bench", "wooden benches"),
        ("roof", "roofs"),
    ],
)
def test_plurals(one: str, many: str) -> None:
    assert lexicon.plural(one) == many


@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("houses", "building"),
        ("rooftop", "building"),
        ("sheds", "building"),
        ("automobile", "car"),
        ("lorries", "truck"),
        ("coach", "bus"),
        ("Aeroplane", "aircraft"),
        ("vessels", "ship"),
        ("woodland", "wood"),
        ("swimming pools", "pool"),
        ("photovoltaic panel", "solar_panel"),
        ("vehicles", "vehicle"),
    ],
)
def test_people_call_things_by_many_names(word: str, category: str) -> None:
    assert lexicon.canonical(word) == {category}


def test_an_unknown_word_names_nothing() -> None:
    assert lexicon.canonical("wug") == frozenset()


def test_an_unknown_category_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'castle'.*building"):
        lexicon.synonyms("castle")


def test_the_wordlist_says_everything_once() -> None:
    words = lexicon.wordlist()
    assert len(words) == len(set(words)) > 1500
    assert all(word == word.strip() and word for word in words)
    for word in ("roofs", "gray", "corrugated iron", "in the upper left", "lining", "penguins", "nearest to"):
        assert word in words


def test_no_absent_thing_is_a_word_for_something_present() -> None:
    for thing in (*absent.IMPOSSIBLE, *absent.PLAUSIBLE):
        assert not lexicon.canonical(thing), thing
        assert not lexicon.canonical(lexicon.plural(thing)), thing


def test_the_three_lists_of_absent_things_share_nothing() -> None:
    lists = [absent.IMPOSSIBLE, absent.PLAUSIBLE, absent.UNSAID]
    assert len({*lists[0], *lists[1], *lists[2]}) == sum(map(len, lists))


@pytest.mark.parametrize(
    ("table", "one", "two"),
    [
        (places.POSITIONS, "left", "right"),
        (places.POSITIONS, "top", "bottom"),
        (places.POSITIONS, "upper_left", "lower_right"),
        (places.POSITION_ADJECTIVES, "left", "right"),
        (places.POSITION_ADJECTIVES, "top", "bottom"),
        (places.DIRECTIONS, "north", "south"),
        (places.DIRECTIONS, "west", "east"),
        (places.EXTREMES, "largest", "smallest"),
        (places.EXTREMES, "northernmost", "southernmost"),
        (places.EXTREMES, "westernmost", "easternmost"),
    ],
)
def test_opposites_are_aligned(table: dict[str, tuple[str, ...]], one: str, two: str) -> None:
    assert len(table[one]) == len(table[two])
    assert all(a.count(" ") == b.count(" ") and a != b for a, b in zip(table[one], table[two], strict=True))


def test_no_word_stands_for_two_colours() -> None:
    words = [word for words in adjectives.COLOURS.values() for word in words]
    assert len(words) == len(set(words))
    assert not set(words) & set(adjectives.ABSENT_COLOURS)


def test_pseudo_words_mean_nothing() -> None:
    rng = np.random.default_rng(0)
    words = [absent.pseudo_word(rng) for _ in range(300)]
    known = set(lexicon.wordlist())
    assert not [word for word in words if word in known]
    assert len(set(words)) > 290
