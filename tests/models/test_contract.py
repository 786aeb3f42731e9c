"""The contract every registered system keeps, at a small size."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor

from geoseg_text.errors import InputError
from geoseg_text.models import ReferringModel, load_model
from geoseg_text.models.base import ReferringNetwork
from geoseg_text.models.weights import save_model

PHRASES = ["the red roofs beside the road", "trees", "all grey buildings"]

USED_AS_PUBLISHED = {"grounded-sam2"}
"""Systems in which nothing learns: choosing boxes passes no gradient."""

UNTAUGHT: Mapping[str, str] = {
    # only a mask as a hint reaches the first, no pixel depends on the expected IoU: test_rsam.py teaches both
    "rsam": r"^prompts\.mask_embed\.|\.iou_prediction_head\.",
    # boxes, those given as hints and those of instances, which guide without a gradient; the map of the
    # concept as a whole; and what this network of the release never reads: CLIP's own projection, the
    # coarsest map of the neck and the third step of a decoder that takes two
    "sam3": r"^sam\.(geometry_encoder|detr_decoder\.box_head|mask_decoder\.semantic_projection"
    r"|text_encoder\.text_projection|vision_encoder\.neck\.fpn_layers\.3"
    r"|mask_decoder\.pixel_decoder\.(conv_layers|norms)\.2)\.",
}
"""Names of tensors that no loss of pixels reaches, by system."""


def images(batch: int, rows: int = 64, cols: int = 64) -> Tensor:
    return torch.randn(batch, 3, rows, cols, generator=torch.Generator().manual_seed(1))


@torch.inference_mode()
def test_every_phrase_is_answered_for_every_image(network: ReferringNetwork) -> None:
    logits = network(images(2), network.encode_text(PHRASES))
    assert logits.shape == (2, 3, 64, 64)
    assert isinstance(network, ReferringModel)


@torch.inference_mode()
def test_an_answer_does_not_depend_on_its_neighbours(network: ReferringNetwork) -> None:
    pictures = images(2)
    together = network(pictures, network.encode_text(PHRASES))
    for index, phrase in enumerate(PHRASES):
        alone = network(pictures[1:], network.encode_text([phrase]))
        torch.testing.assert_close(alone[0, 0], together[1, index], atol=1e-5, rtol=0)


@torch.inference_mode()
def test_padding_changes_no_answer(network: ReferringNetwork) -> None:
    text = network.encode_text(PHRASES[:1])
    length = text.tokens.shape[1]

    def padded(x: Tensor) -> Tensor:
        wide = x.new_full((len(x), length + 5, *x.shape[2:]), 3.0 if x.is_floating_point() else 0)
        wide[:, :length] = x
        return wide

    both = network(images(1), text.changed(padded)), network(images(1), text)
    torch.testing.assert_close(*both, atol=1e-5, rtol=0)


@torch.inference_mode()
def test_the_order_of_phrases_is_the_order_of_answers(network: ReferringNetwork) -> None:
    forth = network(images(1), network.encode_text(PHRASES))
    back = network(images(1), network.encode_text(PHRASES[::-1]))
    torch.testing.assert_close(forth.flip(1), back, atol=1e-5, rtol=0)


@torch.inference_mode()
def test_the_same_question_has_the_same_answer(network: ReferringNetwork) -> None:
    text = network.encode_text(PHRASES)
    assert torch.equal(network(images(2), text), network(images(2), text))


@torch.inference_mode()
def test_a_saved_network_answers_as_before(network: ReferringNetwork, tmp_path: Path) -> None:
    save_model(network, tmp_path / "model")
    again = load_model(tmp_path / "model")
    assert again.config == network.config
    before, after = (net(images(1), net.encode_text(PHRASES)) for net in (network, again))
    torch.testing.assert_close(before, after, atol=1e-6, rtol=0)  # sums may run over memory aligned otherwise


@torch.inference_mode()
@pytest.mark.parametrize("shape", [(64, 96), (32, 160), (224, 32), (32, 32)])
def test_any_size_divisible_by_32_is_answered(network: ReferringNetwork, shape: tuple[int, int]) -> None:
    logits = network(images(1, *shape), network.encode_text(PHRASES[:1]))
    assert logits.shape == (1, 1, *shape)
    assert logits.isfinite().all()


@torch.inference_mode()
def test_matched_phrases_are_the_diagonal_of_all_phrases(network: ReferringNetwork) -> None:
    pictures = images(2)
    every = network(pictures, network.encode_text(PHRASES[:2]))
    matched = network.forward_matched(pictures, network.encode_text(PHRASES[:2]))
    torch.testing.assert_close(matched, torch.stack([every[0, 0], every[1, 1]]), atol=1e-5, rtol=0)


def test_every_parameter_learns(network: ReferringNetwork) -> None:
    system = network.config.system
    trainable = {name: p for name, p in network.named_parameters() if p.requires_grad}
    assert bool(trainable) is (system not in USED_AS_PUBLISHED)
    if not trainable:
        return
    network.train()
    answer = network.forward_matched(images(2), network.encode_text(PHRASES[:2]))
    answer.square().mean().backward()  # type: ignore[no-untyped-call]
    gradients = {name: p.grad for name, p in trainable.items()}
    untaught = {name for name in gradients if system in UNTAUGHT and re.search(UNTAUGHT[system], name)}
    # token types are one of two, and only the first is ever asked for: it has a gradient all the same
    assert {name for name, gradient in gradients.items() if gradient is None} == untaught
    learnt = {name: gradient for name, gradient in gradients.items() if gradient is not None}
    assert [name for name, gradient in learnt.items() if not torch.isfinite(gradient).all()] == []


def test_a_phrase_longer_than_the_encoder_reads_is_refused(network: ReferringNetwork) -> None:
    phrase = "trees " * network.config.tokens
    assert network.count_tokens(phrase) > network.config.tokens
    with pytest.raises(InputError, match="tokens and this model reads 16; shorten it"):
        network.encode_text([phrase])
