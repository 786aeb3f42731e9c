"""LGCE's enhancement keeps the laws that equations 2 to 5 imply, and costs what they cost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from geoseg_text.language.tokenizer import PhraseTokenizer
from geoseg_text.models import TextFeatures, build_model
from geoseg_text.models.layers.attention import MultiHeadAttention
from geoseg_text.models.layers.mean_word import mean_word
from geoseg_text.models.lgce import LGCE, CrossScaleEnhancement, LGCEConfig

from .conftest import small


def text(phrases: int = 1, words: int = 5, width: int = 32, seed: int = 0) -> TextFeatures:
    tokens = torch.randn(phrases, words, width, generator=torch.Generator().manual_seed(seed))
    return TextFeatures(tokens, torch.ones(phrases, words, dtype=torch.bool))


def maps(seed: int = 1) -> tuple[Tensor, Tensor]:
    """The third and the fourth map of an image of 96 x 64 px."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, 64, 6, 4, generator=generator), torch.randn(1, 128, 3, 2, generator=generator)


@pytest.fixture(autouse=True)
def without_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


@pytest.fixture
def enhancement(tokenizer: PhraseTokenizer) -> CrossScaleEnhancement:
    network = small("lgce", tokenizer)
    assert isinstance(network, LGCE)
    return network.enhancement


def silence(*layers: nn.Module) -> None:
    """Let layers answer zero."""
    for layer in layers:
        for parameter in layer.parameters():
            parameter.zero_()


def test_the_mean_word_is_the_mean_of_words_and_not_of_padding() -> None:
    words = torch.tensor([[[2.0], [4.0], [90.0]], [[1.0], [7.0], [1.0]]])
    mask = torch.tensor([[True, True, False], [True, True, True]])
    torch.testing.assert_close(mean_word(words, mask), torch.tensor([[3.0], [3.0]]))


def test_attention_over_hidden_tokens_is_attention_over_the_others() -> None:
    torch.manual_seed(0)
    attention = MultiHeadAttention(8, 2)
    x, memory = torch.randn(2, 3, 8), torch.randn(2, 5, 8)
    mask = torch.tensor([[True, True, True, False, False]] * 2)
    torch.testing.assert_close(attention(x, memory, mask), attention(x, memory[:, :3]))
    assert not torch.allclose(attention(x, memory), attention(x, memory[:, :3]))


def test_attention_is_the_textbook_formula_for_each_head() -> None:
    torch.manual_seed(0)
    attention = MultiHeadAttention(8, 2)
    x = torch.randn(1, 4, 8)
    query, key, value = attention.query(x)[0], attention.key(x)[0], attention.value(x)[0]
    heads = []
    for head in (slice(0, 4), slice(4, 8)):
        weight = (query[:, head] @ key[:, head].T / 2).softmax(dim=-1)
        heads.append(weight @ value[:, head])
    torch.testing.assert_close(attention(x, x)[0], attention.out(torch.cat(heads, dim=1)))


def test_finer_maps_pass_and_coarser_ones_keep_their_shapes(tokenizer: PhraseTokenizer) -> None:
    network = small("lgce", tokenizer)
    assert isinstance(network, LGCE)
    outs = [torch.randn(1, 16, 24, 16), torch.randn(1, 32, 12, 8), *maps()]
    connected = network.connect(outs, text())
    assert connected[0] is outs[0]
    assert connected[1] is outs[1]
    assert [m.shape for m in connected] == [m.shape for m in outs]
    assert not torch.allclose(connected[2], outs[2])
    assert not torch.allclose(connected[3], outs[3])


def test_where_no_layer_answers_the_residuals_leave_the_maps_as_they_are(
    enhancement: CrossScaleEnhancement,
) -> None:
    for module in enhancement.modules():
        if isinstance(module, MultiHeadAttention):
            silence(module.out)
        if type(module).__name__ == "Mlp":
            silence(module)
    for before, after in zip(maps(), enhancement(*maps(), text()), strict=True):
        torch.testing.assert_close(before, after)


def test_scales_hear_one_another_through_words_alone(enhancement: CrossScaleEnhancement) -> None:
    (shallow, deep), (_, other) = maps(), maps(seed=2)
    told, told_otherwise = enhancement(shallow, deep, text()), enhancement(shallow, other, text())
    assert not torch.allclose(told[0], told_otherwise[0], atol=1e-4)  # the deep map reaches the shallow one
    silence(enhancement.shallow.exchange)  # ... by the exchanged word, and by nothing else
    untold, untold_otherwise = enhancement(shallow, deep, text()), enhancement(shallow, other, text())
    torch.testing.assert_close(untold[0], untold_otherwise[0], atol=0, rtol=0)
    assert not torch.allclose(untold[1], untold_otherwise[1], atol=1e-4)


def test_the_phrase_enters_by_its_mean_and_nowhere_else(enhancement: CrossScaleEnhancement) -> None:
    words = text()
    same_mean = words._replace(tokens=words.tokens.roll(1, dims=1))
    other_mean = words._replace(tokens=words.tokens + 1)
    answer = enhancement(*maps(), words)
    for index in range(2):
        torch.testing.assert_close(enhancement(*maps(), same_mean)[index], answer[index])
        assert not torch.allclose(enhancement(*maps(), other_mean)[index], answer[index], atol=1e-4)
    silence(enhancement.shallow.word, enhancement.deep.word)
    deaf = enhancement(*maps(), words), enhancement(*maps(), other_mean)
    torch.testing.assert_close(deaf[0], deaf[1], atol=0, rtol=0)


def test_pixels_have_no_positions(enhancement: CrossScaleEnhancement) -> None:
    shallow, deep = maps()
    answer = enhancement(shallow, deep, text())
    turned = enhancement(shallow.flip(2), deep.flip(3), text())
    torch.testing.assert_close(turned[0].flip(2), answer[0], atol=1e-5, rtol=0)
    torch.testing.assert_close(turned[1].flip(3), answer[1], atol=1e-5, rtol=0)


def test_the_published_network_has_the_size_its_equations_give() -> None:
    with torch.device("meta"):
        network = build_model("lgce")
        deeper = build_model("lgce", enhancement_depth=2)
    assert isinstance(network, LGCE)
    assert network.config == LGCEConfig()

    def block(c: int) -> int:  # four projections and an MLP of 4 c, without the bias of keys; two norms
        return 4 * c * c + 3 * c + 8 * c * c + 5 * c + 4 * c

    fusion = sum(4 * c * c + 3 * c + 2 * c for c in (512, 1024))
    words = sum((768 + other) * c + 2 * c for c, other in ((512, 1024), (1024, 512)))
    blocks = block(512) + block(1024)
    count = sum(p.numel() for p in network.enhancement.parameters())
    assert count == blocks + fusion + words == 23_228_928
    total = sum(p.numel() for p in network.parameters())
    assert total == 227_739_514 - 2 * 1024**2 + count  # LAVT's published size without its last gate
    assert sum(p.numel() for p in deeper.parameters()) == total + blocks
