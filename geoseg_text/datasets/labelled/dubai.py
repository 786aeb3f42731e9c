"""Dubai (MBRSC satellite imagery, labelled by Humans in the Loop): six-class masks at about 1 m.

Every pixel has one class. Buildings stand on unknown ground and become `top` objects; road, vegetation, water and bare
ground are `ground`. Vegetation and water are labelled as such, not as tree, lawn, lake or sea, so the objects carry
those super-categories. Pixels labelled "unlabeled" (containers, sheds, yards) stay without an object.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from geoseg_text.datasets.labelled.assemble import SceneBuilder, components, tiles
from geoseg_text.datasets.labelled.reading import (
    Split,
    check_split,
    read_index,
    read_rgb,
    read_rows,
    require_trainable,
)
from geoseg_text.values.scene import Scene

BUILDING, LAND, ROAD, VEGETATION, WATER, UNLABELED = range(6)
VALIDATION_TILE = "t1"

# Estimated: the set states none. Cars are 4-5 px long, lorries 12 px, lanes 3-4 px in each of the six tiles.
ESTIMATED_GSD_M = {"t1": 1.0, "t3": 1.0, "t4": 1.0, "t6": 1.0, "t7": 1.0, "t8": 1.0}

# In tile 4 whole villa plots with their gardens and drives are painted as one building: good enough to stand beside,
# not good enough for "all buildings".
_BLOCKS_OF_BUILDINGS = frozenset({"t4"})
# No boat is labelled; these tiles have no water that carries one.
_NO_SHIPS = frozenset({"t4", "t7", "t8"})
_MAX_UNLABELED = 0.01  # of a tile: beyond it, "all buildings" would leave real ones out
_MIN_SPECK_PX = 6
_TILE_PX = 768


def labelled_scenes(folder: Path, split: Split) -> Iterator[Scene]:
    """Scenes of at most 768 px, tile 1 for validation and the others for training.

    Args:
        folder: the set's folder, with `manifest.csv`.
        split: 'train' or 'val'.

    Raises:
        InputError: no such split, no manifest, or a licence that does not allow training.
    """
    if check_split(split) == "train":
        require_trainable(folder)
    for row in read_rows(folder / "manifest.csv"):
        tile = Path(row["image"]).name.split("_")[0]
        if (tile == VALIDATION_TILE) == (split == "val"):
            for scene in tiles(_read(folder, row, tile), _TILE_PX):
                yield _with_completeness(scene, tile)


def _read(folder: Path, row: dict[str, str], tile: str) -> Scene:
    classes = read_index(folder / row["mask"])
    builder = SceneBuilder(read_rgb(folder / row["image"]), ESTIMATED_GSD_M[tile])
    for index, category in (
        (LAND, "bare_ground"),
        (ROAD, "road"),
        (VEGETATION, "vegetation"),
        (WATER, "water"),
    ):
        builder.add_ground(category, components(classes == index, _MIN_SPECK_PX))
    builder.add_top("building", components(classes == BUILDING, _MIN_SPECK_PX))
    return builder.build(frozenset())


def _with_completeness(scene: Scene, tile: str) -> Scene:
    complete = {"road", "vegetation", "water", "aircraft"}
    unlabeled = np.count_nonzero((scene.ground == 0) & (scene.top == 0)) / scene.ground.size
    if unlabeled <= _MAX_UNLABELED:
        complete.add("bare_ground")
        if tile not in _BLOCKS_OF_BUILDINGS:
            complete.add("building")
    if tile in _NO_SHIPS:
        complete.add("ship")
    return replace(scene, complete=frozenset(complete))
