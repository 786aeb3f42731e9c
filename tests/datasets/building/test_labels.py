"""Layers become labels: an OpenStreetMap extract, GeoParquet, columns of one's own, lines and points."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from affine import Affine
from pyproj import Transformer

from geoseg_text.datasets.building.labels import LabelChoices, read_labels
from geoseg_text.datasets.building.scenes import scene_of
from geoseg_text.errors import InputError
from geoseg_text.imagery.reader import Chip
from geoseg_text.values.grid import Grid
from geoseg_text.values.windows import Window

CRS = "EPSG:32636"
LEFT, TOP, GSD_M = 500_000.0, 40_000.0, 0.5
GRID = Grid.of(Affine(GSD_M, 0, LEFT, 0, -GSD_M, TOP), (200, 200), CRS)

WAYS: list[tuple[list[tuple[float, float]], dict[str, str]]] = [
    ([(10, 10), (20, 10), (20, 18), (10, 18), (10, 10)], {"building": "yes", "roof:material": "metal"}),
    (
        [(30, 10), (40, 10), (40, 18), (30, 18), (30, 10)],
        {"building": "house", "roof:material": "roof_tiles"},
    ),
    ([(60, 10), (70, 10), (70, 18), (60, 18), (60, 10)], {"building": "no"}),
    ([(0, 50), (100, 50)], {"highway": "residential", "lanes": "2", "surface": "asphalt"}),
    ([(0, 60), (100, 60)], {"highway": "residential", "tunnel": "yes"}),
    ([(5, 70), (95, 70), (95, 95), (5, 95), (5, 70)], {"landuse": "forest"}),
    ([(50, 40), (50, 99)], {"waterway": "stream", "width": "3"}),
    ([(80, 10), (81, 12)], {"barrier": "fence"}),
]


def write_osm(path: Path) -> Path:
    """An extract of ways, in metres from the grid's corner, and of one tree."""
    to_lonlat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    nodes: list[str] = []
    ways: list[str] = []

    def node(x: float, y: float, tags: str = "") -> int:
        lon, lat = to_lonlat.transform(LEFT + x, TOP - y)
        nodes.append(f'<node id="{len(nodes) + 1}" lon="{lon:.9f}" lat="{lat:.9f}" version="1">{tags}</node>')
        return len(nodes)

    for number, (points, tags) in enumerate(WAYS, start=100):
        ids = [node(x, y) for x, y in (points[:-1] if points[0] == points[-1] else points)]
        ids += ids[:1] if points[0] == points[-1] else []
        inner = "".join(f'<nd ref="{one}"/>' for one in ids)
        inner += "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        ways.append(f'<way id="{number}" version="1">{inner}</way>')
    node(90, 30, '<tag k="natural" v="tree"/>')
    body = "".join((*nodes, *ways))
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{body}</osm>', encoding="utf-8")
    return path


def areas_m2(labels) -> dict[str, float]:
    found: Counter[str] = Counter()
    for label in labels.items:
        found[label.category] += label.shape.area * GSD_M**2
    return dict(found)


def test_an_extract_gives_what_its_tags_name(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "town.osm")
    labels = read_labels(LabelChoices((str(path),)), GRID)
    found = areas_m2(labels)
    assert found.keys() == {"building", "road", "wood", "river"}  # neither fence nor tunnel nor a lone tree
    assert found["building"] == pytest.approx(160, rel=1e-3)
    assert found["wood"] == pytest.approx(90 * 25, rel=1e-3)
    # A line is widened about itself, with round ends: two lanes of 3.2 m, and 3 m as tagged.
    assert found["road"] == pytest.approx(640 + math.pi * 3.2**2, rel=0.01)
    assert found["river"] == pytest.approx(59 * 3 + math.pi * 1.5**2, rel=0.01)
    known = {label.attributes.get("material") for label in labels.items}
    assert known == {"metal", "tile", "asphalt", None}


def test_of_an_extract_the_stated_kinds_are_taken(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "town.osm")
    labels = read_labels(LabelChoices((str(path),), (("tree", "road"),), width_m=4), GRID)
    assert {label.category for label in labels.items} == {"tree", "road"}
    assert areas_m2(labels)["tree"] == pytest.approx(math.pi * 4, rel=0.02)
    roads = read_labels(LabelChoices((f"{path}:lines",), (("road",),)), GRID)
    assert {label.category for label in roads.items} == {"road"}
    with pytest.raises(InputError, match="nothing of it that can be named lies on the imagery"):
        read_labels(LabelChoices((str(path),), (("ship",),)), GRID)


def test_what_crosses_is_seen_over_what_it_crosses(tmp_path: Path) -> None:
    """The stream runs through the wood, and the road over the stream: one pixel, one answer."""
    labels = read_labels(LabelChoices((str(write_osm(tmp_path / "town.osm")),)), GRID)
    window = Window(0, 0, 200, 200)
    chip = Chip(window, np.zeros((3, 200, 200), np.uint8), np.ones((200, 200), bool))
    scene = scene_of(chip, labels, GRID).scene

    def at(x: float, y: float) -> str:
        return scene.by_id[int(scene.ground[int(y / GSD_M), int(x / GSD_M)])].category

    assert (at(50, 50), at(50, 80), at(20, 80), at(20, 50)) == ("road", "river", "wood", "road")
    assert scene.gsd_m == pytest.approx(GSD_M, rel=1e-3)


def test_nothing_is_labelled_where_the_imagery_is_not_valid(tmp_path: Path) -> None:
    labels = read_labels(LabelChoices((str(write_osm(tmp_path / "town.osm")),)), GRID)
    valid = np.ones((200, 200), bool)
    valid[:18] = False
    chip = Chip(Window(0, 0, 200, 200), np.zeros((3, 200, 200), np.uint8), valid)
    scene = scene_of(chip, labels, GRID).scene
    assert not scene.ground[:18].any()
    assert not scene.top[:18].any()
    assert scene.top[18:].any()
    valid[:50] = False
    assert scene_of(Chip(chip.window, chip.image, valid), labels, GRID) is None


def test_geoparquet_and_columns_of_one_s_own(tmp_path: Path) -> None:
    shapes = [shapely.box(LEFT + x, TOP - 20, LEFT + x + 8, TOP - 12) for x in (5, 25, 45, 500)]
    table = geopandas.GeoDataFrame(
        {"ROOF_TYP": ["Tin", "palm", None, "Tin"], "class": ["house", "building", "river", "house"]},
        geometry=shapes,
        crs=CRS,
    )
    table.to_crs("EPSG:4326").to_parquet(tmp_path / "plots.parquet")
    choices = LabelChoices((str(tmp_path / "plots.parquet"),), attributes=(("roof_typ", "material"),))
    labels = read_labels(choices, GRID)
    found = sorted(((label.category, dict(label.attributes)) for label in labels.items), key=str)
    assert found == [
        ("building", {"material": "metal"}), ("building", {"material": "palm"}), ("river", {}),
    ]  # fmt: skip
    (facts,) = labels.layers
    assert (facts.outside, facts.used) == (1, {"building": 2, "river": 1})
    assert facts.values == {"material": {"metal": 1, "palm (no words for it)": 1}}
