"""Pages of doubtful masks, a row of candidates for each: for the person who fills in the review file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from math import ceil, floor
from pathlib import Path

from PIL import Image

from geoseg_text.datasets.boxes.doubt import bounds
from geoseg_text.datasets.boxes.judged import Judged
from geoseg_text.datasets.building.folder import whole
from geoseg_text.datasets.building.sheet import Cell, draw_cells
from geoseg_text.datasets.sample import Mask

FIRST = "review.png"
PER_PAGE = 24
"""Doubtful things on a page."""

_CANDIDATES = 3
_MARGIN = 0.25  # of the longer side of what is shown
_LEAST_PX = 16


def save_review(root: Path, waiting: Sequence[Judged], per_page: int = PER_PAGE) -> None:
    """Write ``review.png``, ``review-2.png`` ... into the folder of a data set; pages of old are removed."""
    starts = range(0, len(waiting), per_page)
    for number, start in enumerate(starts, start=1):
        cells = [cell for one in waiting[start : start + per_page] for cell in _cells(one)]
        with whole(_page(root, number)) as draft:
            draw_cells(cells, _CANDIDATES).save(draft, format="PNG")
    for number in count(len(starts) + 1):
        page = _page(root, number)
        if not page.exists():
            return
        page.unlink()


def _page(root: Path, number: int) -> Path:
    return root / (FIRST if number == 1 else f"review-{number}.png")


def _cells(one: Judged) -> Iterator[Cell | None]:
    """The candidates of a thing, each over its part of the picture."""
    masks = one.drawing.masks(one.image.shape)[:_CANDIDATES]
    view = _view([*map(bounds, (mask for mask in masks if mask.any())), one.thing.box], one.image.shape)
    left, top, right, bottom = view
    with Image.open(one.image.source) as picture:
        part = picture.convert("RGB").crop(view)
    x0, y0, x1, y1 = one.thing.box
    box = (x0 - left, y0 - top, x1 - left, y1 - top)
    guided = [point for step in one.drawing.guidance for point in step.points]
    points = tuple((point.x - left, point.y - top, point.on) for point in guided)
    place = f"x {left} to {right}, y {top} to {bottom}"  # so that points can be told from the page
    for number, (mask, found) in enumerate(zip(masks, one.drawing.candidates, strict=False), start=1):
        seen: Mask = mask[top:bottom, left:right]
        words = f"{one.thing.id} ({place}): {one.thing.phrase}" if number == 1 else ""
        chosen = ", taken" if number - 1 == one.chosen and len(masks) > 1 else ""
        note = f"mask {number}, predicted IoU {found.predicted_iou:.2f}{chosen}"
        yield Cell(part, seen, words, note, box, points)
    yield from [None] * (_CANDIDATES - len(masks))


def _view(boxes: Sequence[tuple[float, ...]], shape: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the part of an image that holds some boxes, with something around them."""
    left, top = (min(box[side] for box in boxes) for side in (0, 1))
    right, bottom = (max(box[side] for box in boxes) for side in (2, 3))
    margin = max(_MARGIN * max(right - left, bottom - top), _LEAST_PX)
    rows, cols = shape
    return (
        max(floor(left - margin), 0),
        max(floor(top - margin), 0),
        min(ceil(right + margin), cols),
        min(ceil(bottom + margin), rows),
    )
