"""How learning rates rise and fall over a training's steps."""

from __future__ import annotations

import math

from geoseg_text.training.config import Constant, Polynomial, Schedule


def rate_share(schedule: Schedule, step: int, total: int, final_share: float | None = None) -> float:
    """Share of the highest rate that a step has.

    After the warm-up, with t the share of the other steps that are done: polynomial ``(1 - t) ** power``,
    cosine ``(1 + cos(pi t)) / 2``, each from 1 to the final share.

    Args:
        schedule: which curve.
        step: steps done before this one, from 0.
        total: steps of the training.
        final_share: of a group that ends elsewhere than the schedule.
    """
    if step < schedule.warmup_steps:
        return (step + 1) / schedule.warmup_steps
    if isinstance(schedule, Constant):
        return 1.0
    done = min(1.0, (step - schedule.warmup_steps) / max(1, total - schedule.warmup_steps))
    final = schedule.final_share if final_share is None else final_share
    if isinstance(schedule, Polynomial):
        left: float = (1 - done) ** schedule.power
    else:
        left = (1 + math.cos(math.pi * done)) / 2
    return final + (1 - final) * left
