"""The contact sheet: a page of windows with their phrases, and outlines of what these mean."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
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
_OUTLINE_PX = 2
_PAPER, _INK = (255, 255, 255), (30, 30, 30)


def draw_sheet(root: Path, records: Sequence[WindowRecord], most: int = MOST) -> Image.Image:
    """Draw some triplets, spread over the windows and the kinds.

    Args:
        root: the folder of the data set, in which the windows' pictures lie.
        records: the windows.
        most: how many to draw.
    """
    chosen = _chosen(records, most)
    height = _SIDE_PX + _LINES * _LINE_PX + _GAP_PX
    rows = max(-(-len(chosen) // _COLUMNS), 1)
    page = Image.new("RGB", (_COLUMNS * (_SIDE_PX + _GAP_PX) + _GAP_PX, rows * height + _GAP_PX), _PAPER)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(13)
    for place, (record, triplet) in enumerate(chosen):
        row, col = divmod(place, _COLUMNS)
        left, top = _GAP_PX + col * (_SIDE_PX + _GAP_PX), _GAP_PX + row * height
        page.paste(_outlined(_picture(root, record), record.mask(triplet)), (left, top))
        words = textwrap.shorten(triplet.phrase, _LETTERS * (_LINES - 1), placeholder="...")
        lines = [*textwrap.wrap(words, _LETTERS)[: _LINES - 1], f"{triplet.kind}, {record.split}"]
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
    )
    with Image.open(next(path for path in places if path.is_file())) as picture:
        return picture.convert("RGB")


def _outlined(picture: Image.Image, mask: Mask) -> Image.Image:
    """The picture in a square, the mask's outline over it."""
    scale = _SIDE_PX / max(picture.size)
    size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    pixels = np.array(picture.resize(size, Image.Resampling.LANCZOS))
    shares = Image.fromarray(mask.astype(np.float32)).resize(size, Image.Resampling.BOX)
    # A car of a few pixels must not vanish where the page is coarser than the window.
    covered = np.asarray(shares) >= (0.5 if scale >= 1 else 0.1)
    pixels[_edge(covered)] = phrase_colours(1)[0]
    square = Image.new("RGB", (_SIDE_PX, _SIDE_PX), _PAPER)
    square.paste(Image.fromarray(pixels), (0, 0))
    return square


def _edge(mask: Mask) -> NDArray[np.bool_]:
    return np.asarray(mask & ~ndimage.binary_erosion(mask, iterations=_OUTLINE_PX))
