"""One page of a run's best and worst cases as pictures: image, outline of the truth, answer over it.

It is drawn with Pillow alone. What is worth showing is chosen while the run goes on, so that no more than
the pictures of a page are ever kept.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from geoseg_text.evaluation.cases import Asked, JudgedCase
from geoseg_text.evaluation.metrics import Mask
from geoseg_text.values.colours import Colour, phrase_colours

EACH = 8
"""Cases in a section of the page."""

_TILE_PX = 224
_COLUMNS = 4
_GAP_PX = 16
_LINE_PX = 17
_PHRASE_LINES = 3
_TEXT_PX = 13
_TITLE_PX = 20
_HEAD_PX = 44
_LINE_CHARACTERS = 200
"""More than a line can hold: the rest of a longer text is not looked at."""
_OUTLINE_PX = 2
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_TRUTH, _ANSWER = phrase_colours(3)[2], phrase_colours(2)[1]
_ANSWER_SHARE = 0.5
"""How much of the answer's colour is mixed into the image."""
_PAPER: Colour = (255, 255, 255)
_INK: Colour = (30, 30, 30)


@dataclass(frozen=True, eq=False)
class Shown:
    """One case as a picture.

    Attributes:
        image: uint8 (3, rows, cols).
        truth: (rows, cols), outlined.
        answer: (rows, cols) of any size, laid over the image.
        phrase: the words.
        caption: what stands below them.
    """

    image: NDArray[np.uint8]
    truth: Mask
    answer: Mask
    phrase: str
    caption: str


@dataclass
class Shortlist:
    """The cases worth showing among all that have passed by; of equal ones the earlier.

    Attributes:
        each: most cases of a section.
    """

    each: int = EACH
    _ranked: dict[str, list[tuple[float, int, Shown]]] = field(default_factory=dict)
    _seen: int = 0

    def add(self, case: JudgedCase, sample: Asked, answer: Mask) -> None:
        """Look at one more case.

        Args:
            case: the sample, judged.
            sample: its image, phrase and truth.
            answer: (rows, cols) of any size, the pixels marked.
        """
        self._seen += 1
        counts = case.original
        if case.has_referent:
            shown = Shown(sample.image, sample.mask, answer, sample.phrase, f"IoU {counts.iou:.3f}")
            self._rank("best", -counts.iou, shown)
            self._rank("worst", counts.iou, shown)
        elif counts.predicted:  # left empty is right, and nothing to look at
            share = counts.predicted / counts.total
            caption = f"{share:.1%} of the image marked"
            self._rank("none", -share, Shown(sample.image, sample.mask, answer, sample.phrase, caption))

    def sections(self) -> dict[str, list[Shown]]:
        """Cases by the title of their section, the most telling first; a case is shown once."""
        best = [shown for _, _, shown in self._ranked.get("best", ())]
        worst = [shown for _, _, shown in self._ranked.get("worst", ()) if shown not in best]
        none = [shown for _, _, shown in self._ranked.get("none", ())]
        titled = {"Best": best, "Worst": worst, "Nothing is meant: most marked": none}
        return {title: found for title, found in titled.items() if found}

    def _rank(self, section: str, rank: float, shown: Shown) -> None:
        ranked = self._ranked.setdefault(section, [])
        insort(ranked, (rank, self._seen, shown))
        del ranked[self.each :]


def save_gallery(shortlist: Shortlist, path: Path, title: str = "") -> None:
    """Write the page as a PNG.

    Args:
        shortlist: what to show.
        path: the file.
        title: words at the head of the page.
    """
    draw_gallery(shortlist, title).save(path, format="PNG")


def draw_gallery(shortlist: Shortlist, title: str = "") -> Image.Image:
    """Draw the page: a head, and for each section its title and rows of cases."""
    sections = shortlist.sections()
    cell_px = _TILE_PX + (_PHRASE_LINES + 1) * _LINE_PX + _GAP_PX
    rows = {name: -(-len(shown) // _COLUMNS) for name, shown in sections.items()}
    height = 2 * _HEAD_PX + sum(_HEAD_PX + number * cell_px for number in rows.values()) + _GAP_PX
    page = Image.new("RGB", (_COLUMNS * (_TILE_PX + _GAP_PX) + _GAP_PX, height), _PAPER)
    pen = ImageDraw.Draw(page)
    _draw_head(pen, title, page.width - 2 * _GAP_PX)
    top = 2 * _HEAD_PX
    for name, shown in sections.items():
        pen.text((_GAP_PX, top + _GAP_PX // 2), name, fill=_INK, font=_font(_TITLE_PX))
        top += _HEAD_PX
        for number, one in enumerate(shown):
            row, col = divmod(number, _COLUMNS)
            _draw_case(page, pen, one, (_GAP_PX + col * (_TILE_PX + _GAP_PX), top + row * cell_px))
        top += rows[name] * cell_px
    return page


def _draw_head(pen: ImageDraw.ImageDraw, title: str, width_px: int) -> None:
    """The title, and what the colours mean."""
    font = _font(_TITLE_PX)
    pen.text((_GAP_PX, _GAP_PX), next(iter(wrapped(title, font, width_px, 1)), ""), fill=_INK, font=font)
    top, side = _GAP_PX + _HEAD_PX, _TEXT_PX
    pen.rectangle((_GAP_PX, top, _GAP_PX + side, top + side), outline=_TRUTH, width=_OUTLINE_PX)
    pen.text((_GAP_PX + 2 * side, top - 1), "truth", fill=_INK, font=_font(_TEXT_PX))
    left = _GAP_PX + 8 * side
    pen.rectangle((left, top, left + side, top + side), fill=_ANSWER)
    pen.text((left + 2 * side, top - 1), "answer", fill=_INK, font=_font(_TEXT_PX))


def _draw_case(page: Image.Image, pen: ImageDraw.ImageDraw, shown: Shown, corner: tuple[int, int]) -> None:
    left, top = corner
    picture = picture_of(shown, _TILE_PX)
    page.paste(picture, (left + (_TILE_PX - picture.width) // 2, top + (_TILE_PX - picture.height) // 2))
    font = _font(_TEXT_PX)
    lines = wrapped(shown.phrase, font, _TILE_PX, _PHRASE_LINES)
    for number, line in enumerate((*lines, shown.caption)):
        pen.text((left, top + _TILE_PX + 3 + number * _LINE_PX), line, fill=_INK, font=font)


def picture_of(shown: Shown, side_px: int) -> Image.Image:
    """A case in a square of `side_px`, its proportions kept: image, answer as a tint, truth as an outline."""
    rows, cols = shown.image.shape[1:]
    scale = side_px / max(rows, cols)
    size = (max(1, round(cols * scale)), max(1, round(rows * scale)))
    image = Image.fromarray(np.ascontiguousarray(shown.image.transpose(1, 2, 0)))
    pixels = np.array(image.resize(size, Image.Resampling.BICUBIC), np.float32)
    answer, truth = _covered(shown.answer, size), _covered(shown.truth, size)
    pixels[answer] += _ANSWER_SHARE * (np.array(_ANSWER, np.float32) - pixels[answer])
    pixels[_outline(truth)] = _TRUTH
    return Image.fromarray(pixels.round().astype(np.uint8))


def _covered(mask: Mask, size: tuple[int, int]) -> Mask:
    """A mask at another size (cols, rows); what covers a hundredth of a pixel marks it, lest a car vanish."""
    grey = Image.fromarray(np.ascontiguousarray(mask).view(np.uint8) * np.uint8(255))
    shares = np.asarray(grey.resize(size, Image.Resampling.BOX))
    return np.asarray(shares >= (3 if mask.size > shares.size else 128))


def _outline(mask: Mask) -> Mask:
    """Pixels of a mask within `_OUTLINE_PX` of what is not of it, the border of the picture included."""
    inner = np.pad(mask, 1)
    for _ in range(_OUTLINE_PX):
        core = inner[1:-1, 1:-1] & inner[:-2, 1:-1] & inner[2:, 1:-1] & inner[1:-1, :-2] & inner[1:-1, 2:]
        inner = np.pad(core, 1)
    return np.asarray(mask & ~inner[1:-1, 1:-1])


def wrapped(words: str, font: _Font, width_px: int, most: int) -> Sequence[str]:
    """Lines of a text that fit a width, at most so many; what is left out is marked with "..."."""
    text = " ".join(words.encode("utf-8", "replace").decode("utf-8").split())
    lines = list(islice(_lines(text, font, width_px), most + 1))
    if len(lines) <= most:
        return lines
    last = next(_lines(lines[most - 1], font, width_px - ceil(font.getlength("..."))), "") + "..."
    return [*lines[: most - 1], last]


def _lines(text: str, font: _Font, width_px: int) -> Iterator[str]:
    """Cut at spaces, and within a word only where it alone is wider than the line."""
    while text:
        lengths = range(min(len(text), _LINE_CHARACTERS) + 1)
        fits = max(1, bisect_right(lengths, float(width_px), key=partial(_length_px, text, font)) - 1)
        space = text.rfind(" ", 0, fits + 1)
        end = space if space > 0 and fits < len(text) else fits
        yield text[:end]
        text = text[end:].lstrip()


def _length_px(text: str, font: _Font, end: int) -> float:
    return float(font.getlength(text[:end]))


@cache
def _font(size_px: int) -> _Font:
    return ImageFont.load_default(size_px)
