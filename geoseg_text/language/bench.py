"""The bench on which phrases over one scene are made: its measures, its nouns, its random numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from geoseg_text.language.description import Description, referents
from geoseg_text.language.lexicon import Noun, adjectives
from geoseg_text.language.looks import Attribute, Tone
from geoseg_text.language.measures import Indices, Measures
from geoseg_text.language.naming import Naming, Target
from geoseg_text.language.relations import Not
from geoseg_text.language.verdicts import Predicate

Name = TypeVar("Name", bound=str)

TRIES = 8
"""Draws of a description before its kind is given up."""
DISTRACTORS = 4
"""From this many objects left out on, a phrase surely tells something."""
_COLLECTIVE = frozenset({"building", "road", "vehicle", "solar_panel", "car_park", "pavement"})
"""Categories whose mass nouns ("housing", "traffic") speak of all of them alone."""
_BY_SIZE = ("small ", "large ", "heavy ", "big ")


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
    crowded: bool = False
    """Whether looks, places and relations are only spoken of among at least `DISTRACTORS` others."""
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
        left_out = len(target.where) - len(draft.where)
        if left_out >= DISTRACTORS or self.crowded:
            return left_out >= DISTRACTORS
        return bool(self.rng.random() < (0.6 if left_out else chance))

    def single(self, target: Target, noun: Noun) -> bool:
        """True where the noun speaks of things that can be told apart, so that one may be singled out."""
        collective = self.collective(noun) or (not noun.mass and "vegetation" in noun.means)
        return not collective and not self.m.fused(target.where)

    @staticmethod
    def collective(noun: Noun) -> bool:
        """True where the noun speaks of all things of its kind together ("housing")."""
        return noun.mass and bool(noun.means & _COLLECTIVE)

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


def an_attribute(b: Bench, target: Target) -> Predicate | None:
    """A claim about looks that some object of the target fulfils; None where nothing is labelled."""
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
