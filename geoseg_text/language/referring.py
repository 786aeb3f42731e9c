"""Composes phrases over a scene together with exactly the objects that they mean.

A phrase is drawn as a description (a noun and claims), judged over every object of its kind, and only
then put into words; descriptions under which some object is too close to call are thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

import numpy as np

from geoseg_text.errors import InputError
from geoseg_text.language import contrasts, proposals
from geoseg_text.language.asking import pick, request
from geoseg_text.language.description import Description
from geoseg_text.language.lexicon import CATEGORIES, absent, adjectives, plural
from geoseg_text.language.looks import Attribute
from geoseg_text.language.measures import Measures
from geoseg_text.language.proposals import Bench, Draft
from geoseg_text.language.wording import word
from geoseg_text.values.scene import Scene

Kind: TypeAlias = Literal[
    "category", "attribute", "size", "position", "relation", "superlative", "several", "none"
]
KINDS: tuple[Kind, ...] = get_args(Kind)

_WEIGHTS: dict[Kind, float] = {
    "category": 0.25, "attribute": 0.20, "position": 0.12, "relation": 0.18, "superlative": 0.08,
    "size": 0.05, "several": 0.05, "none": 0.10,
}  # fmt: skip
_TRIES = 12


@dataclass(frozen=True)
class Case:
    """A phrase over a scene and what it means there.

    Attributes:
        phrase: the words.
        kind: what the phrase turns on.
        referents: ids of the objects meant, in rising order; empty for the kind "none".
    """

    phrase: str
    kind: Kind
    referents: tuple[int, ...]


def compose(
    scene: Scene, rng: np.random.Generator, n: int, kinds: Sequence[Kind] | None = None
) -> list[Case]:
    """Phrases over a scene with their referents.

    Args:
        scene: the scene; only categories in ``scene.complete`` are spoken of.
        rng: source of every choice.
        n: how many phrases, different from one another as far as the scene allows.
        kinds: the kinds to draw from; all, in sensible shares, by default. Where a scene has no phrase of
            these kinds others take their place.

    Returns:
        ``n`` cases.

    Raises:
        InputError: ``n`` is negative or a kind is unknown.
    """
    if n < 0:
        raise InputError(f"cannot compose {n} phrases; ask for 0 or more")
    unknown = [kind for kind in kinds or () if kind not in KINDS]
    if unknown:
        raise InputError(f"unknown kind of phrase {unknown[0]!r}; known are {', '.join(KINDS)}")
    bench = Bench(Measures(scene), rng)
    wanted = {kind: _WEIGHTS[kind] for kind in kinds or KINDS}
    cases: list[Case] = []
    said: set[str] = set()
    while len(cases) < n:
        case = _next(bench, wanted, said)
        said.add(case.phrase.lower())
        cases.append(case)
    return cases


def contrast_pairs(scene: Scene, rng: np.random.Generator, n: int) -> list[tuple[Case, Case]]:
    """Pairs of phrases over one scene that differ in one word of look, place or relation.

    Args:
        scene: the scene; only categories in ``scene.complete`` are spoken of.
        rng: source of every choice.
        n: how many pairs at most.

    Returns:
        Up to ``n`` pairs, as the scene allows; in each both phrases have referents, none shared.

    Raises:
        InputError: ``n`` is negative.
    """
    if n < 0:
        raise InputError(f"cannot compose {n} pairs; ask for 0 or more")
    bench = Bench(Measures(scene), rng)
    pairs: list[tuple[Case, Case]] = []
    said: set[str] = set()
    for _ in range(_TRIES * n):
        if len(pairs) == n:
            break
        drawn = contrasts.contrast(bench)
        pair = _parallel(bench, *drawn) if drawn else None
        if pair is not None and not said & {case.phrase for case in pair}:
            pairs.append(pair)
            said |= {case.phrase for case in pair}
    return pairs


def _parallel(bench: Bench, kind: Kind, first: Draft, second: Draft) -> tuple[Case, Case] | None:
    """Two drafts in the same words but for what sets them apart."""
    seed = int(bench.rng.integers(2**32))
    # Number and determiner follow the same count, so that the phrases differ by one word alone.
    count = 1 if len(first.where) == len(second.where) == 1 else 2
    cases = []
    for draft in (first, second):
        phrase, _ = word(draft.description, count, np.random.default_rng(seed))
        cases.append(Case(phrase, kind, tuple(sorted(bench.m.ids_at(draft.where)))))
    a, b = cases
    return None if a.phrase == b.phrase else (a, b)


def _next(bench: Bench, wanted: dict[Kind, float], said: set[str]) -> Case:
    """One more case: of a wanted kind, else of any kind, at last a word that means nothing."""
    left = dict(wanted)
    while left:
        kind = bench.choose(left)
        for _ in range(_TRIES):
            case = _MAKERS[kind](bench)
            if case is not None and case.phrase.lower() not in said:
                return case
        del left[kind]
    for maker in (_category, _none):
        for _ in range(_TRIES):
            case = maker(bench)
            if case is not None and case.phrase.lower() not in said:
                return case
    return Case(absent.pseudo_word(bench.rng), "none", ())


def _case(bench: Bench, draft: Draft | None, kind: Kind) -> Case | None:
    if draft is None:
        return None
    ids = tuple(sorted(bench.m.ids_at(draft.where)))
    phrase, many = word(draft.description, len(ids), bench.rng)
    words = phrase.split()
    if any(a == b for a, b in pairwise(words)):
        return None  # "tarred tarred road"
    return Case(request(phrase, many, bench.rng), kind, ids)


def _from(make: Callable[[Bench], Draft | None], kind: Kind) -> Callable[[Bench], Case | None]:
    def maker(bench: Bench) -> Case | None:
        return _case(bench, make(bench), kind)

    return maker


_category = _from(proposals.category, "category")


def _several(bench: Bench) -> Case | None:
    """Two kinds, or two descriptions of one kind, joined."""
    makers = (proposals.category, proposals.category, proposals.attribute, proposals.position)
    first = makers[int(bench.rng.integers(4))](bench)
    second = makers[int(bench.rng.integers(4))](bench)
    if first is None or second is None:
        return None
    ids, more = bench.m.ids_at(first.where), bench.m.ids_at(second.where)
    if set(ids) & set(more):
        return None
    words = [word(d.description, len(d.where), bench.rng)[0] for d in (first, second)]
    phrase = pick(bench.rng, (" and ", " and ", " as well as ", ", ", " and also ", " or "), 1.3).join(words)
    return Case(request(phrase, True, bench.rng), "several", tuple(sorted({*ids, *more})))


def _none(bench: Bench) -> Case | None:
    """A phrase that means nothing in the scene."""
    style = bench.rng.random()
    if style < 0.3:
        noun = bench.naming.absent_noun(bench.rng)
        if noun is None:
            return None
        phrase, many = word(Description(noun), 0, bench.rng)
    elif style < 0.5:
        return _unfulfilled(bench)
    elif style < 0.7:
        return _no_colour(bench)
    else:
        thing, many = _unknown(bench, style), bool(bench.rng.random() < 0.5)
        phrase = bench.one_of(("the ", "", "all ") if many else ("the ", "", "a ")) + (
            plural(thing) if many else thing
        )
    return Case(request(phrase, many, bench.rng), "none", ())


def _unknown(bench: Bench, style: float) -> str:
    if style > 0.93:
        return absent.pseudo_word(bench.rng)
    drawn = bench.m.scene.complete.issuperset(CATEGORIES)
    return bench.one_of(absent.PLAUSIBLE if drawn and style < 0.83 else absent.IMPOSSIBLE)


def _unfulfilled(bench: Bench) -> Case | None:
    """A claim that no object of its kind fulfils."""
    target = bench.naming.draw(bench.rng)
    if target is None:
        return None
    draft = proposals.vain(bench, target)
    return _case(bench, draft, "none")


def _no_colour(bench: Bench) -> Case | None:
    """A colour that no object of its kind has or could be taken to have."""
    target = bench.naming.draw(bench.rng)
    if target is None:
        return None
    colours = proposals.attributes_of(bench, target).get("colour")
    if not colours:
        return None
    free = [
        c
        for c in adjectives.COLOURS
        if all(c != d and frozenset({c, d}) not in adjectives.ALIKE for d in colours)
    ]
    noun = target.noun(bench.rng)
    if free and bench.rng.random() < 0.8:
        draft = bench.draft(noun, Attribute("colour", bench.one_of(free)))
        return _case(bench, draft, "none") if draft is not None and not len(draft.where) else None
    form = noun.one if noun.mass else noun.many
    phrase = f"{bench.one_of(('the ', 'all ', ''))}{bench.one_of(adjectives.ABSENT_COLOURS)} {form}"
    return Case(request(phrase, not noun.mass, bench.rng), "none", ())


_MAKERS: dict[Kind, Callable[[Bench], Case | None]] = {
    "category": _category,
    "attribute": _from(proposals.attribute, "attribute"),
    "size": _from(proposals.size, "size"),
    "position": _from(proposals.position, "position"),
    "relation": _from(proposals.relation, "relation"),
    "superlative": _from(proposals.superlative, "superlative"),
    "several": _several,
    "none": _none,
}
