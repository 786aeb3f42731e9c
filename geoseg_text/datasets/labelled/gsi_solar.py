"""Japanese solar panels (Geospatial Information Authority of Japan): masks of panels at about 0.2 m.

Most images are mirrored or turned copies, and one place may come as several: a place is the number in the
file's name. Seen on overlays: tables of panels are masked one by one where a gap is seen, whole fields where
none is; on one over-exposed image (374) the mask is broken, and it is left out.
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

# Estimated: cars are 18-22 px long.
ESTIMATED_GSD_M = 0.2
VALIDATION_PLACES = frozenset({76, 136, 218, 236, 293, 397})

_BROKEN = frozenset({374})
_MIN_SPECK_PX = 25
_COMPLETE = frozenset({"solar_panel", "aircraft", "ship", "sea"})


def labelled_scenes(folder: Path, split: Split) -> Iterator[Scene]:
    """One scene of 572 px per image.

    Args:
        folder: the set's folder, with `manifest.csv`.
        split: 'train' or 'val'.

    Raises:
        InputError: no such split, no manifest, or a licence that does not allow training.
    """
    if check_split(split) == "train":
        require_trainable(folder)
    for row in read_rows(folder / "manifest.csv"):
        number = place(row["image"])
        if number not in _BROKEN and (number in VALIDATION_PLACES) == (split == "val"):
            builder = SceneBuilder(read_rgb(folder / row["image"]), ESTIMATED_GSD_M)
            builder.add_top("solar_panel", components(read_index(folder / row["label"]) > 0, _MIN_SPECK_PX))
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
