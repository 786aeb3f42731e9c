"""Scenes drawn by hand, small enough to derive every truth on paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from geoseg_text.language.lexicon import CATEGORIES
from geoseg_text.values.scene import Scene, SceneObject

GROUND = frozenset(
    (
        "road",
        "lawn",
        "field",
        "river",
        "lake",
        "sea",
        "car_park",
        "court",
        "pool",
        "bare_ground",
        "pavement",
        "water",
    )
)
Box = tuple[str, tuple[int, int, int, int], dict[str, str]]
Draw = Callable[..., Scene]


def draw_scene(
    boxes: Sequence[Box],
    complete: frozenset[str] | None = None,
    shape: tuple[int, int] = (120, 120),
    gsd_m: float = 0.5,
) -> Scene:
    """A scene of boxes (category, (row, col, rows, cols), attributes); ids count from 1 as given."""
    ground, top = np.zeros(shape, np.uint16), np.zeros(shape, np.uint16)
    objects = []
    for number, (category, (row, col, rows, cols), attributes) in enumerate(boxes, start=1):
        layer = ground if category in GROUND else top
        layer[row : row + rows, col : col + cols] = number
        objects.append(SceneObject(number, category, attributes))
    image, known = np.zeros((3, *shape), np.uint8), frozenset(CATEGORIES) if complete is None else complete
    return Scene(image, ground, top, tuple(objects), gsd_m, known)


@pytest.fixture
def draw() -> Draw:
    """Return the function that draws scenes of boxes."""
    return draw_scene


@pytest.fixture
def village() -> Scene:
    """Four roofs of known colours in four quarters, a road across, a car on it, a truck off it."""
    return draw_scene(
        [
            ("lawn", (0, 0, 120, 120), {}),
            ("road", (56, 0, 8, 120), {"material": "asphalt"}),
            ("building", (38, 10, 16, 16), {"colour": "red", "roof": "gabled"}),
            ("building", (8, 90, 20, 20), {"colour": "grey", "roof": "flat"}),
            ("building", (66, 12, 12, 12), {"colour": "red", "roof": "flat"}),
            ("building", (96, 90, 16, 16), {"colour": "white", "roof": "gabled"}),
            ("car", (58, 50, 4, 8), {"colour": "blue"}),
            ("truck", (100, 30, 6, 14), {"colour": "white"}),
        ]
    )


@pytest.fixture
def crowd() -> Scene:
    """Thirty objects strewn at random, overlapping, some cut by the border."""
    rng = np.random.default_rng(5)
    kinds = ["road", "lake", "lawn", "building", "tree", "car", "truck", "building", "tree", "car"] * 3
    boxes: list[Box] = []
    for kind in kinds:
        row, col = (int(v) for v in rng.integers(0, 112, 2))
        rows, cols = (int(v) for v in rng.integers(3, 26, 2))
        boxes.append((kind, (row, col, rows, cols), {}))
    return draw_scene(boxes, shape=(121, 117), gsd_m=0.4)
