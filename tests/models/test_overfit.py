"""Every system learns eight pairs of picture and phrase by heart, and then answers alike in half precision.

Two phrases ask for different things in each picture, told apart by a colour, a shape or a place alone: a
network that does not read, or that reads and does not see where, answers half of them wrong.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from geoseg_text.language.tokenizer import SPECIAL_TOKENS, PhraseTokenizer
from geoseg_text.models.base import ReferringNetwork
from geoseg_text.training.pools.losses import contrast_loss, referring_loss

pytestmark = pytest.mark.slow

SIDE_PX = 64

COLOURS = {
    "red": (0.8, 0.15, 0.1),
    "blue": (0.1, 0.25, 0.8),
    "green": (0.15, 0.7, 0.2),
    "yellow": (0.9, 0.8, 0.1),
}

PICTURES = (
    (("red", "square", 18, 18), ("blue", "square", 46, 44)),
    (("green", "circle", 20, 44), ("green", "square", 44, 18)),
    (("yellow", "circle", 30, 17), ("yellow", "circle", 34, 47)),
    (("red", "circle", 17, 30), ("red", "circle", 47, 34)),
)
"""Colour, shape, row and column of the shapes of each picture."""

PHRASES = (
    *("the red square", "the blue square"),
    *("the green circle", "the green square"),
    *("the yellow circle on the left", "the yellow circle on the right"),
    *("the red circle at the top", "the red circle at the bottom"),
)
"""What asks for each of them."""

STEPS = 400
WARM_UP = 20
LOOK_EVERY = 10
LEARNT = 0.9
SURE = 0.95
"""A little further, where few pixels are left in doubt for rounding to turn over."""


class Lesson(NamedTuple):
    """What is learnt."""

    images: Tensor
    """(4, 3, side, side), normalised."""
    truth: Tensor
    """(8, side, side) bool."""


class Fitted(NamedTuple):
    """A network after its lesson."""

    network: ReferringNetwork
    mean_iou: float
    steps: int


@pytest.fixture(scope="module")
def tokenizer() -> PhraseTokenizer:
    """The words of the phrases; every network of this file is built with it."""
    return PhraseTokenizer.from_vocabulary(
        [*SPECIAL_TOKENS, *sorted({w for p in PHRASES for w in p.split()})]
    )


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    drawn = [draw(seed, *shapes) for seed, shapes in enumerate(PICTURES)]
    return Lesson(torch.stack([image for image, _ in drawn]), torch.cat([truth for _, truth in drawn]))


@pytest.fixture(scope="module")
def fits() -> dict[str, Fitted]:
    """What was fitted already, by system."""
    return {}


@pytest.fixture
def fitted(network: ReferringNetwork, lesson: Lesson, fits: dict[str, Fitted]) -> Fitted:
    """Each system in turn after its lesson, which it takes once."""
    system = network.config.system
    if not any(p.requires_grad for p in network.parameters()):
        pytest.skip(f"nothing in {system} learns")
    if system not in fits:
        fits[system] = fit(network, lesson)
    return fits[system]


def draw(seed: int, *shapes: tuple[str, str, int, int]) -> tuple[Tensor, Tensor]:
    """Coloured shapes on rough ground, (3, side, side) normalised, and the mask of each."""
    chance = torch.Generator().manual_seed(seed)
    rows, cols = torch.meshgrid(torch.arange(SIDE_PX), torch.arange(SIDE_PX), indexing="ij")

    def surface(colour: tuple[float, float, float], roughness: float) -> Tensor:
        return torch.tensor(colour).view(3, 1, 1) + roughness * torch.randn(
            3, SIDE_PX, SIDE_PX, generator=chance
        )

    image, masks = surface((0.45, 0.42, 0.35), 0.08), []
    for colour, shape, row, col in shapes:
        down, right = rows - row, cols - col
        square = (down.abs() <= 11) & (right.abs() <= 11)
        masks.append(square if shape == "square" else down**2 + right**2 <= 12**2)
        image = torch.where(masks[-1], surface(COLOURS[colour], 0.04), image)
    return (image - 0.45) / 0.22, torch.stack(masks)


def fit(network: ReferringNetwork, lesson: Lesson) -> Fitted:
    """All pairs in each step, until the masks are right or the steps are over."""
    torch.manual_seed(0)  # of what is dropped
    network.requires_grad_(True)  # what is published frozen was pretrained, and is random here
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1 / WARM_UP, total_iters=WARM_UP)
    mean_iou, step = 0.0, 0
    while mean_iou <= SURE and step < STEPS:
        network.train()
        logits = network.forward_matched(lesson.images, network.encode_text(PHRASES))
        told_apart = contrast_loss(of_pictures(logits), of_pictures(lesson.truth))
        optimizer.zero_grad()
        loss = referring_loss(logits, lesson.truth, dice_weight=0.1) + 0.5 * told_apart
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 0.1)
        optimizer.step()
        schedule.step()
        step += 1
        if step % LOOK_EVERY == 0:
            mean_iou = iou(answers(network, lesson) > 0, lesson.truth).mean().item()
    return Fitted(network.eval(), mean_iou, step)


def of_pictures(masks: Tensor) -> Tensor:
    """(8, side, side) as (4, 2, side, side): the two phrases of each picture."""
    return masks.unflatten(0, (len(PICTURES), 2))


@torch.inference_mode()
def answers(network: ReferringNetwork, lesson: Lesson) -> Tensor:
    """Logits (8, side, side)."""
    return network.eval().forward_matched(lesson.images, network.encode_text(PHRASES))


def iou(masks: Tensor, others: Tensor) -> Tensor:
    """Intersection over union of each pair of masks (N, H, W)."""
    overlap, union = (masks & others).sum(dim=(1, 2)), (masks | others).sum(dim=(1, 2))
    return overlap / union.clamp(min=1)


def test_eight_pairs_are_learnt_by_heart(fitted: Fitted) -> None:
    assert fitted.mean_iou > LEARNT, f"mIoU {fitted.mean_iou:.2f} after {fitted.steps} steps"


def test_half_precision_gives_the_same_masks(fitted: Fitted, lesson: Lesson) -> None:
    # An untrained network's logits lie about zero, where any rounding flips them, and a steeper last layer
    # brings rounding errors and logits up alike: only a network that has learnt is sure of its pixels.
    exact = answers(fitted.network, lesson)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rounded = answers(fitted.network, lesson)
    assert not torch.equal(rounded.float(), exact)
    same = iou(rounded > 0, exact > 0)
    assert same.min() >= 0.98, f"IoU of bfloat16 and float32 {same.tolist()}"
