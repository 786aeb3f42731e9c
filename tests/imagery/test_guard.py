"""A VRT is a stranger's text: it opens what lies beside it and nothing else, and runs no code."""

from __future__ import annotations

import os
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pytest
import rasterio

from geoseg_text.errors import RasterError
from geoseg_text.imagery import open_imagery

from .conftest import LEFT, TOP, UTM, WriteRaster, speckle

SHAPE = (3, 20, 30)


def vrt(source: str, *, relative: bool = True, extra: str = "", attributes: str = "", band: str = "") -> str:
    """Return a VRT of one band over a source of 20 x 30 px."""
    return f"""<VRTDataset rasterXSize="30" rasterYSize="20" {attributes}>
  <SRS>{UTM}</SRS><GeoTransform>{LEFT}, 1, 0, {TOP}, 0, -1</GeoTransform>{extra}
  <Metadata><MDI key="SOFTWARE">http://example.org/maker: 1/2</MDI></Metadata>
  <VRTRasterBand dataType="Byte" band="1" {band}>
    <Description>Band 1: red / near infrared</Description><UnitType>m/s</UnitType>
    <SimpleSource><SourceFilename relativeToVRT="{int(relative)}">{escape(source)}</SourceFilename>
      <SourceBand>1</SourceBand></SimpleSource>
  </VRTRasterBand></VRTDataset>"""


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_what_lies_beside_a_vrt_is_read(write_raster: WriteRaster, tmp_path: Path) -> None:
    pixels = speckle(SHAPE)
    tile = write_raster("job/tiles/a.tif", pixels)
    sources = {"relative": ("tiles/a.tif", True), "absolute": (str(tile), False)}
    for name, (source, relative) in sources.items():
        path = written(tmp_path / "job" / f"{name}.vrt", vrt(source, relative=relative))
        with open_imagery(path) as imagery:
            assert (imagery.read(imagery.grid.window).image[0] == pixels[0]).all()
            assert str(tile.resolve()) in [mark.name for mark in imagery.fingerprints]
    nested = written(tmp_path / "job" / "nested.vrt", vrt("relative.vrt"))
    with open_imagery(nested) as imagery:
        assert (imagery.read(imagery.grid.window).image[0] == pixels[0]).all()


def test_what_lies_elsewhere_is_refused_unless_trusted(write_raster: WriteRaster, tmp_path: Path) -> None:
    secret = write_raster("elsewhere/secret.tif", speckle(SHAPE))
    inner = written(tmp_path / "job/inner.vrt", vrt("../elsewhere/secret.tif"))
    outer = written(tmp_path / "job/outer.vrt", vrt("inner.vrt"))
    absolute = written(tmp_path / "job/absolute.vrt", vrt(str(secret), relative=False))
    for path in (inner, outer, absolute):
        with pytest.raises(RasterError, match="outside its folder"):
            open_imagery(path)
        with open_imagery(path, trust_vrt=True) as imagery:
            assert imagery.read(imagery.grid.window).valid.all()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_out_of_the_folder_is_refused(write_raster: WriteRaster, tmp_path: Path) -> None:
    secret = write_raster("elsewhere/secret.tif", speckle(SHAPE))
    path = written(tmp_path / "job/a.vrt", vrt("link.tif"))
    (tmp_path / "job/link.tif").symlink_to(secret)
    with pytest.raises(RasterError, match="outside its folder"):
        open_imagery(path)


@pytest.mark.parametrize(
    "source",
    [
        "/vsicurl/http://127.0.0.1:9/a.tif",
        "/vsizip/a.zip/a.tif",
        "http://127.0.0.1:9/a.tif",
        'NETCDF:"a.nc":v',
        "GTIFF_DIR:1:a.tif",
        "PG:dbname=gis",
        "<VRTDataset/>",
        "vrt://a.tif?bands=1",
    ],
)
def test_urls_databases_and_inline_datasets_are_refused(source: str, tmp_path: Path) -> None:
    with pytest.raises(RasterError, match="not a plain local file"):
        open_imagery(written(tmp_path / "a.vrt", vrt(source, relative=False)))


@pytest.mark.parametrize(
    "extra",
    [
        "<Overview><SourceFilename>/vsicurl/http://127.0.0.1:9/o.tif</SourceFilename></Overview>",
        "<GDALWarpOptions><RPCTransformer><DEMPath>/etc/dem.tif</DEMPath></RPCTransformer></GDALWarpOptions>",
        '<Metadata domain="GEOLOCATION"><MDI key="X_DATASET">x.tif</MDI></Metadata>',
        '<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">o.tif</MDI></Metadata>',
        '<Argument name="gain_dataset_filename_1">/etc/gain.tif</Argument>',
        '<OpenOptions><OOI key="ROOT">PG:dbname=gis</OOI></OpenOptions>',
        '<Anything at="//server/share"/>',
    ],
)
def test_other_ways_out_are_refused(extra: str, write_raster: WriteRaster, tmp_path: Path) -> None:
    write_raster("a.tif", speckle(SHAPE))
    with pytest.raises(RasterError, match=r"trust_vrt"):
        open_imagery(written(tmp_path / "a.vrt", vrt("a.tif", extra=extra)))


def test_a_class_of_vrt_that_takes_datasets_as_arguments_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RasterError, match="VRTProcessedDataset"):
        open_imagery(written(tmp_path / "a.vrt", vrt("a.tif", attributes='subClass="VRTProcessedDataset"')))


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize("permission", ["YES", "TRUSTED_MODULES"])
def test_python_in_a_vrt_never_runs(
    trusted: bool,
    permission: str,
    write_raster: WriteRaster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GDAL_VRT_ENABLE_PYTHON", permission)
    write_raster("a.tif", speckle(SHAPE))
    mark = tmp_path / "ran"
    code = f"""<PixelFunctionType>run</PixelFunctionType><PixelFunctionLanguage>Python</PixelFunctionLanguage>
      <PixelFunctionCode><![CDATA[
def run(*args, **kwargs):
    open({str(mark)!r}, "w").close()
]]></PixelFunctionCode>"""
    text = vrt("a.tif", band='subClass="VRTDerivedRasterBand"').replace("<UnitType>m/s</UnitType>", code)
    path = written(tmp_path / "a.vrt", text)
    with pytest.raises(RasterError, match="never run"):
        open_imagery(path, trust_vrt=trusted)
    assert not mark.exists()


def test_python_stays_off_below_the_check(
    write_raster: WriteRaster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should a text ever pass the check, GDAL itself refuses to run it while imagery is read."""
    from rasterio.env import get_gdal_config

    from geoseg_text.imagery import gdal_env

    monkeypatch.setenv("GDAL_VRT_ENABLE_PYTHON", "YES")
    with gdal_env():
        assert get_gdal_config("GDAL_VRT_ENABLE_PYTHON", normalize=False) == "NO"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('<GDAL_WMS><Service name="TMS"/></GDAL_WMS>', "a text, not a raster"),
        ('{"type": "FeatureCollection", "stac_version": "1.0.0"}', "a text, not a raster"),
        ("<VRTDataset", "not well-formed"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><VRTDataset>&a;</VRTDataset>', "document type"),
    ],
)
def test_services_and_broken_texts_are_refused(text: str, sentence: str, tmp_path: Path) -> None:
    for name in ("a.vrt", "disguised.tif"):
        with pytest.raises(RasterError, match=sentence):
            open_imagery(written(tmp_path / name, text))


def test_a_vrt_that_names_itself_ends(tmp_path: Path) -> None:
    with pytest.raises(RasterError, match="nested"):
        open_imagery(written(tmp_path / "a.vrt", vrt("a.vrt")))


def test_a_source_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(RasterError, match=r"gone\.tif, which is not there"):
        open_imagery(written(tmp_path / "a.vrt", vrt("gone.tif")))


@pytest.mark.parametrize("suffix", [".ovr", ".msk"])
def test_a_companion_that_is_a_vrt_is_refused(suffix: str, write_raster: WriteRaster, tmp_path: Path) -> None:
    """GDAL opens overviews and masks beside a raster by whatever driver fits them."""
    write_raster("other.tif", np.full((1, 256, 256), 77, dtype=np.uint8))
    write_raster("job/a.tif", speckle(SHAPE))
    written(tmp_path / "job" / f"a.tif{suffix}", vrt("../other.tif"))
    with pytest.raises(RasterError, match="in the place of pixels"):
        open_imagery(tmp_path / "job" / "a.tif")
    inner = written(tmp_path / "job" / "a.vrt", vrt("a.tif"))
    with pytest.raises(RasterError, match="in the place of pixels"):
        open_imagery(inner)


def test_a_sidecar_cannot_lead_to_another_file_for_overviews(
    write_raster: WriteRaster, tmp_path: Path
) -> None:
    path = write_raster("a.tif", np.full((1, 512, 512), 1, dtype=np.uint8))
    write_raster("other.tif", np.full((1, 256, 256), 77, dtype=np.uint8))
    written(
        tmp_path / "a.tif.aux.xml",
        f"""<PAMDataset><Metadata domain="OVERVIEWS">
        <MDI key="OVERVIEW_FILE">{tmp_path / "other.tif"}</MDI></Metadata></PAMDataset>""",
    )
    with pytest.raises(RasterError, match="OVERVIEW_FILE"):
        open_imagery(path)


def test_a_geotiff_cannot_lead_to_another_file_for_its_overviews(
    write_raster: WriteRaster, tmp_path: Path
) -> None:
    path = write_raster("a.tif", np.full((1, 512, 512), 1, dtype=np.uint8))
    write_raster("other.tif", np.full((1, 256, 256), 77, dtype=np.uint8))
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=str(tmp_path / "other.tif"))
    with pytest.raises(RasterError, match="OVERVIEW_FILE"):
        open_imagery(path)
