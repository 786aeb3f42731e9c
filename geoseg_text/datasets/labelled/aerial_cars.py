"""Munich from the air (KIT AIS frames): cars, trucks and buses at about 0.12 m, averaged to 0.24 m.

Only frames under CC-BY 3.0 are read; the set's other sources are not. The frames are three short films of
three places, so that neighbours differ by a few moved cars: every third is read, and the place of the third
film is validation. Labels are boxes; vehicles become turned rectangles that fit theirs. Vehicles cut by the
frame's edge are often not labelled, so a margin is cut off.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoseg_text.datasets.labelled.assemble import SceneBuilder, resampled
from geoseg_text.datasets.labelled.boxes import Box, turned_rectangle
from geoseg_text.datasets.labelled.reading import (
    Pixels,
    Split,
    check_split,
    read_rgb,
    read_rows,
    require_trainable,
)
from geoseg_text.errors import InputError
from geoseg_text.values.scene import Scene

LICENCE = "kit_ais_ccby"
VALIDATION_FILM = "MunichStreet02"
# Estimated: the set says "about 0.13-0.18". Cars are 36-38 px long in all three films, and 4.4 m on the road.
ESTIMATED_GSD_M = 0.12
WORKING_GSD_M = 0.24

_EVERY = 3
_MARGIN_PX = 42  # a car's length
# A van is a car here: from above, and to those who ask for cars, the two are one.
_CATEGORY = {0: "car", 1: "truck", 2: "bus", 3: "car"}
_PROPORTION = {0: 0.42, 1: 0.33, 2: 0.23, 3: 0.42}
_NOT_THERE = frozenset({"ship", "aircraft", "river", "lake", "sea", "pool", "field", "storage_tank"})


def labelled_scenes(folder: Path, split: Split) -> Iterator[Scene]:
    """One scene of 0.24 m per frame.

    Args:
        folder: the set's folder, with `manifest.csv`.
        split: 'train' or 'val'.

    Raises:
        InputError: no such split, no manifest, or a licence that does not allow training.
    """
    if check_split(split) == "train":
        require_trainable(folder)
    for row in frames(folder, split):
        scene = read_frame(read_rgb(folder / row["image"]), _read_boxes(folder / row["label"]))
        rows, cols = scene.shape
        inner = scene.crop(_MARGIN_PX, _MARGIN_PX, rows - 2 * _MARGIN_PX, cols - 2 * _MARGIN_PX)
        yield resampled(inner, WORKING_GSD_M)


def frames(folder: Path, split: Split) -> list[dict[str, str]]:
    """Manifest rows of the split: every third frame under the licence that allows training.

    Raises:
        InputError: no manifest.
    """
    rows = [row for row in read_rows(folder / "manifest.csv") if row["source_licence"] == LICENCE]
    chosen = [row for row in rows if (VALIDATION_FILM in row["image"]) == (split == "val")]
    return sorted(chosen, key=lambda row: row["image"])[::_EVERY]


def read_frame(image: Pixels, boxes: npt.NDArray[np.float64]) -> Scene:
    """The scene of one frame from its (n, 5) boxes: class, then centre x, y, width, height in shares."""
    rows, cols = image.shape[1:]
    labels: dict[str, npt.NDArray[np.int32]] = defaultdict(lambda: np.zeros((rows, cols), np.int32))
    for number, (kind, x, y, width, height) in enumerate(boxes.tolist(), start=1):
        if int(kind) in _CATEGORY:
            box = Box(x * cols, y * rows, width * cols, height * rows)
            at_rows, at_cols, mask = turned_rectangle(box, _PROPORTION[int(kind)], image)
            labels[_CATEGORY[int(kind)]][at_rows, at_cols][mask] = number
    builder = SceneBuilder(image, ESTIMATED_GSD_M)
    for category in sorted(labels):
        builder.add_top(category, labels[category])
    return builder.build(frozenset({"car", "truck", "bus"}) | _NOT_THERE)


def _read_boxes(path: Path) -> npt.NDArray[np.float64]:
    try:
        return np.loadtxt(path, ndmin=2).reshape(-1, 5)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a list of 'class x y width height' lines") from error
