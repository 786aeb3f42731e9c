"""What the user may name, and the one clear sentence where it names nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoseg_text.errors import InputError, RasterError
from geoseg_text.imagery import open_imagery
from geoseg_text.imagery.sources import is_remote, resolve

from .conftest import WriteRaster, speckle


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.tif", "a.TIF", "notes.md", "sub/c.tif", "mosaic.vrt", "weird [1].tif"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def test_a_folder_gives_its_own_rasters_in_order(folder: Path) -> None:
    assert resolve(folder) == tuple(str(folder / name) for name in ("a.TIF", "b.tif", "weird [1].tif"))


def test_globs_lists_and_files_are_named_once(folder: Path) -> None:
    (folder / "list.txt").write_text(
        "\ufeff# tiles\n\nb.tif\nsub/*.tif\r\nhttps://example.org/x.tif\n", "utf-8"
    )
    tiles = (str(folder / "b.tif"), str(folder / "sub/c.tif"))
    assert resolve(folder / "list.txt") == (*tiles, "/vsicurl/https://example.org/x.tif")
    assert resolve(str(folder / "**/*.tif")) == (*tiles, str(folder / "weird [1].tif"))
    assert resolve(folder / "weird [1].tif") == (str(folder / "weird [1].tif"),)
    assert resolve([folder / "b.tif", str(folder / "b.tif"), folder / "sub/../b.tif"]) == tiles[:1]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("https://example.org/a.tif?token=1", "/vsicurl/https://example.org/a.tif?token=1"),
        ("s3://bucket/a.tif", "/vsis3/bucket/a.tif"),
        ("/vsigs/bucket/a.tif", "/vsigs/bucket/a.tif"),
    ],
)
def test_urls_become_names_for_gdal(given: str, name: str) -> None:
    assert resolve(given) == (name,)
    assert is_remote(name)


def test_what_is_not_there_is_said(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "none.txt").write_text("# nothing\n")
    (folder / "nested.txt").write_text("none.txt\n")
    (folder / "binary.lst").write_bytes(b"\xff\xfe\x00\x01")
    for given, sentence in [
        (folder / "missing.tif", "no such file"),
        (folder / "*.jp2", "no file matches"),
        (folder / "empty", "no raster in this folder"),
        (folder / "none.txt", "the list is empty"),
        (folder / "nested.txt", "a list within a list"),
        (folder / "binary.lst", "not a text file"),
        ("", "no path"),
        ([], "no imagery"),
        ("a\0b", "no path"),
    ]:
        with pytest.raises(InputError, match=sentence):
            resolve(given)


def test_what_is_no_raster_is_said_in_one_line(folder: Path) -> None:
    (folder / "b.tif").write_bytes(b"II*\0 and then nonsense" * 10)
    for name in ("b.tif", "a.TIF", "notes.md"):
        with pytest.raises(RasterError) as caught:
            open_imagery(folder / name)
        assert "\n" not in str(caught.value)
        assert name in str(caught.value)
        assert caught.value.exit_code == 1


def test_odd_names_are_only_names(write_raster: WriteRaster) -> None:
    for name in ("a b#c?d!e=é.tif", "zip!x.tif", "-p.tif", "{a}.tif"):
        with open_imagery(write_raster(name, speckle((3, 9, 9)))) as imagery:
            assert imagery.grid.shape == (9, 9)
