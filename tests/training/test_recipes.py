"""Every recipe is read strictly, names what its system has, and says where each of its values comes from."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from geoseg_text.models import SYSTEMS, build_model
from geoseg_text.models.base import ReferringNetwork
from geoseg_text.models.registry import DEFAULT_MODEL, config_of
from geoseg_text.models.small_sizes import small_sizes
from geoseg_text.training.config import FocalDiceIouPresence, TrainingConfig, read_config
from geoseg_text.training.learner import JudgingNetwork
from geoseg_text.training.optimisers import build_optimiser, build_schedule
from geoseg_text.training.parts import check_parts, freeze

OWN = Path(__file__).parents[2] / "recipes" / "own-data.yaml"
RECIPES = sorted(path for path in OWN.parent.glob("*.yaml") if path != OWN)

_built: dict[str, ReferringNetwork] = {}


def small(system: str) -> ReferringNetwork:
    """A small network of a system, with as many text layers as the published one."""
    if system not in _built:
        _built[system] = build_model(system, **{**small_sizes(system), "text_layers": 12})
    return _built[system].requires_grad_(True)


def test_every_published_network_that_learns_from_these_sets_has_one() -> None:
    recipes = {read_config(path).model.system for path in RECIPES}
    assert recipes >= {"lavt", "lgce", "rmsin", "fianet", "cadformer", "mafn", "sbanet", "rsam"}
    assert recipes <= set(SYSTEMS)


def test_ones_own_data_teach_the_embedded_model() -> None:
    config = read_config(OWN)
    assert config.model.folder == DEFAULT_MODEL
    build_optimiser(small("mafn"), config.optimiser)


@pytest.mark.parametrize("path", RECIPES, ids=[path.stem for path in RECIPES])
def test_a_recipe_fits_its_system(path: Path) -> None:
    config = read_config(path)
    assert config.model.name == path.stem
    published = config_of(config.model.system)
    assert set(config.model.sizes) <= set(published.to_dict())
    assert config.data.side_px == published.window_px
    network = small(config.model.system)
    assert set(config.model.start or {}) == set(inspect.signature(network.start_from).parameters)  # type: ignore[operator]
    assert isinstance(config.loss, FocalDiceIouPresence) == isinstance(network, JudgingNetwork)
    check_parts(network, config.frozen, "frozen")
    freeze(network, config.frozen)
    optimiser = build_optimiser(network, config.optimiser)
    learning = sum(parameter.requires_grad for parameter in network.parameters())
    assert sum(len(group["params"]) for group in optimiser.param_groups) == learning
    assert {group["weight_decay"] for group in optimiser.param_groups} == {
        0.0,
        config.optimiser.weight_decay,
    }
    schedule = build_schedule(optimiser, config.schedule, total_steps=2)
    rates = [group["lr"] for group in optimiser.param_groups]
    assert max(rates) == config.optimiser.rate
    optimiser.step()
    schedule.step()
    assert all(group["lr"] < rate for group, rate in zip(optimiser.param_groups, rates, strict=True))
    assert the_test_split_is_left_alone(config)


def the_test_split_is_left_alone(config: TrainingConfig) -> bool:
    return "test" not in (config.data.train, config.data.validate) and config.validation is not None


@pytest.mark.parametrize("path", RECIPES, ids=[path.stem for path in RECIPES])
def test_every_value_says_where_it_comes_from(path: Path) -> None:
    section, before = "", ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"(\w+):", line):
            section = found[1]
        plain = (
            "system:",
            "name: " + path.stem,
            "name: R",
            "- parts:",
        )  # what the file's name says, and where
        value = re.search(r"(: \S|- \{)", line) and not line.strip().startswith(("#", *plain))
        if value and section != "frozen":
            assert "# " in line or before.strip().startswith("#"), line
        before = line


def test_rsams_layers_learn_the_slower_the_deeper_they_lie() -> None:
    config = read_config(next(path for path in RECIPES if path.stem == "rsam-risors"))
    network = small("rsam")
    freeze(network, config.frozen)
    optimiser = build_optimiser(network, config.optimiser)
    rate_of = {id(p): group["lr"] for group in optimiser.param_groups for p in group["params"]}
    rates = {name: rate_of.get(id(p)) for name, p in network.named_parameters()}
    blocks = sum(
        bool(re.fullmatch(r"vision\.backbone\.blocks\.\d+\.attn\.qkv\.weight", name)) for name in rates
    )
    assert blocks == 5
    for block in range(blocks):
        rate = rates[f"vision.backbone.blocks.{block}.attn.qkv.weight"]
        assert rate == pytest.approx(3e-5 * 0.9 ** (blocks - block))
    assert rates["vision.backbone.patch_embed.projection.weight"] == pytest.approx(3e-5 * 0.9**6)
    assert rates["vision.backbone.pos_embed"] == 3e-5
    assert rates["vision.neck.convs.0.weight"] == 3e-5
    assert rates["decoder.sam.mask_tokens.weight"] == 5e-5
    assert rates["text_encoder.bert.embeddings.word_embeddings.weight"] is None
