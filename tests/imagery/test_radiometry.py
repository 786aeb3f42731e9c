"""Bands and stretch: chosen once, from valid pixels alone."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp

from geoseg_text.errors import GeosegWarning, InputError
from geoseg_text.imagery import open_imagery
from geoseg_text.imagery.radiometry import Stretch, parse_stretch
from geoseg_text.values.windows import Window, WindowPlan

from .conftest import WriteRaster, speckle, upright


def ramp(top: int, shape: tuple[int, int] = (100, 101)) -> np.ndarray:
    return np.linspace(0, top, shape[0] * shape[1]).reshape(shape)


def test_colours_name_the_bands_before_their_order_does(write_raster: WriteRaster) -> None:
    pixels = speckle((4, 8, 8))
    path = write_raster("a.tif", pixels, photometric="MINISBLACK")
    with rasterio.open(path, "r+") as dataset:
        dataset.colorinterp = [ColorInterp.blue, ColorInterp.green, ColorInterp.red, ColorInterp.undefined]
    with open_imagery(path) as imagery:
        assert imagery.bands == ((3, 2, 1),)
        assert (imagery.read(imagery.grid.window).image == pixels[[2, 1, 0]]).all()
    named = write_raster("b.tif", speckle((5, 8, 8)), photometric="MINISBLACK")
    with rasterio.open(named, "r+") as dataset:
        dataset.descriptions = ("B02", "B03", "B04", "B08", "B11")
    with open_imagery(named) as imagery:
        assert imagery.bands == ((3, 2, 1),)


def test_a_guess_among_many_bands_is_told(write_raster: WriteRaster) -> None:
    with pytest.warns(GeosegWarning, match="which of the 6 bands"):
        imagery = open_imagery(write_raster("a.tif", speckle((6, 8, 8)), photometric="MINISBLACK"))
    assert imagery.bands == ((1, 2, 3),)
    assert len(imagery.warnings) == 1
    with pytest.warns(GeosegWarning, match="4, 3, 2"):  # as many as Sentinel-2 has
        assert open_imagery(write_raster("b.tif", speckle((13, 8, 8)), photometric="MINISBLACK")).bands == (
            (4, 3, 2),
        )


def test_one_band_is_grey_and_bands_can_be_asked_for(write_raster: WriteRaster) -> None:
    pixels = speckle((4, 8, 8))
    path = write_raster("a.tif", pixels, photometric="MINISBLACK")
    with open_imagery(path, bands=[4]) as imagery:
        assert (imagery.read(imagery.grid.window).image == pixels[3]).all()
    with open_imagery(path, bands=[4, 4, 1]) as imagery:
        assert (imagery.read(imagery.grid.window).image == pixels[[3, 3, 0]]).all()
    for bands in ([], [1, 2], [0], [5], [1, 2, 5]):
        with pytest.raises(InputError, match="band"):
            open_imagery(path, bands=bands)


def test_a_palette_is_shown_in_its_colours(write_raster: WriteRaster) -> None:
    numbers = np.arange(64, dtype=np.uint8).reshape(1, 8, 8) % 3
    path = write_raster("a.tif", numbers)
    with rasterio.open(path, "r+") as dataset:
        dataset.colorinterp = [ColorInterp.palette]
        dataset.write_colormap(1, {0: (200, 0, 0, 255), 1: (0, 180, 0, 255), 2: (0, 0, 160, 255)})
    with open_imagery(path) as imagery:
        image = imagery.read(imagery.grid.window).image
    for number, colour in enumerate([(200, 0, 0), (0, 180, 0), (0, 0, 160)]):
        assert (image[:, numbers[0] == number] == np.array(colour)[:, None]).all()


@pytest.mark.parametrize("dtype", ["uint16", "int16", "float32", "float64", "int32"])
def test_percentiles_of_valid_pixels_become_black_and_white(dtype: str, write_raster: WriteRaster) -> None:
    values = ramp(10_000)
    pixels = np.stack([values, values * 2, values * 3]).astype(dtype)
    hole = np.zeros(values.shape, dtype=bool)
    hole[:30] = True
    pixels[:, hole] = -9999 if dtype != "uint16" else 0
    nodata = 0 if dtype == "uint16" else -9999
    with open_imagery(write_raster("a.tif", pixels, nodata=nodata)) as imagery:
        stretch = imagery.stretches[dtype]
        chip = imagery.read(imagery.grid.window)
    low, high = np.percentile(pixels[:, ~hole].astype(float), (2, 98), axis=1)
    assert stretch.low == pytest.approx(low)
    assert stretch.high == pytest.approx(high)
    wanted = np.clip((pixels - low[:, None, None]) / (high - low)[:, None, None] * 255, 0, 255)
    assert np.abs(chip.image - wanted)[:, ~hole].max() <= 0.51
    assert (chip.valid == ~hole).all()


def test_the_stretch_is_that_of_the_run_in_every_window_and_crop(write_raster: WriteRaster) -> None:
    pixels = np.stack([ramp(60_000)] * 3).astype(np.uint16)
    path = write_raster("a.tif", pixels)
    with open_imagery(path) as imagery:
        whole = imagery.read(imagery.grid.window).image
        for window in WindowPlan.for_grid(imagery.grid.shape, 32, 8):
            assert (imagery.read(window).image == whole[:, *window.slices]).all()
    left, bottom, right, top = imagery.grid.crop(Window(50, 50, 20, 20)).bounds
    with open_imagery(path, bounds=(left, bottom, right, top)) as imagery:
        assert (imagery.read(imagery.grid.window).image == whole[:, 50:70, 50:70]).all()


def test_options_for_the_stretch(write_raster: WriteRaster) -> None:
    pixels = np.stack([ramp(1000)] * 3).astype(np.uint16)
    path = write_raster("a.tif", pixels)
    with open_imagery(path, stretch="none") as imagery:
        assert (imagery.read(imagery.grid.window).image == np.clip(pixels, 0, 255)).all()
    with open_imagery(path, stretch=(100, 355)) as imagery:
        assert (imagery.read(imagery.grid.window).image == np.clip(pixels.astype(int) - 100, 0, 255)).all()
    assert parse_stretch("100, 355") == (100.0, 355.0)
    assert parse_stretch(None) == "auto"
    assert parse_stretch("Percentile") == "percentile"
    for nonsense in ("bright", "1,2,3", "5,5", (3.0, float("nan")), (2, 1)):
        with pytest.raises(InputError, match="stretch"):
            parse_stretch(nonsense)


def test_bytes_can_be_stretched_and_one_value_is_black(write_raster: WriteRaster) -> None:
    dim = np.full((3, 20, 20), 7, dtype=np.uint8)
    dim[:, 0, 0] = 9
    with open_imagery(write_raster("a.tif", dim), stretch="percentile") as imagery:
        assert (imagery.read(imagery.grid.window).image[:, 1:] == 0).all()


def test_numbers_at_the_ends_of_their_type_do_not_wrap() -> None:
    stretch = Stretch((0.0,) * 3, (65_535.0,) * 3)
    values = np.array([0, 128, 32_896, 65_535], dtype=np.uint16).reshape(1, 1, 4)
    assert stretch.apply(values)[0, 0].tolist() == [0, 0, 128, 255]
    assert Stretch().apply(np.array([[[-3.0, 254.6, 1e9]]]))[0, 0].tolist() == [0, 255, 255]


def test_large_rasters_are_sampled_evenly(write_raster: WriteRaster) -> None:
    rows = np.linspace(0, 50_000, 2500)[None, :, None]
    pixels = np.broadcast_to(rows, (1, 2500, 2000)).astype(np.uint16)
    path = write_raster("a.tif", pixels, tiled=True, compress="deflate")
    with open_imagery(path) as imagery:
        probed = imagery.stretches["uint16"]
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2], rasterio.enums.Resampling.average)
    with open_imagery(path) as imagery:
        seen = imagery.stretches["uint16"]
    for stretch in (probed, seen):
        assert stretch.low == pytest.approx((1000,) * 3, abs=500)
        assert stretch.high == pytest.approx((49_000,) * 3, abs=500)


def test_rasters_of_two_types_are_each_stretched_their_way(write_raster: WriteRaster) -> None:
    bright = np.stack([ramp(60_000)] * 3).astype(np.uint16)
    plain = speckle((3, 100, 101))
    paths = [write_raster("a.tif", bright), write_raster("b.tif", plain, upright(left=500_101))]
    with open_imagery(paths) as imagery:
        assert set(imagery.stretches) == {"uint16", "uint8"}
        image = imagery.read(imagery.grid.window).image
    assert (image[:, :, 101:] == plain).all()
    assert image[0, 0, 0] == 0
    assert image[0, -1, 100] == 255
