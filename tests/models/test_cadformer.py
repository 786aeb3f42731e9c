"""What is CADFormer's own: pixels and words that refine one another, and words that guide the decoder."""

from __future__ import annotations

from typing import cast

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.models import TextFeatures
from geoseg_text.models.base import ReferringNetwork
from geoseg_text.models.cadformer import CADFormer, CADFormerConfig, Guidance, Stage, WordPixelAttention

cadformer = pytest.mark.parametrize("network", ["cadformer"], indirect=True)


@pytest.fixture
def opened(network: ReferringNetwork) -> CADFormer:
    """A small network whose words' gates stand open, as after some training."""
    assert isinstance(network, CADFormer)
    for stage in stages(network):
        stage.word_gate.fc2.reset_parameters()
    return network


def stages(network: CADFormer) -> list[Stage]:
    return [cast(Stage, stage) for stage in network.stages]


def pictures(batch: int) -> Tensor:
    return torch.randn(batch, 3, 64, 64, generator=torch.Generator().manual_seed(2))


def padded(text: TextFeatures) -> TextFeatures:
    tokens = F.pad(text.tokens, (0, 0, 0, 4), value=3.0)
    return TextFeatures(tokens, F.pad(text.mask, (0, 4), value=False))


@cadformer
@torch.inference_mode()
def test_every_word_takes_up_what_the_image_shows(opened: CADFormer) -> None:
    text = opened.encode_text(["the red roofs beside the road"])
    (_, one), (_, other) = (opened.features(picture, text) for picture in pictures(2).split(1))
    change = (one.tokens - other.tokens).norm(dim=-1) / (one.tokens - text.tokens).norm(dim=-1)
    assert change.min() > 0.01  # of what a word took up at all


@cadformer
@torch.inference_mode()
def test_each_of_an_images_phrases_takes_up_that_image(opened: CADFormer) -> None:
    text = opened.encode_text(["trees", "all grey buildings"])
    _, both = opened.features(pictures(2), text.repeated(2))
    for index in range(4):
        alone = text.changed(lambda x, i=index: x[i % 2 : i % 2 + 1])  # type: ignore[misc]
        _, one = opened.features(pictures(2)[index // 2 : index // 2 + 1], alone)
        torch.testing.assert_close(one.tokens[0], both.tokens[index], atol=1e-5, rtol=0)


@cadformer
@torch.inference_mode()
def test_padding_changes_neither_words_nor_answers_when_words_see(opened: CADFormer) -> None:
    text = opened.encode_text(["the red roofs beside the road", "trees"])  # the second is padded already
    (maps, words), (wide_maps, wide) = (opened.features(pictures(2), t) for t in (text, padded(text)))
    length = text.mask.shape[1]
    torch.testing.assert_close(wide.tokens[:, :length], words.tokens, atol=1e-6, rtol=0)
    logits = opened.two_class_logits(maps, words, (64, 64))
    torch.testing.assert_close(opened.two_class_logits(wide_maps, wide, (64, 64)), logits, atol=1e-5, rtol=0)
    alone = opened(pictures(2)[1:], opened.encode_text(["trees"]))
    torch.testing.assert_close(alone[0, 0], (logits[:, 1] - logits[:, 0])[1], atol=1e-5, rtol=0)


@cadformer
@torch.inference_mode()
def test_each_direction_passes_through_its_own_gate(opened: CADFormer) -> None:
    text = opened.encode_text(["trees"])
    stage = stages(opened)[0]
    assert stage.downsample is not None
    x = torch.randn(1, 16, 16, opened.config.width)
    open_both = stage.fuse(x, text)
    nn.init.zeros_(stage.pixel_gate.fc2.weight)
    pixels_shut = stage.fuse(x, text)
    nn.init.zeros_(stage.word_gate.fc2.weight)
    both_shut = stage.fuse(x, text)
    assert not torch.allclose(open_both.handed, stage.downsample(x))
    torch.testing.assert_close(pixels_shut.handed, stage.downsample(x))  # V + 0
    torch.testing.assert_close(
        pixels_shut.text.tokens, open_both.text.tokens
    )  # both look at the same V and L
    assert not torch.allclose(open_both.text.tokens, text.tokens)
    torch.testing.assert_close(both_shut.text.tokens, text.tokens)  # L + 0


@cadformer
def test_at_first_words_are_the_encoders_and_pixels_are_seen(network: ReferringNetwork) -> None:
    assert isinstance(network, CADFormer)
    with torch.inference_mode():
        text = network.encode_text(["trees"])
        maps, words = network.features(pictures(1), text)
    assert torch.equal(words.tokens, text.tokens)
    assert all(level.std() > 0.1 for level in maps)


def test_words_gather_pixels_as_equations_6_and_7_say() -> None:
    torch.manual_seed(0)
    layer = WordPixelAttention(6, 10).double()
    words, x = torch.randn(2, 5, 10).double(), torch.randn(2, 3, 4, 6).double()
    projected, pixels = F.gelu(words @ layer.words.weight.T + layer.words.bias), x.flatten(1, 2)
    query = projected @ layer.query.weight.T + layer.query.bias
    similarity = (query @ (pixels @ layer.key.weight.T).mT / 6**0.5).softmax(dim=-1)
    assert similarity.shape == (2, 5, 12)
    gathered = similarity @ (pixels @ layer.value.weight.T + layer.value.bias) * projected
    expected = F.gelu(gathered @ layer.out.weight.T + layer.out.bias)
    torch.testing.assert_close(layer(words, x), expected)


def test_guidance_has_no_positions_and_reads_words_but_not_padding() -> None:
    torch.manual_seed(0)
    layer = Guidance(8, heads=2, hidden=16, dropout=0.0)
    x, words, mask = torch.randn(1, 8, 4, 6), torch.randn(1, 5, 8), torch.arange(5).view(1, 5) < 3
    answer = layer(x, words, mask)
    assert answer.shape == x.shape
    order = torch.randperm(24)
    shuffled = layer(x.flatten(2)[..., order].view_as(x), words, mask)
    torch.testing.assert_close(shuffled.flatten(2), answer.flatten(2)[..., order])
    torch.testing.assert_close(layer(x, words.masked_fill(~mask.unsqueeze(-1), 9.0), mask), answer)
    assert not torch.allclose(layer(x, words + 1, mask), answer)


@cadformer
@torch.inference_mode()
def test_the_decoder_hears_the_words_on_two_levels(opened: CADFormer) -> None:
    text = opened.encode_text(["all grey buildings"])
    maps, words = opened.features(pictures(1), text)
    other = words._replace(tokens=words.tokens.flip(1) * 2)
    assert not torch.allclose(opened.decode(maps, words), opened.decode(maps, other))
    for guide in opened.decoder.guides:
        nn.init.zeros_(guide.to_words.out.weight)
    assert len(opened.decoder.guides) == 2
    torch.testing.assert_close(opened.decode(maps, words), opened.decode(maps, other))


def test_the_published_size_is_what_the_paper_counts() -> None:
    def millions(*modules: nn.Module) -> float:
        return sum(p.numel() for module in modules for p in module.parameters()) / 1e6

    with torch.device("meta"):
        network = CADFormer(CADFormerConfig())
    assert millions(network) == pytest.approx(259.84, abs=0.005)
    template = millions(
        network.decoder.guides
    )  # torch's layer is built from a template that stays in the release
    visual_gates = millions(*(stage.pixel_gate for stage in stages(network)))  # RMSIN's, of the same shape
    widths = network.config.widths
    text = network.config.text_width
    # were what the words attend to projected as LAVT projects it, values would be as wide as the map
    projection = sum(c * c + c * text + c + text - (c * text + text) for c in widths) / 1e6
    assert millions(network) + template + visual_gates + projection == pytest.approx(272.39, rel=2e-4)
    assert network.config.tokens == 48
