"""Descriptions, and the objects that they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geoseg_text.language.directions import Direction
from geoseg_text.language.lexicon import Noun
from geoseg_text.language.looks import Fits
from geoseg_text.language.measures import Ids, Indices, Measures
from geoseg_text.language.relations import Beside, Between, FarFrom, Inside, Not, Surrounded
from geoseg_text.language.superlatives import Extreme, Nearest
from geoseg_text.language.verdicts import NO, UNCLEAR, YES, Predicate


@dataclass(frozen=True)
class Description:
    """A noun and what is said of it; its last predicate may be a superlative over what the others leave.

    Attributes:
        noun: how the objects are called.
        predicates: claims in the order in which they narrow the choice.
        number: how many objects the wording says there are, 0 for unsaid.
    """

    noun: Noun
    predicates: tuple[Predicate, ...] = ()
    number: int = 0


SUPERLATIVES = (Extreme, Nearest)


def _anchored(predicate: Predicate) -> Ids:
    """Ids of the objects that a predicate relates to."""
    match predicate:
        case Beside(a) | FarFrom(a) | Inside(a) | Surrounded(a) | Nearest(a) | Direction(_, a):
            return a.ids
        case Between(a, b):
            return (*a.ids, *b.ids)
        case Not(claim):
            return _anchored(claim)
    return ()


def referents(m: Measures, noun: Noun, predicates: Sequence[Predicate]) -> Indices | None:
    """Positions of the objects that a description means, or None where some object is too close to call."""
    among = m.of(noun.means)
    if noun.narrow:
        predicates = (Fits(noun), *predicates)
    verdict = np.ones(len(among), dtype=np.int8)
    for predicate in predicates:
        # What a phrase relates to is not itself among its referents ("the roof beside the red roof").
        anchored = _anchored(predicate)
        if anchored:
            verdict[np.isin(among, m.where(anchored))] = NO
        if isinstance(predicate, SUPERLATIVES):
            if (verdict == UNCLEAR).any():
                return None
            among = among[verdict == YES]
            verdict = predicate.judge(m, among)
        else:
            verdict = np.minimum(verdict, predicate.judge(m, among))
    return None if (verdict == UNCLEAR).any() else among[verdict == YES]
