"""Draws relations between the things of a scene."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geoseg_text.language.bench import TRIES, Bench, an_attribute
from geoseg_text.language.directions import COMPASS, Direction
from geoseg_text.language.looks import Attribute
from geoseg_text.language.naming import Target
from geoseg_text.language.regions import REGIONS, Position
from geoseg_text.language.relations import Anchor, Beside, Between, FarFrom, Inside, Not, Surrounded
from geoseg_text.language.superlatives import EXTREMES, Extreme
from geoseg_text.language.verdicts import Predicate


def _shared(one: Target, other: Target) -> bool:
    """True where two targets have an object in common."""
    return bool(np.isin(one.where, other.where).any())


def an_anchor(b: Bench, target: Target, single: bool = False) -> Anchor | None:
    """Something else in the scene to relate to; ``single`` asks for exactly one object."""
    for _ in range(TRIES):
        other = b.naming.draw(b.rng)
        if other is None or other.nouns[0].narrow or not b.seen(other.where):
            continue
        overlap = _shared(other, target)
        if overlap and b.rng.random() < 0.5:
            continue  # rather something else than one more of the same kind
        if not overlap and (not single or len(other.where) == 1):
            return Anchor(b.m.ids_at(other.where), other.noun(b.rng))
        if (single or overlap or b.rng.random() < 0.3) and not other.nouns[0].mass:
            anchor = _singled_out(b, other)
            if anchor is not None:
                return anchor
    return None


def _singled_out(b: Bench, other: Target) -> Anchor | None:
    """One object of a kind, told from the others by an attribute, its place or its size."""
    noun = other.noun(b.rng)
    if noun.only_many or not b.single(other, noun):
        return None
    claims: list[Predicate] = [Extreme(b.one_of(EXTREMES)), Position(b.one_of(list(REGIONS)))]
    attribute_claim = an_attribute(b, other)
    if isinstance(attribute_claim, Attribute):
        claims.insert(0, attribute_claim)
    for claim in claims:
        draft = b.draft(noun, claim)
        if draft is not None and len(draft.where) == 1 and b.plain(draft):
            return Anchor(b.m.ids_at(draft.where), noun, (claim,))
    return None


def _direction(b: Bench, target: Target) -> Predicate | None:
    anchor = an_anchor(b, target, single=True)
    return (
        Direction(b.one_of(tuple(COMPASS)[: 4 if b.rng.random() < 0.75 else 8]), anchor) if anchor else None
    )


def _between(b: Bench, target: Target) -> Predicate | None:
    for _ in range(3):
        first, second = an_anchor(b, target, single=True), an_anchor(b, target, single=True)
        if first and second and first.ids != second.ids:
            return Between(first, second)
    pairs = [t for t in b.naming.present if len(t.where) == 2 and _apart(b, t, target)]
    if not pairs:
        return None
    pair = pairs[int(b.rng.integers(len(pairs)))]
    noun = pair.noun(b.rng)
    first_id, second_id = b.m.ids_at(pair.where)
    return Between(Anchor((first_id,), noun), Anchor((second_id,), noun))


def _apart(b: Bench, pair: Target, target: Target) -> bool:
    """True where the two objects of a kind can be told apart and are none of the target's."""
    noun = pair.nouns[0]
    known = b.single(pair, noun) and not noun.mass and not noun.narrow and b.seen(pair.where)
    return known and not _shared(pair, target)


def _near(make: Callable[[Anchor], Predicate]) -> Callable[[Bench, Target], Predicate | None]:
    def propose(b: Bench, target: Target) -> Predicate | None:
        anchor = an_anchor(b, target)
        return make(anchor) if anchor else None

    return propose


_GROUND = frozenset(
    ("road", "car_park", "lawn", "field", "river", "lake", "sea", "court", "bare_ground", "pavement", "water")
)


def _on(negated: bool) -> Callable[[Bench, Target], Predicate | None]:
    def propose(b: Bench, target: Target) -> Predicate | None:
        grounds = [
            t for t in b.naming.present if t.means <= _GROUND and b.seen(t.where) and not _shared(t, target)
        ]
        if not grounds:
            return None
        ground = grounds[int(b.rng.integers(len(grounds)))]
        claim = Inside(Anchor(b.m.ids_at(ground.where), ground.noun(b.rng)))
        return Not(claim) if negated else claim

    return propose


RELATIONS: dict[str, tuple[float, Callable[[Bench, Target], Predicate | None]]] = {
    "beside": (0.30, _near(Beside)),
    "far": (0.12, _near(FarFrom)),
    "not beside": (0.04, _near(lambda anchor: Not(Beside(anchor)))),
    "direction": (0.24, _direction),
    "inside": (0.16, _on(False)),
    "outside": (0.03, _on(True)),
    "between": (0.08, _between),
    "surrounded": (0.03, _near(Surrounded)),
}
