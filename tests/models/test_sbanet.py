"""SBANet's modules keep the laws that equations 1 to 11 imply, and cost what they cost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geoseg_text.language.tokenizer import PhraseTokenizer
from geoseg_text.models import TextFeatures, build_model
from geoseg_text.models.layers.bidirectional_alignment import (
    BidirectionalAlignment,
    DynamicSelection,
    QueryTextAlignment,
    QueryTokens,
    pool,
    resize,
)
from geoseg_text.models.layers.text_aggregator import (
    ChannelAttention,
    SpatialAttention,
    TextConditionedAggregator,
)
from geoseg_text.models.sbanet import SBANet, SBANetConfig, Stage

from .conftest import WORDS, small

C, D, M = 8, 12, 5
"""Channels of a map and of words, and query tokens."""


@pytest.fixture(autouse=True)
def repeatable() -> Iterator[None]:
    torch.manual_seed(0)
    with torch.no_grad():
        yield


def text(words: int = 4, width: int = D) -> TextFeatures:
    return TextFeatures(torch.randn(1, words, width), torch.ones(1, words, dtype=torch.bool))


def padded(features: TextFeatures, by: int = 3, value: float = 5.0) -> TextFeatures:
    return TextFeatures(
        F.pad(features.tokens, (0, 0, 0, by), value=value), F.pad(features.mask, (0, by), value=False)
    )


def constant(layer: nn.Module, value: float) -> None:
    """Let a depthwise projection answer ``value`` everywhere."""
    assert isinstance(layer, nn.Conv1d)
    assert layer.bias is not None
    layer.weight.zero_()
    layer.bias.fill_(value)


def test_each_query_token_gathers_pixels_by_the_textbook_formula() -> None:
    queries, x = QueryTokens(C, M), torch.randn(1, 3, 4, C)
    pixels = queries.pixel_norm(x).view(12, C)
    weight = (queries.query(queries.tokens + queries.positions) @ queries.key(pixels).T / C**0.5).softmax(1)
    tokens = queries.gathered_norm(queries.tokens + weight @ queries.value(pixels))
    expected = queries.out_norm(tokens + queries.mlp(tokens))
    assert queries(x).shape == (1, M, C)
    torch.testing.assert_close(queries(x)[0], expected)


def test_query_tokens_stand_for_the_map_however_its_pixels_lie() -> None:
    queries, x = QueryTokens(C, M), torch.randn(1, 3, 4, C)
    moved = x.view(12, C)[torch.randperm(12)].view(1, 4, 3, C)
    torch.testing.assert_close(queries(x), queries(moved))
    assert not torch.allclose(queries(x), queries(2 - x), atol=1e-3)
    alike = torch.cdist(queries(x)[0], queries(x)[0]) + torch.eye(M)
    assert alike.min() > 0.1  # tokens differ from the first step on


def test_words_are_weighed_as_equations_2_to_4_say() -> None:
    align = QueryTextAlignment(C, D)
    words, tokens = torch.randn(1, 4, D), torch.randn(1, M, C)
    query, key, value = (
        F.gelu(layer(x[0])) for layer, x in ((align.query, words), (align.key, tokens), (align.value, tokens))
    )
    seen = (query @ key.T / C**0.5).softmax(dim=1) @ value
    relevance = align.relevance(seen)
    torch.testing.assert_close(relevance.mean(dim=1), torch.zeros(4), atol=1e-5, rtol=0)  # normed, per word
    expected = F.relu(align.out(F.relu(align.words(words[0])) * relevance))
    torch.testing.assert_close(align(words, tokens)[0], expected)
    assert (align(words, tokens) >= 0).all()


def test_words_look_at_tokens_and_never_at_one_another() -> None:
    align = QueryTextAlignment(C, D)
    words, tokens = torch.randn(1, 4, D), torch.randn(1, M, C)
    one_by_one = torch.cat([align(words[:, i : i + 1], tokens) for i in range(4)], dim=1)
    torch.testing.assert_close(align(words, tokens), one_by_one)


def test_words_keep_their_size_and_their_differences_through_four_stages() -> None:
    words = torch.randn(1, 6, 256)
    for channels in (16, 32, 64, 128):
        words = QueryTextAlignment(channels, 256)(words, torch.randn(1, M, channels))
        assert 0.3 < words.square().mean().sqrt() < 3
    assert (words - words.mean(dim=1, keepdim=True)).square().mean().sqrt() > 0.1


def test_padding_is_zero_after_a_stage_and_changes_nothing() -> None:
    align = BidirectionalAlignment(C, D, M, (1, 2)).eval()
    x, features = torch.randn(1, 6, 6, C), text()
    aligned, words = align(x, features)
    aligned_padded, words_padded = align(x, padded(features))
    torch.testing.assert_close(aligned, aligned_padded)
    torch.testing.assert_close(words.tokens, words_padded.tokens[:, :4])
    assert (words_padded.tokens[:, 4:] == 0).all()
    assert words.tokens.abs().sum() > 0


def test_words_change_with_the_image_and_pixels_with_the_words() -> None:
    align = BidirectionalAlignment(C, D, M, (1, 2)).eval()
    x, features = torch.randn(1, 6, 6, C), text()
    aligned, words = align(x, features)
    _, words_elsewhere = align(torch.randn(1, 6, 6, C), features)
    assert not torch.allclose(words.tokens, words_elsewhere.tokens, atol=1e-3)
    assert not torch.allclose(aligned, align(x, text())[0], atol=1e-3)


@pytest.mark.parametrize("window", [1, 2, 3, 6])
@pytest.mark.parametrize("shape", [(14, 14), (7, 13), (15, 20)])
def test_pooling_sees_the_whole_image(window: int, shape: tuple[int, int]) -> None:
    x = torch.randn(1, 1, *shape)
    pooled = pool(x, window)
    assert pooled.shape[2:] == tuple(-(-side // window) for side in shape)
    last = x[..., (pooled.shape[2] - 1) * window :, (pooled.shape[3] - 1) * window :]
    torch.testing.assert_close(pooled[0, 0, -1, -1], last.mean())  # of what there is, not of zeros beside it
    with torch.enable_grad():
        x.requires_grad_()
        pool(x, window).sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    assert (x.grad > 0).all()


@pytest.mark.parametrize("shape", [(2, 3), (7, 1), (1, 2), (5, 5)])
def test_pooling_leaves_pixels_to_compare(shape: tuple[int, int]) -> None:
    assert pool(torch.randn(1, 1, *shape), 6)[0, 0].numel() >= 2


def test_a_pooled_ramp_grows_back_in_its_place() -> None:
    ramp = torch.arange(12.0).expand(1, 1, 12, 12)
    for window in (2, 3, 6):
        inner = slice(window // 2, 12 - window // 2)  # beyond the outer windows' middles nothing is known
        back = resize(pool(ramp, window), ramp)
        torch.testing.assert_close(back[..., inner], ramp[..., inner])


def test_every_sub_scale_has_its_say_and_one_attention_serves_all() -> None:
    selection = DynamicSelection(C, D, (1, 2, 3, 6)).eval()
    x, features = torch.randn(1, 12, 12, C), text()
    answer = selection(x, features)
    assert answer.shape == x.shape
    assert sum(isinstance(m, nn.BatchNorm2d) for m in selection.modules()) == 3
    assert sum(type(m).__name__ == "PixelWordAttention" for m in selection.modules()) == 1
    first = selection.out[0]
    assert isinstance(first, nn.Linear)
    for scale in range(4):
        kept = first.weight.clone()
        first.weight[:, scale * C : (scale + 1) * C] = 0
        assert not torch.allclose(selection(x, features), answer, atol=1e-4)
        first.weight.copy_(kept)


def test_channel_attention_is_the_textbook_formula_over_channels() -> None:
    attention = ChannelAttention(3, 7)
    x, joined = torch.randn(1, 3, 10), torch.randn(1, 7, 10)
    weight = (attention.query(x)[0] @ attention.key(joined)[0].T / 7**0.5).softmax(dim=1)
    torch.testing.assert_close(
        attention(x, joined), attention.out((weight @ attention.value(joined)[0])[None])
    )


def test_attention_weights_sum_to_one() -> None:
    x, joined = torch.randn(1, 12, 9), torch.randn(1, 20, 9)
    channel, spatial = ChannelAttention(12, 20), SpatialAttention((4, 8), 20, 4)
    for attention in (channel, spatial):
        constant(attention.value, 3.0)  # a weighted mean of threes is three
        answer = attention(x, joined)
        expected = attention.out(torch.full_like(x, 3.0))
        torch.testing.assert_close(answer, expected)


def test_spatial_attention_gathers_places_alike_in_every_stage() -> None:
    attention = SpatialAttention((4, 8), 20, 4)
    x, joined = torch.randn(1, 12, 9), torch.randn(1, 20, 9)
    query, key, value = attention.query(joined)[0], attention.key(joined)[0], attention.value(x)[0]
    gathered = torch.empty(12, 9)
    for head in range(4):
        own = slice(5 * head, 5 * head + 5)
        weight = (query[own].T @ key[own] / 5**0.5).softmax(dim=1)
        for channels in (slice(head, head + 1), slice(4 + 2 * head, 6 + 2 * head)):
            gathered[channels] = value[channels] @ weight.T
    torch.testing.assert_close(attention(x, joined)[0], attention.out(gathered[None])[0])


def aggregator() -> TextConditionedAggregator:
    network = TextConditionedAggregator((4, 8, 16, 32), D, grid=4, heads=4).eval()
    for out in network.out:  # both signs, so that no change hides below zero
        assert isinstance(out, nn.Sequential)
        out[1] = nn.Identity()
    return network


def stages() -> list[Tensor]:
    return [torch.randn(1, 4 * 2**i, 16 >> i, 24 >> i) for i in range(4)]


def test_the_aggregator_keeps_shapes_and_ends_in_relu() -> None:
    network = TextConditionedAggregator((4, 8, 16, 32), D, grid=4, heads=4).eval()
    maps = stages()
    answers = network(maps, text())
    assert [a.shape for a in answers] == [m.shape for m in maps]
    assert all((a >= 0).all() and (a > 0).any() for a in answers)


def test_every_stage_hears_every_stage_and_the_phrase() -> None:
    network, maps, features = aggregator(), stages(), text()
    answers = network(maps, features)
    for changed in range(4):
        others = [torch.randn_like(m) if i == changed else m for i, m in enumerate(maps)]
        for heard in network(others, features), network(maps, text()):
            for answer, before in zip(heard, answers, strict=True):
                assert not torch.allclose(answer, before, atol=1e-5)
    for answer, before in zip(network(maps, padded(features)), answers, strict=True):
        torch.testing.assert_close(answer, before)


def test_where_nothing_leaves_the_aggregator_the_maps_pass() -> None:
    network, maps = aggregator(), stages()
    for leave in network.leave:
        for parameter in leave.parameters():
            parameter.zero_()
    for answer, before in zip(network(maps, text()), maps, strict=True):
        torch.testing.assert_close(answer, before / (1 + 1e-5) ** 0.5)  # a fresh batch norm


def test_a_convolution_and_a_resize_can_be_swapped() -> None:
    convolution, x, like = nn.Conv2d(4, 4, 1), torch.randn(1, 4, 5, 5), torch.empty(1, 1, 8, 3)
    swapped = resize(convolution(x), like), convolution(resize(x, like))
    torch.testing.assert_close(*swapped)


def test_words_reach_the_decoder_as_the_last_stage_left_them(tokenizer: PhraseTokenizer) -> None:
    network = small("sbanet", tokenizer)
    assert isinstance(network, SBANet)
    images, said = torch.randn(2, 3, 64, 64), network.encode_text(WORDS[:1])
    maps, heard = network.features(images, said.repeated(2))
    assert all((m >= 0).all() for m in maps)  # the aggregator's last word
    assert heard.tokens.shape == (2, *said.tokens.shape[1:])
    assert not torch.allclose(heard.tokens[0], heard.tokens[1], atol=1e-4)  # two images, one phrase
    assert torch.equal(heard.mask, said.mask.repeat(2, 1))


def test_a_shut_gate_leaves_the_trunk_to_vision(tokenizer: PhraseTokenizer) -> None:
    network = small("sbanet", tokenizer)
    stage = network.get_submodule("stages.0")
    assert isinstance(stage, Stage)
    assert stage.handover is not None
    x = torch.randn(1, 16, 16, 16)
    handed = stage.fuse(x, text(width=32)).handed
    torch.testing.assert_close(handed, stage.handover.get_submodule("downsample")(x))


def test_the_published_network_has_the_size_its_equations_give() -> None:
    with torch.device("meta"):
        network = build_model("sbanet")
    assert isinstance(network, SBANet)
    assert network.config == SBANetConfig()

    def count(module: nn.Module) -> int:
        return sum(p.numel() for p in module.parameters())

    def queries(c: int) -> int:  # tokens, positions; query, key without bias, value; MLP; four norms
        return 2 * 225 * c + 3 * c * c + 2 * c + 8 * c * c + 5 * c + 8 * c

    def words(c: int, d: int = 768) -> int:
        return (d * c + c) + 2 * (c * c + c) + (c * d + d + 2 * d) + 2 * (d * d + d)

    def selection(c: int, d: int = 768) -> int:
        attention = 4 * (c * c + c) + 2 * (d * c + c)
        return 3 * (c * c + 2 * c) + attention + (4 * c * c + c + 2 * c + c * c + c)

    for stage, c in zip(network.stages, (128, 256, 512, 1024), strict=True):
        assert isinstance(stage, Stage)
        assert count(stage.alignment.queries) == queries(c)
        assert count(stage.alignment.to_words) == words(c)
        assert count(stage.alignment.to_pixels) == selection(c)
    assert network.stages[3].get_parameter("alignment.queries.tokens").shape == (225, 1024)
    assert count(network) == pytest.approx(265e6, rel=0.01)
