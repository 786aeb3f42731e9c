"""Lessons that last for a time by the clock, so that they end when they should on any machine."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import torch


def lesson(
    optimizer: torch.optim.Optimizer, rate: float, minutes: float, warmup: float = 0.0
) -> Iterator[None]:
    """Turns of a lesson; before each the rates are set, which fall to zero along half a cosine.

    Args:
        optimizer: each of its groups has a ``share`` of the rate.
        rate: the highest.
        minutes: how long it lasts.
        warmup: share of the time in which rates rise.
    """
    started = time.monotonic()
    while (at := (time.monotonic() - started) / (60 * minutes)) < 1:
        rise = min(1.0, at / warmup) if warmup else 1.0
        for group in optimizer.param_groups:
            group["lr"] = rate * group["share"] * rise * 0.5 * (1 + math.cos(math.pi * at))
        yield
