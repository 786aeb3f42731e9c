"""From a description to words: determiners, adjectives, places and requests, in many ways of saying the same.

Every choice takes one random number whatever the list's length, so two descriptions of one structure, worded
from equal generators, come out parallel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from geoseg_text.language.lexicon import adjectives, attribute_words, places
from geoseg_text.language.description import Description
from geoseg_text.language.directions import Direction
from geoseg_text.language.looks import Attribute, Size, Slender, Tone
from geoseg_text.language.regions import Position
from geoseg_text.language.relations import Anchor, Beside, Between, FarFrom, Inside, Not, Surrounded
from geoseg_text.language.superlatives import Extreme, Nearest
from geoseg_text.language.verdicts import Predicate

_ROOF_LESS = ("roof", "rooftop")
_VEHICLES = frozenset({"car", "truck", "bus", "vehicle"})
_AFLOAT = frozenset({"water", "river", "lake", "sea", "pool"})
_LINES = frozenset({"road", "river"})


@dataclass
class _Parts:
    """What stands around the noun."""

    lead: str = ""
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


def pick(rng: np.random.Generator, words: Sequence[str], lean: float = 3.0) -> str:
    """One of the words, the first ones more often the higher ``lean`` is; one random number."""
    return words[int(len(words) * rng.random() ** lean)]


def word(description: Description, count: int, rng: np.random.Generator) -> tuple[str, bool]:
    """A noun phrase for a description, and whether it stands in the plural.

    Args:
        description: what is meant.
        count: how many objects that are, 0 where there are none.
        rng: source of the choice of words.

    Returns:
        The phrase without any request around it, and True for a plural.
    """
    noun = description.noun
    many = not noun.mass and (noun.only_many or _plural(description, count, rng))
    parts = _Parts()
    for predicate in description.predicates:
        _add(parts, predicate, description, many, rng)
    determiner = _determiner(description, count, many, rng)
    words = [determiner, parts.lead, *parts.before, noun.many if many else noun.one, *parts.after]
    return _articles(" ".join(w for w in words if w)), many


def _superlative(description: Description) -> bool:
    return any(isinstance(p, Extreme | Nearest) for p in description.predicates)


def _plural(description: Description, count: int, rng: np.random.Generator) -> bool:
    chance = rng.random()
    if description.number > 1:
        return True
    if _superlative(description):
        return False
    if count == 1:
        return chance < 0.35
    if count == 0:
        return chance < 0.55
    return chance < 0.8


def _determiner(description: Description, count: int, many: bool, rng: np.random.Generator) -> str:
    first, second = rng.random(), rng.random()

    def choose(words: Sequence[str]) -> str:
        return words[int(len(words) * second)]

    if description.number > 1:
        return f"{choose(('the', 'the', 'these', ''))} {places.NUMBERS[description.number]}".strip()
    if _superlative(description):
        return "the" if first < 0.85 else ""
    if description.noun.mass:
        return choose(places.DETERMINERS_MASS)
    if many:
        return choose(places.DETERMINERS_MANY)
    if count > 1:
        return choose(places.DETERMINERS_EACH) if first < 0.4 else ""
    return choose(places.DETERMINERS_ONE)


def _add(
    parts: _Parts, predicate: Predicate, description: Description, many: bool, rng: np.random.Generator
) -> None:
    """Adds one predicate's words to the parts around the noun."""
    target = description.noun.means
    match predicate:
        case Attribute(name, value):
            _add_attribute(parts, name, value, description, many, rng)
        case Tone(value):
            parts.before.append(pick(rng, adjectives.TONE_WORDS[value]))
        case Size(value):
            parts.before.insert(0, pick(rng, adjectives.SIZES[value]))
        case Slender():
            parts.before.insert(0, pick(rng, adjectives.SLENDER))
        case Position(region):
            _add_position(parts, region, many, rng)
        case Extreme(which):
            parts.lead = pick(rng, places.EXTREMES[which])
        case Nearest(anchor, farthest):
            near = pick(rng, places.FARTHEST if farthest else places.NEAREST)
            parts.after.append(f"{near} {_anchor(anchor, rng, definite=True)}")
        case Direction(side, anchor):
            parts.after.append(
                f"{_link(many, rng)}{pick(rng, places.DIRECTIONS[side])} {_anchor(anchor, rng)}"
            )
        case Between(first, second):
            parts.after.append(f"{_link(many, rng)}{pick(rng, places.BETWEEN)} {_both(first, second, rng)}")
        case FarFrom(anchor):
            parts.after.append(
                f"{_link(many, rng)}{pick(rng, places.FAR)} {_anchor(anchor, rng, definite=True)}"
            )
        case Beside(anchor):
            words = places.BESIDE
            if anchor.noun.means & _LINES and not target & _VEHICLES and many and rng.random() < 0.35:
                words = places.ALONG
            parts.after.append(f"{_link(many, rng, words)}{pick(rng, words)} {_anchor(anchor, rng)}")
        case Inside(anchor):
            words = _on_words(target, anchor)
            parts.after.append(f"{_link(many, rng)}{pick(rng, words)} {_anchor(anchor, rng)}")
        case Surrounded(anchor):
            parts.after.append(f"{pick(rng, places.SURROUNDED)} {_anchor(anchor, rng)}")
        case Not(claim):
            _add_not(parts, claim, many, rng)


def _add_not(parts: _Parts, claim: Predicate, many: bool, rng: np.random.Generator) -> None:
    are = pick(rng, ("that are", "which are") if many else ("that is", "which is"))
    match claim:
        case Attribute(name, value):
            parts.after.append(f"{are} not {pick(rng, attribute_words(name, value), 3)}")
        case Beside(anchor):
            parts.after.append(f"{_link(many, rng)}{pick(rng, places.NOT_BESIDE)} "
                               f"{_anchor(anchor, rng, definite=True)}")  # fmt: skip
        case Inside(anchor):
            parts.after.append(f"{_link(many, rng)}{pick(rng, places.NOT_INSIDE)} "
                               f"{_anchor(anchor, rng, definite=True)}")  # fmt: skip
        case Position(region):
            parts.after.append(f"{are} not {pick(rng, places.POSITIONS[region])}")


def _add_attribute(
    parts: _Parts, name: str, value: str, description: Description, many: bool, rng: np.random.Generator
) -> None:
    """An adjective before the noun, "with red roofs" behind it, or "made of tin"."""
    words = attribute_words(name, value)
    house = description.noun.means == {"building"}
    if house and name == "colour":
        words = (*words, *adjectives.ROOF_COLOURS.get(value, ()))
    said, style = pick(rng, words), rng.random()
    roofs = "roofs" if many else "roof"
    bare_roof = description.noun.one.split()[-1] in _ROOF_LESS
    if (
        house
        and not bare_roof
        and name in ("colour", "material", "roof")
        and (style < 0.35 or name == "roof")
    ):
        a = "" if many else "a "
        parts.after.append(
            f"with {a}{said} {roofs}" if style < 0.25 or name != "colour" else f"with {said} {roofs}"
        )
    elif name == "material" and value in adjectives.MATERIAL_NOUNS and style > 0.8:
        parts.after.append(f"made of {pick(rng, adjectives.MATERIAL_NOUNS[value])}")
    elif name == "colour" and style > 0.88:
        parts.after.append(f"{'that are' if many else 'that is'} {said}")
    else:
        parts.before.append(said)


def _add_position(parts: _Parts, region: str, many: bool, rng: np.random.Generator) -> None:
    style = rng.random()
    if style < 0.2 and region in places.POSITION_ADJECTIVES and not parts.lead:
        parts.before.insert(0, pick(rng, places.POSITION_ADJECTIVES[region]))
        return
    parts.after.append(_link(many, rng) + pick(rng, places.POSITIONS[region]))


def _link(many: bool, rng: np.random.Generator, words: Sequence[str] = ()) -> str:
    """Words between the noun and its place, with a space behind, often none."""
    chosen = pick(rng, places.LINKS_MANY if many else places.LINKS_ONE, 1.0)
    return f"{chosen} " if chosen and words is not places.ALONG else ""


def _on_words(target: frozenset[str], anchor: Anchor) -> Sequence[str]:
    under = anchor.noun.means
    if target & _VEHICLES and "road" in under:
        return places.DRIVING
    if target & (_VEHICLES | {"aircraft"}) and under & {"car_park", "pavement"}:
        return places.PARKED
    if under & _AFLOAT:
        return places.AFLOAT
    return places.ON if under & {"lawn", "pavement", "court", "bare_ground", "road"} else places.INSIDE


def _anchor(anchor: Anchor, rng: np.random.Generator, definite: bool = False) -> str:
    """A noun phrase for what a relation relates to."""
    noun, style = anchor.noun, rng.random()
    parts = _Parts()
    many = not noun.mass and (noun.only_many or len(anchor.ids) > 1 and style < (0.7 if definite else 0.5))
    description = Description(noun, anchor.predicates)
    for predicate in anchor.predicates:
        _add(parts, predicate, description, many, rng)
    if noun.mass or len(anchor.ids) == 1:
        determiner = "the"
    elif many:
        determiner = "the" if style < 0.35 else ""
    else:
        determiner = "any" if definite else "a"
    words = [determiner, parts.lead, *parts.before, noun.many if many else noun.one, *parts.after]
    return " ".join(w for w in words if w)


def _both(first: Anchor, second: Anchor, rng: np.random.Generator) -> str:
    if first.noun == second.noun and not first.predicates and not second.predicates:
        return f"the two {first.noun.many}"
    return f"{_anchor(first, rng)} and {_anchor(second, rng)}"


def _articles(phrase: str) -> str:
    """Turns "a" into "an" before a vowel's sound."""
    words = phrase.split()
    for i, (article, following) in enumerate(zip(words, words[1:], strict=False)):
        if article == "a" and following[0].lower() in "aeiou" and not following.startswith(("uni", "one")):
            words[i] = "an"
    return " ".join(words)


def request(phrase: str, many: bool, rng: np.random.Generator) -> str:
    """Sometimes puts a request around a phrase, capital letters, a full stop or a slip of the pen."""
    carried, case, mark, slip = rng.random(4)
    if carried < 0.2:
        phrase = pick(rng, places.CARRIERS, 1.2).format(phrase)
    elif carried < 0.23:
        phrase = f"where {'are' if many else 'is'} {phrase}"
    question = phrase.startswith(("where", "can you", "could you"))
    if slip < 0.03:
        phrase = _slip(phrase, rng)
    if case < 0.14:
        phrase = phrase[:1].upper() + phrase[1:]
    elif case < 0.16:
        phrase = phrase.upper()
    elif case < 0.17:
        phrase = phrase.title()
    if mark < (0.5 if question else 0.06):
        phrase += "?" if question else pick(rng, (".", ".", "!", " ."), 1.0)
    return phrase


def _slip(phrase: str, rng: np.random.Generator) -> str:
    """One small typing error inside a longer word."""
    words = phrase.split()
    long = [i for i, w in enumerate(words) if len(w) > 5 and w.isalpha()]
    if not long:
        return phrase
    which = long[int(rng.integers(len(long)))]
    letters = list(words[which])
    at = int(rng.integers(1, len(letters) - 2))
    kind = int(rng.integers(3))
    if kind == 0:
        letters[at], letters[at + 1] = letters[at + 1], letters[at]
    elif kind == 1:
        del letters[at]
    else:
        letters.insert(at, letters[at])
    words[which] = "".join(letters)
    return " ".join(words)
