"""Pictures of bright things whose masks are known by hand, and a drawer that marks what is bright."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from geoseg_text.datasets.boxes import BoxChoices, Candidates, Point
from geoseg_text.datasets.boxes.points import Box

ROWS, COLS = 48, 64
LEVELS = (100, 150, 200)


class BrightSight:
    """Marks the bright regions that touch a box, at three levels; points add and take away regions.

    Red says how bright a pixel is, green what IoU is predicted where the box has its centre.
    """

    def __init__(self, image: np.ndarray) -> None:
        self.red, self.green = image[0], image[1]

    def draw(self, box: Box, points: Sequence[Point] = (), earlier: np.ndarray | None = None) -> Candidates:
        left, top, right, bottom = box
        sure = self.green[int((top + bottom) / 2), int((left + right) / 2)] / 255
        inside = np.zeros(self.red.shape, bool)
        inside[int(top) : int(np.ceil(bottom)), int(left) : int(np.ceil(right))] = True
        if points:
            mask = np.zeros(self.red.shape, bool) if earlier is None else earlier > 0
            for point in points:
                place = np.zeros(self.red.shape, bool)
                place[int(point.y), int(point.x)] = True
                mask = mask | self._touching(place, 100) if point.on else mask & ~self._touching(place, 100)
            masks, iou = mask[None], np.array([0.9], np.float32)
        else:
            masks = np.stack([self._touching(inside, level) for level in LEVELS])
            iou = np.array([sure, sure - 0.01, sure - 0.02], np.float32)
        return Candidates(masks, iou, np.where(masks, 1.0, -1.0).astype(np.float32))

    def _touching(self, seed: np.ndarray, level: int) -> np.ndarray:
        regions, _ = ndimage.label(self.red > level)
        met = set(regions[seed].tolist()) - {0}
        return np.isin(regions, list(met))


class BrightDrawer:
    """Looks at pictures and counts how often."""

    def __init__(self) -> None:
        self.looks = 0

    def look(self, image: np.ndarray) -> BrightSight:
        assert image.dtype == np.uint8
        assert image.shape[0] == 3
        self.looks += 1
        return BrightSight(image)


def paint(path: Path, *patches: tuple[tuple[int, int, int, int], int, int]) -> Path:
    """A dark picture with patches (left, top, right, bottom) of a red and a green."""
    pixels = np.full((ROWS, COLS, 3), 10, np.uint8)
    pixels[..., 1] = 230
    pixels[0, 0, 2] = sum(path.name.encode()) % 256  # no two pictures are alike
    for (left, top, right, bottom), red, green in patches:
        pixels[top:bottom, left:right, 0] = red
        pixels[top:bottom, left:right, 1] = green
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(pixels)
    picture.save(path, **({"quality": 95, "subsampling": 0} if path.suffix == ".jpg" else {}))
    return path


def write_csv(path: Path, rows: Sequence[dict[str, object]]) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, names)
        table.writeheader()
        table.writerows(rows)
    return path


def row(image: str, box: tuple[float, ...], phrase: str, **more: object) -> dict[str, object]:
    return {
        "image": image,
        **dict(zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)),
        "phrase": phrase,
    } | more


@dataclass(frozen=True)
class World:
    """Paths of pictures and their boxes.

    Of eight things four are sure: by ids 1 and 3 to 5; 2 is unsure, 6 spills, 7 is not there, 8 is a speck.
    """

    boxes: Path
    images: Path

    @property
    def choices(self) -> BoxChoices:
        return BoxChoices(self.boxes, self.images, segmenter="bright", layout="both", shares=(0.25, 0.25))


RED, SURE, UNSURE = 255, 230, 128
SPLIT = {"a.png": "train", "sub/b.png": "train", "c_7.jpg": "val", "d.png": "test"}


def write_world(folder: Path) -> World:
    images = folder / "pictures"
    paint(images / "a.png", ((8, 8, 24, 20), RED, SURE), ((40, 10, 56, 30), RED, UNSURE))
    paint(images / "sub/b.png", ((4, 4, 36, 20), RED, SURE), ((40, 24, 56, 40), RED, SURE))
    paint(images / "c_7.jpg", ((8, 8, 24, 24), RED, SURE), ((32, 16, 48, 40), RED, SURE))
    paint(images / "d.png", ((10, 10, 12, 12), RED, SURE))
    rows = [
        row("a.png", (8, 8, 24, 20), "the bright roof", category="roof"),
        row("a.png", (40, 10, 56, 30), "the pale roof", category="roof"),
        row("sub/b.png", (40, 24, 56, 40), "the pond on the right", category="pond"),
        row("c_7.jpg", (8, 8, 24, 24), "the upper field", category="field"),
        row("c_7.jpg", (32, 16, 48, 40), "=the lower, larger field", category="field"),
        row("sub/b.png", (4, 4, 20, 20), "the left half", category="roof"),
        row("d.png", (30, 30, 50, 40), "what is not there"),
        row("d.png", (10, 10, 30, 30), "the speck"),
    ]
    for one in rows:
        one["split"] = SPLIT[str(one["image"])]
    return World(write_csv(folder / "boxes.csv", rows), images)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return write_world(tmp_path)


@pytest.fixture
def bright() -> Callable[[], BrightDrawer]:
    """Gives one drawer, however often it is asked for."""
    drawer = BrightDrawer()
    return lambda: drawer
