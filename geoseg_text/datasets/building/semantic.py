"""A raster of classes as a layer: each connected patch of a class is a feature.

As RefSegRS was made of SkyScapes: a class is a category (identity), several classes may be one category, with
an attribute to tell them apart (inclusion: paved and unpaved roads are roads), and patches that touch are one
instance. Which of them stand beside what is then judged with a buffer, as for any other layer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.features import shapes
from rasterio.windows import Window as RasterWindow

from geoseg_text.datasets.building.attributes import known_attributes, value_of
from geoseg_text.datasets.building.geometry import place
from geoseg_text.datasets.building.labels import Label, LayerFacts
from geoseg_text.datasets.building.naming import parse_category
from geoseg_text.datasets.building.sources import box_in
from geoseg_text.datasets.labelled.assemble import components
from geoseg_text.errors import InputError, RasterError
from geoseg_text.imagery.environment import gdal_env
from geoseg_text.imagery.raster import READ_ERRORS, examine, explain, open_dataset
from geoseg_text.values.grid import Grid

SPECK_PX = 4
"""Patches of fewer pixels belong to the nearest larger one of their class: a slip of the pen is no thing."""

_MOST_PX = 2**28


@dataclass(frozen=True)
class Meaning:
    """What a class is.

    Attributes:
        category: of the lexicon.
        attributes: what is true of every patch of the class.
    """

    category: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Semantic:
    """A raster of classes.

    Attributes:
        path: its file; the first band counts.
        classes: what the values mean; other values are not labelled.
    """

    path: str
    classes: Mapping[int, Meaning]


def parse_classes(text: str) -> dict[int, Meaning]:
    """What the values of a raster mean, from ``1=building,2=road`` or a JSON file.

    The file holds ``{"1": "building", "2": {"category": "road", "material": "asphalt"}}``.

    Raises:
        InputError: the file or the text is not of that form, or a category or an attribute is not known.
    """
    if text.lower().endswith(".json"):
        try:
            given = json.loads(Path(text).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"--classes {text}: cannot be read as JSON ({error})") from error
    else:
        given = dict(pair.partition("=")[::2] for pair in text.split(",") if pair.strip())
    if not isinstance(given, dict) or not given:
        raise InputError(f"--classes {text!r}: write VALUE=CATEGORY,... or name a JSON file of such pairs")
    return {_value(text, key): _meaning(text, said) for key, said in given.items()}


def read_semantic(semantic: Semantic, grid: Grid) -> tuple[list[Label], LayerFacts]:
    """The patches of a raster of classes about a grid, as labels on it.

    Raises:
        InputError: the raster does not meet the grid, is too large to be taken whole, or holds none of its
            classes there.
        RasterError: it cannot be read or has no CRS.
    """
    values, affine, crs = _read(semantic, grid)
    box = shapely.box(0, 0, grid.shape[1], grid.shape[0])
    fact = LayerFacts(semantic.path)
    found = []
    for value, meaning in semantic.classes.items():
        outlines = geopandas.GeoSeries(_outlines(values == value, affine), crs=crs)
        placed = place(outlines, grid)
        here = shapely.intersects(placed.shapes, box)
        fact.features += len(outlines)
        fact.unusable += placed.unusable
        fact.outside += int((~here).sum())
        found += [
            Label(placed.shapes[n], meaning.category, meaning.attributes, f"{semantic.path}#{value}-{n + 1}")
            for n in np.flatnonzero(here)
        ]
    if not found:
        listed = ", ".join(map(str, semantic.classes))
        raise InputError(f"{semantic.path}: no pixel of {listed} lies on the imagery; check --classes")
    fact.count(found)
    return found, fact


def _read(semantic: Semantic, grid: Grid) -> tuple[NDArray[Any], Affine, CRS]:
    """The classes about a grid, with their affine and CRS."""
    with gdal_env():
        raster = examine(semantic.path)
        if raster.place.kind != "affine":
            raise InputError(f"{semantic.path}: a raster of classes needs an affine; warp it first")
        box = box_in(grid, raster.place.crs)
        part = raster.grid.window if box is None else raster.grid.window_for(box)
        if part is None:
            raise InputError(f"{semantic.path}: does not meet the imagery; give the raster of the same place")
        if part.rows * part.cols > _MOST_PX:
            raise InputError(
                f"{semantic.path}: {part.rows} x {part.cols} px are too many at once; cut it first"
            )
        try:
            with open_dataset(raster.name) as file:
                values = file.read(1, window=RasterWindow(part.col, part.row, part.cols, part.rows))
        except READ_ERRORS as error:
            raise RasterError(f"{semantic.path}: cannot be read ({explain(error)})") from error
    return values, raster.grid.crop(part).affine, raster.place.crs


def _outlines(mask: NDArray[np.bool_], affine: Affine) -> list[shapely.Geometry]:
    """The outline of each patch of a mask, several parts where specks belong to it."""
    labels = components(mask, SPECK_PX)
    parts: dict[int, list[shapely.Geometry]] = {}
    for outline, number in shapes(labels, mask=labels > 0, connectivity=4, transform=affine):
        parts.setdefault(int(number), []).append(shapely.geometry.shape(outline))
    return [shapely.MultiPolygon(parts[number]) for number in sorted(parts)]


def _value(text: str, key: str) -> int:
    try:
        return int(key)
    except ValueError as error:
        raise InputError(f"--classes {text!r}: {key!r} is no whole number; write VALUE=CATEGORY") from error


def _meaning(text: str, said: Any) -> Meaning:
    facts = {"category": said} if isinstance(said, str) else said
    if not isinstance(facts, dict) or not all(isinstance(value, str) for value in facts.values()):
        raise InputError(f"--classes {text!r}: {said!r} is neither a category nor one with attributes")
    categories = parse_category(facts.get("category", ""))
    unknown = sorted(set(facts) - {"category", *known_attributes()})
    if unknown or len(categories) != 1:
        what = (
            f"no attribute {unknown[0]!r}; known: {', '.join(known_attributes())}"
            if unknown
            else "one category each"
        )
        raise InputError(f"--classes {text!r}: {what}")
    attributes = {name: value_of(name, value) for name, value in facts.items() if name != "category"}
    return Meaning(categories[0], {name: value for name, value in attributes.items() if value is not None})
