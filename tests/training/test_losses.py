"""The losses of the papers against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from geoseg_text.models.rsam import Judgement
from geoseg_text.training.config import CrossEntropy, CrossEntropyDice, FocalDiceIouPresence
from geoseg_text.training.losses import (
    Answered,
    focal,
    iou_error,
    penalise,
    soft_dice,
    two_class_dice,
    weighted_cross_entropy,
)

LOG3 = math.log(3)
"""The logit of a score of 3/4."""
LOGITS = torch.tensor([[[LOG3, -LOG3], [LOG3, -LOG3]]])
TRUTH = torch.tensor([[[True, False], [False, False]]])
"""Three pixels are right with a score of 3/4, one background pixel is wrong with 3/4."""


def test_cross_entropy_weighs_classes_as_torchs_on_two_logits() -> None:
    found = weighted_cross_entropy(LOGITS, TRUTH, (0.9, 1.1))
    right, wrong = math.log(4 / 3), math.log(4)
    expected = (1.1 * right + 0.9 * (2 * right + wrong)) / (1.1 + 3 * 0.9)
    assert found.item() == pytest.approx(expected)
    pair = torch.stack((-LOGITS / 2, LOGITS / 2), dim=1)
    published = torch.nn.functional.cross_entropy(pair, TRUTH.long(), weight=torch.tensor([0.9, 1.1]))
    assert found.item() == pytest.approx(published.item())


def test_dice_counts_both_classes() -> None:
    # referent: scores 3/4 1/4 3/4 1/4 sum to 2, the truth to 1, the overlap is 3/4
    referent = 1 - (2 * 0.75) / 3
    # background: scores sum to 2, the truth to 3, the overlap is 1/4 + 2 * 3/4
    background = 1 - (2 * 1.75) / 5
    assert two_class_dice(LOGITS, TRUTH).item() == pytest.approx(referent + background, abs=1e-5)
    assert soft_dice(LOGITS, TRUTH).item() == pytest.approx(1 - (1.5 + 1) / (3 + 1))
    silent = torch.full((1, 2, 2), -50.0)
    assert soft_dice(silent, torch.zeros(1, 2, 2, dtype=torch.bool)).item() == pytest.approx(0)


def test_focal_quiets_what_is_right() -> None:
    right, wrong = math.log(4 / 3) / 16, math.log(4) * 9 / 16  # (1 - p_t) ** 2 of 1/4 and 3/4
    expected = (0.25 * right + 0.75 * (2 * right + wrong)) / 4
    assert focal(LOGITS, TRUTH, 0.25, 2.0).item() == pytest.approx(expected)
    plain = weighted_cross_entropy(LOGITS, TRUTH, (1.0, 1.0))
    assert focal(LOGITS, TRUTH, 0.5, 0.0).item() == pytest.approx(plain.item() / 2)


def test_expected_iou_is_held_against_the_masks() -> None:
    # two pixels are marked, one of them true: IoU 1/2
    assert iou_error(torch.tensor([0.75]), LOGITS, TRUTH).item() == pytest.approx(0.25)


def test_the_loss_of_a_batch_is_the_mean_over_its_phrases() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(4, 5, 5, generator=generator)
    truth = torch.rand(4, 5, 5, generator=generator) < torch.tensor([0.1, 0.3, 0.5, 0.9]).view(4, 1, 1)
    for loss in (CrossEntropy(), CrossEntropyDice()):
        whole = sum(penalise(loss, Answered(logits), truth).values())
        halves = [
            sum(penalise(loss, Answered(logits[part]), truth[part]).values())
            for part in (slice(0, 2), slice(2, 4))
        ]
        assert torch.allclose(whole, sum(halves) / 2)


def test_rsams_objective_learns_of_an_absent_referent_its_absence_alone() -> None:
    loss = FocalDiceIouPresence()
    judgement = Judgement(
        masks=LOGITS.repeat(2, 1, 1), presence=torch.tensor([LOG3, LOG3]), quality=torch.tensor([0.75, 0.9])
    )
    truth = torch.cat((TRUTH, torch.zeros_like(TRUTH)))
    parts = penalise(loss, Answered(judgement.masks, judgement), truth)
    one = penalise(
        loss,
        Answered(judgement.masks, Judgement(*(x[:1] for x in judgement))),
        TRUTH,
    )
    assert one["focal"].item() == pytest.approx(20 * focal(LOGITS, TRUTH, 0.25, 2.0).item())
    assert one["iou"].item() == pytest.approx(0.25)
    assert one["presence"].item() == pytest.approx(math.log(4 / 3))
    for name in ("focal", "dice", "iou"):
        assert parts[name].item() == pytest.approx(one[name].item() / 2)
    assert parts["presence"].item() == pytest.approx((math.log(4 / 3) + math.log(4)) / 2)
