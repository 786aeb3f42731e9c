"""Japanese roads (Geospatial Information Authority of Japan): road masks at about 0.2 m.

Seen on overlays: streets, lanes and farm tracks are masked to their kerbs, parking places and drives are not.
One of each five image numbers is validation; the images are of places far apart.
"""

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
from geoseg_text.values.scene import Scene

# Estimated: cars are 18-22 px long, zebra stripes 2-3 px wide.
ESTIMATED_GSD_M = 0.2

_MIN_SPECK_PX = 60
_COMPLETE = frozenset({"road", "aircraft"})


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
        if is_validation(row["image"]) == (split == "val"):
            builder = SceneBuilder(read_rgb(folder / row["image"]), ESTIMATED_GSD_M)
            builder.add_ground("road", components(read_index(folder / row["label"]) > 0, _MIN_SPECK_PX))
            yield builder.build(_COMPLETE)


def is_validation(image: str) -> bool:
    """True for numbers that five divides."""
    return int(Path(image).stem) % 5 == 0
