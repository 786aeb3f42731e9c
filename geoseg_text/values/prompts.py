"""What the user asks for: a phrase, and what may narrow it down.

`as_prompts` is the door: whatever a caller gives (a string, a `Prompt`, a sequence of either) leaves it as a
tuple of clean, distinct prompts.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoseg_text.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Characters that end a line, ring a bell or cannot be written as UTF-8 would break a table or a log.
_BREAKING_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Bidirectional controls make text read otherwise than it is stored.
_BIDIRECTIONAL = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Prompt:
    """One request: a phrase, with an own threshold or hints where the caller has them.

    Attributes:
        phrase: the user's text; white space and control characters collapse to single spaces.
        threshold: score from which a pixel belongs to the referent (0..1), or None for the model's own.
        points: hints (x, y) in the CRS of the imagery.
        boxes: hints (left, bottom, right, top) in the CRS of the imagery.
        mask: hint on the run grid, bool (rows, cols); it takes no part in comparisons.

    Raises:
        InputError: the phrase holds no letter or digit, the threshold is outside 0..1, a hint is not finite.
    """

    phrase: str
    threshold: float | None = None
    points: tuple[tuple[float, float], ...] = ()
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    mask: NDArray[np.bool_] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "phrase", _clean(self.phrase))
        if self.threshold is not None and not 0.0 <= self.threshold <= 1.0:  # a NaN fails both comparisons
            raise InputError(f"threshold {self.threshold} of {self.phrase!r}: give a number from 0 to 1")
        object.__setattr__(self, "points", tuple(_numbers("point", point, 2) for point in self.points))
        object.__setattr__(self, "boxes", tuple(_numbers("box", box, 4) for box in self.boxes))


def as_prompts(prompts: str | Prompt | Iterable[str | Prompt]) -> tuple[Prompt, ...]:
    """Turn what a caller gives into distinct prompts, in the order given.

    Args:
        prompts: a phrase, a prompt, or several of either; equal ones are kept once.

    Raises:
        InputError: nothing was given, something is neither text nor a prompt, or one phrase comes with two
            different settings (it names the column of the result, so it must mean one thing).
    """
    given = [prompts] if isinstance(prompts, str | Prompt) else list(prompts)
    distinct: dict[str, Prompt] = {}
    for item in given:
        prompt = item if isinstance(item, Prompt) else Prompt(item)
        if distinct.setdefault(prompt.phrase, prompt) != prompt:
            raise InputError(f"{prompt.phrase!r} is asked for twice with different settings: keep one")
    if not distinct:
        raise InputError("no phrase was given: say what to look for, e.g. 'the red roofs'")
    return tuple(distinct.values())


def _clean(phrase: object) -> str:
    if not isinstance(phrase, str):
        raise InputError(f"a phrase is text, not {type(phrase).__name__}: {phrase!r:.80}")
    spaced = "".join(" " if _breaks(character) else character for character in phrase)
    clean = " ".join(unicodedata.normalize("NFC", spaced).split())
    if not any(character.isalnum() for character in clean):
        raise InputError(f"the phrase {phrase!r:.80} has no words: say what to look for")
    return clean


def _breaks(character: str) -> bool:
    return unicodedata.category(character) in _BREAKING_CATEGORIES or character in _BIDIRECTIONAL


def _numbers(kind: str, numbers: Iterable[float], count: int) -> tuple[float, ...]:
    values = tuple(float(number) for number in numbers)
    if len(values) != count or not all(math.isfinite(value) for value in values):
        raise InputError(f"{kind} {values}: give {count} finite numbers in the CRS of the imagery")
    return values
