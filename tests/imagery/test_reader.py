"""What is read: the pixels of the file, valid where they hold something, the same in every window."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from geoseg_text.errors import InputError, RasterError
from geoseg_text.imagery import Imagery, open_imagery
from geoseg_text.values.windows import Window, WindowPlan

from .conftest import LEFT, TOP, UTM, Pixels, WriteRaster, smooth, speckle, upright


def whole(imagery: Imagery) -> tuple[Pixels, Pixels]:
    chip = imagery.read(imagery.grid.window)
    return chip.image, chip.valid


def test_bytes_are_read_as_they_are(write_raster: WriteRaster) -> None:
    pixels = speckle()
    path = write_raster("a.tif", pixels)
    with open_imagery(path) as imagery:
        assert imagery.grid.shape == (300, 400)
        assert imagery.grid.affine == upright()
        assert imagery.source_grid == imagery.grid
        assert imagery.source_crs.to_epsg() == 32633
        assert imagery.names == (str(path.resolve()),)
        image, valid = whole(imagery)
        assert (image == pixels).all()
        assert valid.all()
        chip = imagery.read(Window(17, 30, 40, 50))
        assert (chip.image == pixels[:, 17:57, 30:80]).all()
        assert chip.failures == imagery.failures == ()


def test_a_window_past_the_grid_is_padded_and_the_padding_invalid(write_raster: WriteRaster) -> None:
    pixels = speckle((3, 20, 30))
    with open_imagery(write_raster("a.tif", pixels)) as imagery:
        (window,) = WindowPlan.for_grid(imagery.grid.shape, 64, 16)
        chip = imagery.read(window)
        assert chip.image.shape == (3, 64, 64)
        assert (chip.image[:, :20, :30] == pixels).all()
        assert chip.valid[:20, :30].all()
        assert not chip.valid[20:].any()
        assert not chip.valid[:, 30:].any()
        nowhere = imagery.read(Window(100, 100, 8, 8))
        assert not nowhere.valid.any()


@pytest.mark.parametrize("kind", ["nodata", "mask", "alpha", "nan", "nodata and nan"])
def test_nodata_stays_nodata_and_what_lies_under_it_changes_no_bit(
    kind: str, write_raster: WriteRaster
) -> None:
    """Law 9, for native and for resampled reads."""
    hole = np.zeros((300, 400), dtype=bool)
    hole[50:120, 30:200] = True
    hole[::37, ::41] = True
    seen = []
    for filler in (3, 250):
        pixels, profile = _with_hole(kind, hole, filler)
        path = write_raster(f"{kind}{filler}.tif", pixels, **profile)
        for gsd in (None, 1.7, 0.6):
            with open_imagery(path, gsd=gsd, bands=(1, 2, 3), stretch=(0, 255)) as imagery:
                seen.append((gsd, *whole(imagery)))
    native = [valid for gsd, _, valid in seen if gsd is None]
    assert (native[0] == ~hole).all()
    for (gsd, image, valid), (_, other_image, other_valid) in zip(seen[:3], seen[3:], strict=True):
        assert (valid == other_valid).all(), gsd
        assert (image == other_image).all(), gsd
        assert valid.any()
        assert not valid.all()


def _with_hole(kind: str, hole: Pixels, filler: int) -> tuple[Pixels, dict[str, object]]:
    pixels = speckle()
    pixels[:, hole] = filler
    if kind == "mask":
        return pixels, {"mask": ~hole}
    if kind == "alpha":
        opacity = np.where(hole, 0, 255).astype(np.uint8)[None]
        return np.concatenate([pixels, opacity]), {"photometric": "RGB", "alpha": "YES"}
    if kind == "nodata":  # the fillers are of no account: the hole is what holds 0 in every band
        pixels[:, hole] = 0
        return pixels, {"nodata": 0}
    real = pixels.astype(np.float32)
    real[0, hole] = np.nan  # one band is enough; the others hold the filler
    if kind == "nodata and nan":
        real[1, 50:120, 30:200] = -9999
        return real, {"nodata": -9999}
    return real, {}


def test_a_dark_pixel_is_no_nodata(write_raster: WriteRaster) -> None:
    pixels = speckle((3, 8, 8))
    pixels[0, 0, 0] = 0  # black in one band
    pixels[:, 5, 5] = 0  # black in every band: nodata
    with open_imagery(write_raster("a.tif", pixels, nodata=0)) as imagery:
        _, valid = whole(imagery)
    assert valid[0, 0]
    assert np.argwhere(~valid).tolist() == [[5, 5]]


def test_an_alpha_band_that_is_asked_for_is_data(write_raster: WriteRaster) -> None:
    pixels = speckle((4, 20, 20))
    pixels[3, :10] = 0  # infrared over water, in a file whose writer called it alpha
    path = write_raster("a.tif", pixels, photometric="RGB", alpha="YES")
    with open_imagery(path, bands=(4, 1, 2)) as imagery:
        image, valid = whole(imagery)
    assert valid.all()
    assert (image == pixels[[3, 0, 1]]).all()


RESAMPLED = {
    "coarser": (upright(), UTM, {"gsd": 2.7}),
    "much coarser": (upright(), UTM, {"gsd": 9.0}),
    "finer": (upright(), UTM, {"gsd": 0.45}),
    "turned": (Affine.translation(LEFT, TOP) @ Affine.rotation(30) @ Affine.scale(1, -1), UTM, {}),
    "degrees": (Affine(1e-5, 0, 15.2, 0, -1e-5, 48.1), "EPSG:4326", {}),
    "oblong": (Affine(1, 0, LEFT, 0, -2, TOP), UTM, {}),
}


@pytest.mark.parametrize("case", RESAMPLED)
@pytest.mark.parametrize("tags", [{}, {"nodata": 0}])
def test_a_pixel_does_not_depend_on_its_window(
    case: str, tags: dict[str, int], write_raster: WriteRaster
) -> None:
    """Law 3 for reading: every cut of the run grid gives the same bits, from a fresh reader too."""
    affine, crs, options = RESAMPLED[case]
    pixels = speckle((3, 700, 600))
    pixels[:, 200:260, 100:300] = 0
    path = write_raster("a.tif", pixels, affine, crs, tiled=True, blockxsize=128, blockysize=128, **tags)
    with open_imagery(path, **options) as imagery:
        image, valid = whole(imagery)
    assert 0.1 < valid.mean() <= 1.0
    for window_px, overlap_px in [(64, 0), (200, 60), (333, 332 // 2)]:
        with open_imagery(path, **options) as imagery:
            windows = list(WindowPlan.for_grid(imagery.grid.shape, window_px, overlap_px))
            for window in windows[::-3]:
                chip = imagery.read(window)
                inside = window.intersection(imagery.grid.window)
                assert inside is not None
                rows, cols = inside.within(window).slices
                assert (chip.image[:, rows, cols] == image[:, *inside.slices]).all()
                assert (chip.valid[rows, cols] == valid[inside.slices]).all()


def test_a_crop_keeps_the_lattice_and_the_pixels(write_raster: WriteRaster) -> None:
    affine, crs, options = RESAMPLED["turned"]
    path = write_raster("a.tif", speckle((3, 700, 600)), affine, crs)
    with open_imagery(path, **options) as imagery:
        grid, (image, valid) = imagery.grid, whole(imagery)
    left, top = grid.affine @ (300.3, 350.7)
    right, bottom = grid.affine @ (500.2, 610.1)
    with open_imagery(path, bounds=(left, bottom, right, top), **options) as imagery:
        assert imagery.grid.affine == grid.affine @ Affine.translation(300, 350)
        assert imagery.grid.shape == (261, 201)
        cut_image, cut_valid = whole(imagery)
    assert (cut_image == image[:, 350:611, 300:501]).all()
    assert (cut_valid == valid[350:611, 300:501]).all()


def test_bounds_and_areas_come_in_any_crs(write_raster: WriteRaster, tmp_path: Path) -> None:
    import geopandas
    import shapely

    path = write_raster("a.tif", speckle((3, 300, 400)))
    triangle = shapely.Polygon([(LEFT, TOP), (LEFT + 200, TOP), (LEFT, TOP - 200)])
    area = geopandas.GeoDataFrame(geometry=[triangle], crs=UTM)
    area.to_crs("EPSG:4326").to_file(tmp_path / "area.geojson")
    for aoi in (triangle, area, tmp_path / "area.geojson"):
        with open_imagery(path, aoi=aoi) as imagery:
            _, valid = whole(imagery)
            rows, cols = np.mgrid[: valid.shape[0], : valid.shape[1]]
            inside = (rows + 0.5) + (cols + 0.5) < 200
            edge = (rows + cols + 1) == 200  # centres on the very edge
            assert (valid == inside)[~edge].all()
    box = area.to_crs("EPSG:4326").total_bounds
    with open_imagery(path, bounds=tuple(box), bounds_crs="EPSG:4326") as imagery:
        rows, cols = imagery.grid.shape
        assert abs(rows - 200) <= 2
        assert abs(cols - 200) <= 2
    with pytest.raises(InputError, match="do not overlap"):
        open_imagery(path, bounds=(0, 0, 1, 1))
    with pytest.raises(InputError, match="left < right"):
        open_imagery(path, bounds=(1, 0, 0, 1))
    with pytest.raises(InputError, match="no such file"):
        open_imagery(path, aoi=tmp_path / "nowhere.gpkg")
    (tmp_path / "broken.geojson").write_text("{")
    with pytest.raises(InputError, match="vector"):
        open_imagery(path, aoi=tmp_path / "broken.geojson")


def test_storing_a_picture_otherwise_changes_no_pixel(write_raster: WriteRaster) -> None:
    """Law 10: south-up, mirrored and on its side are read without loss."""
    pixels = speckle()
    flip = Affine.translation(0, 300) @ Affine.scale(1, -1)
    mirror = Affine.translation(400, 0) @ Affine.scale(-1, 1)
    side = Affine(0, 1, 0, 1, 0, 0)  # rows and columns change places
    stored = {
        "south-up": (pixels[:, ::-1], upright() @ flip),
        "mirrored": (pixels[:, :, ::-1], upright() @ mirror),
        "on its side": (pixels.transpose(0, 2, 1), upright() @ side),
        "upside down": (pixels[:, ::-1, ::-1], upright() @ flip @ mirror),
    }
    for name, (turned, affine) in stored.items():
        with open_imagery(write_raster(f"{name}.tif", np.ascontiguousarray(turned), affine)) as imagery:
            image, valid = whole(imagery)
            assert imagery.grid.affine.almost_equals(upright()), name
            assert imagery.grid.shape == (300, 400), name
            assert valid.all(), name
            assert (image == pixels).all(), name


def test_a_turned_picture_is_the_same_picture(write_raster: WriteRaster) -> None:
    """Law 10: rotated by 30 degrees, what lies at a place on the ground is the same within the resampling."""
    affine = Affine.translation(LEFT, TOP) @ Affine.rotation(30) @ Affine.scale(1, -1)
    pixels = smooth()
    with open_imagery(write_raster("a.tif", pixels, affine)) as imagery:
        assert imagery.grid.is_north_up_square()
        image, valid = whole(imagery)
        back = ~affine @ imagery.grid.affine
        rows, cols = np.nonzero(valid)
        stored_cols = back.a * (cols + 0.5) + back.b * (rows + 0.5) + back.c - 0.5
        stored_rows = back.d * (cols + 0.5) + back.e * (rows + 0.5) + back.f - 0.5
        inner = (stored_cols > 2) & (stored_cols < 397) & (stored_rows > 2) & (stored_rows < 297)
        near = np.rint(stored_rows[inner]).astype(int), np.rint(stored_cols[inner]).astype(int)
        off = image[:, rows[inner], cols[inner]].astype(int) - pixels[:, *near].astype(int)
        assert np.abs(off).max() <= 8  # half a pixel of the steepest slope, 100 / 17 per pixel, and rounding
        # Everything but a margin of the stored picture is seen, and nothing outside it.
        assert valid.sum() == pytest.approx(300 * 400, rel=0.02)
        assert stored_cols.min() > -0.5
        assert stored_cols.max() < 399.5
        assert stored_rows.min() > -0.5
        assert stored_rows.max() < 299.5


def test_coarser_reading_is_the_mean_of_what_is_valid(write_raster: WriteRaster) -> None:
    pixels = speckle((3, 120, 160))
    pixels[:, 40:44, 40:42] = 0  # half of one 4 x 4 cell
    pixels[:, 60:64, 60:63] = 0  # three quarters of another
    with open_imagery(write_raster("a.tif", pixels, nodata=0), gsd=4.0 / 0.9996) as imagery:
        assert imagery.grid.shape == (30, 40)
        image, valid = whole(imagery)
    cells = pixels.reshape(3, 30, 4, 40, 4).astype(float)
    holding = (pixels > 0).all(axis=0).reshape(30, 4, 40, 4)
    mean = (cells * holding).sum(axis=(2, 4)) / np.maximum(holding.sum(axis=(1, 3)), 1)
    assert valid[10, 10]
    assert not valid[15, 15]
    assert valid.sum() == valid.size - 1
    assert np.abs(image - mean)[:, valid].max() <= 0.51


def test_overviews_are_used_and_agree_with_the_pixels(write_raster: WriteRaster) -> None:
    path = write_raster("a.tif", smooth((512, 512)), tiled=True, blockxsize=256, blockysize=256)
    with open_imagery(path, gsd=4.0) as imagery:
        plain, _ = whole(imagery)
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2, 4], rasterio.enums.Resampling.average)
    with open_imagery(path, gsd=4.0) as imagery:
        quick, valid = whole(imagery)
    assert valid.all()
    assert np.abs(plain.astype(int) - quick.astype(int)).max() <= 2


def test_a_strong_reduction_reads_in_bounded_pieces(write_raster: WriteRaster) -> None:
    pixels = np.full((1, 3000, 3000), 77, dtype=np.uint8)
    with open_imagery(write_raster("a.tif", pixels, compress="deflate"), gsd=100.0) as imagery:
        assert imagery.grid.shape == (30, 30)
        image, valid = whole(imagery)
    assert valid.all()
    assert (image == 77).all()


def test_threads_take_turns_and_copies_read_alike(write_raster: WriteRaster) -> None:
    pixels = speckle()
    with open_imagery(write_raster("a.tif", pixels)) as imagery:
        windows = list(WindowPlan.for_grid(imagery.grid.shape, 64, 16))
        with ThreadPoolExecutor(4) as pool:
            chips = list(pool.map(imagery.read, windows))
        copy = deepcopy(imagery)
        for window, chip in zip(windows, chips, strict=True):
            inside = window.slices
            assert (chip.image == pixels[:, *inside]).all()
            assert (copy.read(window).image == chip.image).all()
        copy.close()
    assert (imagery.read(windows[0]).image == chips[0].image).all(), "a read after closing opens again"
    imagery.close()


def test_fingerprints_tell_files_apart(write_raster: WriteRaster) -> None:
    paths = [
        write_raster(f"{seed}.tif", speckle(seed=seed), upright(left=LEFT + 500 * seed)) for seed in (0, 1)
    ]
    with open_imagery(paths) as imagery:
        marks = imagery.fingerprints
    assert [mark.name for mark in marks] == [str(path.resolve()) for path in paths]
    assert [mark.size_bytes for mark in marks] == [path.stat().st_size for path in paths]
    assert all(one.header_sha256 != other.header_sha256 for one, other in pairwise(marks))


def test_an_empty_raster_is_an_error(write_raster: WriteRaster) -> None:
    empty = np.zeros((3, 50, 50), dtype=np.uint8)
    with pytest.raises(RasterError, match="every pixel is nodata"):
        open_imagery(write_raster("a.tif", empty, nodata=0))
    nan = np.full((1, 50, 50), np.nan, dtype=np.float32)
    with pytest.raises(RasterError, match="every pixel is nodata"):
        open_imagery(write_raster("b.tif", nan))
    lonely = np.zeros((1, 3000, 3000), dtype=np.uint8)
    lonely[0, 2999, 1] = 9
    with open_imagery(write_raster("c.tif", lonely, nodata=0, compress="deflate")) as imagery:
        assert imagery.read(Window(2998, 0, 2, 4)).valid.sum() == 1
