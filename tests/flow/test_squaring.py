"""Right-angled outlines: hand-made buildings come back, everything else stays valid and where it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from rasterio import features
from shapely import affinity

import geoseg_text as gt
from geoseg_text.pipeline import merge
from geoseg_text.results.squaring import squared
from geoseg_text.values.rows import FULL_SCORE, ScoreRows
from geoseg_text.vectorize import Cut, vectorize

from .conftest import WriteRaster

SIDE = 170
BUILDINGS = {
    "a house": shapely.box(60, 70, 100, 94),
    "a hall": shapely.box(45, 65, 125, 95),
    "an L": shapely.Polygon([(55, 55), (115, 55), (115, 77), (77, 77), (77, 115), (55, 115)]),
    "a U": shapely.box(50, 50, 120, 115) - shapely.box(72, 50, 98, 92),
    "a courtyard": shapely.box(55, 55, 115, 105) - shapely.box(71, 71, 99, 89),
}


def traced(mask: np.ndarray) -> np.ndarray:
    rows = [ScoreRows(0, mask[None] * np.uint16(FULL_SCORE), np.ones(mask.shape, bool))]
    found = [batch.geometry for batch in vectorize(rows, [Cut.at(0.5)], mask.shape)]
    return np.concatenate([np.empty(0, object), *found])


def burnt(polygons: list[shapely.Geometry]) -> np.ndarray:
    return features.rasterize([(polygon, 1) for polygon in polygons], (SIDE, SIDE)).astype(np.uint16)


def corner_angles(polygon: shapely.Polygon) -> np.ndarray:
    """Degrees by which the corners of all rings are off a right angle."""
    off = []
    for ring in shapely.get_rings(polygon):
        points = shapely.get_coordinates(ring)[:-1]
        wall = np.roll(points, -1, 0) - points
        wall /= np.hypot(*wall.T)[:, None]
        off += np.degrees(np.arcsin(np.abs((wall * np.roll(wall, -1, 0)).sum(1)))).tolist()
    return np.array(off)


@pytest.mark.parametrize("name", BUILDINGS)
def test_rotated_buildings_come_back_from_their_stairs(name: str) -> None:
    worst = []
    for degrees in (0, 7, 17, 30, 45, 61, 83):
        drawn = affinity.rotate(BUILDINGS[name], degrees, origin=(84.3, 83.6))
        (plain,) = traced(burnt([drawn]))
        (found,) = squared(np.array([plain], object))
        assert found.is_valid
        assert shapely.get_num_coordinates(found) == shapely.get_num_coordinates(drawn.simplify(0.01))
        assert corner_angles(found).max() < 0.5
        assert found.area == pytest.approx(plain.area, rel=0.01)
        there, here = (shapely.get_coordinates(polygon) for polygon in (drawn, found))
        distance = np.hypot(*(there[:, None] - here[None]).transpose(2, 0, 1)).min(1)
        assert distance.max() < 2.0
        worst.append(distance.max())
    assert np.median(worst) < 1.1


def test_an_outline_along_the_pixels_stays_as_it_is() -> None:
    plain = traced(burnt([shapely.box(10, 20, 40, 50), shapely.box(60, 20, 100, 45)]))
    assert shapely.equals(squared(plain), plain).all()


@pytest.mark.parametrize("share", [0.3, 0.55, 0.62])
def test_noise_stays_valid_and_where_it_was(share: float) -> None:
    rng = np.random.default_rng(8)
    plain = traced(rng.random((50, 50)) < share)
    found = squared(plain)
    assert len(found) == len(plain)
    assert shapely.is_valid(found).all()
    assert (shapely.get_type_id(found) == shapely.GeometryType.POLYGON).all()
    common = shapely.area(shapely.intersection(found, plain)) / shapely.area(shapely.union(found, plain))
    assert common.min() >= 0.5
    small = shapely.area(plain) < 9
    assert shapely.equals_exact(found[small], plain[small]).all()
    assert not len(squared(plain[:0]))


def test_each_polygon_is_squared_by_itself() -> None:
    drawn = [
        affinity.rotate(shapely.box(x, y, x + 26, y + 17), 7 * (x + y) + 5, "center")
        for x, y in ((10, 10), (60, 15), (110, 60), (20, 110))
    ]
    plain = traced(burnt(drawn))
    together = squared(plain)
    alone = np.concatenate([squared(plain[place : place + 1]) for place in reversed(range(len(plain)))])
    assert shapely.to_wkb(together).tolist() == shapely.to_wkb(alone[::-1]).tolist()
    assert not shapely.equals(together, plain).any()


@pytest.fixture
def village(write_raster: WriteRaster) -> Path:
    """Red houses at every angle, many on the seams of blocks."""
    drawn = [
        affinity.rotate(shapely.box(x, y, x + 21, y + 14), 3 * x + 7 * y, "center")
        for x in range(8, 140, 33)
        for y in range(8, 140, 31)
    ]
    return write_raster(np.stack([burnt(drawn) * 230, *np.full((2, SIDE, SIDE), 40)]).astype(np.uint8))


def test_a_village_by_blocks_is_that_of_one_piece(toys: Any, village: Path, tmp_path: Path) -> None:
    asked: dict[str, Any] = {"model": toys.pixelwise(64), "min_area_m2": 5.0}
    plain = gt.segment(village, "red", **asked)
    whole = gt.segment(village, "red", **asked, square=True)
    assert whole.manifest["settings"]["square"] is True
    assert whole.polygons.is_valid.all()
    for column in ("id", "score", "score_max"):
        assert whole.polygons[column].tolist() == plain.polygons[column].tolist()
    assert (whole.polygons.geometry.count_coordinates() == 5).mean() > 0.9
    assert plain.polygons.geometry.count_coordinates().median() > 20
    assert whole.polygons.area_m2.sum() == pytest.approx(plain.polygons.area_m2.sum(), rel=0.01)
    gt.segment(village, "red", **asked, square=True, job=tmp_path / "job", block_px=61)
    parts = merge(tmp_path / "job").polygons  # what the folder says is enough
    assert parts.geometry.to_wkb().tolist() == whole.polygons.geometry.to_wkb().tolist()
    assert parts.drop(columns=["geometry", "created"]).equals(
        whole.polygons.drop(columns=["geometry", "created"])
    )
