"""The run grid: the raster's own where that will do, else upright, square and of a size the model knows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.control import GroundControlPoint
from rasterio.rpc import RPC

from geoseg_text.errors import GeosegWarning, InputError, RasterError, ScaleWarning
from geoseg_text.imagery import Imagery, open_imagery

from .conftest import LEFT, TOP, UTM, Pixels, WriteRaster, smooth, speckle, upright

MERIDIAN = 0.9996  # scale of UTM where the rasters here lie
SLANTED = Affine.translation(LEFT, TOP) @ Affine.rotation(-20) @ Affine.scale(1, -1)


def same_place(imagery: Imagery, pixels: Pixels, to_stored: Iterable[np.ndarray], share: float = 0.8) -> None:
    """Check that what is shown at a place on the ground is what is stored for it."""
    chip = imagery.read(imagery.grid.window)
    stored_cols, stored_rows = to_stored
    rows, cols = pixels.shape[1:]
    inner = (
        chip.valid
        & (stored_cols > 2)
        & (stored_cols < cols - 3)
        & (stored_rows > 2)
        & (stored_rows < rows - 3)
    )
    assert inner.sum() > share * rows * cols
    near = np.rint(stored_rows[inner]).astype(int), np.rint(stored_cols[inner]).astype(int)
    off = chip.image[:, inner].astype(int) - pixels[:, *near].astype(int)
    assert np.abs(off).max() <= 10  # less than a pixel of the steepest slope


def centres(imagery: Imagery) -> tuple[np.ndarray, np.ndarray]:
    rows, cols = np.mgrid[: imagery.grid.shape[0], : imagery.grid.shape[1]] + 0.5
    a, b, c, d, e, f = imagery.grid.affine[:6]
    return a * cols + b * rows + c, d * cols + e * rows + f


@pytest.mark.parametrize(
    ("affine", "crs"),
    [(upright(0.3), UTM), (Affine(1e-5, 0, 15, 0, -1e-5, 10), "EPSG:4326"), (upright(0.6), "EPSG:3857")],
)
def test_an_upright_square_raster_is_its_own_run_grid(
    affine: Affine, crs: str, write_raster: WriteRaster
) -> None:
    with open_imagery(write_raster("a.tif", speckle((3, 20, 30)), affine, crs)) as imagery:
        assert imagery.grid == imagery.source_grid
        assert imagery.grid.affine == affine
        assert imagery.grid.crs == CRS.from_user_input(crs)


def test_degrees_far_from_the_equator_get_a_metric_grid(write_raster: WriteRaster) -> None:
    affine, pixels = Affine(1e-5, 0, 15.0, 0, -1e-5, 60.0), smooth()
    with open_imagery(write_raster("a.tif", pixels, affine, "EPSG:4326")) as imagery:
        grid = imagery.grid
        assert grid.crs == CRS.from_epsg(32633)
        assert grid.is_north_up_square(tol=0.001)
        assert imagery.source_crs == CRS.from_epsg(4326)
        assert imagery.source_grid is not None
        assert imagery.source_grid.affine == affine
        # 1e-5 degrees of latitude are 1.114 m; of longitude at 60 degrees half that; the mean side is kept.
        assert grid.gsd_m == pytest.approx(np.sqrt(1.114 * 0.558), rel=0.005)
        lons, lats = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True).transform(*centres(imagery))
        same_place(imagery, pixels, ((lons - 15.0) / 1e-5 - 0.5, (60.0 - lats) / 1e-5 - 0.5))


def test_an_area_too_wide_for_a_zone_gets_a_grid_about_its_centre(write_raster: WriteRaster) -> None:
    affine = Affine(0.05, 0, 5, 0, -0.05, 60)
    with open_imagery(write_raster("a.tif", smooth(), affine, "EPSG:4326")) as imagery:
        crs = imagery.grid.crs
        assert crs is not None
        assert crs.coordinate_operation is not None
        assert crs.coordinate_operation.method_name == "Lambert Azimuthal Equal Area"
        assert imagery.grid.is_north_up_square(tol=0.001)
        chip = imagery.read(imagery.grid.window)
        assert chip.failures == ()
        # Equal area: the valid pixels cover what the raster covers.
        covered_m2 = chip.valid.sum() * abs(imagery.grid.affine.determinant)
        edge = [(5 + 20 * t, 60) for t in np.linspace(0, 1, 99)] + [
            (25 - 20 * t, 45) for t in np.linspace(0, 1, 99)
        ]
        area_m2 = abs(crs.get_geod().polygon_area_perimeter(*zip(*edge, strict=True))[0])
        assert covered_m2 == pytest.approx(area_m2, rel=0.02)


def test_the_datum_of_the_raster_is_kept(write_raster: WriteRaster) -> None:
    affine = Affine(1e-5, 0, -100, 0, -1e-5, 45)
    with open_imagery(write_raster("a.tif", speckle((3, 50, 50)), affine, "EPSG:4267")) as imagery:
        crs = imagery.grid.crs
        assert crs is not None
        assert crs.geodetic_crs == CRS.from_epsg(4267)
        assert "14N" in crs.name


@pytest.mark.parametrize("lon", [179.9995, -180.0005])
def test_across_the_antimeridian(lon: float, write_raster: WriteRaster) -> None:
    affine, pixels = Affine(1e-5, 0, lon, 0, -1e-5, 50.0), smooth((100, 100))
    with open_imagery(write_raster("a.tif", pixels, affine, "EPSG:4326")) as imagery:
        assert imagery.grid.crs in (CRS.from_epsg(32660), CRS.from_epsg(32601))
        assert max(imagery.grid.shape) < 150
        lons, lats = Transformer.from_crs(imagery.grid.crs, "EPSG:4326", always_xy=True).transform(
            *centres(imagery)
        )
        same_place(imagery, pixels, (((lons - lon + 180) % 360 - 180) / 1e-5 - 0.5, (50 - lats) / 1e-5 - 0.5))


def test_oblong_pixels_become_square(write_raster: WriteRaster) -> None:
    affine = Affine(1, 0, LEFT, 0, -4, TOP)
    with open_imagery(write_raster("a.tif", smooth(), affine)) as imagery:
        assert imagery.grid.crs == CRS.from_user_input(UTM)
        assert imagery.grid.is_north_up_square(tol=0.001)
        assert imagery.grid.gsd_m == pytest.approx(2 / MERIDIAN, rel=1e-3)
        assert imagery.grid.shape == (600, 200)


# What a model of 0.3 to 1.2 m per pixel does with imagery of other sizes.
@pytest.mark.parametrize(
    ("px", "working"),
    [(0.1, 0.3), (0.3, 0.3), (0.7, 0.7), (1.2, 1.2), (3.0, 1.2), (10.0, 2.5), (300.0, 75.0)],
)
def test_imagery_is_read_at_the_nearer_bound(px: float, working: float, write_raster: WriteRaster) -> None:
    path = write_raster("a.tif", speckle((3, 240, 240)), upright(px))
    if px > 1.3:
        with pytest.warns(ScaleWarning, match="may be too small"):
            imagery = open_imagery(path, gsd_range_m=(0.3 / MERIDIAN, 1.2 / MERIDIAN))
    else:
        imagery = open_imagery(path, gsd_range_m=(0.3 / MERIDIAN, 1.2 / MERIDIAN))
    assert imagery.grid.gsd_m == pytest.approx(working / MERIDIAN, rel=5e-3)
    assert imagery.gsd.native_m == pytest.approx(px / MERIDIAN, rel=1e-3)
    assert imagery.grid.bounds == pytest.approx((LEFT, TOP - 240 * px, LEFT + 240 * px, TOP))


def test_a_gsd_that_is_asked_for_counts(write_raster: WriteRaster) -> None:
    path = write_raster("a.tif", speckle((3, 100, 100)))
    with open_imagery(path, gsd=3.3, gsd_range_m=(0.1, 0.2)) as imagery:
        assert imagery.grid.gsd_m == pytest.approx(100 / 30 / MERIDIAN, rel=1e-3)  # a whole number of pixels
        assert imagery.read(imagery.grid.window).valid.all()
    for gsd in (0, -1, float("nan"), float("inf")):
        with pytest.raises(InputError, match="gsd"):
            open_imagery(path, gsd=gsd)
    with pytest.raises(InputError, match="px"):
        open_imagery(path, gsd=1e-9)


def points(pixels: Pixels, affine: Affine, step: int = 100) -> list[GroundControlPoint]:
    rows, cols = pixels.shape[1:]
    return [
        GroundControlPoint(row, col, *(affine @ (col, row)))
        for row in range(0, rows + 1, step)
        for col in range(0, cols + 1, step)
    ]


def tied(write_raster: WriteRaster, pixels: Pixels, **how: object) -> Path:
    path = write_raster("a.tif", pixels, Affine.identity(), None)
    with rasterio.open(path, "r+") as dataset:
        if "gcps" in how:
            dataset.gcps = (how["gcps"], rasterio.CRS.from_user_input(how["crs"]))
        else:
            dataset.rpcs = how["rpcs"]
    return path


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("crs", [UTM, "EPSG:4326"])
def test_control_points_place_a_raster(crs: str, write_raster: WriteRaster) -> None:
    pixels = smooth()
    affine = SLANTED
    if crs != UTM:
        lon, lat = Transformer.from_crs(UTM, crs, always_xy=True).transform(LEFT, TOP)
        affine = Affine.translation(lon, lat) @ Affine.rotation(10) @ Affine.scale(1e-5, -1e-5)
    path = tied(write_raster, pixels, gcps=points(pixels, affine), crs=crs)
    with open_imagery(path) as imagery:
        assert imagery.source_crs == CRS.from_user_input(crs)
        assert imagery.source_grid is None
        assert imagery.grid.is_north_up_square()
        xs, ys = centres(imagery)
        if crs != UTM:
            xs, ys = Transformer.from_crs(imagery.grid.crs, crs, always_xy=True).transform(xs, ys)
        a, b, c, d, e, f = (~affine)[:6]
        same_place(imagery, pixels, (a * xs + b * ys + c - 0.5, d * xs + e * ys + f - 0.5))
    with open_imagery(path, gsd=3.0) as imagery:
        xs, ys = centres(imagery)
        if crs != UTM:
            xs, ys = Transformer.from_crs(imagery.grid.crs, crs, always_xy=True).transform(xs, ys)
        same_place(imagery, pixels, (a * xs + b * ys + c - 0.5, d * xs + e * ys + f - 0.5), share=0.07)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_sensor_model_places_a_raster(write_raster: WriteRaster) -> None:
    pixels = smooth()
    lon, lat, step = 15.0, 45.0, 1e-5
    nothing = [0.0] * 20
    # Twenty coefficients: constant, longitude, latitude, height...; lines run south and samples east.
    rpcs = RPC(
        height_off=0.0,
        height_scale=1.0,
        lat_off=lat,
        lat_scale=1.0,
        line_off=149.5,
        line_scale=1.0,
        long_off=lon,
        long_scale=1.0,
        samp_off=199.5,
        samp_scale=1.0,
        line_num_coeff=[0.0, 0.0, -1 / step, *nothing[3:]],
        line_den_coeff=[1.0, *nothing[1:]],
        samp_num_coeff=[0.0, 1 / step, *nothing[2:]],
        samp_den_coeff=[1.0, *nothing[1:]],
        err_bias=None,
        err_rand=None,
    )
    path = tied(write_raster, pixels, rpcs=rpcs)
    with pytest.warns(GeosegWarning, match="sensor model"):
        imagery = open_imagery(path)
    assert imagery.source_crs == CRS.from_epsg(4326)
    assert imagery.grid.is_north_up_square()
    lons, lats = Transformer.from_crs(imagery.grid.crs, "EPSG:4326", always_xy=True).transform(
        *centres(imagery)
    )
    same_place(imagery, pixels, ((lons - lon) / step + 199.5, (lat - lats) / step + 149.5))
    with pytest.warns(GeosegWarning, match="sensor model"):
        coarse = open_imagery(path, gsd=2.5)
    lons, lats = Transformer.from_crs(coarse.grid.crs, "EPSG:4326", always_xy=True).transform(
        *centres(coarse)
    )
    same_place(coarse, pixels, ((lons - lon) / step + 199.5, (lat - lats) / step + 149.5), share=0.1)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    ("affine", "crs", "sentence"),
    [
        (upright(), None, "no coordinate reference system.*gdal_edit.py -a_srs"),
        (Affine.identity(), UTM, "no place.*-a_ullr"),
        (Affine(1, 0, 1e12, 0, -1, 1e12), UTM, "outside the area of its CRS"),
        (upright(), "+proj=eqc +R=3396190 +units=m", "not of the Earth"),
        (upright(), 'LOCAL_CS["site",UNIT["metre",1]]', "has no place.*-a_srs"),
    ],
)
def test_a_raster_without_a_place_on_the_earth_is_an_error(
    affine: Affine, crs: str | None, sentence: str, write_raster: WriteRaster
) -> None:
    with pytest.raises(RasterError, match=sentence):
        open_imagery(write_raster("a.tif", speckle((1, 9, 9)), affine, crs))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_control_points_that_fit_nothing_are_an_error(write_raster: WriteRaster) -> None:
    pixels = speckle((1, 50, 50))
    same = [GroundControlPoint(row, col, LEFT, TOP) for row in (0, 50) for col in (0, 50)]
    with pytest.raises(RasterError, match="control points"):
        open_imagery(tied(write_raster, pixels, gcps=same, crs=UTM))


def test_nothing_is_shown_outside_a_warped_raster(write_raster: WriteRaster) -> None:
    """With every corner: a polygon of valid pixels stays within the raster's own edge."""
    import shapely

    pixels = speckle((3, 60, 80))
    edge = shapely.Polygon([SLANTED @ corner for corner in ((0, 0), (80, 0), (80, 60), (0, 60))])
    for gsd in (None, 2.3, 0.6):
        with open_imagery(write_raster("a.tif", pixels, SLANTED), gsd=gsd) as imagery:
            chip = imagery.read(imagery.grid.window)
            rows, cols = np.nonzero(chip.valid)
            for down, across in ((0, 0), (0, 1), (1, 0), (1, 1)):
                xy = [
                    imagery.grid.affine @ (col + across, row + down)
                    for row, col in zip(rows, cols, strict=True)
                ]
                assert shapely.contains_xy(edge.buffer(0.01), *zip(*xy, strict=True)).all()
            px_m2 = abs(imagery.grid.affine.determinant)
            # Only a rim of about a pixel is lost.
            assert chip.valid.sum() * px_m2 > edge.area - edge.length * np.sqrt(2 * px_m2)
