"""What takes the engine's place where environments are made: a tiny package, and a project that builds it."""

from __future__ import annotations

import zipfile
from pathlib import Path

ENGINE = """\
import json, os, sys
assert sys.argv[1:] == ["doctor", "--json"], sys.argv
troubles = {troubles!r}
print("a library chats", file=sys.stderr)
print(json.dumps({{"geoseg-text": "{version}", "at": sys.prefix, "troubles": troubles}}, indent=2))
sys.exit(bool(troubles))
"""
BACKEND = """\
import os, shutil, time
def build_wheel(folder, config_settings=None, metadata_directory=None):
    if {hangs}:
        with open("building", "w") as file:
            file.write(str(os.getpid()))
        time.sleep(600)
    return os.path.basename(shutil.copy({wheel!r}, folder))
"""


def wheel(folder: Path, version: str, troubles: list[str]) -> Path:
    """Write a wheel of a package that takes the engine's place and needs no other."""
    path = folder / f"geoseg_text-{version}-py3-none-any.whl"
    about = f"geoseg_text-{version}.dist-info"
    files = {
        "geoseg_text/__init__.py": "",
        "geoseg_text/__main__.py": ENGINE.format(version=version, troubles=troubles),
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: geoseg-text\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr(f"{about}/RECORD", "".join(f"{name},,\n" for name in [*files, f"{about}/RECORD"]))
    return path


def project(folder: Path, wheel: Path, *, hangs: bool = False) -> Path:
    """Write a project that builds itself with nothing from an index."""
    folder.mkdir()
    told = "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
    (folder / "pyproject.toml").write_text(told, encoding="utf-8")
    (folder / "backend.py").write_text(BACKEND.format(hangs=hangs, wheel=str(wheel)), encoding="utf-8")
    return folder
