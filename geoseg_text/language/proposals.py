"""Draws descriptions that fit a scene, kind by kind."""

from __future__ import annotations

from geoseg_text.language.bench import TRIES, Bench, Draft, an_attribute
from geoseg_text.language.description import Description
from geoseg_text.language.looks import Attribute, Size, Slender
from geoseg_text.language.naming import Target
from geoseg_text.language.regions import REGIONS, Position
from geoseg_text.language.relating import RELATIONS, an_anchor
from geoseg_text.language.relations import Not
from geoseg_text.language.superlatives import EXTREMES, Extreme, Nearest
from geoseg_text.language.verdicts import Predicate

CROWDED = 0.7
"""Share of phrases over some of a kind that prefer kinds of many objects."""
_STUFF = frozenset({"road", "lawn", "river", "sea", "wood", "bare_ground", "pavement", "vegetation", "water"})
"""Nobody counts these."""


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


def attribute(b: Bench) -> Draft | None:
    """Objects by colour, material, roof, shape or crop; now and then by two of these."""
    target = b.naming.draw(b.rng, crowd=b.crowded or b.rng.random() < CROWDED)
    first = an_attribute(b, target) if target else None
    if target is None or first is None:
        return None
    noun = target.noun(b.rng)
    if b.collective(noun):
        return None
    if b.rng.random() < 0.2:
        second = an_attribute(b, target)
        if isinstance(second, Attribute) and isinstance(first, Attribute) and second.name != first.name:
            draft = b.draft(noun, first, second)
            if b.telling(draft, target):
                return draft
    draft = b.draft(noun, first)
    return _counted(b, draft) if draft and b.telling(draft, target) else None


def size(b: Bench) -> Draft | None:
    """Large, small or slender objects of a kind."""
    target = b.naming.draw(b.rng, crowd=b.crowded or b.rng.random() < CROWDED)
    if target is None or target.nouns[0].mass:
        return None
    noun, style = target.noun(b.rng), b.rng.random()
    if b.sized(noun) or not b.single(target, noun) or noun.means & {"vehicle"}:
        return None
    claim: Predicate = Slender() if style > 0.85 else Size("large" if style < 0.45 else "small")
    extra = an_attribute(b, target) if b.rng.random() < 0.2 else None
    draft = b.draft(noun, claim, extra) if extra else None
    if not b.telling(draft, target, 0.0):
        draft = b.draft(noun, claim)
    return draft if b.telling(draft, target, 0.0) else None


def position(b: Bench) -> Draft | None:
    """Objects in a part of the image, now and then with an attribute."""
    target = b.naming.draw(b.rng, crowd=b.crowded or b.rng.random() < CROWDED)
    if target is None:
        return None
    noun = target.noun(b.rng)
    if not b.single(target, noun):
        return None
    extra = an_attribute(b, target) if b.rng.random() < 0.3 else None
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
    target = b.naming.draw(b.rng, crowd=b.crowded or b.rng.random() < CROWDED)
    if target is None or target.nouns[0].mass or target.nouns[0].only_many or len(target.where) < 2:
        return None
    noun = target.noun(b.rng)
    if not b.single(target, noun) or noun.means & {"vegetation"}:
        return None
    claim: Predicate = Extreme(b.one_of(EXTREMES))
    if b.rng.random() < 0.35:
        anchor = an_anchor(b, target)
        if anchor is not None:
            claim = Nearest(anchor, bool(b.rng.random() < 0.3))
    extra = an_attribute(b, target) if b.rng.random() < 0.3 else None
    draft = b.draft(noun, extra, claim) if extra else b.draft(noun, claim)
    return draft if b.plain(draft) else None


def relation(b: Bench) -> Draft | None:
    """Objects by where they are relative to others."""
    target = b.naming.draw(b.rng, crowd=b.crowded or b.rng.random() < CROWDED)
    if target is None:
        return None
    noun = target.noun(b.rng)
    if not b.single(target, noun):
        return None
    extra = an_attribute(b, target) if b.rng.random() < 0.25 else None
    for _ in range(3):
        name = b.choose({n: weight for n, (weight, _) in RELATIONS.items()})
        claim = RELATIONS[name][1](b, target)
        if claim is None:
            continue
        draft = b.draft(noun, extra, claim) if extra else b.draft(noun, claim)
        if b.telling(draft, target, 0.0 if isinstance(claim, Not) else 0.1):
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
            claim = RELATIONS[b.one_of(("beside", "direction", "inside"))][1](b, target)
        if claim is None:
            continue
        draft = b.draft(noun, claim)
        if draft is not None and not len(draft.where):
            return draft
    return None
