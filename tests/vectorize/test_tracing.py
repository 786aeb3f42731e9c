"""Tracing: law 1 (round trip) and independence of bands, on random, real and adversarial masks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from rasterio import features

from geoseg_text.errors import InputError
from geoseg_text.values.rows import FULL_SCORE, PolygonBatch, ScoreRows
from geoseg_text.vectorize import Cut, vectorize

BANDS = (None, 1, 2, 3, 7, 64)
HALF = Cut.at(0.5)


def traced(
    scores: np.ndarray, valid: np.ndarray | None = None, band: int | None = None, cut: Cut = HALF
) -> PolygonBatch:
    """Polygons of scores (rows, cols), fed `band` rows at a time."""
    valid = np.ones(scores.shape, bool) if valid is None else valid
    band = band or len(scores)
    rows = [
        ScoreRows(row, scores[None, row : row + band], valid[row : row + band])
        for row in range(0, len(scores), band)
    ]
    return PolygonBatch.join(list(vectorize(rows, [cut], scores.shape)))


def scored(mask: np.ndarray) -> np.ndarray:
    return np.where(mask, FULL_SCORE, 0).astype(np.uint16)


def burnt(polygons: PolygonBatch, shape: tuple[int, int]) -> np.ndarray:
    """The mask that the polygons cover, by GDAL's rasteriser."""
    if not len(polygons):
        return np.zeros(shape, bool)
    return features.rasterize([(geometry, 1) for geometry in polygons.geometry], shape).astype(bool)


def check_laws(mask: np.ndarray, bands: tuple[int | None, ...] = BANDS) -> None:
    polygons = traced(scored(mask))
    assert shapely.is_valid(polygons.geometry).all()
    assert (shapely.get_type_id(polygons.geometry) == shapely.GeometryType.POLYGON).all()
    assert (burnt(polygons, mask.shape) == mask).all()
    # GDAL's tracer is the reference for how many there are, and areas must add up.
    assert len(polygons) == sum(1 for _ in features.shapes(mask.astype(np.uint8), mask=mask, connectivity=4))
    assert (shapely.area(polygons.geometry) == polygons.area_px).all()
    assert polygons.area_px.sum() == mask.sum()
    outlines = [geometry.wkb for geometry in polygons.geometry]
    for band in bands:
        again = traced(scored(mask), band=band)
        assert [geometry.wkb for geometry in again.geometry] == outlines
        assert (again.area_px == polygons.area_px).all()


def spiral(side: int) -> np.ndarray:
    """One pixel wide, one pixel apart: one component that every band cuts many times."""
    mask = np.zeros((side, side), bool)
    top, left, bottom, right = 0, 0, side - 1, side - 1
    while top <= bottom and left <= right:
        mask[top, max(0, left - 2) : right + 1] = True
        mask[top : bottom + 1, right] = True
        mask[bottom, left : right + 1] = True
        mask[top + 2 : bottom + 1, left] = True
        top, left, bottom, right = top + 2, left + 2, bottom - 2, right - 2
    return mask


def rings_in_rings(side: int) -> np.ndarray:
    """Squares inside the holes of squares."""
    row, col = np.indices((side, side))
    return (np.minimum.reduce([row, col, side - 1 - row, side - 1 - col]) % 2) == 0


ADVERSARIES = {
    "nothing": np.zeros((5, 7), bool),
    "everything": np.ones((5, 7), bool),
    "one pixel": np.ones((1, 1), bool),
    "one row": np.array([[1, 0, 1, 1, 0, 1]], bool),
    "one column": np.array([[1, 0, 1, 1, 0, 1]], bool).T,
    "checkerboard": np.indices((33, 32)).sum(0) % 2 == 0,
    "diagonal": np.eye(40, dtype=bool),
    "diagonals": np.eye(40, dtype=bool) | np.eye(40, dtype=bool)[::-1],
    "spiral": spiral(41),
    "nested": rings_in_rings(33),
    "comb": np.indices((20, 31))[1] % 2 == 0,
    "comb closed below": (np.indices((20, 31))[1] % 2 == 0) | (np.indices((20, 31))[0] == 19),
    "comb closed above": (np.indices((20, 31))[1] % 2 == 0) | (np.indices((20, 31))[0] == 0),
    "holes that touch": np.array([[1, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 1]], bool),
    "hole that touches the shell": np.array([[0, 1, 1, 1], [1, 1, 0, 1], [1, 0, 1, 1], [1, 1, 1, 1]], bool),
    "loop closed by a diagonal": np.array([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 1, 1, 1]], bool),
    "lattice": (np.indices((31, 31)) % 2 == 0).any(0),
    "lattice of diagonals": np.indices((31, 31)).sum(0) % 3 != 0,
}


@pytest.mark.parametrize("name", ADVERSARIES)
def test_round_trip_of_adversaries(name: str) -> None:
    check_laws(ADVERSARIES[name])


@pytest.mark.parametrize("share", [0.02, 0.2, 0.4, 0.5, 0.6, 0.8, 0.98])
def test_round_trip_of_noise(share: float) -> None:
    rng = np.random.default_rng(int(share * 100))
    for _ in range(12):
        check_laws(rng.random(rng.integers(1, 40, 2)) < share, bands=(1, 5))
    check_laws(rng.random((150, 170)) < share, bands=(1, 17))


def test_round_trip_of_real_imagery(shared: Path) -> None:
    with rasterio.open(shared / "data/rasters/detectree_zurich_ortho_2056.tif") as source:
        brightness = source.read().mean(0)
    for percent in (5, 50, 95):
        check_laws(brightness > np.percentile(brightness, percent), bands=(13, 256))


def test_a_square_with_a_hole_is_traced_as_drawn() -> None:
    mask = np.zeros((5, 6), bool)
    mask[1:4, 2:5] = True
    mask[2, 3] = False
    (polygon,) = traced(scored(mask)).geometry
    assert list(polygon.exterior.coords) == [(2, 1), (2, 4), (5, 4), (5, 1), (2, 1)]
    assert [list(ring.coords) for ring in polygon.interiors] == [[(3, 2), (4, 2), (4, 3), (3, 3), (3, 2)]]


def test_exteriors_wind_counter_clockwise_on_a_north_up_map() -> None:
    mask = np.random.default_rng(0).random((30, 30)) < 0.6
    north_up = shapely.transform(traced(scored(mask)).geometry, lambda points: points * [1, -1])
    assert shapely.is_ccw(shapely.get_exterior_ring(north_up)).all()
    rings = shapely.get_rings(north_up)
    assert shapely.is_ccw(rings).sum() == len(north_up)


def test_scores_are_the_mean_and_the_highest_over_the_pixels() -> None:
    scores = np.array([[0, 40000, 65535], [0, 0, 50000], [33000, 0, 0]], np.uint16)
    for band in (1, 2, 3):
        polygons = traced(scores, band=band)
        assert polygons.score * FULL_SCORE == pytest.approx([(40000 + 65535 + 50000) / 3, 33000])
        assert polygons.score_max * FULL_SCORE == pytest.approx([65535, 33000])
        assert [record.first_pixel for record in polygons.records()] == [(0, 1), (2, 0)]
        assert [record.area_px for record in polygons.records()] == [3, 1]


def test_a_pixel_at_the_threshold_belongs() -> None:
    level = round(0.5 * FULL_SCORE)
    assert traced(np.array([[level, level - 1]], np.uint16)).area_px.tolist() == [1]


def test_invalid_pixels_are_covered_by_no_polygon() -> None:
    rng = np.random.default_rng(5)
    scores, valid = scored(rng.random((60, 50)) < 0.7), rng.random((60, 50)) < 0.8
    assert (burnt(traced(scores, valid, band=9), scores.shape) == (scores > 0) & valid).all()


def test_small_components_are_dropped_and_others_keep_their_outline() -> None:
    mask = np.random.default_rng(2).random((80, 90)) < 0.55
    every = traced(scored(mask))
    large = every.take(every.area_px >= 5)
    for band in (None, 4):
        dropped = traced(scored(mask), band=band, cut=Cut.at(0.5, least_px=5))
        assert [g.wkb for g in dropped.geometry] == [g.wkb for g in large.geometry]


def test_polygons_leave_as_soon_as_a_row_closes_them() -> None:
    mask = np.zeros((100, 10), bool)
    mask[2:4, 2:4] = True
    taken = []

    def rows() -> object:
        for row in range(100):
            taken.append(row)
            yield ScoreRows(row, scored(mask)[None, row : row + 1], np.ones((1, 10), bool))

    next(iter(vectorize(rows(), [HALF], (10, 10))))
    assert taken[-1] == 4


def test_phrases_are_traced_apart_each_at_its_threshold() -> None:
    scores = np.stack([np.full((4, 4), 30000), np.full((4, 4), 50000)]).astype(np.uint16)
    batches = vectorize([ScoreRows(0, scores, np.ones((4, 4), bool))], [Cut.at(0.6)] * 2, (4, 4))
    assert [batch.phrase_index.tolist() for batch in batches] == [[1]]


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_threshold_outside_the_scores_is_refused(threshold: float) -> None:
    with pytest.raises(InputError, match="is outside"):
        Cut.at(threshold)
    with pytest.raises(InputError, match="is outside"):
        Cut.at(0.5, low=threshold)
