"""Claims on hand-drawn scenes, each truth derived on paper."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from geoseg_text.language.description import referents
from geoseg_text.language.directions import Direction
from geoseg_text.language.lexicon import NOUNS, Noun
from geoseg_text.language.looks import Attribute, Size, Slender, Tone
from geoseg_text.language.measures import Measures
from geoseg_text.language.regions import REGIONS, Position
from geoseg_text.language.relations import Anchor, Beside, Between, FarFrom, Inside, Not, Surrounded
from geoseg_text.language.superlatives import Extreme, Nearest
from geoseg_text.language.verdicts import NO, UNCLEAR, YES, Predicate, split
from geoseg_text.values.scene import Scene

Draw = Callable[..., Scene]
BY_NAME = {noun.one: noun for noun in NOUNS}
ROOF, ROAD, LAKE, VEHICLE, LAWN = (BY_NAME[name] for name in ("roof", "road", "lake", "vehicle", "lawn"))


def meant(scene: Scene, noun: Noun, *claims: Predicate) -> list[int] | None:
    """Ids that a description means, None where it is too close to call."""
    m = Measures(scene)
    where = referents(m, noun, claims)
    return None if where is None else list(m.ids_at(where))


road = Anchor((2,), ROAD)


@pytest.mark.parametrize(
    ("claims", "ids"),
    [
        ([], [3, 4, 5, 6]),
        ([Attribute("colour", "red")], [3, 5]),
        ([Attribute("colour", "red"), Attribute("roof", "flat")], [5]),
        ([Attribute("colour", "blue")], []),
        ([Not(Attribute("colour", "red"))], [4, 6]),
        ([Tone("light")], None),  # grey may pass for light
        ([Position("left")], [3, 5]),
        ([Position("upper_right")], [4]),
        ([Position("bottom_half")], [5, 6]),
        ([Position("centre")], []),
        ([Beside(road)], [3, 5]),
        ([Not(Beside(road))], [4, 6]),
        ([FarFrom(road)], []),  # 14 and 16 m away, sides of 10 and 8 m: neither beside nor far
        ([Attribute("colour", "red"), Direction("north", road)], [3]),
        ([Direction("south", road)], [5, 6]),
        ([Direction("west", road)], None),  # a road across the image has no west
        ([Extreme("largest")], [4]),
        ([Extreme("smallest")], [5]),
        ([Extreme("northernmost")], [4]),
        ([Extreme("southernmost")], [6]),
        ([Extreme("westernmost")], None),  # two roofs lie level
        ([Attribute("colour", "red"), Extreme("largest")], [3]),
        ([Nearest(Anchor((8,), VEHICLE))], [5]),
    ],
)
def test_roofs_of_the_village(village: Scene, claims: list[Predicate], ids: list[int] | None) -> None:
    assert meant(village, ROOF, *claims) == ids


def test_vehicles_on_the_road_and_off_it(village: Scene) -> None:
    assert meant(village, VEHICLE, Inside(road)) == [7]
    assert meant(village, VEHICLE, Not(Inside(road))) == [8]
    assert meant(village, VEHICLE, Beside(road)) == []  # on the road is not beside it


MIRRORED = {"left": "right", "right": "left", "west": "east", "east": "west"}


def mirrored(region: str) -> str:
    """The region that takes the place of another when left and right change places."""
    return "_".join(MIRRORED.get(part, part) for part in region.split("_"))


@pytest.mark.parametrize("region", list(REGIONS))
def test_a_mirror_swaps_left_and_right(crowd: Scene, region: str) -> None:
    mirror = crowd.dihedral(4)
    for m, mm in [(Measures(crowd), Measures(mirror))]:
        everything = np.arange(len(m.ids))
        assert m.ids.tolist() == mm.ids.tolist()
        here = Position(region).judge(m, everything)
        there = Position(mirrored(region)).judge(mm, everything)
        # Cells of a width that 12 does not divide are a pixel off in the mirror: only sure calls must agree.
        assert not ((here == YES) & (there == NO)).any()
        assert not ((here == NO) & (there == YES)).any()


@pytest.mark.parametrize("side", ["north", "south", "west", "east"])
def test_a_quarter_turn_turns_directions(side: str, draw: Draw) -> None:
    scene = draw(
        [("building", (52, 52, 16, 16), {}), ("car", (5, 58, 4, 8), {}), ("car", (58, 5, 8, 4), {}),
         ("car", (110, 58, 4, 8), {}), ("car", (58, 110, 8, 4), {})]
    )  # fmt: skip
    turned = {"north": "west", "west": "south", "south": "east", "east": "north"}[side]
    anchor = Anchor((1,), ROOF)
    assert meant(scene, VEHICLE, Direction(side, anchor)) == meant(
        scene.dihedral(1), VEHICLE, Direction(turned, anchor)
    )
    assert len(meant(scene, VEHICLE, Direction(side, anchor)) or []) == 1


def test_a_large_object_lies_on_a_side_whole_or_not_at_all(draw: Draw) -> None:
    scene = draw(
        [("building", (70, 70, 10, 10), {}), ("lake", (5, 20, 50, 90), {}), ("lake", (66, 100, 18, 10), {})]
    )  # the large lake lies to the north; most of it is west of the roof too, though its middle is not
    anchor = Anchor((1,), ROOF)
    assert meant(scene, LAKE, Direction("west", anchor)) is None
    assert meant(scene, LAKE, Direction("north", anchor)) == [2]
    assert meant(scene, LAKE, Direction("east", anchor)) is None
    assert meant(scene, LAKE, Direction("south", anchor)) == []


def test_far_is_beyond_twice_the_size(draw: Draw) -> None:
    scene = draw(
        [
            ("road", (0, 0, 8, 120), {}),
            ("building", (14, 10, 12, 12), {}),
            ("building", (100, 50, 12, 12), {}),
        ]
    )  # 3 m and 46 m away, sides of 6 m
    assert meant(scene, ROOF, FarFrom(Anchor((1,), ROAD))) == [3]
    assert meant(scene, ROOF, Beside(Anchor((1,), ROAD))) == [2]


def test_between_two_lakes(draw: Draw) -> None:
    scene = draw(
        [("lake", (40, 0, 40, 20), {}), ("lake", (40, 100, 40, 20), {}), ("building", (54, 54, 10, 10), {}),
         ("building", (2, 5, 10, 10), {})]
    )  # fmt: skip
    assert meant(scene, ROOF, Between(Anchor((1,), LAKE), Anchor((2,), LAKE))) == [3]


def test_surrounded_by_grass(draw: Draw) -> None:
    scene = draw(
        [("lawn", (0, 0, 120, 60), {}), ("pavement", (0, 60, 120, 60), {}),
         ("building", (50, 20, 14, 14), {}), ("building", (50, 80, 14, 14), {})]
    )  # fmt: skip
    assert meant(scene, ROOF, Surrounded(Anchor((1,), LAWN))) == [3]


def test_large_and_small_part_at_the_widest_gap(draw: Draw) -> None:
    boxes = [("building", (10, 10 + 25 * i, side, side), {}) for i, side in enumerate((8, 9, 20, 8))]
    scene = draw(boxes)
    assert meant(scene, ROOF, Size("large")) == [3]
    alike = draw([("building", (10, 10 + 25 * i, 9 + i, 10), {}) for i in range(4)])
    assert not meant(alike, ROOF, Size("large"))
    assert not meant(alike, ROOF, Size("small"))


def test_slender(draw: Draw) -> None:
    scene = draw([("building", (10, 10, 8, 60), {}), ("building", (60, 60, 20, 22), {})])
    assert meant(scene, ROOF, Slender()) == [1]


def test_some_nouns_fit_some_sizes_alone(draw: Draw) -> None:
    # At 0.5 m: 60 x 60 px is 900 square metres, 8 x 8 px is 16, 24 x 24 px is 144.
    scene = draw(
        [
            ("building", (5, 5, 60, 60), {}),
            ("building", (100, 10, 8, 8), {}),
            ("building", (80, 60, 24, 24), {}),
        ]
    )
    assert meant(scene, BY_NAME["warehouse"]) == [1]
    assert meant(scene, BY_NAME["shed"]) == [2]
    assert meant(scene, BY_NAME["home"]) == [2, 3]


def test_a_noun_may_ask_for_a_material(draw: Draw) -> None:
    scene = draw(
        [("road", (10, 0, 8, 120), {"material": "asphalt"}), ("road", (80, 0, 8, 120), {"material": "dirt"})]
    )
    assert meant(scene, BY_NAME["highway"]) == [1]
    assert meant(scene, BY_NAME["dirt track"]) == [2]


def test_split_leaves_a_dead_zone() -> None:
    assert split(np.array([0.1, 0.2, 3.0]), 0.4, 1.3, 1.35).tolist() == [YES, YES, NO]
    crowded = split(np.array([0.1, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 3.0]), 0.4, 1.3, 1.35)
    assert crowded[0] == YES
    assert crowded[-1] == NO
    assert (crowded[1:-1] == UNCLEAR).all()


def test_a_claim_about_missing_attributes_is_unclear(draw: Draw) -> None:
    scene = draw([("building", (10, 10, 10, 10), {}), ("building", (60, 60, 10, 10), {"colour": "red"})])
    assert meant(scene, ROOF, Attribute("colour", "red")) is None


def test_an_anchor_is_not_its_own_neighbour(village: Scene) -> None:
    assert 4 not in (meant(village, ROOF, Beside(Anchor((4,), ROOF))) or [])
