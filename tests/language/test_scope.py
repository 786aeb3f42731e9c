"""Which phrases compare over all of the imagery."""

from __future__ import annotations

import pytest

from geoseg_text.language.scope import comparing_words


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("the largest roof", "largest"),
        ("The Tallest building", "tallest"),
        ("the northernmost pool", "northernmost"),
        ("the field in the north", "in the north"),
        ("the car in the top left corner", "in the top left"),
        ("the car on the left of the image", "left of the image"),
        ("the building closest to the river", "closest to"),
        ("the most  modest house", "most modest"),
        ("the upper road", "upper"),
    ],
)
def test_superlatives_and_positions_compare(phrase: str, words: str) -> None:
    assert comparing_words(phrase) == words


@pytest.mark.parametrize(
    "phrase",
    [
        "the red roofs beside the road",
        "the trees north of the road",
        "trees to the right of the house",
        "cars on top of the bridge",
        "the pool in the middle of the lawn",
        "the forest",
        "small white cars in the car park",
        "",
    ],
)
def test_attributes_and_relations_do_not(phrase: str) -> None:
    assert comparing_words(phrase) is None
