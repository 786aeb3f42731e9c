"""Law 7: what cannot be read is tried again, named, and marked not seen; the rest is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

from geoseg_text.errors import RasterError
from geoseg_text.imagery import open_imagery
from geoseg_text.values.windows import Window, WindowPlan

from .conftest import Pixels, WriteRaster, speckle

BLOCK = 128
TILED = {"tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK, "interleave": "pixel"}


def damage(path: Path, row: int, col: int) -> None:
    """Overwrite the bytes of one block."""
    with rasterio.open(path) as dataset:
        offset = int(dataset.get_tag_item(f"BLOCK_OFFSET_{col}_{row}", "TIFF", bidx=1))
        length = int(dataset.get_tag_item(f"BLOCK_SIZE_{col}_{row}", "TIFF", bidx=1))
    stored = bytearray(path.read_bytes())
    stored[offset : offset + length] = b"\xa5" * length
    path.write_bytes(stored)


@pytest.fixture
def damaged(write_raster: WriteRaster) -> tuple[Path, Pixels]:
    pixels = speckle((3, 512, 640))
    path = write_raster("a.tif", pixels, compress="deflate", **TILED)
    damage(path, 1, 2)
    return path, pixels


def test_a_damaged_tile_is_named_and_the_rest_is_read(damaged: tuple[Path, Pixels]) -> None:
    path, pixels = damaged
    lost = Window(BLOCK, 2 * BLOCK, BLOCK, BLOCK)
    for window_px, overlap_px in [(640, 0), (256, 64), (100, 10)]:
        seen = np.zeros((512, 640), dtype=bool)
        with open_imagery(path) as imagery:
            for window in WindowPlan.for_grid(imagery.grid.shape, window_px, overlap_px):
                chip = imagery.read(window)
                inside = window.intersection(imagery.grid.window)
                assert inside is not None
                rows, cols = inside.within(window).slices
                shown = chip.image[:, rows, cols][:, chip.valid[rows, cols]]
                assert (shown == pixels[:, *inside.slices][:, chip.valid[rows, cols]]).all()
                seen[inside.slices] |= chip.valid[rows, cols]
                hit = inside.intersection(lost)
                assert [failure.window for failure in chip.failures] == ([] if hit is None else [hit])
            assert {failure.source for failure in imagery.failures} == {str(path.resolve())}
            assert all("Decoding" in failure.reason or failure.reason for failure in imagery.failures)
            covered = np.zeros_like(seen)
            for failure in imagery.failures:
                covered[failure.window.slices] = True
        assert not seen[lost.slices].any()
        assert seen.sum() == 512 * 640 - BLOCK * BLOCK, "no more than the tile is lost"
        assert (covered == ~seen).all()


def test_a_damaged_tile_is_named_through_resampling(damaged: tuple[Path, Pixels]) -> None:
    path, _ = damaged
    with open_imagery(path, gsd=2.0) as imagery:
        chip = imagery.read(imagery.grid.window)
        assert len(imagery.failures) == 1
        assert imagery.failures[0].source == str(path.resolve())
        assert (~chip.valid).sum() == pytest.approx((BLOCK / 2) ** 2, rel=0.1)
        rows, cols = np.nonzero(~chip.valid)
        assert imagery.failures[0].window.intersection(
            Window(int(rows.min()), int(cols.min()), int(np.ptp(rows)) + 1, int(np.ptp(cols)) + 1)
        )


def test_a_file_cut_short_gives_what_it_still_holds(write_raster: WriteRaster) -> None:
    pixels = speckle((3, 512, 512))
    path = write_raster("a.tif", pixels, **TILED)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with open_imagery(path) as imagery:
        chip = imagery.read(imagery.grid.window)
        assert 0 < len(imagery.failures) < 16
        assert 0.3 < chip.valid.mean() < 0.6
        assert (chip.image[:, chip.valid] == pixels[:, chip.valid]).all()


def test_a_damaged_jpeg_tile_is_no_grey_picture(write_raster: WriteRaster) -> None:
    """libjpeg fills what it cannot decode with grey and only warns: that would be a silent failure."""
    pixels = np.kron(speckle((3, 16, 16)), np.ones((1, 32, 32), np.uint8))
    path = write_raster("a.tif", pixels, compress="jpeg", photometric="YCBCR", **TILED)
    with open_imagery(path) as imagery:
        whole = imagery.read(imagery.grid.window).image
    with rasterio.open(path) as dataset:
        offset = int(dataset.get_tag_item("BLOCK_OFFSET_1_1", "TIFF", bidx=1))
        length = int(dataset.get_tag_item("BLOCK_SIZE_1_1", "TIFF", bidx=1))
    stored = bytearray(path.read_bytes())
    middle = offset + length // 2
    stored[middle : offset + length] = b"\0" * (length - length // 2)
    path.write_bytes(stored)
    with open_imagery(path) as imagery:
        chip = imagery.read(imagery.grid.window)
        assert len(imagery.failures) == 1
        assert imagery.failures[0].window == Window(BLOCK, BLOCK, BLOCK, BLOCK)
        assert (chip.image[:, chip.valid] == whole[:, chip.valid]).all()


def test_a_file_that_vanishes_while_it_is_read(write_raster: WriteRaster) -> None:
    paths = [write_raster("a.tif", speckle((3, 64, 64))), write_raster("b.tif", speckle((3, 64, 64)))]
    with open_imagery(paths[0]) as imagery:
        imagery.close()
        paths[0].unlink()
        chip = imagery.read(imagery.grid.window)
        assert not chip.valid.any()
        assert {failure.source for failure in chip.failures} == {str(paths[0].resolve())}


def test_a_file_that_comes_back_is_read_at_the_second_attempt(write_raster: WriteRaster) -> None:
    """The first attempt meets a truncated file through an old handle; a new handle meets the whole one."""
    pixels = speckle((3, 512, 512))
    path = write_raster("a.tif", pixels, **TILED)
    stored = path.read_bytes()
    path.write_bytes(stored[: len(stored) // 2])
    with open_imagery(path) as imagery:
        imagery.read(Window(0, 0, 64, 64))  # the handle is open on the short file
        path.write_bytes(stored)
        chip = imagery.read(Window(448, 448, 64, 64))
        assert chip.valid.all()
        assert chip.failures == imagery.failures == ()
        assert (chip.image == pixels[:, 448:, 448:]).all()


def test_an_unreadable_header_is_an_error_at_once(write_raster: WriteRaster, tmp_path: Path) -> None:
    path = write_raster("a.tif", speckle((3, 64, 64)))
    path.write_bytes(path.read_bytes()[:6])
    with pytest.raises(RasterError, match=r"cannot be read as a raster.*gdalinfo"):
        open_imagery(path)


def test_a_raster_no_part_of_which_can_be_read_gives_no_stretch(write_raster: WriteRaster) -> None:
    path = write_raster("a.tif", speckle((3, 128, 128)).astype(np.uint16), compress="deflate", **TILED)
    damage(path, 0, 0)
    with pytest.raises(RasterError, match="--stretch"):
        open_imagery(path)
    with open_imagery(path, stretch=(0, 255)) as imagery:
        assert not imagery.read(imagery.grid.window).valid.any()
        assert len(imagery.failures) == 1
