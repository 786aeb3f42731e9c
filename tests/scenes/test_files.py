"""Scenes as files: a real georeference, and polygons that are the rasters."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from pyproj import Geod
from rasterio.features import rasterize

from geoseg_text.errors import InputError, OutputError
from geoseg_text.scenes import render_scene, truth_polygons, write_scene
from geoseg_text.values.scene import Scene

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def scene() -> Scene:
    return render_scene(3, (160, 200), 0.5, place="harbour", crs="EPSG:32636", origin=(500000.0, 4000000.0))


def test_truth_polygons_are_the_masks(scene: Scene) -> None:
    truth = truth_polygons(scene)
    assert truth.crs.to_epsg() == 32636
    assert truth.geometry.is_valid.all()
    assert set(truth["category"]) == {scene.by_id[i].category for i in truth["id"]}
    for row in truth.itertuples():
        burnt = rasterize([row.geometry], scene.shape, transform=scene.affine, dtype="uint8").astype(bool)
        np.testing.assert_array_equal(burnt, scene.mask(int(row.id)))
    seen = {i for i in scene.by_id if scene.mask(i).any()}
    assert set(truth["id"]) == seen


def test_truth_carries_the_attributes(scene: Scene) -> None:
    truth = truth_polygons(scene).set_index("id")
    for thing in scene.objects:
        if thing.id in truth.index:
            assert {k: truth.loc[thing.id, k] for k in thing.attributes} == dict(thing.attributes)


def test_written_files_read_back(scene: Scene, tmp_path: Path) -> None:
    truth = write_scene(scene, tmp_path / "port.tif")
    assert truth == tmp_path / "port.truth.gpkg"
    with rasterio.open(tmp_path / "port.tif") as raster:
        np.testing.assert_array_equal(raster.read(), scene.image)
        assert raster.crs.to_epsg() == 32636
        assert raster.transform == scene.affine
        assert raster.block_shapes[0] == (256, 256)
        assert raster.compression.value == "DEFLATE"
    stored = gpd.read_file(truth)
    assert stored.crs.to_epsg() == 32636
    assert stored.geometry.area.sum() == pytest.approx(truth_polygons(scene).geometry.area.sum())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["port.tif", "port.truth.gpkg"]


def test_files_are_not_overwritten_unasked(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "port.truth.gpkg").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"port\.truth\.gpkg: exists"):
        write_scene(scene, tmp_path / "port.tif")
    assert not (tmp_path / "port.tif").exists()
    write_scene(scene, tmp_path / "port.tif", overwrite=True)
    assert len(gpd.read_file(tmp_path / "port.truth.gpkg")) > 0


def test_what_cannot_be_written_is_refused(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="tiff"):
        write_scene(scene, tmp_path / "port.png")
    with pytest.raises(OutputError, match="no such folder"):
        write_scene(scene, tmp_path / "nowhere" / "port.tif")
    with pytest.raises(InputError, match="no CRS"):
        write_scene(render_scene(3, (32, 32), 0.5), tmp_path / "port.tif")


@pytest.mark.parametrize(
    "crs", ["EPSG:32636", "EPSG:4326", "EPSG:3857", "EPSG:2056", "EPSG:2263", "EPSG:3301"]
)
def test_a_pixel_measures_its_gsd_on_the_ground_in_any_crs(crs: str) -> None:
    scene = render_scene(6, (64, 64), 0.6, crs=crs)
    assert scene.affine is not None
    corners = gpd.GeoSeries.from_xy(
        *zip(scene.affine @ (0, 0), scene.affine @ (64, 0), scene.affine @ (0, 64), strict=True), crs=crs
    )
    lonlat = [(point.x, point.y) for point in corners.to_crs(4326)]
    across = GEOD.inv(*lonlat[0], *lonlat[1])[2] / 64
    down = GEOD.inv(*lonlat[0], *lonlat[2])[2] / 64
    assert across == pytest.approx(0.6, rel=0.012)
    assert down == pytest.approx(0.6, rel=0.012)
    assert scene.affine.a > 0 > scene.affine.e
    assert scene.crs == crs


def test_the_seed_moves_the_default_origin_and_an_origin_is_kept() -> None:
    first, second = (render_scene(seed, (32, 32), 0.5, crs="EPSG:32636").affine for seed in (1, 2))
    assert first is not None
    assert second is not None
    assert (first.c, first.f) != (second.c, second.f)
    given = render_scene(1, (32, 32), 0.5, crs="EPSG:32636", origin=(500000.0, 10.0)).affine
    assert given is not None
    assert (given.a, given.c, given.e, given.f) == (0.5, 500000.0, -0.5, 10.0)


@pytest.mark.parametrize(
    ("crs", "origin", "said"),
    [
        ("EPSG:999999", None, "not known"),
        ("EPSG:4978", None, "neither projected nor geographic"),
        ("+proj=tmerc +lon_0=3", None, "no area of use"),
        ("EPSG:4326", (10.0, 89.0), "near a pole"),
    ],
)
def test_a_crs_that_does_not_serve_is_refused(
    crs: str, origin: tuple[float, float] | None, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        render_scene(1, (32, 32), 0.5, crs=crs, origin=origin)
