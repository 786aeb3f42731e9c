"""Boxes with phrases as their files hold them: rows that are sound in themselves, not yet laid on an image.

::

    FOLDER/*.xml     Pascal VOC with descriptions, as DIOR-RSVG and RSVG-HR lie on disk
    FILE.csv         image,xmin,ymin,xmax,ymax,phrase and, where wanted, category, split, points, id

All of it may come from a stranger.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from geoseg_text.datasets.boxes.points import Box, Point, parse_points
from geoseg_text.datasets.listing import MalformedError, file_name, phrase_of
from geoseg_text.errors import InputError

NAMELESS = "object"
"""Category of a box whose file names none."""

_MOST_XML_BYTES = 2**24
_MOST_TABLE_BYTES = 2**29
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_NEEDED = ("image", *_SIDES, "phrase")


@dataclass(frozen=True)
class Row:
    """A box with its phrase.

    Attributes:
        where: file and line or object, for messages.
        image: path of the picture in the folder of images, with forward slashes.
        box: see `Box`.
        phrase: the words.
        category: what the thing is.
        split: as the file says, or "".
        points: that guide the mask.
        id: as the file says, or "".
    """

    where: str
    image: str
    box: Box
    phrase: str
    category: str = NAMELESS
    split: str = ""
    points: tuple[Point, ...] = ()
    id: str = ""


@dataclass
class Faults:
    """What is wrong with the boxes: all of it is looked for before any is told."""

    found: list[str] = field(default_factory=list)

    def add(self, where: str, what: object) -> None:
        """Note a fault and where it is."""
        self.found.append(f"{where}: {what}")

    def stop(self) -> None:
        """Go on where there is none.

        Raises:
            InputError: there are some; the first is told, and how many there are.
        """
        if self.found:
            others = len(self.found) - 1
            more = f" (and {others:,} more fault{'s' * (others > 1)})" if others else ""
            raise InputError(self.found[0] + more)


def read_rows(place: Path) -> tuple[Row, ...]:
    """All boxes of a folder of XML files or of a CSV file, in its order.

    Raises:
        InputError: it cannot be read, holds no box, or one of them has a fault.
    """
    faults = Faults()
    if place.is_dir():
        rows = tuple(_of_folder(place, faults))
    elif place.is_file():
        rows = tuple(_of_table(place, faults))
    else:
        raise InputError(
            f"{place}: no such file or folder; give a folder of XML files or a CSV file of boxes"
        )
    faults.stop()
    if not rows:
        raise InputError(f"{place}: holds no box with a phrase")
    return rows


def _of_folder(folder: Path, faults: Faults) -> Iterator[Row]:
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".xml" and path.is_file())
    if not paths:
        raise InputError(f"{folder}: no XML file in it; give the folder of the annotations themselves")
    for path in paths:
        try:
            tree = read_xml(path)
            image = _inner(tree.findtext("filename") or "")
        except (OSError, MalformedError, ElementTree.ParseError) as error:
            faults.add(path.name, f"not the XML of an image's boxes ({error})")
            continue
        for number, thing in enumerate(tree.iter("object"), start=1):
            where = f"{path.name} object {number}"
            try:
                sides = {name: thing.findtext(f"bndbox/{name}") for name in _SIDES}
                phrase = _phrase(thing.findtext("description"))
                yield Row(where, image, _box(sides), phrase, _category(thing.findtext("name")))
            except MalformedError as error:
                faults.add(where, error)


class _PlainTree(ElementTree.TreeBuilder):
    """Builds a tree of a document without a document type: only there can entities be declared."""

    def doctype(self, name: str, _public: str | None, _system: str | None) -> None:
        """Stop at the declaration, before anything of it is read."""
        raise MalformedError(f"a document type {name[:20]!r} may not be declared")


def read_xml(path: Path) -> ElementTree.Element:
    """The root of an XML file, in whatever encoding, that expands nothing.

    Raises:
        OSError: it cannot be read.
        MalformedError: it is too large or declares a document type.
        ParseError: it is no XML.
    """
    if path.stat().st_size > _MOST_XML_BYTES:
        raise MalformedError(f"larger than {_MOST_XML_BYTES // 2**20} MiB")
    parser = ElementTree.XMLParser(target=_PlainTree())
    try:
        parser.feed(path.read_bytes())
        root = parser.close()
    except (ValueError, LookupError) as error:  # an encoding that Python has not, or not for XML
        raise MalformedError(str(error)) from error
    if not isinstance(root, ElementTree.Element):
        raise MalformedError("it holds nothing")
    return root


def _of_table(path: Path, faults: Faults) -> Iterator[Row]:
    header, lines = read_table(path)
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise InputError(
            f"{path}: no column {', '.join(missing)}; the first line must name {', '.join(_NEEDED)}"
        )
    for where, cells in lines:
        try:
            yield Row(
                where=where,
                image=_inner(cells["image"]),
                box=_box(cells),
                phrase=_phrase(cells["phrase"]),
                category=_category(cells.get("category")),
                split=cells.get("split", "").lower(),
                points=parse_points(cells.get("points", "")),
                id=cells.get("id", ""),
            )
        except (MalformedError, InputError) as error:
            faults.add(where, error)


def read_table(path: Path) -> tuple[tuple[str, ...], list[tuple[str, dict[str, str]]]]:
    """The columns of a CSV file, and each line with its place; cells without white space around them.

    The separator is a comma, or what else stands between the names: spreadsheets of some countries write a
    semicolon. Blank lines are left out.

    Raises:
        InputError: it cannot be read as such.
    """
    try:
        if path.stat().st_size > _MOST_TABLE_BYTES:
            raise InputError(f"{path}: larger than {_MOST_TABLE_BYTES // 2**20} MiB; cut it into several")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; save it as CSV in UTF-8") from error
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)  # the comma where all are equal
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        header = tuple(name.strip().lower() for name in next(reader, []))
        lines = [
            (f"{path.name}:{reader.line_num}", _cells(header, cells, f"{path.name}:{reader.line_num}"))
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV file (line {reader.line_num}: {error})") from error
    return header, lines


def _cells(header: Sequence[str], cells: Sequence[str], where: str) -> dict[str, str]:
    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        raise InputError(
            f"{where}: {len(cells)} cells for {len(header)} columns; put quotes around a cell with commas"
        )
    padded = [*cells, *[""] * (len(header) - len(cells))]
    return {name: cell.strip() for name, cell in zip(header, padded, strict=False)}


def _inner(name: str) -> str:
    """A path that stays in its folder on every system."""
    parts = name.strip().replace("\\", "/").split("/")
    return "/".join(file_name(part) for part in parts)


def _box(sides: Mapping[str, str | None]) -> Box:
    try:
        found = [float(sides[name] or "") for name in _SIDES]
    except ValueError as error:
        said = ", ".join(str(sides[name])[:20] for name in _SIDES)
        raise MalformedError(f"its box is not four numbers ({said!r})") from error
    if not all(map(math.isfinite, found)):
        raise MalformedError("its box is not four finite numbers")
    left, top, right, bottom = found
    if left >= right or top >= bottom:
        raise MalformedError(f"its box {_said(found)} is empty: xmin < xmax and ymin < ymax are needed")
    return left, top, right, bottom


def _said(sides: Sequence[float]) -> str:
    return "(" + ", ".join(f"{side:g}" for side in sides) + ")"


def _phrase(text: str | None) -> str:
    if not (text or "").strip():
        raise MalformedError("it has no phrase")
    return phrase_of(text or "")


def _category(text: str | None) -> str:
    return phrase_of(text) if (text or "").strip() and text is not None else NAMELESS
