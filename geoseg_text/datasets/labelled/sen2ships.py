"""Ships in ports (Sentinel-2, 10 m): ship masks.

At 10 m a ship is a few pixels, far from the working range of 0.2-1.2 m, so the set is in no pool unless asked
for. Ports are validation when their name begins with a, m or v.
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

GSD_M = 10.0
_COMPLETE = frozenset({"ship"})


def labelled_scenes(folder: Path, split: Split) -> Iterator[Scene]:
    """One scene of 10 m per port.

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
            builder = SceneBuilder(read_rgb(folder / row["image"]), GSD_M)
            builder.add_top("ship", components(read_index(folder / row["label"]) > 0))
            yield builder.build(_COMPLETE)


def is_validation(image: str) -> bool:
    """True for ports whose name begins with a, m or v."""
    return Path(image).name[0] in "amv"
