"""Synthetic scenes: repeatable, metric, and with a truth that the picture bears out."""

from __future__ import annotations

import colorsys
from collections import defaultdict
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from geoseg_text.errors import InputError
from geoseg_text.scenes import CATEGORIES, PLACES, render_scene
from geoseg_text.scenes.canvas import Canvas
from geoseg_text.scenes.frame import Frame, Pose
from geoseg_text.scenes.noise import Noise
from geoseg_text.scenes.structures import paint_court, paint_tank
from geoseg_text.values.scene import Scene


@cache
def scene_of(place: str, seed: int = 1, gsd_m: float = 0.3) -> Scene:
    return render_scene(seed, (320, 320), gsd_m, place=place)


@pytest.mark.parametrize("place", sorted(PLACES))
def test_a_seed_gives_the_same_bytes_again(place: str) -> None:
    first, second = (render_scene(9, (96, 128), 0.4, place=place) for _ in range(2))
    assert first.shape == (96, 128)
    for name in ("image", "ground", "top"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()
    assert first.objects == second.objects
    assert render_scene(10, (96, 128), 0.4, place=place).image.tobytes() != first.image.tobytes()


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_id_in_a_raster_is_an_object_and_every_object_has_a_pixel(place: str) -> None:
    scene = scene_of(place)
    seen = set(np.unique(scene.ground)) | set(np.unique(scene.top))
    assert seen - {0} == set(scene.by_id)
    assert len(scene.by_id) == len(scene.objects)
    assert {thing.category for thing in scene.objects} <= CATEGORIES == scene.complete
    assert (scene.ground != 0).all()  # complete labels leave no ground unnamed


STANDING = {
    "building",
    "tree",
    "wood",
    "car",
    "truck",
    "bus",
    "ship",
    "aircraft",
    "storage_tank",
    "solar_panel",
}


@pytest.mark.parametrize("place", sorted(PLACES))
def test_things_that_stand_are_on_top_and_covers_are_on_the_ground(place: str) -> None:
    scene = scene_of(place)
    assert {scene.by_id[int(i)].category for i in np.unique(scene.top) if i} <= STANDING
    assert not {scene.by_id[int(i)].category for i in np.unique(scene.ground)} & STANDING


def test_all_places_together_show_every_category() -> None:
    shown = {
        thing.category
        for place in PLACES
        for seed in (1, 2, 3)
        for thing in scene_of(place, seed, 0.6).objects
    }
    assert shown == CATEGORIES


def looks(colour: NDArray[np.float64]) -> set[str]:
    """The words that people might use for a colour: a hand-drawn map of hue, saturation and value."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(colour / 255.0))
    hue *= 360
    said = set()
    if saturation < 0.30:
        said |= {"white"} if value > 0.6 else set()
        said |= {"grey"} if 0.28 < value < 0.88 else set()
        said |= {"black"} if value < 0.42 else set()
    if hue < 22 or hue > 330:
        said |= {"red"} if saturation > 0.30 else set()
    if hue < 50 and saturation > 0.12 and value < 0.68:
        said |= {"brown"}
    if 8 < hue < 46 and saturation > 0.35 and value > 0.45:
        said |= {"orange"}
    if 14 < hue < 72 and saturation < 0.5 and value > 0.5:
        said |= {"beige"}
    if 36 < hue < 70 and saturation > 0.25:
        said |= {"yellow"}
    if 65 < hue < 175 and saturation > 0.08:
        said |= {"green"}
    if 190 < hue < 262 and saturation > 0.15:
        said |= {"blue"}
    return said


def test_a_colour_word_is_what_the_pixels_look_like() -> None:
    right: dict[str, list[bool]] = defaultdict(list)
    for place in ("suburb", "settlement", "city", "industrial", "harbour", "countryside"):
        for seed in (1, 2, 3):
            scene = scene_of(place, seed)
            pixels = scene.image.transpose(1, 2, 0).astype(float)
            for thing in scene.objects:
                mask = scene.mask(thing.id)
                if (
                    "colour" not in thing.attributes
                    or thing.category in ("pool", "solar_panel")
                    or mask.sum() < 60
                ):
                    continue
                inside = pixels[mask]
                lit = inside[inside.sum(axis=1) >= np.median(inside.sum(axis=1))]
                word = thing.attributes["colour"]
                right[word].append(word in looks(np.median(lit, axis=0)))
    assert sum(len(marks) for marks in right.values()) > 400
    for word, marks in right.items():
        if len(marks) >= 10:
            assert np.mean(marks) > 0.9, (word, len(marks))


def test_red_roofs_are_redder_than_grey_ones_of_the_same_scene() -> None:
    compared = 0
    for seed in range(1, 7):
        scene = scene_of("settlement", seed)
        excess: dict[str, list[float]] = defaultdict(list)
        for thing in scene.objects:
            if thing.category == "building" and scene.mask(thing.id).sum() > 60:
                red, green, blue = np.median(scene.image[:, scene.mask(thing.id)], axis=1)
                excess[thing.attributes["colour"]].append(float(red - (green + blue) / 2))
        if min(len(excess["red"]), len(excess["grey"])) >= 4:
            compared += 1
            assert np.quantile(excess["red"], 0.2) > np.quantile(excess["grey"], 0.8) + 20
    assert compared >= 3


@pytest.mark.parametrize("gsd_m", [0.15, 0.3, 0.6, 1.2])
def test_cars_have_their_real_size_at_every_gsd(gsd_m: float) -> None:
    scene = render_scene(4, (400, 400), gsd_m, place="industrial" if gsd_m > 0.2 else "city")
    cars = {thing.id for thing in scene.objects if thing.category == "car"}
    inner = scene.top[1:-1, 1:-1]
    border = set(np.unique(scene.top)) - (set(np.unique(inner)) - set(np.unique(scene.top[[0, -1]])))
    areas = [int((scene.top == i).sum()) * gsd_m**2 for i in sorted(cars - border)]
    assert len(areas) >= 5
    assert 5.5 < np.median(areas) < 9.0  # 4.4 m x 1.85 m less its rounded corners


@pytest.mark.parametrize("gsd_m", [0.15, 0.4, 0.8])
def test_courts_and_tanks_measure_what_they_should(gsd_m: float) -> None:
    extent = (60.0, 60.0)
    px = round(60.0 / gsd_m)
    rng = np.random.default_rng(0)
    frame = Frame(rng, extent, bend=0.0)
    canvas = Canvas((px, px), gsd_m, frame, Noise(rng, (px, px), gsd_m))
    assert paint_court(canvas, Pose(18.0, 18.0, 0.4), "tennis", rng, "red")
    assert paint_tank(canvas, Pose(44.0, 44.0, 0.0), 9.0, rng, "white")
    assert not paint_tank(canvas, Pose(40.0, 40.0, 0.0), 9.0, rng)  # the place is taken
    assert (canvas.ground == 1).sum() * gsd_m**2 == pytest.approx(26.5 * 13.6, rel=0.03)
    assert (canvas.top == 2).sum() * gsd_m**2 == pytest.approx(np.pi * 81.0, rel=0.03)


def test_layout_and_scene_coordinates_are_inverse_to_each_other() -> None:
    frame = Frame(np.random.default_rng(3), (300.0, 200.0), bend=1.0)
    x, y = np.arange(0.0, 300.0, 7.0), np.arange(0.0, 200.0, 7.0)
    u, v = frame.rasters(x, y)
    for row, col in ((0, 0), (5, 40), (28, 3), (20, 25)):
        assert frame.point(float(u[row, col]), float(v[row, col])) == pytest.approx(
            (x[col], y[row]), abs=0.02
        )


@pytest.mark.parametrize(
    ("place", "category"),
    [("suburb", "building"), ("settlement", "building"), ("city", "building"), ("suburb", "tree")],
)
def test_streets_offer_distractors(place: str, category: str) -> None:
    for seed in range(1, 5):
        scene = render_scene(seed, (512, 512), 0.3, place=place)
        same = [thing for thing in scene.objects if thing.category == category]
        assert len(same) >= 5
        if category == "building":
            assert len({thing.attributes["colour"] for thing in same}) >= 3


def test_shadows_fall_away_from_the_sun_on_the_ground_beside_buildings() -> None:
    """Ground next to tall buildings is darker on one side than on the opposite one."""
    scene = render_scene(2, (400, 400), 0.3, place="industrial")
    built = np.isin(scene.top, [thing.id for thing in scene.objects if thing.category == "building"])
    bright = scene.image.mean(axis=0)
    means = []
    for dy, dx in ((-9, 0), (9, 0), (0, -9), (0, 9)):
        beside = np.roll(built, (dy, dx), (0, 1)) & (scene.top == 0)
        means.append(bright[beside].mean())
    assert max(means) - min(means) > 12


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (((8, 512), 0.3, None), "16 to"),
        (((512, 99999), 0.3, None), "16 to"),
        (((64, 64), 9.0, None), "0.05 to 2.5 m"),
        (((64, 64), 0.3, "atlantis"), "choose one of airport"),
    ],
)
def test_what_cannot_be_made_is_refused_in_words(
    arguments: tuple[tuple[int, int], float, str | None], said: str
) -> None:
    shape, gsd_m, place = arguments
    with pytest.raises(InputError, match=said):
        render_scene(0, shape, gsd_m, place=place)


def test_a_tiny_and_a_lopsided_scene_can_be_made() -> None:
    assert render_scene(0, (16, 16), 0.15).shape == (16, 16)
    assert render_scene(0, (40, 700), 1.2).shape == (40, 700)


def test_beyond_a_noise_tile_nothing_is_lost() -> None:
    scene = render_scene(5, (96, 1400), 0.5, place="river")
    assert set(np.unique(scene.ground)) | set(np.unique(scene.top)) - {0} >= set(scene.by_id) - {0}
    assert scene.image[:, :, 1100:].std() > 5
