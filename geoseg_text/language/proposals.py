"""Draws descriptions that fit a scene, kind by kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from geoseg_text.language.description import Description, referents
from geoseg_text.language.directions import Direction
from geoseg_text.language.lexicon import Noun, adjectives
from geoseg_text.language.looks import Attribute, Size, Slender, Tone
from geoseg_text.language.measures import Indices, Measures
from geoseg_text.language.naming import Naming, Target
from geoseg_text.language.regions import REGIONS, Position
from geoseg_text.language.relations import Anchor, Beside, Between, FarFrom, Inside, Not, Surrounded
from geoseg_text.language.superlatives import Extreme, Nearest
from geoseg_text.language.verdicts import Predicate

Name = TypeVar("Name", bound=str)

TRIES = 8
_STUFF = frozenset({"road", "lawn", "river", "sea", "wood", "bare_ground", "pavement", "vegetation", "water"})
"""Nobody counts these."""
_COLLECTIVE = frozenset({"building", "road", "vehicle", "solar_panel", "car_park", "pavement"})
"""Categories whose mass nouns ("housing", "traffic") speak of all of them alone."""
_BY_SIZE = ("small ", "large ", "heavy ", "big ")
_SIDES = ("north", "south", "west", "east", "northwest", "northeast", "southwest", "southeast")
_EXTREMES = ("largest", "smallest", "northernmost", "southernmost", "westernmost", "easternmost", "longest")


@dataclass(frozen=True)
class Draft:
    """A description and the positions of the objects that it means in the scene."""

    description: Description
    where: Indices


@dataclass
class Bench:
    """A scene's measures, the nouns that fit it, and the random numbers of one composition."""

    m: Measures
    rng: np.random.Generator
    naming: Naming = field(init=False)

    def __post_init__(self) -> None:
        self.naming = Naming(self.m)

    def draft(self, noun: Noun, *predicates: Predicate) -> Draft | None:
        """The description with its referents, or None where it is too close to call."""
        where = referents(self.m, noun, predicates)
        return None if where is None else Draft(Description(noun, predicates), where)

    def plain(self, draft: Draft | None) -> bool:
        """True where the draft means something that can be seen."""
        return draft is not None and len(draft.where) > 0 and self.seen(draft.where)

    def seen(self, where: Indices) -> bool:
        """True where most of the objects can be seen well enough to be spoken of."""
        return bool(len(where)) and bool(self.m.clear[where].mean() >= 0.7)

    def telling(self, draft: Draft | None, target: Target, chance: float = 0.15) -> bool:
        """True where the draft leaves objects of its kind out (and by chance where it does not)."""
        if draft is None or not self.plain(draft):
            return False
        return len(draft.where) < len(target.where) or self.rng.random() < chance

    def single(self, target: Target, noun: Noun) -> bool:
        """True where the noun speaks of things that can be told apart, so that one may be singled out."""
        collective = bool(noun.means & _COLLECTIVE) if noun.mass else "vegetation" in noun.means
        return not collective and not self.m.fused(target.where)

    @staticmethod
    def sized(noun: Noun) -> bool:
        """True where the noun itself speaks of size ("small vehicle")."""
        return noun.one.startswith(_BY_SIZE)

    def choose(self, weights: dict[Name, float]) -> Name:
        """One of the keys by weight."""
        names = list(weights)
        odds = np.cumsum(list(weights.values()))
        return names[int(np.searchsorted(odds, self.rng.random() * odds[-1] * 0.999999, side="right"))]

    def one_of(self, things: list[str] | tuple[str, ...]) -> str:
        """One of the names, all equally likely."""
        return things[int(self.rng.integers(len(things)))]


def category(b: Bench) -> Draft | None:
    """All objects of a kind, sometimes with their number."""
    target = b.naming.draw(b.rng)
    if target is None:
        return None
    noun = target.noun(b.rng)
    draft = Draft(Description(noun), target.where)
    if not b.m.clear[target.where].any():
        return None
    return _counted(b, draft)


def _counted(b: Bench, draft: Draft, chance: float = 0.2) -> Draft:
    """Sometimes says how many there are, where each of them can be seen and counted."""
    noun, number = draft.description.noun, len(draft.where)
    whole = b.m.clear[draft.where].all()
    if noun.mass or not 2 <= number <= 5 or not whole or b.rng.random() > chance or b.m.fused(draft.where):
        return draft
    if noun.means & _STUFF:
        return draft
    return Draft(Description(noun, draft.description.predicates, number), draft.where)


def attributes_of(b: Bench, target: Target) -> dict[str, list[str]]:
    """Values of each attribute among a target's objects, of attributes that all of them have."""
    table: dict[str, set[str]] = {}
    things = [b.m.objects[k].attributes for k in target.where]
    for attributes in things:
        for name, value in attributes.items():
            if name in adjectives.ATTRIBUTES and value in adjectives.ATTRIBUTES[name]:
                table.setdefault(name, set()).add(value)
    plain = target.means & {"lawn", "bare_ground"}  # their nouns say of what they are
    return {
        name: sorted(values)
        for name, values in sorted(table.items())
        if all(name in attributes for attributes in things) and not (plain and name == "material")
    }


def _an_attribute(b: Bench, target: Target) -> Predicate | None:
    table = attributes_of(b, target)
    if not table:
        return None
    name = b.choose({n: 3.0 if n == "colour" else 1.0 for n in table})
    value = b.one_of(table[name])
    if name == "colour" and b.rng.random() < 0.08:
        return Tone("dark" if value in adjectives.TONES["dark"][0] else "light")
    if b.rng.random() < 0.06:
        return Not(Attribute(name, value))
    return Attribute(name, value)


def attribute(b: Bench) -> Draft | None:
    """Objects by colour, material, roof, shape or crop; now and then by two of these."""
    target = b.naming.draw(b.rng)
    first = _an_attribute(b, target) if target else None
    if target is None or first is None:
        return None
    noun = target.noun(b.rng)
    if noun.mass and noun.means & _COLLECTIVE:
        return None
    if b.rng.random() < 0.2:
        second = _an_attribute(b, target)
        if isinstance(second, Attribute) and isinstance(first, Attribute) and second.name != first.name:
            draft = b.draft(noun, first, second)
            if b.telling(draft, target):
                return draft
    draft = b.draft(noun, first)
    return _counted(b, draft) if draft and b.telling(draft, target) else None


def size(b: Bench) -> Draft | None:
    """Large, small or slender objects of a kind."""
    target = b.naming.draw(b.rng)
    if target is None or target.nouns[0].mass:
        return None
    noun, style = target.noun(b.rng), b.rng.random()
    if b.sized(noun) or not b.single(target, noun) or noun.means & {"vehicle"}:
        return None
    claim: Predicate = Slender() if style > 0.85 else Size("large" if style < 0.45 else "small")
    extra = _an_attribute(b, target) if b.rng.random() < 0.2 else None
    draft = b.draft(noun, claim, extra) if extra else None
    if not b.telling(draft, target, 0.0):
        draft = b.draft(noun, claim)
    return draft if b.telling(draft, target, 0.0) else None


def position(b: Bench) -> Draft | None:
    """Objects in a part of the image, now and then with an attribute."""
    target = b.naming.draw(b.rng)
    if target is None:
        return None
    noun = target.noun(b.rng)
    if not b.single(target, noun):
        return None
    extra = _an_attribute(b, target) if b.rng.random() < 0.3 else None
    regions = list(REGIONS)
    for _ in range(TRIES):
        claim: Predicate = Position(b.one_of(regions))
        if b.rng.random() < 0.04:
            claim = Not(claim)
        draft = b.draft(noun, extra, claim) if extra else b.draft(noun, claim)
        if b.telling(draft, target):
            return _counted(b, draft, 0.1) if draft else None
    return None


def superlative(b: Bench) -> Draft | None:
    """The one object that leads in size, place or nearness."""
    target = b.naming.draw(b.rng)
    if target is None or target.nouns[0].mass or target.nouns[0].only_many or len(target.where) < 2:
        return None
    noun = target.noun(b.rng)
    if not b.single(target, noun) or noun.means & {"vegetation"}:
        return None
    claim: Predicate = Extreme(b.one_of(_EXTREMES))
    if b.rng.random() < 0.35:
        anchor = an_anchor(b, target)
        if anchor is not None:
            claim = Nearest(anchor, bool(b.rng.random() < 0.3))
    extra = _an_attribute(b, target) if b.rng.random() < 0.3 else None
    draft = b.draft(noun, extra, claim) if extra else b.draft(noun, claim)
    return draft if b.plain(draft) else None


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
    claims: list[Predicate] = [Extreme(b.one_of(_EXTREMES)), Position(b.one_of(list(REGIONS)))]
    attribute_claim = _an_attribute(b, other)
    if isinstance(attribute_claim, Attribute):
        claims.insert(0, attribute_claim)
    for claim in claims:
        draft = b.draft(noun, claim)
        if draft is not None and len(draft.where) == 1 and b.plain(draft):
            return Anchor(b.m.ids_at(draft.where), noun, (claim,))
    return None


def _direction(b: Bench, target: Target) -> Predicate | None:
    anchor = an_anchor(b, target, single=True)
    return Direction(b.one_of(_SIDES[: 4 if b.rng.random() < 0.75 else 8]), anchor) if anchor else None


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


_RELATIONS: dict[str, tuple[float, Callable[[Bench, Target], Predicate | None]]] = {
    "beside": (0.30, _near(Beside)),
    "far": (0.12, _near(FarFrom)),
    "not beside": (0.04, _near(lambda anchor: Not(Beside(anchor)))),
    "direction": (0.24, _direction),
    "inside": (0.16, _on(False)),
    "outside": (0.03, _on(True)),
    "between": (0.08, _between),
    "surrounded": (0.03, _near(Surrounded)),
}


def relation(b: Bench) -> Draft | None:
    """Objects by where they are relative to others."""
    target = b.naming.draw(b.rng)
    if target is None:
        return None
    noun = target.noun(b.rng)
    if not b.single(target, noun):
        return None
    extra = _an_attribute(b, target) if b.rng.random() < 0.25 else None
    for _ in range(3):
        name = b.choose({n: weight for n, (weight, _) in _RELATIONS.items()})
        claim = _RELATIONS[name][1](b, target)
        if claim is None:
            continue
        draft = b.draft(noun, extra, claim) if extra else b.draft(noun, claim)
        if b.telling(draft, target, 0.1):
            return draft
    return None


def vain(b: Bench, target: Target) -> Draft | None:
    """A claim of place or relation that surely no object of the target fulfils."""
    noun = target.noun(b.rng)
    if not b.single(target, noun):
        return None
    for _ in range(TRIES):
        if b.rng.random() < 0.6:
            claim: Predicate | None = Position(b.one_of(list(REGIONS)))
        else:
            claim = _RELATIONS[b.one_of(("beside", "direction", "inside"))][1](b, target)
        if claim is None:
            continue
        draft = b.draft(noun, claim)
        if draft is not None and not len(draft.where):
            return draft
    return None
