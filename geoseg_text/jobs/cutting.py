"""How scores become polygons: thresholds, least areas, outlines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from geoseg_text.errors import InputError
from geoseg_text.values.prompts import Prompt
from geoseg_text.vectorize import Cut


@dataclass(frozen=True, kw_only=True)
class Cutting:
    """Everything asked of polygons that does not change a score; see `geoseg_text.segment` for each."""

    threshold: float | None = None
    threshold_low: float | None = None
    min_area_m2: float = 0.0
    simplify_m: float | None = None
    square: bool = False

    def __post_init__(self) -> None:
        for name in ("min_area_m2", "simplify_m"):
            amount = getattr(self, name)
            if amount is not None and not (math.isfinite(amount) and amount >= 0):
                raise InputError(f"{name} {amount}: give a number, 0 or more")
        if self.threshold_low is not None and not 0.0 <= self.threshold_low <= 1.0:
            raise InputError(f"threshold_low {self.threshold_low}: give a score from 0 to 1")

    def settled(self, prompts: Sequence[Prompt], fallback: float | None = None) -> tuple[Prompt, ...]:
        """Fill in thresholds: the prompt's own, else this one, else the fallback.

        Raises:
            InputError: the low threshold is above one of them.
        """
        own = fallback if self.threshold is None else self.threshold
        settled = tuple(
            replace(prompt, threshold=own) if prompt.threshold is None else prompt for prompt in prompts
        )
        for prompt in settled:
            low, high = self.threshold_low, prompt.threshold
            if low is not None and high is not None and low > high:
                raise InputError(
                    f"threshold_low {low} is above the threshold {high} of {prompt.phrase!r:.80}: "
                    "give a lower one, or raise the threshold"
                )
        return settled

    def outlining(self) -> dict[str, Any]:
        """What the manifest's settings say of it; thresholds stand with the prompts."""
        names = ("threshold_low", "min_area_m2", "simplify_m", "square")
        return {name: getattr(self, name) for name in names}


def cuts_of(prompts: Sequence[Prompt], low: float | None, least_px: int) -> list[Cut]:
    """Where the scores of each phrase become polygons; thresholds are filled in."""
    return [Cut.at(prompt.threshold or 0.0, low, least_px) for prompt in prompts]
