"""What phrases claim, by hand; and an encoder that learnt it tells opposites apart."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
import torch

from geoseg_text.language.directions import Direction
from geoseg_text.language.lexicon import nouns_of
from geoseg_text.language.regions import Position
from geoseg_text.language.relations import Anchor
from geoseg_text.language.superlatives import Extreme
from geoseg_text.models import load_model
from geoseg_text.models.mafn import MAFN
from geoseg_text.training.pools.reading import claims_of, known_claims, readings, teach_reading


def test_opposites_claim_opposite_ways_and_synonyms_the_same() -> None:
    assert {"towards top", "towards left"} < claims_of(Position("upper_left_corner"))
    assert "towards bottom" in claims_of(Position("bottom_half"))
    assert claims_of(Extreme("northernmost")) == {"most northernmost", "towards top"}
    assert claims_of(Extreme("largest")) == {"most largest"}
    lake = Anchor((), nouns_of("lake")[0])
    assert claims_of(Direction("southeast", lake)) == {
        "southeast of", "towards bottom", "towards right", "of lake",
    }  # fmt: skip


def test_every_claim_that_is_drawn_is_known() -> None:
    drawn = list(islice(readings(np.random.default_rng(0)), 1500))
    claims = set().union(*(reading.claims for reading in drawn))
    assert claims <= set(known_claims())
    assert len(claims) > 0.9 * len(known_claims())
    assert len({reading.phrase for reading in drawn}) > 1300


def test_claims_stand_in_the_words() -> None:
    for reading in islice(readings(np.random.default_rng(1)), 400):
        if "northeast of" in reading.claims:
            assert (
                "north" in reading.phrase or "upper right" in reading.phrase or "top right" in reading.phrase
            )


@pytest.mark.slow
def test_a_lesson_sets_opposites_apart_and_leaves_synonyms_together() -> None:
    torch.manual_seed(0)
    model = load_model()
    assert isinstance(model, MAFN)

    def likeness(one: str, two: str) -> float:
        with torch.inference_mode():
            first, second = model.encode_text([one, two]).tokens.mean(dim=1)
        return float(torch.cosine_similarity(first, second, dim=0))

    opposites = ("buildings in the north", "buildings in the south")
    synonyms = ("buildings in the north", "houses in the northern part")
    before = likeness(*opposites)
    teach_reading(model, 2.0, np.random.default_rng(0))
    assert likeness(*opposites) < before
    assert likeness(*synonyms) > likeness(*opposites) + 0.1  # 0.5 in a minute, from weights that read
