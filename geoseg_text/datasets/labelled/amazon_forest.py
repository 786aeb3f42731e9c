"""Amazon forest (Sentinel-2, 10 m): forest masks.

At 10 m, far from the working range of 0.2-1.2 m, so the set is in no pool unless asked for. The masks follow
clearings well and are full of one-pixel holes in hazy images; a few images are mostly cloud, which is not
marked. Distorted copies of an image keep its number; numbers that five divides are validation.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from geoseg_text.datasets.labelled.assemble import SceneBuilder, components
from geoseg_text.datasets.labelled.reading import (
    Split,
    check_split,
    read_index,
    read_rgb,
    read_rows,
    require_trainable,
)
from geoseg_text.errors import InputError
from geoseg_text.values.scene import Scene

GSD_M = 10.0

_MIN_SPECK_PX = 30
_COMPLETE = frozenset({"wood", "ship", "aircraft", "pool", "court", "sea"})


def labelled_scenes(folder: Path, split: Split) -> Iterator[Scene]:
    """One scene of 512 px at 10 m per image.

    Args:
        folder: the set's folder, with `manifest.csv`.
        split: 'train' or 'val'.

    Raises:
        InputError: no such split, no manifest, or a licence that does not allow training.
    """
    if check_split(split) == "train":
        require_trainable(folder)
    for row in read_rows(folder / "manifest.csv"):
        if (place(row["image"]) % 5 == 0) == (split == "val"):
            builder = SceneBuilder(read_rgb(folder / row["image"]), GSD_M)
            builder.add_ground("wood", components(read_index(folder / row["label"]) > 0, _MIN_SPECK_PX))
            yield builder.build(_COMPLETE)


def place(image: str) -> int:
    """The number of the place in a file's name, the same for all copies.

    Raises:
        InputError: the name ends in no number.
    """
    match = re.search(r"(\d+)\.\w+$", image)
    if match is None:
        raise InputError(f"{image}: no number in the name, so it belongs to no split")
    return int(match.group(1))
