"""The cards tell the truth: about the code beside them, and without loading it."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import torch

from geoseg_text.models import SYSTEMS, build_model
from geoseg_text.models.cards import EMBEDDED, availability
from geoseg_text.models.published import DATASET_IMAGERY, METRICS
from geoseg_text.models.registry import config_of

CARDS = sorted(SYSTEMS)


@pytest.mark.parametrize(
    "module", ["models.cards", "models", "models.registry", "models.folder", "models.pull"]
)
def test_cards_load_no_torch(module: str) -> None:
    code = f"import geoseg_text.{module}, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert not set(done.stdout.split()) & {"torch", "transformers"}


@pytest.mark.parametrize("name", CARDS)
def test_a_card_counts_what_is_built(name: str) -> None:
    with torch.device("meta"):
        network = build_model(name)
    card = SYSTEMS[name]
    assert sum(weight.numel() for weight in network.parameters()) == card.parameters
    assert (network.config.window_px, network.config.tokens) == (card.input_px, card.tokens)
    assert network.config.system == card.system
    if card.published_parameters is not None:
        assert bool(card.deviation) == (card.published_parameters != card.parameters)


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_filled_in(name: str) -> None:
    card = SYSTEMS[name]
    for said in (
        card.paper,
        card.venue,
        card.reference,
        card.code_licence,
        card.weights_licence,
        card.weights,
    ):
        assert said
    assert 2020 < card.year < 2100
    assert card.trained_on
    assert re.match(r"doi:10\.|arXiv:\d{4}\.\d{5}", card.reference)
    for place in card.hub:
        assert place.repository.count("/") == 1
        assert place.sha256 is None or re.fullmatch("[0-9a-f]{64}", place.sha256)


@pytest.mark.parametrize("name", CARDS)
def test_ground_sample_distances_agree_with_the_network(name: str) -> None:
    card, of_network = SYSTEMS[name].gsd_range_m, config_of(name).gsd_range_m
    assert of_network is None or of_network == card
    assert card is None or 0 < card[0] <= card[1]


def test_resizing_an_image_makes_its_pixels_coarser() -> None:
    """800 px of 0.5 m over 480 px are of 0.833 m each; at 800 px they stay what they are."""
    assert SYSTEMS["rmsin"].gsd_range_m == (0.833, 50.0)
    assert SYSTEMS["lgce"].gsd_range_m == (0.325, 0.325)
    assert SYSTEMS["rsam"].gsd_range_m == (0.195, 30.0)  # RefSegRS is enlarged


def test_published_figures_belong_to_cards_and_are_percentages() -> None:
    assert set(METRICS) <= set(SYSTEMS)
    for name, metrics in METRICS.items():
        assert SYSTEMS[name].metrics == metrics
        assert len(set(metrics)) == len(metrics)
        for figure in metrics:
            assert 20 < figure.miou < 100
            assert 20 < figure.oiou < 100
            assert figure.dataset in DATASET_IMAGERY
            assert figure.split in {"val", "test"}


def test_where_weights_are_is_one_word() -> None:
    assert {name for name in SYSTEMS if availability(name) == "embedded"} == {
        folder.name for folder in EMBEDDED.iterdir() if (folder / "config.json").is_file()
    }
    assert availability("mafn") == "link"
    assert availability("remotesam") == "hub"
    assert availability("rmsin") == "none"


@pytest.mark.parametrize("name", CARDS)
def test_a_card_says_how_to_get_weights(name: str) -> None:
    card, place = SYSTEMS[name], availability(name)
    expected = {
        "hub": f"models pull {name}",
        "link": f"--system {name}",
        "embedded": "embedded",
        "none": "none",
    }
    assert expected[place] in card.weights
