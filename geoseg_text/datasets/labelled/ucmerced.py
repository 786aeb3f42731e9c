"""UC Merced land use: 2,100 pictures of 0.3 m with one class each.

`classed_images` gives picture and class, to warm a vision trunk. As scenes they say less: woods and fields
fill their picture (those that do not are left out), and every class has things that certainly are not in its
pictures, looked at class by class. Neighbouring numbers often show neighbouring ground, so the last ten of
each class are validation.
"""

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import numpy as np

from geoseg_text.datasets.labelled.assemble import SceneBuilder
from geoseg_text.datasets.labelled.reading import (
    Pixels,
    Split,
    check_split,
    read_rgb,
    read_rows,
    require_trainable,
)
from geoseg_text.values.scene import Scene

GSD_M = 0.3048
VALIDATION_FROM = 90

_FAR_FROM_TOWN = frozenset(
    [
        "building",
        "road",
        "car_park",
        "car",
        "truck",
        "bus",
        "river",
        "lake",
        "sea",
        "pool",
        "court",
        "storage_tank",
        "ship",
        "aircraft",
        "solar_panel",
        "pavement",
        "vehicle",
        "water",
    ]
)
_NO_PORT = frozenset({"ship", "aircraft", "sea"})
# What fills the whole picture, and what else is then known of it. A bare field is no vegetation, so a field's
# picture says nothing of vegetation.
_WHOLE = MappingProxyType({"forest": "wood", "agricultural": "field"})
_ALSO_KNOWN = MappingProxyType(
    {
        "forest": _FAR_FROM_TOWN | {"lawn", "field", "vegetation"},
        "agricultural": _FAR_FROM_TOWN | {"wood", "tree"},
        "airplane": frozenset({"ship", "river", "lake", "sea", "pool", "court", "wood", "field"}),
        "baseballdiamond": _NO_PORT,
        "beach": frozenset(
            {"aircraft", "ship", "storage_tank", "pool", "court", "solar_panel", "car_park", "field"}
        ),
        "buildings": _NO_PORT,
        "chaparral": _FAR_FROM_TOWN - {"road"} | {"wood", "field", "lawn"},
        "denseresidential": _NO_PORT | {"field"},
        "freeway": _NO_PORT | {"storage_tank", "pool", "court"},
        "golfcourse": _NO_PORT | {"storage_tank", "solar_panel", "bus"},
        "harbor": frozenset({"aircraft", "storage_tank", "court", "field", "wood", "pool", "solar_panel"}),
        "intersection": _NO_PORT | {"storage_tank", "field"},
        "mediumresidential": _NO_PORT | {"storage_tank", "field"},
        "mobilehomepark": _NO_PORT | {"storage_tank", "field", "wood"},
        "overpass": _NO_PORT | {"storage_tank", "pool", "court"},
        "parkinglot": _NO_PORT | {"storage_tank", "pool", "court", "river", "lake", "field"},
        "river": frozenset({"aircraft", "court", "pool", "storage_tank", "solar_panel"}),
        "runway": frozenset(
            {"ship", "sea", "river", "lake", "pool", "court", "storage_tank", "wood", "solar_panel"}
        ),
        "sparseresidential": _NO_PORT,
        "storagetanks": frozenset({"aircraft", "ship", "court", "sea"}),
        "tenniscourt": _NO_PORT | {"storage_tank", "field"},
    }
)
# Woods with a road, a house or a lawn in them; fields that are orchards or have a track, a yard or a circle's
# corner.
_NOT_WHOLE = MappingProxyType(
    {
        "forest": frozenset({1, 3, 4, 5, 8, 9, 28, 31, 32, 40, 41, 60}),
        "agricultural": frozenset({0, 1, 2, 3, 4, 21, 22, 23, 25, 61, 70}),
    }
)


def labelled_scenes(folder: Path, split: Split) -> Iterator[Scene]:
    """One scene of about 256 px per picture; most hold no object, only absences.

    Args:
        folder: the set's folder, with `manifest.csv`.
        split: 'train' or 'val'.

    Raises:
        InputError: no such split, no manifest, or a licence that does not allow training.
    """
    for row in _rows(folder, split):
        name = row["label"]
        if _number(row) in _NOT_WHOLE.get(name, ()):
            continue
        builder = SceneBuilder(read_rgb(folder / row["image"]), GSD_M)
        complete = _ALSO_KNOWN[name]
        if name in _WHOLE:
            builder.add_ground(_WHOLE[name], np.ones(builder.ground.shape, np.int32))
            complete |= {_WHOLE[name]}
        yield builder.build(complete)


def classed_images(folder: Path, split: Split) -> Iterator[tuple[Pixels, str]]:
    """Every picture of the split, uint8 (3, rows, cols) of about 256 px, with its class.

    Raises:
        InputError: no such split, no manifest, or a licence that does not allow training.
    """
    for row in _rows(folder, split):
        yield read_rgb(folder / row["image"]), row["label"]


def _rows(folder: Path, split: Split) -> list[dict[str, str]]:
    if check_split(split) == "train":
        require_trainable(folder)
    rows = read_rows(folder / "manifest.csv")
    return [row for row in rows if (_number(row) >= VALIDATION_FROM) == (split == "val")]


def _number(row: dict[str, str]) -> int:
    return int(Path(row["image"]).stem[-2:])
