"""Many rasters are one picture: no seam, no gap, and the earlier one where they overlap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from pyproj import Transformer

from geoseg_text.errors import RasterError
from geoseg_text.imagery import open_imagery
from geoseg_text.values.windows import Window, WindowPlan

from .conftest import LEFT, TOP, Pixels, WriteRaster, smooth, speckle, upright


def tiles(write_raster: WriteRaster, pixels: Pixels, cuts: dict[str, Window], px: float = 1.0) -> list[Path]:
    """Write parts of a picture as rasters of their own."""
    return [
        write_raster(
            f"tiles/{name}.tif",
            np.ascontiguousarray(pixels[:, *window.slices]),
            upright(px, LEFT + window.col * px, TOP - window.row * px),
        )
        for name, window in cuts.items()
    ]


QUARTERS = {
    "a": Window(0, 0, 160, 210),
    "b": Window(0, 190, 160, 210),
    "c": Window(140, 0, 160, 210),
    "d": Window(140, 190, 160, 210),
}


def test_tiles_of_a_picture_are_the_picture(write_raster: WriteRaster, tmp_path: Path) -> None:
    pixels = speckle()
    paths = tiles(write_raster, pixels, QUARTERS)
    for inputs in (paths, tmp_path / "tiles", paths[::-1], str(tmp_path / "tiles" / "*.tif")):
        with open_imagery(inputs) as imagery:
            assert imagery.grid.shape == (300, 400)
            assert imagery.grid.affine.almost_equals(upright())
            for window in (imagery.grid.window, *WindowPlan.for_grid((300, 400), 128, 32)):
                chip = imagery.read(window)
                assert (chip.image == pixels[:, *window.slices]).all()
                assert chip.valid.all()


def test_the_earlier_raster_is_seen_and_holes_show_the_later(write_raster: WriteRaster) -> None:
    over, under = np.full((3, 20, 20), 100, np.uint8), np.full((3, 20, 20), 50, np.uint8)
    over[:, 15:] = 0
    paths = [
        write_raster("over.tif", over, nodata=0),
        write_raster("under.tif", under, upright(left=LEFT + 10), nodata=0),
    ]
    with open_imagery(paths) as imagery:
        chip = imagery.read(imagery.grid.window)
        assert imagery.grid.shape == (20, 30)
        assert (chip.image[:, :15, :20] == 100).all()
        assert (chip.image[:, :, 20:] == 50).all()
        assert (chip.image[:, 15:, 10:20] == 50).all()
        assert not chip.valid[15:, :10].any()
        assert chip.valid.sum() == 30 * 20 - 5 * 10
        assert imagery.name_at(0, 5) == imagery.name_at(0, 15) == str(paths[0].resolve())
        assert imagery.name_at(0, 25) == str(paths[1].resolve())
    with open_imagery(paths[::-1]) as imagery:
        assert (imagery.read(imagery.grid.window).image[:, :, 10:] == 50).all()


def test_a_gap_between_rasters_is_invalid_and_known_beforehand(write_raster: WriteRaster) -> None:
    paths = [
        write_raster("a.tif", speckle((3, 20, 20))),
        write_raster("b.tif", speckle((3, 20, 20)), upright(left=LEFT + 5000)),
    ]
    with open_imagery(paths) as imagery:
        assert imagery.grid.shape == (20, 5020)
        assert not imagery.covers(Window(0, 100, 20, 20))
        assert not imagery.read(Window(0, 100, 20, 20)).valid.any()
        assert imagery.covers(Window(0, 4990, 20, 20))
        assert imagery.read(Window(0, 4990, 20, 20)).valid.sum() == 20 * 10


def test_tiles_off_the_lattice_leave_no_gap(write_raster: WriteRaster) -> None:
    """Tiles that meet at a line between pixels of the run grid: every pixel along the seam is seen."""
    cuts = {"a": Window(0, 0, 300, 200), "b": Window(0, 200, 300, 200)}
    paths = tiles(write_raster, smooth(), cuts)
    shifted = write_raster("b.tif", smooth()[:, :, 200:], upright(left=LEFT + 200.4, top=TOP - 0.3))
    with open_imagery([paths[0], shifted]) as imagery:
        valid = imagery.read(imagery.grid.window).valid
        assert valid[2:-2, 2:-2].all()


def test_tiles_of_two_zones_meet_without_a_gap(write_raster: WriteRaster) -> None:
    """One picture cut at the border of two UTM zones and stored in each zone's own CRS."""
    lon, lat, step = 12.0, 10.0, 1e-5  # degrees near the equator are square enough to be read as they are
    west = write_raster(
        "west.tif", smooth((200, 200)), Affine(step, 0, lon - 200 * step, 0, -step, lat), "EPSG:4326"
    )
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:32633", always_xy=True).transform(lon - 5 * step, lat)
    east = write_raster("east.tif", smooth((200, 200)), upright(1.1, x, y), "EPSG:32633")
    with open_imagery([west, east]) as imagery:
        assert imagery.source_crs.to_epsg() == 4326
        chip = imagery.read(imagery.grid.window)
        assert chip.valid[20:180, 190:210].all()
        assert chip.failures == ()


def test_rasters_of_two_resolutions_are_read_at_the_finer(write_raster: WriteRaster) -> None:
    coarse = write_raster("coarse.tif", np.full((3, 40, 40), 60, np.uint8), upright(2.0))
    fine = write_raster("fine.tif", np.full((3, 30, 30), 90, np.uint8), upright(1.0, LEFT + 25, TOP - 25))
    with open_imagery([fine, coarse]) as imagery:
        assert imagery.grid.gsd_m == pytest.approx(1 / 0.9996, rel=1e-3)
        assert imagery.grid.bounds == (LEFT, TOP - 80, LEFT + 80, TOP)
        chip = imagery.read(imagery.grid.window)
        assert chip.valid.all()
        assert (chip.image[:, 25:55, 25:55] == 90).all()
        chip.image[:, 25:55, 25:55] = 60
        assert (chip.image == 60).all()


def test_rasters_with_no_common_place_are_an_error(write_raster: WriteRaster) -> None:
    # Seen from above the Gulf of Guinea, the far side of the globe has no place.
    here = write_raster(
        "here.tif", speckle((3, 20, 20)), upright(left=10, top=-10), "+proj=ortho +datum=WGS84"
    )
    there = write_raster("there.tif", speckle((3, 20, 20)), upright(left=5e5, top=5e5), "EPSG:32660")
    with pytest.raises(RasterError, match="run it by itself"):
        open_imagery([here, there])
