"""Draws pairs of descriptions that differ in one claim alone and mean different objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Literal, TypeAlias

from geoseg_text.language.bench import Bench, Draft, attributes_of
from geoseg_text.language.directions import Direction
from geoseg_text.language.lexicon import Noun
from geoseg_text.language.looks import Attribute, Size
from geoseg_text.language.naming import Target
from geoseg_text.language.regions import Position
from geoseg_text.language.relating import an_anchor
from geoseg_text.language.relations import Anchor, Beside, FarFrom
from geoseg_text.language.superlatives import Extreme, Nearest
from geoseg_text.language.verdicts import Predicate

ContrastKind: TypeAlias = Literal["attribute", "size", "position", "relation", "superlative"]
_Pair: TypeAlias = tuple[Predicate, Predicate]

_REGIONS = (
    ("left", "right"), ("top", "bottom"), ("left_half", "right_half"), ("top_half", "bottom_half"),
    ("upper_left", "lower_right"), ("upper_right", "lower_left"), ("upper_left", "upper_right"),
    ("lower_left", "lower_right"), ("upper_left", "lower_left"), ("upper_right", "lower_right"),
    ("upper_left_quarter", "lower_left_quarter"), ("upper_right_quarter", "lower_left_quarter"),
    ("upper_left_corner", "lower_right_corner"), ("upper_right_corner", "lower_left_corner"),
)  # fmt: skip
_EXTREMES = (("largest", "smallest"), ("northernmost", "southernmost"), ("westernmost", "easternmost"))
_SIDES = (("north", "south"), ("west", "east"))


def contrast(b: Bench) -> tuple[ContrastKind, Draft, Draft] | None:
    """Two drafts that differ in one claim, both with visible referents and none in common."""
    target = b.naming.draw(b.rng)
    if target is None:
        return None
    noun = target.noun(b.rng)
    if not b.single(target, noun):
        return None
    kind: ContrastKind = _KINDS[int(b.rng.integers(len(_KINDS)))]
    for first, second in _MAKERS[kind](b, target, noun):
        drafts = b.draft(noun, first), b.draft(noun, second)
        if b.rng.random() < 0.5:
            drafts = drafts[1], drafts[0]
        one, two = drafts
        if one is None or two is None or not (b.plain(one) and b.plain(two)):
            continue
        if not {*one.where.tolist()} & {*two.where.tolist()}:
            return kind, one, two
    return None


def _attributes(b: Bench, target: Target, noun: Noun) -> Iterator[_Pair]:
    pairs: list[_Pair] = [
        (Attribute(name, one), Attribute(name, two))
        for name, values in attributes_of(b, target).items()
        for one, two in combinations(values, 2)
    ]
    yield from (pairs[int(i)] for i in b.rng.permutation(len(pairs))[:3])


def _sizes(b: Bench, target: Target, noun: Noun) -> Iterator[_Pair]:
    if not noun.mass and not noun.means & {"vehicle"} and not b.sized(noun):
        yield Size("large"), Size("small")


def _positions(b: Bench, target: Target, noun: Noun) -> Iterator[_Pair]:
    for i in b.rng.permutation(len(_REGIONS)):
        one, two = _REGIONS[int(i)]
        yield Position(one), Position(two)


def _relations(b: Bench, target: Target, noun: Noun) -> Iterator[_Pair]:
    for _ in range(4):
        single = bool(b.rng.random() < 0.6)
        anchor = an_anchor(b, target, single=single)
        if anchor is None:
            continue
        definite: Anchor = replace(anchor, definite=True)
        if single:
            for one, two in _SIDES:
                yield Direction(one, definite), Direction(two, definite)
        yield Beside(definite), FarFrom(definite)


def _superlatives(b: Bench, target: Target, noun: Noun) -> Iterator[_Pair]:
    if noun.mass or noun.only_many or noun.means & {"vegetation"}:
        return
    if b.rng.random() < 0.4:
        anchor = an_anchor(b, target)
        if anchor is not None:
            definite = replace(anchor, definite=True)
            yield Nearest(definite), Nearest(definite, farthest=True)
    for i in b.rng.permutation(len(_EXTREMES)):
        one, two = _EXTREMES[int(i)]
        yield Extreme(one), Extreme(two)


_MAKERS: dict[ContrastKind, Callable[[Bench, Target, Noun], Iterator[_Pair]]] = {
    "attribute": _attributes,
    "size": _sizes,
    "position": _positions,
    "relation": _relations,
    "superlative": _superlatives,
}
_KINDS: tuple[ContrastKind, ...] = (
    "attribute", "attribute", "position", "relation", "relation", "superlative", "size",
)  # fmt: skip
