"""Build the zip of the QGIS plugin: one folder, the same bytes from the same files.

Run: ``python scripts/build_plugin.py [FOLDER]``; writes ``geoseg_qgis-VERSION.zip`` there, or into ``dist``.
"""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = ROOT / "plugins" / "qgis" / "geoseg_qgis"
MOST_BYTES = 1_000_000
SUFFIXES = {".py", ".txt", ".svg", ".qml", ".qm", ".ts", ""}
"""What a plugin is made of: no binary but translations."""

_FIRST_TIME = (1980, 1, 1, 0, 0, 0)
"""The least that a zip can say: a time would make every build another."""


def version() -> str:
    """Return the package's version, which is the plugin's."""
    text = (ROOT / "geoseg_text" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        raise SystemExit("geoseg_text/__init__.py names no version")
    return found[1]


def files() -> dict[str, bytes]:
    """Return what the zip holds, by name: the plugin, with the version of the package."""
    held = {}
    for path in sorted(PLUGIN.rglob("*")):
        name = path.relative_to(PLUGIN.parent).as_posix()
        if path.is_dir() or any(part.startswith((".", "__pycache__")) for part in path.parts):
            continue
        if path.suffix not in SUFFIXES:
            raise SystemExit(f"{name}: a {path.suffix} file does not belong into the plugin")
        held[name] = path.read_bytes()
    told = held["geoseg_qgis/metadata.txt"].decode()
    held["geoseg_qgis/metadata.txt"] = re.sub(r"(?m)^version=.*$", f"version={version()}", told).encode()
    return held


def build(folder: Path) -> Path:
    """Write the zip into a folder and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"geoseg_qgis-{version()}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files().items():
            entry = zipfile.ZipInfo(name, _FIRST_TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    if target.stat().st_size >= MOST_BYTES:
        raise SystemExit(f"{target}: {target.stat().st_size} bytes, less than {MOST_BYTES} are wanted")
    return target


if __name__ == "__main__":
    sys.stdout.write(f"{build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / 'dist')}\n")
