"""Composes phrases over a scene together with exactly the objects that they mean.

A phrase is drawn as a description (a noun and claims), judged over every object of its kind, and only
then put into words; descriptions under which some object is too close to call are thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from geoseg_text.errors import InputError
from geoseg_text.language import contrasts, proposals
from geoseg_text.language.asking import pick, request
from geoseg_text.language.bench import Bench, Draft
from geoseg_text.language.cases import KINDS, Case, Kind, case_of
from geoseg_text.language.lexicon import absent
from geoseg_text.language.measures import Measures
from geoseg_text.language.nothing import nothing
from geoseg_text.language.wording import word
from geoseg_text.values.scene import Scene

__all__ = ["KINDS", "Case", "Kind", "compose", "contrast_pairs"]

_WEIGHTS: dict[Kind, float] = {
    "category": 0.25, "attribute": 0.20, "position": 0.12, "relation": 0.18, "superlative": 0.08,
    "size": 0.05, "several": 0.05, "none": 0.10,
}  # fmt: skip
_TRIES = 12


def compose(
    scene: Scene,
    rng: np.random.Generator,
    n: int,
    kinds: Sequence[Kind] | None = None,
    *,
    crowded: bool = False,
) -> list[Case]:
    """Phrases over a scene with their referents.

    Args:
        scene: the scene; only categories in ``scene.complete`` are spoken of.
        rng: source of every choice.
        n: how many phrases, different from one another as far as the scene allows.
        kinds: the kinds to draw from; all, in sensible shares, by default. Where a scene has no phrase of
            these kinds others take their place.
        crowded: whether phrases of look, place and relation must leave at least four objects of their kind
            out, so that the noun alone is no answer.

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
    bench = Bench(Measures(scene), rng, crowded)
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
    for maker in (_category, nothing):
        for _ in range(_TRIES):
            case = maker(bench)
            if case is not None and case.phrase.lower() not in said:
                return case
    return Case(absent.pseudo_word(bench.rng), "none", ())


def _from(make: Callable[[Bench], Draft | None], kind: Kind) -> Callable[[Bench], Case | None]:
    def maker(bench: Bench) -> Case | None:
        return case_of(bench, make(bench), kind)

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


_MAKERS: dict[Kind, Callable[[Bench], Case | None]] = {
    "category": _category,
    "attribute": _from(proposals.attribute, "attribute"),
    "size": _from(proposals.size, "size"),
    "position": _from(proposals.position, "position"),
    "relation": _from(proposals.relation, "relation"),
    "superlative": _from(proposals.superlative, "superlative"),
    "several": _several,
    "none": nothing,
}
