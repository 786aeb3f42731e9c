"""Real labelled imagery as scenes: one data set, one module, one registry.

Each module reads one set's folder with `labelled_scenes(folder, split)`; the splits are fixed and by place. What a set
labels completely in an image, and what certainly is not there, stands in each scene's `complete`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from geoseg_text.datasets.labelled import dubai, estonia, kampala, urban_trees
from geoseg_text.datasets.labelled.reading import Split
from geoseg_text.errors import InputError
from geoseg_text.values.scene import Scene

__all__ = ["LABELLED_SETS", "LabelledSet", "Split", "labelled_scenes"]


@dataclass(frozen=True)
class LabelledSet:
    """One set: its name, its folder under the root of all sets, and its reader."""

    name: str
    folder: str
    read: Callable[[Path, Split], Iterator[Scene]]


LABELLED_SETS: Mapping[str, LabelledSet] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            LabelledSet("dubai", "dubai_mbrsc", dubai.labelled_scenes),
            LabelledSet("kampala", "kampala_buildings", kampala.labelled_scenes),
            LabelledSet("estonia", "estonia_ortho_objects", estonia.labelled_scenes),
            LabelledSet("urban_trees", "urban_trees_naip", urban_trees.labelled_scenes),
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
