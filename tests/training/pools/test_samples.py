"""What a training sees: views whose phrases, masks and labels agree with the scene they were cut from."""

from __future__ import annotations

import numpy as np
import pytest

from geoseg_text.errors import InputError
from geoseg_text.models import load_model
from geoseg_text.scenes import render_scene
from geoseg_text.training.pools.augment import OPEN_WATERS, other_waters, random_view, recoloured, resized
from geoseg_text.training.pools.recipe import draw_pool
from geoseg_text.training.pools.samples import (
    CLASSES,
    Asking,
    Pace,
    PhraseSamples,
    allowed_classes,
    pool_sources,
)
from geoseg_text.training.pools.threshold import THRESHOLDS, generalised_iou
from geoseg_text.values.scene import Scene


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pool")
    draw_pool(folder, 3, first_seed=7)
    return folder


@pytest.fixture(scope="module")
def tokenizer():
    return load_model().text_encoder.tokenizer


def samples(pool, tokenizer, asks=1, seed=0, **asking):
    pace = Pace.start(96)
    pace.asks.value = asks
    sources = pool_sources([pool], {"scene": 1.0}, {}, {})
    return PhraseSamples(sources, tokenizer, Asking(**asking), pace, seed)


def test_a_sample_has_the_shapes_it_names(pool, tokenizer):
    sample = next(iter(samples(pool, tokenizer, phrases=5, tokens=24)))
    assert sample["image"].shape == (3, 96, 96)
    assert sample["ids"].shape == sample["mask"].shape == (5, 24)
    assert sample["truth"].shape == (5, 96, 96)
    assert sample["allowed"].shape == (24, 24)


def test_the_same_seed_draws_the_same_samples(pool, tokenizer):
    first, second = (iter(samples(pool, tokenizer, seed=3)) for _ in range(2))
    for _ in range(4):
        one, two = next(first), next(second)
        assert all(bool((one[name] == two[name]).all()) for name in one)


def test_shuffled_phrases_are_those_of_the_view_before(pool, tokenizer):
    plain, shuffled = (iter(samples(pool, tokenizer, shuffled=other)) for other in (False, True))
    former = None
    for _ in range(4):
        one, two = next(plain), next(shuffled)
        assert all(bool((one[name] == two[name]).all()) for name in ("image", "truth", "allowed"))
        if former is not None:
            assert bool((two["ids"] == former["ids"]).all())
            assert bool((two["mask"] == former["mask"]).all())
        former = one


def test_no_phrase_is_made_while_none_is_wanted(pool, tokenizer):
    sample = next(iter(samples(pool, tokenizer, asks=0)))
    assert (sample["mask"].sum(dim=1) == 2).all()  # the two special tokens
    assert not sample["truth"].any()


def test_contrasting_phrases_lead_and_share_no_referent(pool, tokenizer):
    drawn = iter(samples(pool, tokenizer, paired=1.0, plain=0.0))
    apart = 0
    for _ in range(12):
        truth = next(drawn)["truth"]
        apart += bool(truth[0].any() and truth[1].any() and not (truth[0] & truth[1]).any())
    assert apart >= 4


def test_a_pixel_may_be_what_it_is(pool):
    scene = Scene.load(sorted(pool.glob("*.npz"))[0])
    allowed = allowed_classes(scene)
    assert (allowed > 0).all()
    for thing in scene.objects:
        if thing.category in CLASSES:
            shown = np.where(scene.top > 0, scene.top, scene.ground) == thing.id
            assert ((allowed[shown] >> CLASSES.index(thing.category)) & 1).all()


def test_an_empty_pool_is_refused(tmp_path, tokenizer):
    with pytest.raises(InputError, match="no scenes"):
        samples(tmp_path, tokenizer)


def test_a_view_keeps_what_its_pixels_are():
    """Truth follows the pixels through crop, turn and resampling: a mask's mean colour barely moves."""
    scene = render_scene(11, (256, 256), 0.4)
    rng = np.random.default_rng(0)
    for _ in range(6):
        view = random_view(scene, 128, rng, (0.9, 1.1))
        biggest = max(view.objects, key=lambda thing: int(view.mask((thing.id,)).sum()))
        here, there = view.mask((biggest.id,)), scene.mask((biggest.id,))
        seen = view.image[:, here].mean(axis=1)
        everywhere = scene.image[:, there].mean(axis=1)
        assert np.abs(seen - everywhere).max() < 40


def test_resampling_changes_the_ground_sample_distance_alone():
    scene = render_scene(12, (128, 128), 0.5)
    half = resized(scene, 64)
    assert half.gsd_m == pytest.approx(1.0)
    assert half.image.shape == (3, 64, 64)
    assert {thing.id for thing in half.objects} <= {thing.id for thing in scene.objects}


def test_recolouring_keeps_the_picture():
    scene = render_scene(13, (128, 128), 0.5)
    rng = np.random.default_rng(1)
    for _ in range(10):
        changed = recoloured(scene.image, rng)
        assert changed.dtype == np.uint8
        both = np.corrcoef(changed.ravel().astype(float), scene.image.ravel().astype(float))
        assert both[0, 1] > 0.8


def test_open_water_takes_other_colours_and_the_land_none():
    scene = next(s for s in map(wet_scene, range(40)) if s is not None)
    wet = {thing.id for thing in scene.objects if thing.category in OPEN_WATERS}
    water = np.isin(scene.ground, list(wet)) & (scene.top == 0)
    rng = np.random.default_rng(3)
    tones = []
    for _ in range(12):
        changed = other_waters(scene, rng)
        np.testing.assert_array_equal(changed[:, ~water], scene.image[:, ~water])
        tones.append(changed[:, water].mean(axis=1))
    assert np.ptp(tones, axis=0).min() > 20  # each channel of the water moves


def wet_scene(seed: int) -> Scene | None:
    """A scene with open water and land, if this seed draws one."""
    scene = render_scene(seed, (96, 96), 0.8)
    wet = [thing.id for thing in scene.objects if thing.category in OPEN_WATERS]
    return scene if wet and 0.1 < np.isin(scene.ground, wet).mean() < 0.9 else None


def test_iou_at_each_threshold_is_that_of_the_cut_scores():
    rng = np.random.default_rng(5)
    scores = rng.random((20, 30)).astype(np.float32)
    scores[0, :3] = THRESHOLDS[[0, 10, 25]]  # at a threshold counts
    truth = rng.random((20, 30)) < 0.3
    cut = scores[None] >= THRESHOLDS[:, None, None]
    expected = (cut & truth).sum(axis=(1, 2)) / (cut | truth).sum(axis=(1, 2))
    np.testing.assert_allclose(generalised_iou(scores, truth), expected)


def test_where_nothing_is_meant_only_an_empty_answer_counts():
    scores = np.full((4, 4), 0.4, np.float32)
    got = generalised_iou(scores, np.zeros((4, 4), bool))
    assert (got == (np.float32(0.4) < THRESHOLDS)).all()
