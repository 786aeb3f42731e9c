"""The contact sheet: a page of windows with their phrases, and outlines of what these mean."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from geoseg_text.datasets.building.folder import whole
from geoseg_text.datasets.building.record import TripletRecord, WindowRecord
from geoseg_text.datasets.sample import Mask
from geoseg_text.values.colours import phrase_colours

NAME = "contact_sheet.png"
MOST = 24
"""Windows on the page."""

_COLUMNS, _SIDE_PX, _GAP_PX = 4, 256, 12
_LINE_PX, _LINES, _LETTERS = 16, 4, 40
_OUTLINE_PX, _DOT_PX = 2, 4
_PAPER, _INK = (255, 255, 255), (30, 30, 30)


@dataclass(frozen=True, eq=False)
class Cell:
    """A picture on the page.

    Attributes:
        picture: what is seen.
        mask: of it, (rows, cols), shown by its outline.
        phrase: stands below, in as many lines as there are.
        note: the last line.
        box: xmin, ymin, xmax, ymax on the picture, drawn where it is given.
        points: x, y and whether the thing is there, drawn as rings on it and as crosses beside it.
    """

    picture: Image.Image
    mask: Mask
    phrase: str
    note: str
    box: tuple[float, float, float, float] | None = None
    points: tuple[tuple[float, float, bool], ...] = ()


def draw_sheet(root: Path, records: Sequence[WindowRecord], most: int = MOST) -> Image.Image:
    """Draw some triplets, spread over the windows and the kinds.

    Args:
        root: the folder of the data set, in which the windows' pictures lie.
        records: the windows.
        most: how many to draw.
    """
    return draw_cells(
        [
            Cell(
                _picture(root, record),
                record.mask(triplet),
                triplet.phrase,
                f"{triplet.kind or triplet.category}, {record.split}",
            )
            for record, triplet in _chosen(records, most)
        ]
    )


def draw_cells(cells: Sequence[Cell | None], columns: int = _COLUMNS) -> Image.Image:
    """A page of pictures row by row, with an empty place for None."""
    height = _SIDE_PX + _LINES * _LINE_PX + _GAP_PX
    rows = max(-(-len(cells) // columns), 1)
    page = Image.new("RGB", (columns * (_SIDE_PX + _GAP_PX) + _GAP_PX, rows * height + _GAP_PX), _PAPER)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(13)
    for place, cell in enumerate(cells):
        if cell is None:
            continue
        row, col = divmod(place, columns)
        left, top = _GAP_PX + col * (_SIDE_PX + _GAP_PX), _GAP_PX + row * height
        page.paste(_outlined(cell), (left, top))
        words = textwrap.shorten(cell.phrase, _LETTERS * (_LINES - 1), placeholder="...")
        lines = [*textwrap.wrap(words, _LETTERS)[: _LINES - 1], cell.note]
        for number, line in enumerate(lines):
            pen.text((left, top + _SIDE_PX + 2 + number * _LINE_PX), line, fill=_INK, font=font)
    return page


def save_sheet(root: Path, records: Sequence[WindowRecord]) -> Path:
    """Draw the page into the folder of the data set."""
    with whole(root / NAME) as draft:
        draw_sheet(root, records).save(draft, format="PNG")
    return root / NAME


def _chosen(records: Sequence[WindowRecord], most: int) -> list[tuple[WindowRecord, TripletRecord]]:
    """Triplets that mean something: of windows evenly apart, one of each in turn, then a second of each."""
    told = [
        (record, meant) for record in records if (meant := [one for one in record.triplets if one.pixels])
    ]
    apart = told[:: max(-(-len(told) // most), 1)]
    deepest = max((len(meant) for _, meant in apart), default=0)
    found = [
        (record, meant[(number + turn) % len(meant)])  # so that kinds, which come in an order, take turns
        for turn in range(deepest)
        for number, (record, meant) in enumerate(apart)
        if turn < len(meant)
    ]
    return found[:most]


def _picture(root: Path, record: WindowRecord) -> Image.Image:
    """The window's picture, from whichever layout was written."""
    first = next(number for number, one in enumerate(record.triplets) if one.pixels)
    places = (
        root / "RefSegRS" / "images" / f"{record.name}_{first:03d}.tif",
        root / "RefCOCO" / "images" / "rrsisd" / "JPEGImages" / f"{record.name}.jpg",
        root / "RefCOCO" / "images" / "rrsishr" / "JPEGImages" / f"{record.name}.jpg",
        root / "RISORS" / "JPEGImages" / f"{record.name}.jpg",
    )
    with Image.open(next(path for path in places if path.is_file())) as picture:
        return picture.convert("RGB")


def _outlined(cell: Cell) -> Image.Image:
    """The picture in a square, the mask's outline and the box over it."""
    picture, mask = cell.picture, cell.mask
    scale = _SIDE_PX / max(picture.size)
    size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    pixels = np.array(picture.resize(size, Image.Resampling.LANCZOS))
    shares = Image.fromarray(mask.astype(np.float32)).resize(size, Image.Resampling.BOX)
    # A car of a few pixels must not vanish where the page is coarser than the window.
    covered = np.asarray(shares) >= (0.5 if scale >= 1 else 0.1)
    first, second, third = phrase_colours(3)
    pixels[_edge(covered)] = first
    square = Image.new("RGB", (_SIDE_PX, _SIDE_PX), _PAPER)
    square.paste(Image.fromarray(pixels), (0, 0))
    pen = ImageDraw.Draw(square)
    if cell.box is not None:
        pen.rectangle([round(side * scale) for side in cell.box], outline=second)
    for x, y, on in cell.points:
        left, top, right, bottom = (place * scale + side for side in (-_DOT_PX, _DOT_PX) for place in (x, y))
        if on:
            pen.ellipse((left, top, right, bottom), outline=third, width=2)
        else:
            pen.line((left, top, right, bottom), fill=third, width=2)
            pen.line((left, bottom, right, top), fill=third, width=2)
    return square


def _edge(mask: Mask) -> NDArray[np.bool_]:
    return np.asarray(mask & ~ndimage.binary_erosion(mask, iterations=_OUTLINE_PX))
