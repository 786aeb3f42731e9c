"""What a caller may ask for, and what is refused at the door."""

from __future__ import annotations

import math

import numpy as np
import pytest

from geoseg_text.errors import InputError
from geoseg_text.values.prompts import Prompt, as_prompts


def test_a_phrase_a_prompt_or_several_become_prompts() -> None:
    red, river = Prompt("red roofs", threshold=0.4), "the river"
    assert as_prompts(river) == (Prompt("the river"),)
    assert as_prompts(red) == (red,)
    assert as_prompts([red, river]) == (red, Prompt("the river"))
    assert as_prompts(phrase for phrase in ("a", "b")) == (Prompt("a"), Prompt("b"))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  red \t roofs\r\n", "red roofs"),
        ("red\x00roofs\x07", "red roofs"),
        ("red\u2028roofs", "red roofs"),
        ("red \u202eroofs", "red roofs"),
        ("red \udcffroofs", "red roofs"),
        ("cafe\u0301s", "caf\u00e9s"),
        ("the river's edge, no. 2", "the river's edge, no. 2"),
    ],
)
def test_what_breaks_lines_becomes_a_space(given: str, kept: str) -> None:
    assert Prompt(given).phrase == kept
    kept.encode("utf-8")


@pytest.mark.parametrize("phrase", ["", "   ", "\n\t", "...", "\u200f", 7, None, b"roof"])
def test_a_phrase_without_words_is_refused(phrase: object) -> None:
    with pytest.raises(InputError):
        Prompt(phrase)  # type: ignore[arg-type]


def test_equal_prompts_are_kept_once_and_contradictions_refused() -> None:
    assert as_prompts(["the  river", "the river", "a pool"]) == (Prompt("the river"), Prompt("a pool"))
    with pytest.raises(InputError, match="twice"):
        as_prompts([Prompt("the river", threshold=0.3), "the river"])
    with pytest.raises(InputError, match="no phrase"):
        as_prompts([])


@pytest.mark.parametrize("threshold", [-0.1, 1.1, math.nan, math.inf])
def test_a_threshold_outside_0_to_1_is_refused(threshold: float) -> None:
    with pytest.raises(InputError, match="threshold"):
        Prompt("roofs", threshold=threshold)


def test_hints_are_numbers() -> None:
    prompt = Prompt("roofs", points=((1, 2),), boxes=((0, 0, 2, 2),))
    assert prompt.points == ((1.0, 2.0),)
    assert prompt.boxes == ((0.0, 0.0, 2.0, 2.0),)
    with pytest.raises(InputError, match="point"):
        Prompt("roofs", points=((1.0, math.nan),))
    with pytest.raises(InputError, match="box"):
        Prompt("roofs", boxes=((1.0, 2.0, 3.0),))  # type: ignore[arg-type]


def test_prompts_compare_and_hash_with_a_mask() -> None:
    mask = np.ones((2, 2), dtype=bool)
    assert Prompt("roofs", mask=mask) == Prompt("roofs", mask=mask.copy())
    assert len({Prompt("roofs", mask=mask), Prompt("roofs")}) == 1
