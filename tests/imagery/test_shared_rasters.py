"""Every raster of the shared folder opens and reads, or ends in one clear sentence."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path

import numpy as np
import pytest

from geoseg_text.errors import GeosegWarning, RasterError
from geoseg_text.imagery import Imagery, open_imagery
from geoseg_text.values.windows import WindowPlan

REFUSED = {
    "rasterio_rotated_small.tif": "no coordinate reference system",
    "rasterio_all_nodata_uint16.tif": "every pixel is nodata",
    "riotiler_inverted_lat_southup.tif": "every pixel is nodata",  # all of it is -9999, the note aside
    "riotiler_cog_hirise_mars.tif": "not of the Earth",
}
DAMAGED = {"rasterio_corrupt.tif"}


def rasters(shared: Path) -> list[Path]:
    folder = shared / "data" / "rasters"
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        named = {row["file"] for row in csv.DictReader(file)}
    found = sorted(path for path in folder.iterdir() if path.name != "manifest.csv")
    assert named == {path.name for path in found}
    return found


@pytest.mark.parametrize("gsd_range_m", [None, (0.2, 1.2)])
def test_the_whole_folder(shared: Path, gsd_range_m: tuple[float, float] | None) -> None:
    for path in rasters(shared):
        if path.name in REFUSED:
            with pytest.raises(RasterError, match=REFUSED[path.name]) as caught:
                open_imagery(path, gsd_range_m=gsd_range_m)
            assert "\n" not in str(caught.value)
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GeosegWarning)
            imagery = open_imagery(path, gsd_range_m=gsd_range_m)
        with imagery:
            check(path, imagery, gsd_range_m)


def check(path: Path, imagery: Imagery, gsd_range_m: tuple[float, float] | None) -> None:
    grid = imagery.grid
    assert grid.is_north_up_square(), path.name
    assert grid.gsd_m is not None
    if gsd_range_m is not None:
        nearer = min(max(imagery.gsd.native_m, gsd_range_m[0]), gsd_range_m[1])
        assert grid.gsd_m == pytest.approx(max(nearer, imagery.gsd.native_m / 4), rel=0.01), path.name
    plan = WindowPlan.for_grid(grid.shape, 256, 32)
    valid = np.zeros(grid.shape, dtype=bool) if grid.shape[0] * grid.shape[1] < 2**22 else None
    for window in plan[:: max(len(plan) // 12, 1)]:
        chip = imagery.read(window)
        assert chip.image.shape == (3, 256, 256)
        assert (chip.image[:, ~chip.valid] == 0).all()
        inside = window.intersection(grid.window)
        assert inside is not None
        if valid is not None:
            rows, cols = inside.within(window).slices
            valid[inside.slices] |= chip.valid[rows, cols]
    if valid is not None and len(plan) <= 12:
        assert valid.any(), path.name
    assert bool(imagery.failures) <= (path.name in DAMAGED), path.name
    if path.name in DAMAGED and gsd_range_m is None:
        assert imagery.failures


def test_four_quarters_of_one_scene_are_the_scene(shared: Path) -> None:
    folder = shared / "data" / "rasters"
    with open_imagery(folder / "RGB.byte.tif") as imagery:
        scene, window = imagery.read(imagery.grid.window), imagery.grid.window
    with open_imagery(sorted(folder.glob("rasterio_mosaic_rgb*.tif"))) as imagery:
        assert imagery.grid.shape == window.shape
        mosaic = imagery.read(imagery.grid.window)
    assert (mosaic.valid == scene.valid).all()
    assert (mosaic.image == scene.image).all()


def test_neighbouring_zones_and_years_make_one_picture(shared: Path) -> None:
    folder = shared / "data" / "rasters"
    with open_imagery(
        [folder / "opengeos_naip_5m_26914_2018.tif", folder / "opengeos_naip_5m_26914_2020.tif"]
    ) as it:
        chip = it.read(it.grid.window)
        assert chip.valid.mean() > 0.9
    pair = [folder / "gpl_overlap_image1_4326.tif", folder / "gpl_overlap_image2_4326.tif"]
    with open_imagery(pair) as imagery:
        both = imagery.read(imagery.grid.window)
        assert imagery.grid.is_north_up_square()
        for path in pair:
            with open_imagery(path) as single:
                alone = single.read(single.grid.window).valid.sum()
                assert alone < both.valid.sum()


def test_alpha_mask_and_nodata_say_the_same(shared: Path) -> None:
    """One aerial picture, stored with alpha, with a mask and with nodata: much the same pixels are seen."""
    folder = shared / "data" / "rasters"
    shown = []
    for name in ("rgba", "rgb_internalmask", "rgb_nodata"):
        with open_imagery(folder / f"riotiler_hro_{name}_26913.tif") as imagery:
            shown.append(imagery.read(imagery.grid.window))
    for other in shown[1:]:
        both = shown[0].valid & other.valid
        assert both.sum() > 0.9 * shown[0].valid.sum()
        assert (shown[0].image[:, both] == other.image[:, both]).mean() > 0.99
