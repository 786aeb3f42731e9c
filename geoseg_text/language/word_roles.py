"""Which words of a phrase name things and which say where, for networks that read the two apart (FIANet).

The lexicon knows most nouns, places and relations. Words that name things are its nouns, wherever they
stand: "the car beside the river" has two. Where no noun stands outside of what says where, the last word of
each part counts if it is unknown or ends a known noun, for a phrase is mostly about a thing: "the helideck
on the left", "the diamond" (of baseball). Words that say where are places ("in the upper left", "leftmost")
and relations with the noun phrase they relate to ("north of the grey road"); sizes, colours and "with a red
roof" are neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import numpy as np

from geoseg_text.language.lexicon import NOUNS, SUPER_CATEGORIES, absent, adjectives, places, plural, wordlist

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoseg_text.language.tokenizer import PhraseTokenizer

Span = tuple[int, int]
"""First character and the one behind the last."""

_FURTHER_NOUNS = (
    "golf field", "service area", "expressway service area", "expressway toll station", "van", "trailer",
    "road marking", "bikeway", "low vegetation", "impervious surface", "soccer ball field", "ballfield",
    "tarmac", "airstrip", "greenery",
)  # fmt: skip
"""Classes of public data sets that our scenes have no words for."""

_FURTHER_RELATIONS = (
    "through", "across", "across from", "over", "under", "underneath", "beneath", "opposite", "around",
    "behind", "in front of", "facing", "among", "amongst", "against", "from", "onto", "atop", "towards",
    "toward", "closer to", "relative to",
)  # fmt: skip
_NO_RELATIONS = ("in size", "similar in size to", "in colour", "in color", "in shape", "in total")
"""Words that begin as a relation does and say how a thing looks."""

_STOPS = (
    "that", "which", "who", "is", "are", "was", "were", "has", "have", "having", "with", "without", "than",
    "made of", "built of", "covered with", "planted with", "except", "but", "other than", "apart from",
    "where",
)  # fmt: skip
_JOINS = ("and", "or", "as well as")

_PREPOSITIONS = ("on", "in", "at", "to", "toward", "towards", "near", "from", "around", "along")
_STRONGER = ("far", "furthest", "farthest", "extreme", "very", "most")
_REGIONS = (
    "hand", "side", "part", "area", "half", "quarter", "quadrant", "corner", "edge", "section", "portion",
    "region", "border", "end",
)  # fmt: skip
_PICTURES = ("image", "picture", "photo", "scene", "frame", "map", "view")
_JOINT = r"[\s\-\u2010-\u2013]+"
_POSSESSIVE = re.compile(r"['’]s\b")
_PUNCTUATION = re.compile(r"[,;:.!?()]")
_WORD = re.compile(r"[^\W_]+(?:['’]s\b)?")


class _Kind(Enum):
    """What a chunk of a phrase does."""

    NOUN = auto()
    PLACE = auto()
    RELATION = auto()
    LOOK = auto()
    JOIN = auto()
    STOP = auto()
    WORD = auto()


_BOUNDARIES = (_Kind.PLACE, _Kind.RELATION, _Kind.STOP)


@dataclass(frozen=True)
class _Chunk:
    kind: _Kind
    text: str
    start: int
    end: int
    adjectival: bool = False
    """A place without a preposition, which may stand in a noun phrase: "the lower pool"."""


@dataclass(frozen=True)
class WordRoles:
    """Where in a phrase its words of either role stand; the two may overlap."""

    objects: tuple[Span, ...]
    """Words that name things: what is asked for, and what it is related to."""
    positions: tuple[Span, ...]
    """Words that say where."""


def word_roles(phrase: str) -> WordRoles:
    """Read a phrase; either role may be empty."""
    chunks = list(_chunks(phrase))
    positions = tuple(_positions(chunks))
    nouns = [(c.start, c.end) for c in chunks if c.kind is _Kind.NOUN]
    if all(_inside(noun, positions) for noun in nouns):
        nouns += [head for head in _unknown_heads(chunks) if not _inside(head, positions)]
    return WordRoles(tuple(sorted(nouns)), positions)


def role_masks(
    phrases: Sequence[str], tokenizer: PhraseTokenizer, mask: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tokens of object words and of position words, all word pieces of them; special tokens are neither.

    A phrase without words of a role has its whole mask there: reading nothing would read everything alike.

    Args:
        phrases: P phrases.
        tokenizer: what tells where a token stands in a phrase.
        mask: (P, L), true for tokens, as `PhraseTokenizer.encode` gives it.

    Returns:
        Two masks like ``mask``.
    """
    objects, positions = mask.copy(), mask.copy()
    for row, phrase in enumerate(phrases):
        roles = word_roles(phrase)
        for role_mask, spans in ((objects, roles.objects), (positions, roles.positions)):
            covered = tokenizer.covered(phrase, spans)
            if covered.any():
                role_mask[row] = np.pad(covered, (0, mask.shape[1] - len(covered)))
    return objects, positions


def _inside(span: Span, spans: Iterable[Span]) -> bool:
    return any(first <= span[0] and span[1] <= last for first, last in spans)


def _unknown_heads(chunks: Sequence[_Chunk]) -> Iterator[Span]:
    """Words that may name a thing, where they end a part of the phrase."""
    end = _Chunk(_Kind.STOP, "", 0, 0)
    for chunk, following in pairwise((*chunks, end)):
        if chunk.kind is _Kind.WORD and following.kind in _BOUNDARIES and chunk.text not in _nameless():
            yield chunk.start, chunk.end


def _positions(chunks: Sequence[_Chunk]) -> Iterator[Span]:
    """Places and relations, one behind the other."""
    covered = 0
    for index, chunk in enumerate(chunks):
        if chunk.start < covered or chunk.kind not in (_Kind.PLACE, _Kind.RELATION):
            continue
        last = chunk
        if chunk.kind is _Kind.RELATION:
            related = list(_related(chunks[index + 1 :]))
            if related and all(c.kind is _Kind.LOOK for c in related):  # "in red" is no place
                continue
            last = related[-1] if related else chunk
        yield chunk.start, last.end
        covered = last.end


def _related(chunks: Sequence[_Chunk]) -> Iterator[_Chunk]:
    """The noun phrase at the beginning of the chunks, and those that "and" joins to it."""
    named, waiting = False, list[_Chunk]()
    for chunk in chunks:
        if chunk.kind in _BOUNDARIES and not chunk.adjectival:
            break
        if named and not waiting and chunk.kind not in (_Kind.JOIN, _Kind.NOUN):
            return
        waiting.append(chunk)
        if chunk.kind is _Kind.NOUN:
            yield from waiting
            named, waiting = True, []
    if not named:
        yield from waiting[: -1 if waiting and waiting[-1].kind is _Kind.JOIN else None]


def _chunks(phrase: str) -> Iterator[_Chunk]:
    """Cut a phrase into what the lexicon knows, the longest forms first, and single words."""
    at = 0
    while at < len(phrase):
        found = _longest(phrase, at)
        if found is not None:
            yield found
        at = at + 1 if found is None else found.end


def _longest(phrase: str, at: int) -> _Chunk | None:
    """The longest chunk that begins at a character; None between words."""
    if _PUNCTUATION.match(phrase, at):
        return _Chunk(_Kind.STOP, phrase[at], at, at + 1)
    words = list(islice(_WORD.finditer(phrase, at), _longest_form()))
    if not words or words[0].start() > at:
        return None
    form = _Chunk(_Kind.WORD, _plain(words[0].group()), at, words[0].end())
    for word in reversed(words):
        text = _plain(phrase[at : word.end()])
        if text in _kinds():
            form = _Chunk(_kinds()[text], text, at, word.end())
            break
    place = _place().match(phrase, at)
    if place and (form.kind is _Kind.WORD or place.end() >= form.end):
        kind = _Kind.RELATION if place["of"] else _Kind.PLACE
        return _Chunk(kind, _plain(place.group()), at, place.end(), adjectival=not place["preposition"])
    return form


def _plain(words: str) -> str:
    return " ".join(re.split(_JOINT, _POSSESSIVE.sub("", words.lower())))


def _any(forms: Iterable[str]) -> str:
    """Pattern of any of the forms, the longest first; a hyphen is as good as a space."""
    longest_first = sorted({_plain(form) for form in forms}, key=lambda form: (-len(form), form))
    return "(?:" + "|".join(_JOINT.join(map(re.escape, form.split())) for form in longest_first) + ")"


@cache
def _place() -> re.Pattern[str]:
    """A place in the image, as a whole or ("left of") as one side of what is named next."""
    sides = ("northernmost", "southernmost", "westernmost", "easternmost")
    tables = (*places.POSITIONS.values(), *places.POSITION_ADJECTIVES.values())
    forms = (form for forms in (*tables, *(places.EXTREMES[side] for side in sides)) for form in forms)
    said = {word for form in forms for word in _plain(form).split()}
    cores = said - {"the", "of", *_PREPOSITIONS, *_STRONGER, *_REGIONS, *_PICTURES}
    core, after = _any(cores), _any((*cores, *_REGIONS, *_STRONGER))
    return re.compile(
        rf"\b(?P<preposition>{_any(_PREPOSITIONS)}{_JOINT}(?:the{_JOINT})?)?(?:{_any(_STRONGER)}{_JOINT})*{core}\b"
        rf"(?:{_JOINT}{after}\b)*(?:{_JOINT}of{_JOINT}(?:the|this){_JOINT}{_any(_PICTURES)}\b|(?P<of>{_JOINT}of\b))?",
        re.IGNORECASE,
    )


@cache
def _kinds() -> dict[str, _Kind]:
    """Every fixed form and what it does."""
    relations = (
        *(form for forms in places.DIRECTIONS.values() for form in forms),
        *places.BESIDE_LINES, *places.FAR, *places.NOT_BESIDE, *places.INSIDE, *places.ON, *places.DRIVING,
        *places.PARKED, *places.AFLOAT, *places.NOT_INSIDE, *places.SURROUNDED, *places.BETWEEN,
        *places.NEAREST, *places.FARTHEST, *_FURTHER_RELATIONS,
    )  # fmt: skip
    looks = (form for values in adjectives.ATTRIBUTES.values() for forms in values.values() for form in forms)
    whole = (
        f"{at} {the} {picture}"
        for at in ("in", "on", "of", "from")
        for the in ("the", "this")
        for picture in _PICTURES
    )
    things = (*absent.IMPOSSIBLE, *absent.PLAUSIBLE, *absent.UNSAID, *SUPER_CATEGORIES, *_FURTHER_NOUNS)
    nouns = (*(form for noun in NOUNS for form in (noun.one, noun.many)), *things, *map(plural, things))
    kinds = (
        (_Kind.LOOK, (*looks, *_NO_RELATIONS)), (_Kind.NOUN, nouns), (_Kind.RELATION, relations),
        (_Kind.STOP, (*_STOPS, *whole)), (_Kind.JOIN, _JOINS),
    )  # fmt: skip
    return {_plain(form): kind for kind, forms in kinds for form in forms}


@cache
def _longest_form() -> int:
    return max(form.count(" ") + 1 for form in _kinds())


@cache
def _nameless() -> frozenset[str]:
    """Words of the lexicon that name nothing: all but those that end a noun ("tank" of "storage tank")."""
    words = {word for form in wordlist() for word in _plain(form).split()}
    return frozenset(words - {form.split()[-1] for form, kind in _kinds().items() if kind is _Kind.NOUN})
