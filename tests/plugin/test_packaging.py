"""The zip that QGIS installs: one folder, complete, small, and the same from the same files."""

from __future__ import annotations

import configparser
import importlib.util
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

import geoseg_text

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = {
    *("name", "qgisMinimumVersion", "description", "about", "version", "author", "email", "repository"),
    *("tracker", "homepage", "license", "icon", "category", "tags", "hasProcessingProvider"),
}
"""What the repository of plugins asks for."""


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    """Return the script that builds the zip."""
    spec = importlib.util.spec_from_file_location("build_plugin", ROOT / "scripts" / "build_plugin.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def archive(builder: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Return the zip, opened."""
    return zipfile.ZipFile(builder.build(tmp_path_factory.mktemp("dist")))


def test_the_zip_is_one_folder_of_text(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"geoseg_qgis"}
    assert {"geoseg_qgis/__init__.py", "geoseg_qgis/LICENSE", "geoseg_qgis/metadata.txt"} <= set(names)
    assert not [name for name in names if "/." in name or "__pycache__" in name or ".pyc" in name]
    for name in names:
        if not name.endswith(".qm"):  # compiled translations
            archive.read(name).decode("utf-8")
    assert Path(str(archive.filename)).stat().st_size < 1_000_000


def test_the_metadata_is_complete_and_has_the_version_of_the_package(archive: zipfile.ZipFile) -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(archive.read("geoseg_qgis/metadata.txt").decode("utf-8"))
    told = dict(parser["general"])
    assert set(told) >= REQUIRED
    assert all(told.values())
    assert told["version"] == geoseg_text.__version__
    assert f"geoseg_qgis/{told['icon']}" in archive.namelist()
    assert told["hasProcessingProvider"] == "yes"


def test_the_plugin_speaks_the_package_s_protocol(archive: zipfile.ZipFile) -> None:
    protocol = (ROOT / "geoseg_text" / "worker" / "protocol.py").read_bytes()
    assert archive.read("geoseg_qgis/protocol.py") == protocol
    kept = ROOT / "plugins" / "qgis" / "geoseg_qgis" / "protocol.py"
    assert kept.read_bytes() == protocol, "make plugin"


def test_the_same_files_give_the_same_zip(builder: ModuleType, tmp_path: Path) -> None:
    first, second = builder.build(tmp_path / "a"), builder.build(tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
