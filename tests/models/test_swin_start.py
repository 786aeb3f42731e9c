"""A trunk that starts from timm's weights sees what timm's Swin sees, where both cut the same windows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from safetensors.torch import save_file
from transformers import BertModel

from geoseg_text.errors import ModelError
from geoseg_text.language.tokenizer import PhraseTokenizer
from geoseg_text.models import build_model
from geoseg_text.models.layers.lavt_family import LAVTFamily
from geoseg_text.models.layers.swin_start import PUBLISHED_SWIN, load_swin
from geoseg_text.models.small_sizes import small_sizes

SIDE_PX = 256
"""Whole windows of 4 tokens in every stage, and more than one in the last: no padding, no shift left out."""


@pytest.fixture(scope="module")
def theirs() -> Any:
    """timm's Swin, small and random."""
    torch.manual_seed(0)
    sizes: dict[str, Any] = {
        "embed_dim": 16,
        "depths": (2, 2, 2, 2),
        "num_heads": (1, 2, 4, 8),
        "window_size": 4,
    }
    swin = timm.create_model("swin_tiny_patch4_window7_224", img_size=SIDE_PX, num_classes=0, **sizes)
    for name, weight in swin.named_parameters():
        if name.endswith("relative_position_bias_table"):
            torch.nn.init.normal_(weight)  # so that a table turned over would be noticed
    return swin.eval()


@pytest.fixture
def weights(theirs: Any, tmp_path: Path) -> Path:
    path = tmp_path / "swin.safetensors"
    save_file(theirs.state_dict(), path)
    return path


def family_member(system: str, **sizes: Any) -> LAVTFamily:
    sizes = {"width": 16, "depths": (2, 2, 2, 2), "heads": (1, 2, 4, 8), "attention_window": 4, **sizes}
    network = build_model(system, **{**small_sizes(system), **sizes})
    assert isinstance(network, LAVTFamily)
    return network.eval()


@torch.inference_mode()
def test_lavts_trunk_gives_what_timm_gives(theirs: Any, weights: Path) -> None:
    network: Any = family_member("lavt")
    load_swin(network, weights)
    image = torch.randn(2, 3, SIDE_PX, SIDE_PX)
    ours, expected = network.patch_embed(image), theirs.patch_embed(image)
    for index, layer in enumerate(theirs.layers):
        expected = layer(expected)
        ours = network.stages[index](ours)
        torch.testing.assert_close(ours, expected, atol=1e-4, rtol=1e-4)
        if index < 3:
            ours = network.stages[index].handover.downsample(ours)


@pytest.mark.parametrize("system", ["mafn", "rmsin", "fianet", "lgce", "sbanet", "cadformer"])
def test_every_system_of_the_family_takes_the_trunk(system: str, theirs: Any, weights: Path) -> None:
    network = family_member(system)
    load_swin(network, weights)
    own = list(network.state_dict().values())
    for name, weight in theirs.state_dict().items():
        if not name.startswith("norm."):  # after the last stage, of the classifier
            assert any(mine.shape == weight.shape and torch.equal(mine, weight) for mine in own), name


def test_words_come_from_a_published_bert(weights: Path, tokenizer: PhraseTokenizer, tmp_path: Path) -> None:
    network = family_member("lavt", text_vocabulary=len(tokenizer))
    torch.manual_seed(1)
    bert = BertModel(network.text_encoder.bert.config, add_pooling_layer=False)
    bert.save_pretrained(tmp_path / "bert")
    tokenizer.save_pretrained(tmp_path / "bert")
    assert network.start_from(weights, tmp_path / "bert") is network
    assert network.count_tokens("trees") == 3
    for name, weight in bert.state_dict().items():
        assert torch.equal(network.text_encoder.bert.state_dict()[name], weight)


def test_another_trunk_is_refused_and_nothing_changes(weights: Path) -> None:
    network = family_member("lavt", width=32)
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    with pytest.raises(ModelError, match="another trunk"):
        load_swin(network, weights)
    assert all(torch.equal(weight, before[name]) for name, weight in network.state_dict().items())


def test_what_cannot_be_had_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = family_member("lavt")
    with pytest.raises(ModelError, match="knows no weights by the name"):
        load_swin(network, "swin_of_no_one")
    (tmp_path / "damaged.safetensors").write_bytes(b"damaged")
    with pytest.raises(ModelError, match="could not be loaded"):
        load_swin(network, tmp_path / "damaged.safetensors")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="could not be loaded") as failure:
        load_swin(network, PUBLISHED_SWIN)
    assert "\n" not in str(failure.value)
