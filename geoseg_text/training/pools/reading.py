"""Reading before looking: the text encoder learns what descriptions claim, from words alone.

An encoder of sentences takes opposites for neighbours: "in the north" and "in the south" come out nearly
alike, since people write them in the same places. A network that looks cannot tell them apart before its
words do. So descriptions of no scene are drawn and worded, and a linear map of the words' mean has to name
their claims.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from geoseg_text.language.asking import request
from geoseg_text.language.description import Description
from geoseg_text.language.directions import COMPASS, Direction
from geoseg_text.language.lexicon import NOUNS, Noun, adjectives
from geoseg_text.language.looks import Attribute, Size, Tone
from geoseg_text.language.regions import REGIONS, Position
from geoseg_text.language.relations import Anchor, Beside, FarFrom, Inside
from geoseg_text.language.superlatives import EXTREMES, Extreme, Nearest
from geoseg_text.language.verdicts import Predicate
from geoseg_text.language.wording import word
from geoseg_text.models.mafn import MAFN
from geoseg_text.training.pools.clock import lesson

BATCH = 64
WARMUP = 0.1
"""Share of the time in which rates rise: a sudden start makes every word alike, for good."""
HEAD_RATE = 20.0
"""Learning rate of the new map, in those of the encoder."""
_TOWARDS = {
    "north": "top", "south": "bottom", "west": "left", "east": "right",
    "upper": "top", "lower": "bottom", "top": "top", "bottom": "bottom", "left": "left", "right": "right",
}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """A phrase and what it claims."""

    phrase: str
    claims: frozenset[str]


def readings(rng: np.random.Generator) -> Iterator[Reading]:
    """Phrases without end: a noun with one claim or two, worded as those over scenes are."""
    makers = list(_MAKERS)
    while True:
        noun = _noun(rng)
        chosen = rng.choice(len(makers), size=int(rng.integers(0, 3)), replace=False)
        predicates = [makers[int(i)](rng) for i in sorted(chosen)]
        phrase, many = word(Description(noun, tuple(predicates)), int(rng.integers(1, 6)), rng)
        claims = {f"is {name}" for name in noun.means} | {c for p in predicates for c in claims_of(p)}
        yield Reading(request(phrase, many, rng), frozenset(claims))


def claims_of(predicate: Predicate) -> frozenset[str]:
    """What a predicate claims, in words that two predicates share where they agree."""
    match predicate:
        case Attribute(name, value):
            return frozenset({f"{name} {value}"})
        case Tone(value) | Size(value):
            return frozenset({f"looks {value}"})
        case Position(region):
            return frozenset({f"at {region}", *_towards(region.split("_"))})
        case Extreme(which):
            return frozenset({f"most {which}", *_towards([which.removesuffix("ernmost")])})
        case Direction(side, anchor):
            ways = [way for way in ("north", "south", "west", "east") if way in side]
            return frozenset({f"{side} of", *_towards(ways), *_of(anchor)})
        case Nearest(anchor, farthest):
            return frozenset({"farthest" if farthest else "nearest", *_of(anchor)})
        case Beside(anchor) | FarFrom(anchor) | Inside(anchor):
            return frozenset({type(predicate).__name__, *_of(anchor)})
    return frozenset()


def _towards(words: list[str]) -> set[str]:
    return {f"towards {_TOWARDS[name]}" for name in words if name in _TOWARDS}


def _of(anchor: Anchor) -> set[str]:
    return {f"of {name}" for name in anchor.noun.means}


def _noun(rng: np.random.Generator) -> Noun:
    return NOUNS[int(rng.integers(len(NOUNS)))]


def _anchor(rng: np.random.Generator) -> Anchor:
    return Anchor((1,), _noun(rng), definite=True)


def _one(rng: np.random.Generator, names: Iterable[str]) -> str:
    listed = list(names)
    return listed[int(rng.integers(len(listed)))]


def _attribute(rng: np.random.Generator) -> Predicate:
    name = _one(rng, adjectives.ATTRIBUTES)
    return Attribute(name, _one(rng, adjectives.ATTRIBUTES[name]))


_MAKERS: tuple[Callable[[np.random.Generator], Predicate], ...] = (
    _attribute,
    lambda rng: Size(_one(rng, adjectives.SIZES)),
    lambda rng: Position(_one(rng, REGIONS)),
    lambda rng: Direction(_one(rng, COMPASS), _anchor(rng)),
    lambda rng: (Beside, FarFrom, Inside)[int(rng.integers(3))](_anchor(rng)),
    lambda rng: Nearest(_anchor(rng), bool(rng.integers(2))),
    lambda rng: Extreme(_one(rng, EXTREMES)),
)


def known_claims() -> tuple[str, ...]:
    """Every claim that `readings` can make, sorted."""
    means = {name for noun in NOUNS for name in noun.means}
    predicates: list[Predicate] = [
        *(Attribute(name, value) for name, values in adjectives.ATTRIBUTES.items() for value in values),
        *map(Size, adjectives.SIZES),
        *map(Position, REGIONS),
        *map(Extreme, EXTREMES),
        *(Direction(side, _nothing()) for side in COMPASS),
        *(made(_nothing()) for made in (Beside, FarFrom, Inside, Nearest)),
        Nearest(_nothing(), farthest=True),
    ]
    claims = {claim for predicate in predicates for claim in claims_of(predicate)}
    return tuple(sorted(claims | {f"{link} {name}" for link in ("is", "of") for name in means}))


def _nothing() -> Anchor:
    return Anchor((), NOUNS[0])


def teach_reading(model: MAFN, minutes: float, rng: np.random.Generator, rate: float = 1e-4) -> float:
    """Let the text encoder of a model learn what descriptions claim; rates fall to zero by the clock.

    Returns:
        The loss at the end, averaged over the last steps: bits of doubt per claim, about.
    """
    names = {claim: column for column, claim in enumerate(known_claims())}
    head = nn.Linear(model.config.text_width, len(names))
    encoder = model.text_encoder.train()
    parts = [(encoder, 1.0), (head, HEAD_RATE)]
    optimizer = torch.optim.AdamW(
        [{"params": list(part.parameters()), "share": share} for part, share in parts], weight_decay=0.01
    )
    stream, loss_at_end = readings(rng), 1.0
    for _ in lesson(optimizer, rate, minutes, WARMUP):
        batch = [next(stream) for _ in range(BATCH)]
        ids, mask = encoder.tokenizer.encode([one.phrase for one in batch], model.config.tokens)
        truth = torch.zeros(BATCH, len(names))
        for row, one in enumerate(batch):
            truth[row, [names[claim] for claim in one.claims]] = 1
        keep = torch.from_numpy(mask)
        with torch.autocast("cpu", torch.bfloat16):
            words = encoder(torch.from_numpy(ids), keep).tokens
        mean = (words.float() * keep.unsqueeze(2)).sum(dim=1) / keep.sum(dim=1, keepdim=True)
        # summed over claims: most are not made, and their mean would say little of those that are
        loss = F.binary_cross_entropy_with_logits(head(mean), truth, reduction="sum") / BATCH
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        loss_at_end = 0.98 * loss_at_end + 0.02 * loss.item()
    encoder.eval()
    return loss_at_end
