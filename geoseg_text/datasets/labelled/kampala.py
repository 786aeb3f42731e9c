"""Kampala (OpenAerialMap drone imagery, OpenStreetMap buildings): seven places, each at zooms 19, 20 and 21.

The chips are 256 px tiles of the XYZ scheme. A place is one zoom 19 tile; its zoom 20 and 21 chips are laid
side by side and averaged to 0.224 m, so that one place gives three scenes. Validation holds back whole
places: both zoom 19 tiles with x = 309613, at every zoom.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from affine import Affine

from geoseg_text.datasets.labelled.assemble import SceneBuilder, components, resampled
from geoseg_text.datasets.labelled.reading import (
    Split,
    check_split,
    read_index,
    read_rgb,
    read_rows,
    require_trainable,
)
from geoseg_text.values.scene import Scene

VALIDATION_X19 = 309613
PLACE_ZOOM = 19
CHIP_PX = 256

_EQUATOR_M = 2 * math.pi * 6378137
_NAME = re.compile(r"OAM-(\d+)-(\d+)-(\d+)\.png$")
_FINEST_M = _EQUATOR_M / CHIP_PX / 2**PLACE_ZOOM * 0.75  # 0.224: inside the working range, a third of zoom 21
_MIN_SPECK_PX = 16
# Looked at, place by place: towns on dry ground. No water, no plane, no boat, no swimming pool, no sports
# court.
_NOT_THERE = frozenset({"ship", "aircraft", "river", "lake", "sea", "pool", "court"})
_COMPLETE = frozenset({"building"}) | _NOT_THERE


def labelled_scenes(folder: Path, split: Split) -> Iterator[Scene]:
    """One scene per place and zoom, at 0.299 m (zoom 19) or 0.224 m, georeferenced in EPSG:3857.

    Args:
        folder: the set's folder, with `manifest.csv`.
        split: 'train' or 'val'.

    Raises:
        InputError: no such split, no manifest, or a licence that does not allow training.
    """
    for _, scene in zoomed_scenes(folder, split):
        yield scene


def zoomed_scenes(folder: Path, split: Split) -> Iterator[tuple[int, Scene]]:
    """`labelled_scenes` with the zoom each scene was made from.

    Raises:
        InputError: no such split, no manifest, or a licence that does not allow training.
    """
    if check_split(split) == "train":
        require_trainable(folder)
    for (x19, _, zoom), chips in sorted(_places(folder).items()):
        if (x19 == VALIDATION_X19) == (split == "val"):
            scene = mosaic(folder, zoom, chips)
            yield zoom, scene if zoom == PLACE_ZOOM else resampled(scene, _FINEST_M)


def mosaic(folder: Path, zoom: int, chips: dict[tuple[int, int], dict[str, str]]) -> Scene:
    """The chips of one place and zoom side by side, at their own GSD."""
    x0, y0 = min(x for x, _ in chips), min(y for _, y in chips)
    side = 2 ** (zoom - PLACE_ZOOM) * CHIP_PX
    image = np.zeros((3, side, side), np.uint8)
    buildings = np.zeros((side, side), bool)
    for (x, y), row in chips.items():
        rows = slice((y - y0) * CHIP_PX, (y - y0 + 1) * CHIP_PX)
        cols = slice((x - x0) * CHIP_PX, (x - x0 + 1) * CHIP_PX)
        image[:, rows, cols] = read_rgb(folder / row["image"])
        buildings[rows, cols] = read_index(folder / row["mask"]) > 0
    pixel_m = _EQUATOR_M / CHIP_PX / 2**zoom
    left, top = x0 * CHIP_PX * pixel_m - _EQUATOR_M / 2, _EQUATOR_M / 2 - y0 * CHIP_PX * pixel_m
    # 0.35 degrees north: Mercator stretches by 1.00002, so its pixel size is the ground's.
    builder = SceneBuilder(image, pixel_m)
    builder.add_top("building", components(buildings, _MIN_SPECK_PX))
    return builder.build(_COMPLETE, Affine(pixel_m, 0, left, 0, -pixel_m, top), "EPSG:3857")


def _places(folder: Path) -> dict[tuple[int, int, int], dict[tuple[int, int], dict[str, str]]]:
    """Manifest rows by (zoom 19 x, zoom 19 y, zoom) and tile (x, y)."""
    places: dict[tuple[int, int, int], dict[tuple[int, int], dict[str, str]]] = defaultdict(dict)
    for row in read_rows(folder / "manifest.csv"):
        match = _NAME.search(row["image"])
        if match:
            x, y, zoom = (int(text) for text in match.groups())
            places[x >> (zoom - PLACE_ZOOM), y >> (zoom - PLACE_ZOOM), zoom][x, y] = row
    return dict(places)
