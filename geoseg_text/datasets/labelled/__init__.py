"""Real labelled imagery as scenes: one data set, one module, one registry.

Each module reads one set's folder with `labelled_scenes(folder, split)`; the splits are fixed and by place.
What a set labels completely in an image, and what certainly is not there, stands in each scene's `complete`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from geoseg_text.datasets.labelled import (
    aerial_cars,
    amazon_forest,
    dubai,
    estonia,
    gsi_road,
    gsi_solar,
    kampala,
    neon_trees,
    sen2ships,
    ucmerced,
    urban_trees,
)
from geoseg_text.datasets.labelled.reading import Split
from geoseg_text.errors import InputError
from geoseg_text.values.scene import Scene

__all__ = ["LABELLED_SETS", "LabelledSet", "Split", "labelled_scenes"]


@dataclass(frozen=True)
class LabelledSet:
    """One set.

    Attributes:
        name: its key in `LABELLED_SETS`.
        folder: its folder under the root of all sets.
        read: its reader, (folder, split) -> scenes.
        splits: the splits it has; a set for validation alone has no 'train'.
        in_range: False where the pixels are too coarse for the working range of 0.2-1.2 m.
    """

    name: str
    folder: str
    read: Callable[[Path, Split], Iterator[Scene]]
    splits: tuple[Split, ...] = ("train", "val")
    in_range: bool = True


LABELLED_SETS: Mapping[str, LabelledSet] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            LabelledSet("dubai", "dubai_mbrsc", dubai.labelled_scenes),
            LabelledSet("kampala", "kampala_buildings", kampala.labelled_scenes),
            LabelledSet("estonia", "estonia_ortho_objects", estonia.labelled_scenes),
            LabelledSet("urban_trees", "urban_trees_naip", urban_trees.labelled_scenes),
            LabelledSet("aerial_cars", "aerial_cars", aerial_cars.labelled_scenes),
            LabelledSet("gsi_road", "gsi_japan_road", gsi_road.labelled_scenes),
            LabelledSet("gsi_solar", "gsi_japan_solar", gsi_solar.labelled_scenes),
            LabelledSet("ucmerced", "ucmerced", ucmerced.labelled_scenes),
            LabelledSet("neon_trees", "neon_trees", neon_trees.labelled_scenes, splits=("val",)),
            LabelledSet("sen2ships", "sen2ships", sen2ships.labelled_scenes, in_range=False),
            LabelledSet("amazon_forest", "s2_amazon_forest", amazon_forest.labelled_scenes, in_range=False),
        )
    }
)


def labelled_scenes(name: str, root: Path, split: Split) -> Iterator[Scene]:
    """The scenes of one set.

    Args:
        name: a key of `LABELLED_SETS`.
        root: the folder that holds the sets' folders.
        split: 'train' or 'val'.

    Raises:
        InputError: no such set or split, no such folder, or a licence that does not allow training.
    """
    if name not in LABELLED_SETS:
        raise InputError(f"no labelled set {name!r}; there are {', '.join(sorted(LABELLED_SETS))}")
    entry = LABELLED_SETS[name]
    return entry.read(root / entry.folder, split)
