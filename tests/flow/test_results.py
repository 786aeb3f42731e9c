"""Polygons brought to the ground, drawn, and explained."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import shapely
from affine import Affine
from pyproj import CRS, Geod
from shapely.geometry import Polygon, box

from geoseg_text import outputs
from geoseg_text.errors import OutputError
from geoseg_text.imagery import Chip
from geoseg_text.results import Result
from geoseg_text.results.ground_area import geodesic_area
from geoseg_text.results.manifest import weights_hash
from geoseg_text.results.picture import Picture
from geoseg_text.results.table import Origin, Target, polygon_id, surely_smaller_px, tabulate
from geoseg_text.values.grid import Grid
from geoseg_text.values.polygon_table import PolygonTable
from geoseg_text.values.prompts import Prompt
from geoseg_text.values.rows import FULL_SCORE, PolygonBatch, ScoreRows
from geoseg_text.values.warp import warp_polygons
from geoseg_text.values.windows import Window
from geoseg_text.vectorize import Cut, vectorize

CREATED = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
ORIGIN = Origin("town.tif", "toy", CREATED)
UTM = Grid.of(Affine(0.5, 0, 400000, 0, -0.5, 5600000), (40, 60), "EPSG:32633")


def traced(mask: np.ndarray) -> PolygonBatch:
    scores = np.where(mask, FULL_SCORE, 0).astype(np.uint16)[None]
    return PolygonBatch.join(
        list(vectorize([ScoreRows(0, scores, np.ones(mask.shape, bool))], [Cut.at(0.5)], mask.shape))
    )


def blobs(shape: tuple[int, int] = (40, 60)) -> np.ndarray:
    row, col = np.indices(shape)
    return (
        (np.hypot(row - 12, col - 15) < 9) | (np.hypot(row - 25, col - 42) < 13) | ((row > 30) & (col < 12))
    )


def result_of(mask: np.ndarray, grid: Grid = UTM) -> Result:
    frame = tabulate(traced(mask), grid, Target(grid.crs), ["roofs"], ORIGIN)
    picture = Picture.blank(grid)
    return Result(
        PolygonTable([frame]), (Prompt("roofs", 0.5),), (), {"geoseg_text": "0"}, grid, picture, outputs.save
    )


def test_polygons_lie_where_their_pixels_are() -> None:
    mask = np.zeros((40, 60), bool)
    mask[10:14, 20:25] = True
    frame = result_of(mask).polygons
    assert frame.crs.to_epsg() == 32633
    assert frame.geometry[0].equals(box(400010, 5599993, 400012.5, 5599995))
    assert frame.area_m2[0] == pytest.approx(5.0, rel=2e-3)
    assert frame.columns.tolist() == [
        "id", "phrase", "score", "score_max", "area_m2", "source", "model", "created", "geometry"
    ]  # fmt: skip
    assert frame.loc[0, ["phrase", "score", "score_max", "source", "model"]].tolist() == [
        "roofs", 1.0, 1.0, "town.tif", "toy"
    ]  # fmt: skip
    assert frame.created[0] == CREATED


def test_an_empty_table_has_the_same_types() -> None:
    full, empty = result_of(blobs()).polygons, result_of(np.zeros((40, 60), bool)).polygons
    assert len(empty) == 0
    assert (full.dtypes == empty.dtypes).all()
    assert empty.crs == full.crs


def test_ids_depend_on_phrase_grid_and_first_pixel_alone() -> None:
    frame = result_of(blobs()).polygons
    assert frame.id.is_unique
    assert frame.id[0] == polygon_id("roofs", UTM, (4, 11))
    moved = Grid.of(UTM.affine @ Affine.translation(0, 1), UTM.shape, UTM.crs)
    ids = {
        polygon_id("roofs", UTM, (4, 11)),
        polygon_id("roof", UTM, (4, 11)),
        polygon_id("roofs", moved, (4, 11)),
    }
    assert len(ids | {polygon_id("roofs", UTM, (4, 12))}) == 4


@pytest.mark.parametrize(
    ("crs", "affine"),
    [
        ("EPSG:3857", Affine(2, 0, 1_000_000, 0, -2, 8_000_000)),
        ("EPSG:4326", Affine(1e-5, 0, 25.0, 0, -1e-5, 60.0)),
        ("EPSG:2263", Affine(3, 0, 980_000, 0, -3, 200_000)),  # feet
    ],
)
def test_areas_are_on_the_ellipsoid_in_any_crs(crs: str, affine: Affine) -> None:
    grid = Grid.of(affine, (40, 60), crs)
    frame = result_of(blobs(), grid).polygons
    expected = traced(blobs()).area_px * grid.gsd_m**2
    assert frame.area_m2.to_numpy() == pytest.approx(expected, rel=1e-3)


def test_holes_take_no_area() -> None:
    shell, hole = box(10, 50, 10.1, 50.1), box(10.02, 50.02, 10.08, 50.08)
    geod = Geod(ellps="WGS84")
    expected = abs(geod.geometry_area_perimeter(shell)[0]) - abs(geod.geometry_area_perimeter(hole)[0])
    ring = Polygon(shell.exterior.coords, [hole.exterior.coords])
    both = np.array([ring, shapely.MultiPolygon([ring, box(11, 50, 11.1, 50.1)])], object)
    one, two = geodesic_area(both, CRS("EPSG:4326"))
    assert one == pytest.approx(expected)
    assert two == pytest.approx(expected + abs(geod.geometry_area_perimeter(shell)[0]))


@pytest.mark.parametrize("side", [1e-3, 0.1, 1.0])
@pytest.mark.parametrize("south", [-80.0, -33.0, -0.05, 24.7, 51.0, 68.0, 88.5])
def test_areas_are_those_between_geodesics(side: float, south: float) -> None:
    """Geodesics part from great circles of the authalic sphere with the square of their length."""
    west = 180 - side / 2  # over the antimeridian
    slanted = Polygon([(west, south), (west + side, south + 0.3 * side), (west + 0.2 * side, south + side)])
    turned = shapely.affinity.rotate(box(west, south, west + side, south + side), 20)
    geod = Geod(ellps="WGS84")
    for shape in (slanted, turned):
        expected = abs(geod.geometry_area_perimeter(shape)[0])
        area = geodesic_area(np.array([shape], object), CRS("OGC:CRS84"))[0]
        assert area == pytest.approx(expected, rel=1e-7 + 1e-4 * side**2)


def test_a_ring_around_a_pole_encloses_it() -> None:
    ring = Polygon([(lon, -80) for lon in range(-180, 180, 10)])
    expected = abs(Geod(ellps="WGS84").geometry_area_perimeter(ring)[0])
    antarctica = geodesic_area(np.array([ring], object), CRS("OGC:CRS84"))
    assert antarctica == pytest.approx([expected], rel=1e-4)


def test_small_polygons_are_left_out_by_their_area_on_the_ground() -> None:
    mask = np.zeros((40, 60), bool)
    mask[0, 0] = mask[5:7, 5:7] = mask[20:30, 20:30] = True
    frame = tabulate(traced(mask), UTM, Target(UTM.crs), ["roofs"], ORIGIN, min_area_m2=0.9)
    assert frame.area_m2.round(1).tolist() == [1.0, 25.0]


def test_a_bound_in_pixels_never_drops_what_is_large_enough() -> None:
    world = Grid.of(Affine(10_000, 0, 0, 0, -10_000, 15_000_000), (1500, 10), "EPSG:3857")
    least = surely_smaller_px(world, 1e9)
    assert 1 < least <= 1e9 / 1e8
    assert surely_smaller_px(UTM, 0.0) == 1


@pytest.mark.parametrize("simplify_m", [0.5, 1.0, 3.0])
def test_simplified_polygons_are_valid_apart_and_close(simplify_m: float) -> None:
    mask = np.random.default_rng(4).random((40, 60)) < 0.45
    mask |= blobs()
    whole = tabulate(traced(mask), UTM, Target(UTM.crs), ["roofs"], ORIGIN)
    simple = tabulate(traced(mask), UTM, Target(UTM.crs), ["roofs"], ORIGIN, simplify_m=simplify_m)
    assert simple.is_valid.all()
    assert len(simple) == len(whole)
    assert simple.id.tolist() == whole.id.tolist()
    assert (
        shapely.get_num_coordinates(simple.geometry).sum() < shapely.get_num_coordinates(whole.geometry).sum()
    )
    assert simple.area.sum() == pytest.approx(shapely.union_all(simple.geometry).area)


def test_edges_follow_the_ground_into_another_crs() -> None:
    local = CRS("+proj=laea +lat_0=60 +lon_0=25 +datum=WGS84 +units=m")
    field = np.array([box(-20_000, 0, 20_000, 10_000)], object)
    lonlat = warp_polygons(field, local, CRS("EPSG:4326"), tolerance=0.01)
    assert shapely.is_valid(lonlat).all()
    back = warp_polygons(lonlat, CRS("EPSG:4326"), local, tolerance=np.inf)
    assert (
        shapely.hausdorff_distance(shapely.segmentize(back[0], 100), shapely.segmentize(field[0], 100)) < 50
    )
    assert shapely.symmetric_difference(back[0], field[0]).area / 100_000 < 0.02


def test_a_polygon_across_the_antimeridian_stays_in_one_piece() -> None:
    across = np.array([box(700_000, 5_000_000, 780_000, 5_010_000)], object)
    lonlat = warp_polygons(across, CRS("EPSG:32660"), CRS("EPSG:4326"), tolerance=1.0)
    west, _, east, _ = lonlat[0].bounds
    assert 1.0 < east - west < 1.2


def test_the_picture_shows_every_pixel_of_a_small_raster() -> None:
    picture = Picture.blank(UTM)
    pixels = np.random.default_rng(0).integers(0, 255, (3, 64, 64)).astype(np.uint8)
    valid = np.ones((64, 64), bool)
    valid[:5] = False
    picture.add(Chip(Window(0, 0, 64, 64), pixels, valid))
    assert (picture.pixels[5:] == pixels[:, 5:40, :60].transpose(1, 2, 0)).all()
    assert (picture.pixels[:5] == 245).all()


def test_the_picture_of_a_large_raster_is_thinned_alike_for_any_window() -> None:
    grid = Grid.of(Affine(0.5, 0, 400000, 0, -0.5, 5600000), (100, 5000), "EPSG:32633")
    whole = np.random.default_rng(0).integers(0, 255, (3, 100, 5000)).astype(np.uint8)
    pictures = []
    for side in (7, 64, 100):
        picture = Picture.blank(grid)
        for row in range(0, 100, side):
            for col in range(0, 5000, side):
                part = whole[:, row : row + side, col : col + side]
                window = Window(row, col, *part.shape[1:])
                picture.add(Chip(window, part, np.ones(part.shape[1:], bool)))
        pictures.append(picture.pixels)
    assert pictures[0].shape == (25, 1250, 3)
    assert all((picture == pictures[0]).all() for picture in pictures)


@pytest.mark.parametrize("phrases", [1, 9])
def test_a_plot_is_written(tmp_path: Path, phrases: int) -> None:
    result = result_of(blobs())
    prompts = tuple(Prompt(f"phrase {number}", 0.5) for number in range(phrases))
    named = Result(*(prompts if f.name == "prompts" else getattr(result, f.name) for f in fields(Result)))
    axes = named.plot(tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 5000
    assert len(axes.get_legend().get_texts()) == phrases
    with pytest.raises(OutputError, match="already exists"):
        named.plot(tmp_path / "plot.png")
    with pytest.raises(OutputError, match="does not exist"):
        named.plot(tmp_path / "nowhere" / "plot.png")
    with pytest.raises(OutputError, match="cannot be written"):
        named.plot(tmp_path / "plot.xyz")


def test_drawing_without_matplotlib_names_the_way_out() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from geoseg_text.errors import MissingDependencyError\n"
        "from geoseg_text.results.picture import draw\n"
        "try: draw(None, None, ())\n"
        "except MissingDependencyError as error: sys.stdout.write(str(error))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert "pip install 'geoseg-text[plot]'" in done.stdout


def test_the_hash_of_a_model_follows_its_weights() -> None:
    import torch

    one, two = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    assert weights_hash(one) != weights_hash(two)
    two.load_state_dict(one.state_dict())
    assert weights_hash(one) == weights_hash(two)
    assert weights_hash(object()) is None
