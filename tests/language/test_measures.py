"""Measures agree with the scene's own masks and with distances computed the slow way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from geoseg_text.language.measures import Measures
from geoseg_text.values.scene import Scene

Draw = Callable[..., Scene]


def test_visible_pixels_are_those_of_the_scene(crowd: Scene) -> None:
    m = Measures(crowd)
    for k, i in enumerate(m.ids):
        mask = crowd.mask(int(i))
        assert m.area_px[k] == mask.sum()
        assert np.array_equal(m.mask((int(i),)), mask)
        rows, cols = np.nonzero(mask)
        assert m.row[k] == pytest.approx(rows.mean())
        assert m.col[k] == pytest.approx(cols.mean())
        assert m.box[k].tolist() == [rows.min(), cols.min(), rows.max(), cols.max()]
        assert m.cells[k].sum() == pytest.approx(1)
    hidden = [thing.id for thing in crowd.objects if not crowd.mask(thing.id).any()]
    assert not set(hidden) & set(m.ids.tolist())


def test_gaps_are_distances_between_pixels(crowd: Scene) -> None:
    m = Measures(crowd)
    anchor = int(m.ids[2])
    there = np.argwhere(crowd.mask(anchor))
    gaps = m.gap_m((anchor,))
    for k, i in enumerate(m.ids):
        here = np.argwhere(crowd.mask(int(i)))
        nearest = np.sqrt(((here[:, None] - there[None]) ** 2).sum(-1)).min() - 1
        assert gaps[k] / m.gsd_m == pytest.approx(max(nearest, 0), abs=3)


def test_gap_is_exact_on_paper(draw: Draw) -> None:
    scene = draw([("building", (10, 10, 10, 10), {}), ("building", (10, 60, 10, 10), {})])
    # Columns 10..19 and 60..69: 40 columns lie between, 20 m at 0.5 m.
    assert Measures(scene).gap_m((1,)).tolist() == pytest.approx([0, 20], abs=1)


def test_a_line_is_long_and_a_square_is_not(draw: Draw) -> None:
    m = Measures(draw([("road", (10, 0, 6, 60), {}), ("building", (50, 50, 20, 20), {})]))
    assert m.elongation.tolist() == pytest.approx([10, 1], rel=0.01)


def test_what_things_stand_on(village: Scene) -> None:
    share = Measures(village).share_on((2,))
    assert share[6] == 1  # the car, on the road
    assert share[7] == 0  # the truck, on the lawn
    assert np.isnan(share[0])  # the lawn stands on nothing


def test_what_lies_under_an_unlabelled_place_is_unknown(draw: Draw) -> None:
    scene = draw([("road", (0, 0, 10, 120), {}), ("car", (50, 50, 4, 8), {})])
    assert np.isnan(Measures(scene).share_on((1,))[1])


def test_touching_ground_cannot_be_told_apart(draw: Draw) -> None:
    scene = draw([("road", (10, 0, 8, 60), {}), ("road", (10, 60, 8, 60), {}), ("road", (80, 0, 8, 60), {})])
    m = Measures(scene)
    assert m.fused(np.array([0, 1]))
    assert not m.fused(np.array([0, 2]))


@pytest.mark.parametrize(
    ("complete", "objects", "known", "unknown"),
    [
        ({"building"}, [], ["building"], ["car", "vehicle", "tree"]),
        ({"car", "truck", "bus"}, [], ["vehicle", "car"], ["ship"]),
        ({"vegetation"}, [("vegetation", (0, 0, 9, 9), {})], ["vegetation"], ["tree", "lawn"]),
        ({"vegetation"}, [], ["vegetation", "tree", "lawn"], ["building"]),
        ({"water"}, [("building", (0, 0, 9, 9), {})], ["water", "lake", "pool"], ["building"]),
    ],
)
def test_what_is_known(
    draw: Draw, complete: set[str], objects: list[object], known: list[str], unknown: list[str]
) -> None:
    m = Measures(draw(objects, complete=frozenset(complete)))
    assert [name for name in known if not m.known(name)] == []
    assert [name for name in unknown if m.known(name)] == []


def test_a_scene_of_nothing_is_measured() -> None:
    nothing = np.zeros((40, 40), np.uint16)
    m = Measures(Scene(np.zeros((3, 40, 40), np.uint8), nothing, nothing, (), 0.5, frozenset()))
    assert len(m.ids) == 0
    assert len(m.elongation) == 0
