"""From what the user names (file, folder, glob, list, URL) to the names GDAL opens.

Nothing is opened here: what a file holds is found out by `raster.examine`.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from geoseg_text.errors import InputError

Inputs = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]

# Suffixes that a folder is searched for. VRTs are left out: beside their own tiles they would count them
# twice.
RASTER_SUFFIXES = frozenset({".tif", ".tiff", ".gtiff", ".jp2", ".img", ".png", ".jpg", ".jpeg", ".webp"})
LIST_SUFFIXES = frozenset({".txt", ".lst"})
_SCHEMES = {
    "http": "/vsicurl/http://",
    "https": "/vsicurl/https://",
    "s3": "/vsis3/",
    "gs": "/vsigs/",
    "az": "/vsiaz/",
}
_MAX_LIST_BYTES = 64 * 2**20


def resolve(inputs: Inputs) -> tuple[str, ...]:
    """Name every raster that the inputs stand for, in order, each once.

    Args:
        inputs: a file, a folder (its rasters, not those of its subfolders), a glob, a URL, a text file
            (``.txt``, ``.lst``) with one of these on each line, relative to its own folder; or several of
            them. Where files overlap, the earlier one is seen.

    Returns:
        Names for GDAL: absolute paths, or ``/vsi...`` for a URL.

    Raises:
        InputError: nothing was given, something does not exist, or a folder, glob or list holds no raster.
    """
    given = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    if not given:
        raise InputError("no imagery was given: name a raster, a folder, a list or a URL")
    names = [name for item in given for name in _names(os.fspath(item), Path(), nested=False)]
    return tuple(dict.fromkeys(names))


def is_remote(name: str) -> bool:
    """Return whether GDAL reads `name` through a network, by way of one of its virtual file systems."""
    return name.startswith("/vsi") and not name.startswith(("/vsimem/", "/vsizip/", "/vsitar/", "/vsigzip/"))


def _names(item: str, folder: Path, *, nested: bool) -> Iterable[str]:
    if not item or "\0" in item:
        raise InputError(f"{item!r} is no path: name a raster, a folder, a list or a URL")
    scheme, separator, rest = item.partition("://")
    if separator and scheme.lower() in _SCHEMES:
        return [_SCHEMES[scheme.lower()] + rest]
    if item.startswith("/vsi"):
        return [item]
    path = folder / (rest if separator and scheme.lower() == "file" else item)
    if path.is_dir():
        return _in_folder(path)
    if path.is_file():
        listed = path.suffix.lower() in LIST_SUFFIXES
        return _in_list(path, nested=nested) if listed else [str(path.resolve())]
    if glob.has_magic(item):
        return _in_glob(path)
    raise InputError(f"{path}: no such file or folder; check the path, or quote a glob such as '*.tif'")


def _in_folder(folder: Path) -> list[str]:
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in RASTER_SUFFIXES)
    if not found:
        suffixes = " ".join(sorted(RASTER_SUFFIXES))
        raise InputError(
            f"{folder}: no raster in this folder ({suffixes}); for subfolders give a glob '**/*.tif'"
        )
    return [str(path.resolve()) for path in found]


def _in_glob(pattern: Path) -> list[str]:
    found = sorted(Path(name) for name in glob.iglob(str(pattern), recursive=True))
    files = [str(path.resolve()) for path in found if path.is_file()]
    if not files:
        raise InputError(f"{pattern}: no file matches this glob")
    return files


def _in_list(path: Path, *, nested: bool) -> list[str]:
    if nested:
        raise InputError(f"{path}: a list within a list; name the rasters themselves")
    if path.stat().st_size > _MAX_LIST_BYTES:
        raise InputError(f"{path}: a list of more than {_MAX_LIST_BYTES >> 20} MB; is it a list of paths?")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not a text file in UTF-8; a list holds one path or URL on each line"
        ) from error
    items = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not items:
        raise InputError(f"{path}: the list is empty; write one path or URL on each line")
    return [name for item in items for name in _names(item, path.parent, nested=True)]
