"""The contract of a model, on a small MAFN."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from geoseg_text.errors import InputError
from geoseg_text.models import ReferringModel, build_model
from geoseg_text.models.base import TextFeatures
from geoseg_text.models.layers.rotated_conv import rotation_basis
from geoseg_text.models.mafn import MAFN

PHRASES = ["the red roofs beside the road", "trees", "all grey buildings"]


def images(batch: int, rows: int = 64, cols: int = 64) -> Tensor:
    return torch.randn(batch, 3, rows, cols, generator=torch.Generator().manual_seed(1))


@torch.inference_mode()
def test_every_phrase_is_answered_for_every_image(model: MAFN) -> None:
    logits = model(images(2), model.encode_text(PHRASES))
    assert logits.shape == (2, 3, 64, 64)
    assert isinstance(model, ReferringModel)


@torch.inference_mode()
def test_an_answer_does_not_depend_on_its_neighbours(model: MAFN) -> None:
    pictures = images(2)
    together = model(pictures, model.encode_text(PHRASES))
    for index, phrase in enumerate(PHRASES):
        alone = model(pictures[1:], model.encode_text([phrase]))
        torch.testing.assert_close(alone[0, 0], together[1, index], atol=1e-5, rtol=0)


@torch.inference_mode()
def test_padding_changes_no_answer(model: MAFN) -> None:
    text = model.encode_text(PHRASES[:1])
    padded = TextFeatures(
        torch.nn.functional.pad(text.tokens, (0, 0, 0, 5), value=3.0),
        torch.nn.functional.pad(text.mask, (0, 5)),
    )
    torch.testing.assert_close(model(images(1), padded), model(images(1), text), atol=1e-5, rtol=0)


@torch.inference_mode()
@pytest.mark.parametrize("shape", [(64, 96), (32, 160), (224, 32)])
def test_any_size_divisible_by_32_is_answered(model: MAFN, shape: tuple[int, int]) -> None:
    assert model(images(1, *shape), model.encode_text(PHRASES[:1])).shape == (1, 1, *shape)


@torch.inference_mode()
def test_matched_phrases_are_the_diagonal_of_all_phrases(model: MAFN) -> None:
    pictures = images(2)
    every = model(pictures, model.encode_text(PHRASES[:2]))
    matched = model.forward_matched(pictures, model.encode_text(PHRASES[:2]))
    torch.testing.assert_close(matched, torch.stack([every[0, 0], every[1, 1]]), atol=1e-5, rtol=0)


def test_every_parameter_learns(model: MAFN) -> None:
    model.train()
    model.forward_matched(images(2), model.encode_text(PHRASES[:2])).square().mean().backward()  # type: ignore[no-untyped-call]
    idle = [name for name, p in model.named_parameters() if p.grad is None]
    # token types are one of two, and only the first is ever asked for: it has a gradient all the same
    assert idle == []


def test_a_phrase_longer_than_the_encoder_reads_is_refused(model: MAFN) -> None:
    phrase = "trees " * model.config.tokens
    assert model.count_tokens(phrase) > model.config.tokens
    with pytest.raises(InputError, match="tokens and this model reads 16; shorten it"):
        model.encode_text([phrase])


def test_published_and_embedded_sizes() -> None:
    tiny = build_model("mafn-tiny")
    text = sum(p.numel() for p in tiny.text_encoder.parameters())
    assert sum(p.numel() for p in tiny.parameters()) - text <= 9_000_000
    assert text <= 11_000_000
    assert tiny.config.window_px == 256


def test_a_kernel_turned_by_nothing_is_itself_and_by_a_right_angle_is_transposed() -> None:
    kernel = torch.arange(9.0).view(1, 9)
    none, quarter = rotation_basis(torch.tensor([0.0, torch.pi / 2]))
    torch.testing.assert_close(kernel @ none, kernel)
    turned = (kernel @ quarter).view(3, 3)
    square = kernel.view(3, 3)
    assert any(torch.allclose(turned, torch.rot90(square, k), atol=1e-4) for k in (1, 3))
