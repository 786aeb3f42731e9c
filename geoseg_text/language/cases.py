"""A phrase with what it means, and the way from a draft to one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

from geoseg_text.language.asking import request
from geoseg_text.language.bench import Bench, Draft
from geoseg_text.language.wording import word

Kind: TypeAlias = Literal[
    "category", "attribute", "size", "position", "relation", "superlative", "several", "none"
]
KINDS: tuple[Kind, ...] = get_args(Kind)


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


def case_of(bench: Bench, draft: Draft | None, kind: Kind) -> Case | None:
    """The draft in words, or None where there is no draft or the words stumble ("tarred tarred road")."""
    if draft is None:
        return None
    ids = tuple(sorted(bench.m.ids_at(draft.where)))
    phrase, many = word(draft.description, len(ids), bench.rng)
    if any(one == two for one, two in pairwise(phrase.split())):
        return None
    return Case(request(phrase, many, bench.rng), kind, ids)
