"""Trees of several places: four tiles of Zurich (0.5 m) with tree masks; the set's boxes are not read.

Its licence verdict speaks of tests and a small benchmark, so everything here is validation.
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

GSD_M = 0.5
_MIN_SPECK_PX = 4
_COMPLETE = frozenset({"tree", "ship", "aircraft"})


def labelled_scenes(folder: Path, split: Split) -> Iterator[Scene]:
    """The tiles that have a mask; crowns that touch are one object.

    Args:
        folder: the set's folder, with `manifest.csv`.
        split: 'val'; 'train' is refused unless the folder's verdict allows it.

    Raises:
        InputError: no such split, no manifest, or a licence that does not allow training.
    """
    if check_split(split) == "train":
        require_trainable(folder)
        return
    for row in read_rows(folder / "manifest.csv"):
        if row["mask"]:
            builder = SceneBuilder(read_rgb(folder / row["image"]), GSD_M)
            builder.add_top("tree", components(read_index(folder / row["mask"]) > 0, _MIN_SPECK_PX))
            yield builder.build(_COMPLETE)
