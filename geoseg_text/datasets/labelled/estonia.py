"""Estonian orthophotos (Land Board) with vehicles: 0.2 m, and 0.1 m averaged to 0.2 m.

All labels but a few ships are axis-aligned boxes. Cars, trucks and buses become turned rectangles that fit
their box; ships only where a polygon was drawn. Boxes of buildings and aircraft are not masks of them: they
are left out, and so are the names from `complete` in that image. Seen on overlays: nearly every car is there,
those under bare trees too; trailers and vans are sometimes missing, so trucks are never complete.

Validation is by place: whole map sheets, one in five images.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from geoseg_text.datasets.labelled.assemble import SceneBuilder, resampled
from geoseg_text.datasets.labelled.boxes import Box, turned_rectangle
from geoseg_text.datasets.labelled.reading import (
    Pixels,
    Split,
    check_split,
    read_rgb,
    read_rows,
    require_trainable,
)
from geoseg_text.errors import InputError
from geoseg_text.values.scene import Scene

# Sheet 2 at 0.2 m (six town images) and sheet 12 at 0.1 m (three of a harbour): nine of 42 images.
VALIDATION_SHEETS = frozenset({"test20_image_2", "train10_image_12"})
WORKING_GSD_M = 0.2

_SHEET = re.compile(r"(\w+10_image_\d+|\w+20_image_\d+)_\d\d_\d\d")
_PROPORTION = {"Car": 0.42, "Bus": 0.23, "Truck": 0.33}
_CATEGORY = {"Car": "car", "Bus": "bus", "Truck": "truck", "Watercraft": "ship", "Airplane": "aircraft"}


def labelled_scenes(folder: Path, split: Split) -> Iterator[Scene]:
    """One scene of 1000 px at 0.2 m per image.

    Args:
        folder: the set's folder, with `manifest.csv` and `coco.json`.
        split: 'train' or 'val'.

    Raises:
        InputError: no such split, no manifest, or a licence that does not allow training.
    """
    if check_split(split) == "train":
        require_trainable(folder)
    annotations = _annotations(folder / "coco.json")
    for row in read_rows(folder / "manifest.csv"):
        if (sheet(row["image"]) in VALIDATION_SHEETS) == (split == "val"):
            scene = read_image(
                read_rgb(folder / row["image"]), float(row["gsd_m"]), annotations[row["image"]]
            )
            yield scene if scene.gsd_m >= WORKING_GSD_M else resampled(scene, WORKING_GSD_M)


def sheet(image: str) -> str:
    """The map sheet an image was cut from, e.g. 'test20_image_2'.

    Raises:
        InputError: the name has no sheet.
    """
    match = _SHEET.search(image)
    if match is None:
        raise InputError(f"{image}: no map sheet in the name, so it belongs to no split")
    return match.group(1)


def read_image(image: Pixels, gsd_m: float, annotations: list[tuple[str, Mapping[str, Any]]]) -> Scene:
    """The scene of one image from its (class name, COCO annotation) pairs."""
    shape = image.shape[1:]
    labels: dict[str, npt.NDArray[np.int32]] = defaultdict(lambda: np.zeros(shape, np.int32))
    vague: set[str] = set()
    for number, (name, annotation) in enumerate(annotations, start=1):
        if name in _PROPORTION:
            left, top, width, height = annotation["bbox"]
            rows, cols, mask = turned_rectangle(
                Box(left + width / 2, top + height / 2, width, height), _PROPORTION[name], image
            )
            labels[_CATEGORY[name]][rows, cols][mask] = number
        elif name == "Watercraft" and _is_drawn(annotation["segmentation"][0]):
            labels["ship"][_polygon(annotation["segmentation"][0], shape)] = number
        elif name in _CATEGORY:
            vague.add(_CATEGORY[name])
    builder = SceneBuilder(image, gsd_m)
    for category in sorted(labels):
        builder.add_top(category, labels[category])
    return builder.build(frozenset({"car", "bus", "ship", "aircraft"}) - vague)


def _is_drawn(ring: list[float]) -> bool:
    return len(set(ring[0::2])) > 2 or len(set(ring[1::2])) > 2


def _polygon(ring: list[float], shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    canvas = Image.new("1", (shape[1], shape[0]))
    ImageDraw.Draw(canvas).polygon(list(zip(ring[0::2], ring[1::2], strict=True)), fill=1)
    return np.asarray(canvas)


def _annotations(path: Path) -> dict[str, list[tuple[str, Mapping[str, Any]]]]:
    try:
        coco = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as COCO annotations") from error
    names = {entry["id"]: entry["name"] for entry in coco["categories"]}
    files = {entry["id"]: entry["file_name"] for entry in coco["images"]}
    found: dict[str, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for annotation in coco["annotations"]:
        found[files[annotation["image_id"]]].append((names[annotation["category_id"]], annotation))
    return found
