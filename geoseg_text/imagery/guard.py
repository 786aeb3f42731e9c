"""Files that name other files: what a VRT may reach.

A VRT is a text that makes GDAL open whatever it names: a file anywhere on the disk, a URL, a database.
Unless its reader trusts it, a VRT here reaches plain local files in its own folder tree, and no others. The
check looks at every text and attribute of the file, not at a list of known elements, so that it also covers
what a later GDAL adds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from geoseg_text.errors import RasterError

_SNIFF_BYTES = 1024
_MAX_VRT_BYTES = 64 * 2**20
_MAX_DEPTH = 8
# The text of these elements names a dataset.
_SOURCES = frozenset({"SourceFilename", "SourceDataset"})
# A VRT of another class takes further datasets as arguments of its steps.
_CLASSES = frozenset({None, "VRTDataset", "VRTWarpedDataset", "VRTPansharpenedDataset"})
# Elements and attributes for people to read; " / " in the name of a CRS is no path.
_PROSE = frozenset(
    {"SRS", "SourceSRS", "TargetSRS", "Projection", "MDI", "Description", "Category", "UnitType"}
)
# Keys of metadata that GDAL takes as the name of a dataset.
_LEADING_KEYS = frozenset({"OVERVIEW_FILE", "X_DATASET", "Y_DATASET", "RPC_DEM"})
# A path, or the prefix of a connection string (``PG:``, ``NETCDF:``).
_REACH = re.compile(r"[/\\]|^\s*[A-Za-z]\w+:")
# What GDAL opens beside a raster without being told, by whatever driver fits.
_COMPANIONS = (".ovr", ".msk")
_CONNECTION = re.compile(r"^/vsi|://|^\s*<|^[A-Za-z]\w+:", re.IGNORECASE)
_WAY_OUT = (
    "copy what it names beside it, list its rasters in a text file, or trust it (--trust-vrt, trust_vrt=True)"
)


def refuse_hostile(name: str, *, trusted: bool) -> None:
    """Let a local file pass if opening it opens no more than the file and what lies in its folder tree.

    Args:
        name: path of an existing file.
        trusted: whether a VRT may reach anything; Python code in it is refused even so.

    Raises:
        RasterError: the file describes a service, or is a VRT that reaches outside its folder tree.
    """
    path = Path(name)
    _check(path, path.parent.resolve(), trusted=trusted, depth=0)


def refuse_leading_tags(name: str, tags: dict[str, str]) -> None:
    """Refuse a raster whose metadata make GDAL take its overviews from somewhere else.

    Args:
        name: the raster, for the message.
        tags: its metadata in the domain OVERVIEWS; to be looked at before anything asks for overviews.

    Raises:
        RasterError: the metadata name a dataset.
    """
    if _LEADING_KEYS & tags.keys():
        raise RasterError(
            f"{name}: its metadata lead to another file for overviews; remove that OVERVIEW_FILE entry"
        )


def _check(path: Path, tree: Path, *, trusted: bool, depth: int) -> None:
    if not trusted:
        _refuse_companions(path)
    head = _text_head(path)
    if not head:
        return
    if b"<VRTDataset" not in head:
        raise RasterError(f"{path}: a text, not a raster; of a service (WMS, STAC) download the pixels first")
    if depth > _MAX_DEPTH:
        raise RasterError(
            f"{path}: VRTs nested more than {_MAX_DEPTH} deep; build one over the rasters themselves"
        )
    root = _parse(path)
    for element in root.iter():
        _refuse_code(path, element)
    if not trusted:
        _refuse_reach(path, tree, root, depth)


def _refuse_reach(path: Path, tree: Path, root: ElementTree.Element, depth: int) -> None:
    if root.get("subClass") not in _CLASSES:
        raise RasterError(f"{path}: a {root.get('subClass')} may read any file; {_WAY_OUT}")
    for element in root.iter():
        for text in _reaching(element):
            raise RasterError(f"{path}: <{element.tag}> leads to {text!r:.120}; {_WAY_OUT}")
        if element.tag in _SOURCES:
            _check(_own_file(path, tree, element), tree, trusted=False, depth=depth + 1)


def _refuse_companions(path: Path) -> None:
    for suffix in _COMPANIONS:
        companion = path.with_name(path.name + suffix)
        if companion.is_file() and _text_head(companion):
            raise RasterError(f"{companion}: a text in the place of pixels may lead anywhere; remove it")


def _text_head(path: Path) -> bytes:
    """Return the beginning of a file if it is a text that GDAL may take for the description of a dataset."""
    with path.open("rb") as file:
        head = file.read(_SNIFF_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
    return head if head.startswith((b"<", b"{")) else b""


def _parse(path: Path) -> ElementTree.Element:
    if path.stat().st_size > _MAX_VRT_BYTES:
        raise RasterError(f"{path}: a VRT of more than {_MAX_VRT_BYTES >> 20} MB; build one over fewer files")
    text = path.read_bytes()
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:  # GDAL needs neither, and entities can grow without bound
        raise RasterError(f"{path}: a VRT with a document type; remove its <!DOCTYPE>")
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise RasterError(f"{path}: a VRT that is not well-formed XML ({error}); write it again") from error


def _refuse_code(path: Path, element: ElementTree.Element) -> None:
    python = element.tag == "PixelFunctionLanguage" and (element.text or "").strip().lower() != "c"
    if python or element.tag == "PixelFunctionCode":
        raise RasterError(
            f"{path}: this VRT holds program code, which is never run; write its result to a GeoTIFF first"
        )


def _reaching(element: ElementTree.Element) -> Iterator[str]:
    if element.tag == "MDI":
        if element.get("key") in _LEADING_KEYS:
            yield element.text or ""
        return
    texts = [text for key, text in element.items() if key not in _PROSE]
    if element.tag not in _SOURCES | _PROSE:
        texts.append(element.text or "")
    yield from (text for text in texts if _REACH.search(text))


def _own_file(path: Path, tree: Path, element: ElementTree.Element) -> Path:
    text = (element.text or "").strip()
    if _CONNECTION.search(text):
        raise RasterError(f"{path}: this VRT leads to {text!r:.120}, not a plain local file; {_WAY_OUT}")
    folder = path.parent if element.get("relativeToVRT") == "1" else Path()
    source = (folder / text).resolve()
    if not source.is_relative_to(tree):
        raise RasterError(f"{path}: this VRT leads to {source}, outside its folder; {_WAY_OUT}")
    if not source.is_file():
        raise RasterError(
            f"{path}: this VRT names {source}, which is not there; put it back or rebuild the VRT"
        )
    return source
