"""Composed phrases: true, varied, repeatable, and silent about what is not known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from geoseg_text.errors import InputError
from geoseg_text.language.lexicon import CATEGORIES, SUPER_CATEGORIES, canonical, synonyms
from geoseg_text.language.referring import KINDS, Case, Kind, compose, contrast_pairs
from geoseg_text.scenes import render_scene
from geoseg_text.values.scene import Scene

Draw = Callable[..., Scene]
SUPER_OF = {member: name for name, members in SUPER_CATEGORIES.items() for member in members}


def cases(scene: Scene, n: int = 300, kinds: list[Kind] | None = None, seed: int = 0) -> list[Case]:
    return compose(scene, np.random.default_rng(seed), n, kinds)


def bare(phrase: str) -> str:
    """The phrase without determiner, capitals and full stop."""
    return re.sub(r"^(all the|all of the|the|all|any|every|each|a|an) ", "", phrase.lower().rstrip(".!"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_had(village: Scene, kind: Kind) -> None:
    got = cases(village, 12, [kind])
    assert Counter(case.kind for case in got)[kind] >= 6


def test_by_default_every_kind_comes_up(village: Scene) -> None:
    assert {case.kind for case in cases(village)} == set(KINDS)


def test_as_many_as_asked_for_and_all_different(village: Scene) -> None:
    got = cases(village, 150)
    assert len({case.phrase.lower() for case in got}) == 150
    assert compose(village, np.random.default_rng(0), 0) == []


def test_the_same_seed_says_the_same(village: Scene) -> None:
    assert cases(village, 40) == cases(village, 40)
    assert cases(village, 40) != cases(village, 40, seed=1)


def test_referents_are_visible_objects_and_none_has_none(crowd: Scene) -> None:
    ids = {thing.id for thing in crowd.objects}
    for case in cases(crowd):
        assert set(case.referents) <= ids
        assert bool(case.referents) == (case.kind != "none"), case
        assert list(case.referents) == sorted(set(case.referents))
        assert not case.referents or crowd.mask(case.referents).any()


@pytest.mark.parametrize("seed", range(6))
def test_in_a_crowd_a_noun_alone_is_no_answer(seed: int) -> None:
    scene = render_scene(seed, (384, 384), 0.4)
    rng = np.random.default_rng(seed)
    told = compose(scene, rng, 24, ["attribute", "size", "position", "relation"], crowded=True)
    category = {thing.id: thing.category for thing in scene.objects}
    for case in (case for case in told if case.kind in ("attribute", "size", "position", "relation")):
        meant = {category[id_] for id_ in case.referents}
        kin = {SUPER_OF.get(name, name) for name in meant}
        others = [
            thing
            for thing in scene.objects
            if thing.id not in case.referents
            and (thing.category in meant or SUPER_OF.get(thing.category, thing.category) in kin)
        ]
        assert len(others) >= 4, case


def test_a_category_phrase_means_all_of_a_kind(village: Scene) -> None:
    for case in cases(village, 150, ["category"]):
        categories = {village.by_id[i].category for i in case.referents}
        if categories == {"building"} and re.search(r"\b(building|roof|house|structure)s?\b", case.phrase):
            assert case.referents == (3, 4, 5, 6), case
        if re.search(r"\bvehicles?\b", case.phrase.lower()) and not re.search(
            "small|large|heavy|big|personal|goods", case.phrase.lower()
        ):
            assert case.referents == (7, 8), case


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (r"red (buildings?|roofs?|houses?|structures?)", (3, 5)),
        (r"(white|whitish) (buildings?|roofs?|houses?)", (6,)),
        (r"(gabled|pitched) roofs?", (3, 6)),
    ],
)
def test_an_attribute_phrase_means_all_that_have_it(village: Scene, words: str, ids: tuple[int, ...]) -> None:
    pattern = re.compile(rf"((the|all|all the|any) )?{words}\.?")
    said = [case for case in cases(village, 600, ["attribute"]) if pattern.fullmatch(case.phrase.lower())]
    assert said
    assert {case.referents for case in said} == {ids}


def test_only_what_is_complete_is_spoken_of(village: Scene) -> None:
    known = Scene(
        village.image, village.ground, village.top, village.objects, village.gsd_m, frozenset({"building"})
    )
    for case in cases(known):
        assert {known.by_id[i].category for i in case.referents} <= {"building"}, case
        if case.kind == "none":
            assert not re.search(
                r"\b(car|truck|bus|lake|river|tree|road|lawn)(s|es)?\b", case.phrase.lower()
            ), case


def test_a_super_category_hides_its_members(draw: Draw) -> None:
    scene = draw(
        [("water", (0, 0, 40, 40), {}), ("building", (80, 80, 20, 20), {})],
        complete=frozenset({"water", "vegetation", "building"}),
    )
    # There is water, but nobody knows whether it is a lake; there is no plant of any sort.
    members = {form for name in ("river", "lake", "sea", "pool") for form in synonyms(name)}
    said = {bare(case.phrase): case for case in cases(scene, 200, ["category", "none"])}
    assert not members & said.keys()
    assert {said[word].referents for word in said.keys() & {"water", "water surface", "bodies of water"}} == {
        (1,)
    }
    plants = [case for words, case in said.items() if canonical(words) & {"tree", "lawn", "wood", "field"}]
    assert plants
    assert all(case.kind == "none" for case in plants)


def test_single_trees_and_woods_are_told_apart(draw: Draw) -> None:
    scene = draw([("wood", (0, 0, 60, 60), {}), ("tree", (100, 100, 8, 8), {})])
    expected = {"trees": (1, 2), "the trees": (1, 2), "single trees": (2,), "the forest": (1,), "wood": (1,)}
    said = {case.phrase.lower(): case.referents for case in cases(scene, 500, ["category"])}
    found = {phrase: said[phrase] for phrase in expected if phrase in said}
    assert len(found) >= 3
    assert found == {phrase: expected[phrase] for phrase in found}


def test_bare_fields_are_no_vegetation(draw: Draw) -> None:
    scene = draw(
        [("field", (0, 0, 50, 50), {"crop": "bare"}), ("field", (60, 60, 50, 50), {"crop": "green"})]
    )
    said = [case for case in cases(scene, 400, ["category"]) if canonical(case.phrase) == {"vegetation"}]
    assert said
    assert {case.referents for case in said} == {(2,)}


def test_things_without_attributes_still_have_places(draw: Draw) -> None:
    scene = draw(
        [
            ("building", (10 + 40 * i, 10 + 40 * j, 12 + 8 * i, 12 + 5 * j), {})
            for i in range(3)
            for j in range(3)
        ]
    )
    kinds = {case.kind for case in cases(scene, 100, ["attribute", "position", "superlative", "relation"])}
    assert {"position", "superlative"} <= kinds
    assert "attribute" not in kinds


def test_a_scene_of_nothing_known_still_gives_phrases() -> None:
    nothing = np.zeros((64, 64), np.uint16)
    for complete in (frozenset[str](), frozenset(CATEGORIES)):
        scene = Scene(np.zeros((3, 64, 64), np.uint8), nothing, nothing, (), 0.3, complete)
        got = cases(scene, 20)
        assert len(got) == 20
        assert all(case.kind == "none" and case.referents == () for case in got)


def test_slivers_are_meant_with_all_but_not_alone(draw: Draw) -> None:
    scene = draw([("building", (40, 40, 20, 20), {}), ("building", (100, 118, 4, 2), {})])
    got = cases(scene, 200)
    assert all(case.referents != (2,) for case in got)
    assert (1, 2) in {case.referents for case in got if case.kind == "category"}


def test_contrast_pairs_differ_in_the_words_and_in_the_meaning(village: Scene) -> None:
    pairs = contrast_pairs(village, np.random.default_rng(0), 40)
    assert len(pairs) >= 25
    assert {a.kind for a, _ in pairs} >= {"attribute", "position", "relation", "superlative"}
    for a, b in pairs:
        assert a.kind == b.kind
        assert a.phrase != b.phrase
        assert a.referents
        assert b.referents
        assert not set(a.referents) & set(b.referents)
        # All but a few words are shared.
        only = Counter(a.phrase.split()) - Counter(b.phrase.split())
        assert sum(only.values()) <= 4, (a.phrase, b.phrase)


def test_a_scene_without_contrasts_gives_no_pairs(draw: Draw) -> None:
    assert contrast_pairs(draw([("sea", (0, 0, 120, 120), {})]), np.random.default_rng(0), 5) == []


def test_bad_arguments_are_named(village: Scene) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="-1"):
        compose(village, rng, -1)
    with pytest.raises(InputError, match=r"'colour'.*attribute"):
        compose(village, rng, 1, ["colour"])  # type: ignore[list-item]
    with pytest.raises(InputError, match="-2"):
        contrast_pairs(village, rng, -2)
