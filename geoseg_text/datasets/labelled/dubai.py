"""Dubai (MBRSC satellite imagery, labelled by Humans in the Loop): six-class masks at about 1 m.

Every pixel has one class. Buildings stand on unknown ground and become `top` objects; road, vegetation, water
and bare ground are `ground`. Vegetation and water are labelled as such, not as tree, lawn, lake or sea, so
the objects carry those super-categories. Pixels labelled "unlabeled" (containers, sheds, yards) stay without
an object.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import ndimage

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

# In tile 4, and here and there in 7 and 8, whole villa plots with gardens and drives are painted as one
# building: good enough to stand beside, not good enough for "all buildings". Such a block is large, mottled,
# and mostly darker than its roofs; a roof or a walled house is mostly its own bright half.
_VILLA_BLOCKS = frozenset({"t4"})
_MAX_BLOCKS = 0.6  # of the building pixels of a tile
_BLOCK_MIN_PX = 2500
_BLOCK_MIN_SPREAD = 35.0  # grey levels
_BLOCK_MAX_BRIGHT = 0.55  # share above Otsu's threshold
# No boat is labelled; these tiles have no water that carries one.
_NO_SHIPS = frozenset({"t4", "t7", "t8"})
_MAX_UNLABELED = 0.01  # of a tile: beyond it, "all buildings" would leave real ones out ...
_MAX_UNLABELED_GREEN = 0.1  # ... and beyond this, gardens too
_MIN_SPECK_PX = 6
_TILE_PX = 768


def labelled_scenes(folder: Path, split: Split) -> Iterator[Scene]:
    """Tile 1 whole for validation; the others in pieces of at most 768 px for training.

    What is complete is said of each piece, so that one bad corner does not spoil an image of 2000 px.

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
            whole = _read(folder, row, tile)
            for scene in tiles(whole, _TILE_PX) if split == "train" else (whole,):
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
    complete = {"road", "water", "aircraft"}
    unlabeled = np.count_nonzero((scene.ground == 0) & (scene.top == 0)) / scene.ground.size
    if unlabeled <= _MAX_UNLABELED_GREEN:
        complete.add("vegetation")
    if unlabeled <= _MAX_UNLABELED:
        complete.add("bare_ground")
        if tile not in _VILLA_BLOCKS and block_share(scene) <= _MAX_BLOCKS:
            complete.add("building")
    if tile in _NO_SHIPS:
        complete.add("ship")
    return replace(scene, complete=frozenset(complete))


def block_share(scene: Scene) -> float:
    """Share of a scene's building pixels that lie in painted blocks of plots, 0..1; 0 without buildings."""
    built = scene.top > 0
    if not built.any():
        return 0.0
    grey = ndimage.gaussian_filter(scene.image.mean(0), 0.8)
    labels, _ = ndimage.label(built)
    blocks = 0
    for number, window in enumerate(ndimage.find_objects(labels), start=1):
        values = grey[window][labels[window] == number]
        if len(values) >= _BLOCK_MIN_PX and values.std() >= _BLOCK_MIN_SPREAD:
            blocks += len(values) * (np.mean(values > _otsu(values)) < _BLOCK_MAX_BRIGHT)
    return float(blocks / np.count_nonzero(built))


def _otsu(values: npt.NDArray[np.float64]) -> float:
    """The threshold that parts the values into two classes with means as far apart as can be (Otsu 1979)."""
    counts, edges = np.histogram(values, 64)
    centres = (edges[1:] + edges[:-1]) / 2
    below, total = np.cumsum(counts), counts.sum()
    mass = np.cumsum(counts * centres)
    between = (mass[-1] * below / total - mass) ** 2 / np.maximum(below * (total - below), 1)
    return float(centres[np.argmax(between)])
