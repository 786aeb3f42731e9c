"""Points that show a network in training what its own answer gets wrong (RSAM, section 3.3)."""

from __future__ import annotations

import torch
from torch import Tensor

from geoseg_text.models.hints import Hints, Point
from geoseg_text.training.config import PointGuidance


def guided(choice: PointGuidance, answers: Tensor, truth: Tensor) -> list[Hints | None]:
    """Points for some of the phrases, at random among the wrong pixels of each.

    A missed pixel gives a point on the referent, a pixel too many one off it. Nothing is wrong, no points.
    All chance is torch's on the CPU.

    Args:
        choice: how many phrases, and how many points.
        answers: (N, H, W) bool, what the network marks.
        truth: (N, H, W) bool.

    Returns:
        A hint for each phrase; None for those that get none.
    """
    chosen = (torch.rand(len(truth)) < choice.share).tolist()
    return [
        _points(choice.most, answer, mask) if guides else None
        for guides, answer, mask in zip(chosen, answers, truth, strict=True)
    ]


def _points(most: int, answer: Tensor, truth: Tensor) -> Hints | None:
    wrong = (answer ^ truth).nonzero().cpu()
    if len(wrong) == 0:
        return None
    count = int(torch.randint(1, most + 1, ()))
    drawn = wrong[torch.randint(len(wrong), (count,))].tolist()
    on: list[Point] = [(col + 0.5, row + 0.5) for row, col in drawn if bool(truth[row, col])]
    off: list[Point] = [(col + 0.5, row + 0.5) for row, col in drawn if not bool(truth[row, col])]
    return Hints(points=tuple(on), points_off=tuple(off))
