"""Single equations of papers whose weights are not public, where a careless reading loses something."""

from __future__ import annotations

from typing import cast

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from geoseg_text.models import TextFeatures
from geoseg_text.models.cadformer import ProjectedPixelWordAttention
from geoseg_text.models.layers.bidirectional_alignment import DynamicSelection, fitting, grow, pool
from geoseg_text.models.layers.text_aggregator import TextConditionedAggregator

WIDTHS, TEXT, GRID, HEADS = (4, 8, 16, 32), 12, 4, 4


def words(count: int = 3) -> TextFeatures:
    return TextFeatures(torch.randn(1, count, TEXT), torch.ones(1, count, dtype=torch.bool))


@torch.no_grad()
def test_cadformers_pixels_ask_with_what_they_are_multiplied_with() -> None:
    torch.manual_seed(0)
    layer, text = ProjectedPixelWordAttention(6, TEXT).double(), words()
    x = torch.randn(1, 3, 4, 6).double()
    tokens = text.tokens.double().mT
    seen = F.gelu(layer.visual(x.flatten(1, 2).mT))  # V with a hat
    similarity = (layer.query(seen).mT @ layer.key(tokens) / 6**0.5).softmax(dim=-1)  # equation 1
    gathered = layer.attended((similarity @ layer.value(tokens).mT).mT)
    expected = F.gelu(layer.out(gathered * seen)).mT.view_as(x)  # equation 2, and the projection of 3
    torch.testing.assert_close(layer(x, text.tokens, text.mask), expected)


@pytest.mark.parametrize("side", [12, 14, 15, 28])
@pytest.mark.parametrize("window", [1, 2, 3, 6])
def test_sbanets_means_grow_back_where_their_windows_lay(side: int, window: int) -> None:
    ramp = torch.arange(float(side)).expand(1, 1, side, side)
    back = grow(pool(ramp, window), window, ramp)
    assert back.shape == ramp.shape
    known = slice(window // 2, side // window * window - window // 2)  # between the middles of whole windows
    torch.testing.assert_close(back[..., known], ramp[..., known])


@pytest.mark.parametrize("shape", [(7, 1), (2, 3), (1, 9), (13, 5)])
@torch.no_grad()
def test_sbanets_selection_keeps_every_shape(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    selection, text, x = DynamicSelection(8, TEXT, (1, 2, 3, 6)).eval(), words(), torch.randn(1, *shape, 8)
    answer: Tensor = selection(x, text)
    assert answer.shape == x.shape
    assert answer.isfinite().all()
    assert fitting(6, torch.empty(1, 8, *shape)) <= (max(shape) + 1) // 2


@torch.no_grad()
def test_no_head_of_sbanets_spatial_attention_hears_the_phrase_alone() -> None:
    torch.manual_seed(0)
    network = TextConditionedAggregator(WIDTHS, TEXT, GRID, HEADS).eval()
    heard: list[Tensor] = []
    network.spatial.register_forward_pre_hook(lambda _, inputs: heard.append(cast(Tensor, inputs[1])))
    network([torch.randn(1, width, 16 >> i, 16 >> i) for i, width in enumerate(WIDTHS)], words())
    query, key = (
        layer(heard[0]).unflatten(1, (HEADS, -1)) for layer in (network.spatial.query, network.spatial.key)
    )
    scores = (query.mT @ key)[0]
    assert (scores.std(dim=2) > 1e-3).all()  # every token of every head prefers some tokens to others
    alike = heard[0].unflatten(1, (HEADS, -1)).std(dim=3)[0] < 1e-6
    assert (alike.sum(dim=1) == WIDTHS[-1] // HEADS).all()  # and has its share of the phrase
