"""Phrases that mean nothing in a scene, though they might elsewhere."""

from __future__ import annotations

import numpy as np

from geoseg_text.language import proposals
from geoseg_text.language.asking import request
from geoseg_text.language.bench import Bench, Draft, attributes_of
from geoseg_text.language.cases import Case, case_of
from geoseg_text.language.description import Description
from geoseg_text.language.lexicon import CATEGORIES, absent, adjectives, plural
from geoseg_text.language.looks import Attribute
from geoseg_text.language.relations import Anchor, Beside
from geoseg_text.language.wording import with_articles

_NOWHERE = np.zeros(0, dtype=np.intp)


def nothing(b: Bench) -> Case | None:
    """A phrase without a referent: an absent kind, look, place or neighbour, or a word for nothing here."""
    style = b.rng.random()
    if style < 0.3:
        return _absent_kind(b)
    if style < 0.45:
        return _vain_place(b)
    if style < 0.52:
        return _absent_neighbour(b)
    return _absent_colour(b) if style < 0.7 else _unknown(b, style)


def _absent_kind(b: Bench) -> Case | None:
    noun = b.naming.absent_noun(b.rng)
    return case_of(b, Draft(Description(noun), _NOWHERE), "none") if noun else None


def _vain_place(b: Bench) -> Case | None:
    target = b.naming.draw(b.rng)
    return case_of(b, proposals.vain(b, target), "none") if target else None


def _absent_neighbour(b: Bench) -> Case | None:
    """Something present beside something that is not."""
    target, noun = b.naming.draw(b.rng), b.naming.absent_noun(b.rng)
    if target is None or noun is None or not b.single(target, target.nouns[0]):
        return None
    beside = Beside(Anchor((0,), noun, definite=True))
    return case_of(b, Draft(Description(target.noun(b.rng), (beside,)), _NOWHERE), "none")


def _absent_colour(b: Bench) -> Case | None:
    """A colour that no object of its kind has or could be taken to have."""
    target = b.naming.draw(b.rng)
    colours = attributes_of(b, target).get("colour") if target else None
    if target is None or not colours:
        return None
    free = [colour for colour in adjectives.COLOURS if not any(_alike(colour, other) for other in colours)]
    noun = target.noun(b.rng)
    if free and b.rng.random() < 0.8:
        draft = b.draft(noun, Attribute("colour", b.one_of(free)))
        return case_of(b, draft, "none") if draft is not None and not len(draft.where) else None
    form = noun.one if noun.mass else noun.many
    phrase = f"{b.one_of(('the ', 'all ', ''))}{b.one_of(adjectives.ABSENT_COLOURS)} {form}"
    return Case(request(phrase, not noun.mass, b.rng), "none", ())


def _alike(one: str, two: str) -> bool:
    return one == two or frozenset({one, two}) in adjectives.ALIKE


def _unknown(b: Bench, style: float) -> Case:
    """A thing that is surely not there, or a word that means nothing."""
    drawn = b.m.scene.complete.issuperset(CATEGORIES)  # only of drawn scenes is it known what else they hold
    if style > 0.93:
        thing = absent.pseudo_word(b.rng)
    else:
        thing = b.one_of(absent.PLAUSIBLE if drawn and style < 0.83 else absent.IMPOSSIBLE)
    many = bool(b.rng.random() < 0.5)
    determiner = b.one_of(("the ", "", "all ") if many else ("the ", "", "a "))
    phrase = with_articles(determiner + (plural(thing) if many else thing))
    return Case(request(phrase, many, b.rng), "none", ())
