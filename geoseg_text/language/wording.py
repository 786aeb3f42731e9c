"""From a description to words: determiners, adjectives and places, in many ways of saying the same.

Every choice takes one random number whatever the list's length, so two descriptions of one structure, worded
from equal generators, come out parallel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from geoseg_text.language.asking import pick
from geoseg_text.language.description import Description
from geoseg_text.language.directions import Direction
from geoseg_text.language.lexicon import Noun, adjectives, attribute_words, places
from geoseg_text.language.looks import Attribute, Size, Slender, Tone
from geoseg_text.language.regions import Position
from geoseg_text.language.relations import Anchor, Beside, Between, FarFrom, Inside, Not, Surrounded
from geoseg_text.language.superlatives import Extreme, Nearest
from geoseg_text.language.verdicts import Predicate

_VEHICLES = frozenset({"car", "truck", "bus", "vehicle"})
_WATERS = frozenset({"water", "river", "lake", "sea", "pool"})
_LINES = frozenset({"road", "river"})
_SURFACES = frozenset({"lawn", "pavement", "court", "bare_ground", "road", "car_park"})
_OWN_SOUND = ("uni", "one", "use")


@dataclass
class _Parts:
    """What stands around a noun."""

    noun: Noun
    many: bool
    lead: str = ""
    size: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    @property
    def are(self) -> str:
        """The verb that agrees with the noun."""
        return "are" if self.many else "is"

    def words(self, determiner: str) -> str:
        """The whole noun phrase."""
        name = self.noun.many if self.many else self.noun.one
        return " ".join(w for w in (determiner, self.lead, *self.size, *self.before, name, *self.after) if w)


def word(description: Description, count: int, rng: np.random.Generator) -> tuple[str, bool]:
    """A noun phrase for a description.

    Args:
        description: what is meant.
        count: how many objects that are, 0 where there are none.
        rng: source of the choice of words.

    Returns:
        The phrase without any request around it, and whether it stands in the plural.
    """
    parts = _Parts(description.noun, _plural(description, count, rng))
    determiner = _determiner(description, count, parts.many, rng)
    for predicate in description.predicates:
        _add(parts, predicate, rng)
    return with_articles(parts.words(determiner)), parts.many


def _superlative(description: Description) -> bool:
    return any(isinstance(p, Extreme | Nearest) for p in description.predicates)


def _plural(description: Description, count: int, rng: np.random.Generator) -> bool:
    noun, chance = description.noun, rng.random()
    if noun.mass or noun.only_many:
        return noun.only_many
    if description.number > 1:
        return True
    if _superlative(description):
        return False
    return chance < {0: 0.55, 1: 0.35}.get(count, 0.82)


def _determiner(description: Description, count: int, many: bool, rng: np.random.Generator) -> str:
    first, second = rng.random(), rng.random()

    def choose(words: Sequence[str]) -> str:
        return words[int(len(words) * second)]

    if description.number > 1:
        return f"{choose(('the', 'the', 'these', ''))} {places.NUMBERS[description.number]}".strip()
    if _superlative(description):
        return "the" if first < 0.88 else ""
    if description.noun.mass:
        return choose(places.DETERMINERS_MASS)
    if many:
        return choose(places.DETERMINERS_MANY)
    if count < 2:
        return choose(places.DETERMINERS_ONE)
    # A bare singular stands for all of a kind ("red roof"), but hardly with a place behind it.
    looks = all(isinstance(p, Attribute | Tone | Size | Slender) for p in description.predicates)
    return "" if looks and first < 0.7 else choose(places.DETERMINERS_EACH)


def _add(parts: _Parts, predicate: Predicate, rng: np.random.Generator) -> None:
    """Adds one predicate's words to the parts around the noun."""
    match predicate:
        case Attribute(name, value):
            _add_attribute(parts, name, value, rng)
        case Tone(value):
            parts.before.append(pick(rng, adjectives.TONE_WORDS[value]))
        case Size(value):
            parts.size.append(pick(rng, adjectives.SIZES[value]))
        case Slender():
            parts.size.append(pick(rng, adjectives.SLENDER))
        case Position(region):
            _add_position(parts, region, rng)
        case Extreme(which):
            parts.lead = pick(rng, places.EXTREMES[which])
        case Nearest(anchor, farthest):
            words = pick(rng, places.FARTHEST if farthest else places.NEAREST)
            parts.after.append(f"{words} {_anchor(anchor, rng, definite=True)}")
        case Not(claim):
            _add_not(parts, claim, rng)
        case _:
            _add_relation(parts, predicate, rng)


def _add_relation(parts: _Parts, predicate: Predicate, rng: np.random.Generator) -> None:
    link = _link(parts, rng)
    match predicate:
        case Direction(side, anchor):
            said = f"{pick(rng, places.DIRECTIONS[side])} {_anchor(anchor, rng)}"
        case Between(first, second):
            said = f"{pick(rng, places.BETWEEN)} {_both(first, second, rng)}"
        case FarFrom(anchor):
            said = f"{pick(rng, places.FAR)} {_anchor(anchor, rng, definite=True)}"
        case Beside(anchor):
            lined = anchor.noun.means & _LINES and parts.many and not parts.noun.means & _VEHICLES
            words = pick(rng, places.BESIDE_LINES if lined else places.BESIDE)
            link = "" if words in places.ALONG else link
            said = f"{words} {_anchor(anchor, rng)}"
        case Inside(anchor):
            words = pick(rng, _on_words(parts.noun.means, anchor))
            link = "" if len(words.split()) > 1 or words.endswith("ing") else link
            said = f"{words} {_anchor(anchor, rng)}"
        case Surrounded(anchor):
            said = f"{pick(rng, places.SURROUNDED)} {_anchor(anchor, rng)}"
        case _:
            return
    parts.after.append(f"{link}{said}")


def _add_not(parts: _Parts, claim: Predicate, rng: np.random.Generator) -> None:
    are = f"{pick(rng, ('that', 'which'))} {parts.are}"
    match claim:
        case Attribute(name, value):
            form = pick(rng, places.EXCEPT, 1.0) if parts.many else "{are} not {}"
            parts.after.append(form.format(pick(rng, attribute_words(name, value), 3), are=are))
        case Beside(anchor):
            parts.after.append(f"{pick(rng, places.NOT_BESIDE)} {_anchor(anchor, rng, definite=True)}")
        case Inside(anchor):
            parts.after.append(f"{pick(rng, places.NOT_INSIDE)} {_anchor(anchor, rng, definite=True)}")
        case Position(region):
            parts.after.append(f"{are} not {pick(rng, places.POSITIONS[region])}")


def _add_attribute(parts: _Parts, name: str, value: str, rng: np.random.Generator) -> None:
    """An adjective before the noun, "with red roofs" behind it, "made of tin", "of red colour"."""
    house = parts.noun.means == {"building"}
    words = attribute_words(name, value)
    if house and name == "colour":
        words = (*words, *adjectives.ROOF_COLOURS.get(value, ()))
    said, style, other = pick(rng, words), rng.random(), rng.random()
    if house and name in ("colour", "material", "roof") and "roof" not in parts.noun.one and style < 0.4:
        parts.after.append(_roofed(parts, said, other))
    elif house and name == "roof" and "roof" not in parts.noun.one:
        parts.before.append(f"{said}-roofed")
    elif name == "material" and value in adjectives.MATERIAL_NOUNS and style > 0.82:
        stuff = adjectives.MATERIAL_NOUNS[value]
        parts.after.append(f"made of {stuff[int(other * len(stuff))]}")
    elif name == "colour" and style > 0.88:
        forms = ("that {are} {}", "in {}", "of {} colour", "of {} color", "which {are} {}", "{} in colour")
        parts.after.append(forms[int(other * len(forms))].format(said, are=parts.are))
    else:
        parts.before.append(said)


def _roofed(parts: _Parts, said: str, chance: float) -> str:
    if parts.many or parts.noun.mass:
        forms: tuple[str, ...] = ("with {} roofs", "with {} roofs", "with a {} roof", "that have {} roofs",
                                  "having {} roofs")  # fmt: skip
    else:
        forms = ("with a {} roof", "with a {} roof", "that has a {} roof", "having a {} roof", "with {} roof")
    return forms[int(chance * len(forms))].format(said)


def _add_position(parts: _Parts, region: str, rng: np.random.Generator) -> None:
    style, link = rng.random(), _link(parts, rng)
    if style < 0.2 and region in places.POSITION_ADJECTIVES and not parts.lead:
        parts.size.insert(0, pick(rng, places.POSITION_ADJECTIVES[region]))
    else:
        parts.after.append(link + pick(rng, places.POSITIONS[region]))


def _link(parts: _Parts, rng: np.random.Generator) -> str:
    """Words between the noun and its place, with a space behind; mostly none."""
    first_place = not any(" is" in f" {w}" or " are" in f" {w}" for w in parts.after)
    chosen = pick(rng, places.LINKS, 1.0).format(are=parts.are)
    return f"{chosen} " if chosen and first_place else ""


def _on_words(target: frozenset[str], anchor: Anchor) -> Sequence[str]:
    under = anchor.noun.means
    if target & _VEHICLES and "road" in under:
        return places.DRIVING
    if target & (_VEHICLES | {"aircraft"}) and under & {"car_park", "pavement"}:
        return places.PARKED
    if "ship" in target and under & _WATERS:
        return places.AFLOAT
    return places.ON if under & _SURFACES else places.INSIDE


def _anchor(anchor: Anchor, rng: np.random.Generator, definite: bool = False) -> str:
    """A noun phrase for what a relation relates to; ``definite`` where "a road" would leave open which."""
    noun, style = anchor.noun, rng.random()
    definite = definite or anchor.definite
    single = noun.mass or len(anchor.ids) == 1
    many = noun.only_many or (not single and style < (0.7 if definite else 0.5))
    parts = _Parts(noun, many)
    for predicate in anchor.predicates:
        _add(parts, predicate, rng)
    if single:
        return parts.words("the")
    if many:
        return parts.words("the" if style < 0.35 or anchor.definite else "")
    return parts.words("any" if definite else "a")


def _both(first: Anchor, second: Anchor, rng: np.random.Generator) -> str:
    if first.noun == second.noun and not first.predicates and not second.predicates:
        return f"the two {first.noun.many}"
    return f"{_anchor(first, rng)} and {_anchor(second, rng)}"


def with_articles(phrase: str) -> str:
    """Turns "a" into "an" before a vowel's sound."""
    words = phrase.split()
    for i, (article, following) in enumerate(pairwise(words)):
        if article == "a" and following[0].lower() in "aeiou" and not following.startswith(_OWN_SOUND):
            words[i] = "an"
    return " ".join(words)
