"""GDAL's settings: the user's stay, ours fill in, and another program's PROJ data do no harm."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import rasterio
from rasterio.env import get_gdal_config

from geoseg_text.imagery import gdal_env

from .conftest import WriteRaster, speckle

PROGRAM = """
import sys
from geoseg_text.imagery import gdal_env, open_imagery
from rasterio.env import get_gdal_config
with open_imagery(sys.argv[1]) as imagery, gdal_env():
    print(imagery.grid.crs.to_epsg(), imagery.read(imagery.grid.window).valid.all())
    print(int(get_gdal_config("GDAL_CACHEMAX", normalize=False)), get_gdal_config("GDAL_HTTP_MAX_RETRY"))
"""


def run(path: Path, **variables: str) -> list[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GDAL", "PROJ"))}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)],
        env=kept | variables,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout.split()


def test_defaults_fill_what_the_user_has_left(write_raster: WriteRaster) -> None:
    path = write_raster("a.tif", speckle((3, 9, 9)))
    assert run(path)[2:] == [str(256 * 2**20), "3"]
    cache, retries = run(path, GDAL_CACHEMAX="77", GDAL_HTTP_MAX_RETRY="9")[2:]
    assert int(cache) in (77, 77 * 2**20)
    assert retries == "9"


def test_a_folder_is_listed_for_no_file_by_url_even_within_other_settings() -> None:
    key = "GDAL_DISABLE_READDIR_ON_OPEN"
    with gdal_env():
        assert get_gdal_config(key) is True
        with gdal_env(remote=True):
            assert get_gdal_config(key) == "EMPTY_DIR"
        assert get_gdal_config(key) is True
    with rasterio.Env(**{key: False}), gdal_env(remote=True):
        assert get_gdal_config(key) is False


@pytest.mark.parametrize("variable", ["PROJ_DATA", "PROJ_LIB", "GDAL_DATA"])
def test_leaked_data_folders_of_another_program_do_no_harm(
    variable: str, write_raster: WriteRaster, tmp_path: Path
) -> None:
    leaked = tmp_path / "other"
    leaked.mkdir()
    with sqlite3.connect(leaked / "proj.db") as database:  # that of an old PROJ, as far as a new one can tell
        database.execute("CREATE TABLE metadata (key TEXT, value TEXT)")
    path = write_raster("a.tif", speckle((3, 9, 9)))
    assert run(path, **{variable: str(leaked)})[:2] == ["32633", "True"]


def test_settings_end_with_the_context() -> None:
    before = get_gdal_config("GDAL_VRT_ENABLE_PYTHON")
    with gdal_env():
        assert get_gdal_config("GDAL_VRT_ENABLE_PYTHON", normalize=False) == "NO"
    assert get_gdal_config("GDAL_VRT_ENABLE_PYTHON") == before
