"""What is FIANet's own: three readings of a phrase, and which of the release's weights are left out."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import torch
from torch import Tensor

from geoseg_text.models import TextFeatures
from geoseg_text.models.base import ReferringNetwork
from geoseg_text.models.convert import map_keys
from geoseg_text.models.fianet import FIANET_REFSEGRS, FIANet, FIANetConfig, ObjectPositionAlignment
from geoseg_text.models.key_rules import KEY_RULES

fianet = pytest.mark.parametrize("network", ["fianet"], indirect=True)
PHRASE = "a car north of the river"


@pytest.fixture
def opened(network: ReferringNetwork) -> FIANet:
    """A small network whose gates are open: they are shut at first, and would hide what lies behind."""
    assert isinstance(network, FIANet)
    generator = torch.Generator().manual_seed(2)
    for name, parameter in network.named_parameters():
        if name.endswith("_gate.fc2.weight"):
            torch.nn.init.normal_(parameter, std=0.5, generator=generator)
    return network


def answer(network: FIANet, text: TextFeatures) -> Tensor:
    images = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        return network(images, text)


@fianet
@torch.inference_mode()
def test_a_phrase_is_read_whole_then_its_things_then_its_places(opened: FIANet) -> None:
    text = opened.encode_text([PHRASE, "trees"])
    objects, positions = text.parts
    assert text.mask.sum(dim=1).tolist() == [8, 3]
    assert objects.mask.int().tolist() == [[0, 0, 1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, 0, 0, 0]]
    assert positions.mask.int().tolist() == [[0, 0, 0, 1, 1, 1, 1, 0], [1, 1, 1, 0, 0, 0, 0, 0]]
    whole = opened.text_encoder.encode([PHRASE, "trees"], 16)
    torch.testing.assert_close(text.tokens, whole.tokens)
    for part, mask in ((objects, objects.mask), (positions, positions.mask)):
        ids, _ = opened.text_encoder.tokenizer.encode([PHRASE, "trees"], 16)
        torch.testing.assert_close(part.tokens, opened.text_encoder(torch.from_numpy(ids), mask).tokens)


@fianet
@pytest.mark.parametrize("part", [0, 1], ids=["objects", "positions"])
def test_each_reading_reaches_the_answer(opened: FIANet, part: int) -> None:
    text = opened.encode_text([PHRASE])
    parts = [text.parts[0], text.parts[1]]
    parts[part] = TextFeatures(text.tokens, text.mask)
    whole = text._replace(parts=tuple(parts))
    assert not torch.allclose(answer(opened, text), answer(opened, whole), atol=1e-4)


@fianet
def test_words_outside_of_a_reading_are_not_gathered(opened: FIANet) -> None:
    text = opened.encode_text([PHRASE])

    def noised(part: TextFeatures) -> TextFeatures:
        noise = torch.randn(part.tokens.shape, generator=torch.Generator().manual_seed(3))
        return part._replace(tokens=torch.where(part.mask.unsqueeze(-1), part.tokens, noise))

    changed = text._replace(parts=tuple(noised(part) for part in text.parts))
    torch.testing.assert_close(answer(opened, text), answer(opened, changed), atol=1e-5, rtol=0)


@torch.inference_mode()
@pytest.mark.parametrize("pooled", [0, 1], ids=["mean", "maximum"])
def test_positions_lead_objects_by_their_mean_and_their_maximum(pooled: int) -> None:
    torch.manual_seed(0)
    alignment = ObjectPositionAlignment(8, 12)
    torch.nn.init.normal_(alignment.object_gate.fc2.weight)
    alignment.where.weight.zero_()
    alignment.where.weight[0, pooled, 1, 1] = 1
    x = torch.randn(2, 4, 6, 8)
    objects, positions = (TextFeatures(torch.randn(2, 5, 12), torch.ones(2, 5).bool()) for _ in range(2))
    things = alignment.object_gate(alignment.objects(x, objects.tokens, objects.mask))
    places = alignment.positions(x, positions.tokens, positions.mask)
    where = places.mean(-1, keepdim=True) if pooled == 0 else places.max(-1, keepdim=True).values
    torch.testing.assert_close(alignment(x, objects, positions), things * where.sigmoid())


@pytest.mark.parametrize(
    ("config", "published"),
    [(FIANetConfig(), 256_168_626), (FIANET_REFSEGRS, 251_918_706)],
    ids=["rrsis-d", "refsegrs"],
)
def test_parameters_are_the_release_s_without_the_dead_ones(config: FIANetConfig, published: int) -> None:
    with torch.device("meta"):
        network = FIANet(config)
    widths = config.widths
    embeddings = sum(width**2 for width in widths)  # one in each alignment, read by nothing
    last = widths[3]  # the last stage hands nothing on: no gates, no alignment
    channel_gate = last * last // 8 * 2 + last // 8 + last
    tanh_gates = 2 * 2 * last**2
    gatherings = 2 * (2 * last**2 + 2 * last * config.text_width + 4 * last)
    dead = embeddings + channel_gate + tanh_gates + gatherings + 2 * 3 * 3
    assert sum(p.numel() for p in network.parameters()) == published - dead == published - 13_198_482


def test_every_published_key_has_its_place(shared: Path) -> None:
    rules = KEY_RULES["fianet"]
    published = {}
    for line in (shared / "parity" / "keys_fianet.txt").read_text().splitlines():
        if not line.startswith("#"):
            key, shape, _ = line.split("\t")
            published[key] = torch.empty(ast.literal_eval(shape), device="meta")
    ours, dead = map_keys(published, rules)
    with torch.device("meta"):
        target = FIANet(FIANetConfig()).state_dict()
    assert {name: value.numel() for name, value in ours.items()} == {
        name: value.numel() for name, value in target.items()
    }
    assert all(re.search(r"relative_position_index|go_embedding|layers\.3\.", key) for key in dead)
