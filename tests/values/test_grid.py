"""A grid measures its pixels on the ground, whatever the units of its CRS."""

from __future__ import annotations

import math

import pytest
from affine import Affine
from pyproj import CRS, Geod

from geoseg_text.errors import InputError
from geoseg_text.values.grid import Grid
from geoseg_text.values.windows import Window

UTM = "EPSG:32633"


def utm_grid(shape: tuple[int, int] = (100, 200), px: float = 0.5) -> Grid:
    return Grid.of(Affine(px, 0, 500_000, 0, -px, 5_000_000), shape, UTM)


def test_parts_and_bounds() -> None:
    grid = utm_grid()
    assert grid.shape == (100, 200)
    assert grid.crs == CRS.from_epsg(32633)
    assert grid.bounds == (500_000, 4_999_950, 500_100, 5_000_000)
    assert grid.corners[2] == (500_100, 4_999_950)
    assert grid == utm_grid()
    assert hash(grid) == hash(utm_grid())


def test_gsd_on_the_central_meridian_has_the_scale_of_utm() -> None:
    # A UTM zone is drawn at 0.9996 on its central meridian: 0.5 m of the map are 0.5 / 0.9996 m of ground.
    grid = Grid.of(Affine(0.5, 0, 500_000 - 50, 0, -0.5, 5_000_000), (200, 200), UTM)
    assert grid.gsd_m == pytest.approx(0.5 / 0.9996, rel=1e-5)


@pytest.mark.parametrize("lat", [0.0, 25.0, 26.5, 60.0])
def test_degrees_shrink_with_the_cosine_of_latitude(lat: float) -> None:
    grid = Grid.of(Affine(1e-5, 0, 10, 0, -1e-5, lat + 5e-4), (100, 100), "EPSG:4326")
    size = grid.pixel_size
    assert size is not None
    across_m = Geod(ellps="WGS84").inv(10, lat, 10 + 1e-5, lat)[2]
    assert size.across_m == pytest.approx(across_m, rel=1e-4)
    assert size.across_m / size.down_m == pytest.approx(math.cos(math.radians(lat)), rel=0.01)
    assert size.gsd_m == pytest.approx(math.sqrt(size.across_m * size.down_m), rel=1e-6)
    # cos(lat) passes 1 / 1.1 at 24.6 degrees, and the flattened Earth moves that to about 25.5.
    assert grid.is_north_up_square() == (lat <= 25.0)


def test_web_mercator_is_measured_on_the_ground() -> None:
    grid = Grid.of(Affine(0.6, 0, 0, 0, -0.6, 8_399_768), (10, 10), "EPSG:3857")  # 60 degrees north
    assert grid.gsd_m == pytest.approx(0.3, rel=0.01)
    assert grid.is_north_up_square()


def test_feet_and_heights_do_not_confuse() -> None:
    feet = Grid.of(Affine(1, 0, 6_000_000, 0, -1, 2_000_000), (10, 10), "EPSG:2225")
    assert feet.gsd_m == pytest.approx(0.3048, rel=1e-3)
    high = Grid.of(Affine(1, 0, 500_000, 0, -1, 5_500_000), (10, 10), "EPSG:5555")  # UTM with heights
    assert high.gsd_m == pytest.approx(1.0, rel=1e-3)


@pytest.mark.parametrize(
    "affine",
    [
        Affine(1, 0, 5e5, 0, 1, 5e6),  # south-up
        Affine(-1, 0, 5e5, 0, -1, 5e6),  # mirrored
        Affine(0, 1, 5e5, 1, 0, 5e6),  # on its side
        Affine(1, 0, 5e5, 0, -1.2, 5e6),  # oblong
        Affine.translation(5e5, 5e6) @ Affine.rotation(1) @ Affine.scale(1, -1),  # turned by one degree
    ],
)
def test_what_is_not_upright_and_square(affine: Affine) -> None:
    assert not Grid.of(affine, (10, 10), UTM).is_north_up_square()


def test_a_tenth_off_square_and_rounding_noise_pass() -> None:
    assert Grid.of(Affine(1, 0, 5e5, 0, -1.09, 5e6), (10, 10), UTM).is_north_up_square()
    assert Grid.of(Affine(1, 1e-12, 5e5, -1e-12, -1, 5e6), (10, 10), UTM).is_north_up_square()


def test_a_polar_grid_is_upright_only_near_its_own_meridian() -> None:
    def polar(x: float, y: float) -> bool:
        return Grid.of(Affine(10, 0, x, 0, -10, y), (10, 10), "EPSG:3413").is_north_up_square()

    assert polar(0, -2e6)  # 45 degrees west, where up is north
    assert not polar(2e6, 0)  # 45 degrees east: up is west


def test_without_a_crs_or_outside_its_area_there_is_no_gsd() -> None:
    assert Grid.of(Affine(1, 0, 0, 0, -1, 0), (10, 10), None).gsd_m is None
    assert Grid.of(Affine(1, 0, 1e12, 0, -1, 1e12), (10, 10), UTM).gsd_m is None
    local = 'LOCAL_CS["site",UNIT["metre",1]]'
    assert Grid.of(Affine(1, 0, 0, 0, -1, 0), (10, 10), local).gsd_m is None


def test_crop_keeps_the_lattice() -> None:
    grid = utm_grid()
    part = grid.crop(Window(10, 20, 30, 40))
    assert part.shape == (30, 40)
    assert part.affine @ (0, 0) == grid.affine @ (20, 10)
    with pytest.raises(InputError, match="past"):
        grid.crop(Window(90, 0, 20, 10))


def test_window_for_bounds_covers_them_and_no_more() -> None:
    grid = utm_grid(px=1.0)
    assert grid.window_for(grid.bounds) == grid.window
    assert grid.window_for((500_010.2, 4_999_980.5, 500_012.0, 4_999_990.0)) == Window(10, 10, 10, 2)
    assert grid.window_for((499_000, 4_999_000, 500_001, 5_100_000)) == Window(0, 0, 100, 1)
    assert grid.window_for((0, 0, 1, 1)) is None


def test_nonsense_is_refused() -> None:
    with pytest.raises(InputError):
        Grid.of(Affine(0, 0, 0, 0, 0, 0), (1, 1), UTM)
    with pytest.raises(InputError):
        Grid.of(Affine.identity(), (0, 1), UTM)
    with pytest.raises(InputError, match="no coordinate reference system"):
        Grid.of(Affine.identity(), (1, 1), "EPSG:nonsense")
