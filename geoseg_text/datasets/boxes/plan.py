"""What is to be drawn: each image with its boxes, its split and its name in the data set."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from PIL import Image, UnidentifiedImageError

from geoseg_text.datasets.boxes.points import Box, Point, outside
from geoseg_text.datasets.boxes.rows import Faults, Row, read_rows
from geoseg_text.datasets.boxes.splits import DRAWN, draw_splits, stated_splits
from geoseg_text.datasets.listing import told
from geoseg_text.datasets.rle import MOST_PX
from geoseg_text.datasets.sample import Split
from geoseg_text.errors import InputError
from geoseg_text.progress import ProgressCallback

_OVERHANG_PX = 1.0
"""How far a box may reach over its image: files that count pixels from 1 do by one. It is cut off."""

_LONGEST_NAME = 50
_ID = re.compile(r"[A-Za-z0-9][\w.:-]{0,63}", re.ASCII)


@dataclass(frozen=True)
class BoxedInstance:
    """A thing in an image.

    Attributes:
        id: of its own in the whole data set.
        phrase: what is said of it.
        category: what it is.
        box: around it, on the image.
        points: that guide its mask from the start.
    """

    id: str
    phrase: str
    category: str
    box: Box
    points: tuple[Point, ...] = ()


@dataclass(frozen=True)
class BoxedImage:
    """An image with its things.

    Attributes:
        name: what its files are called; the part behind the last ``_`` is a number that no other has.
        source: the picture.
        file: its path in the folder of images.
        shape: rows and columns.
        split: 'train', 'val' or 'test'.
        instances: in the order of the file.
        sha256: of the picture's bytes.
    """

    name: str
    source: Path
    file: str
    shape: tuple[int, int]
    split: Split
    instances: tuple[BoxedInstance, ...]
    sha256: str


@dataclass(frozen=True)
class BoxPlan:
    """All images.

    Attributes:
        images: in the order in which the files name them first.
        splits_by: what says which image is in which split.
        digest: changes with any box, phrase, id, name or split.
    """

    images: tuple[BoxedImage, ...]
    splits_by: str
    digest: str

    @property
    def instances(self) -> dict[str, tuple[BoxedImage, BoxedInstance]]:
        """All things by their ids."""
        return {one.id: (image, one) for image in self.images for one in image.instances}


@dataclass(frozen=True)
class _Picture:
    """What is known of a picture before it is decoded."""

    path: Path
    shape: tuple[int, int]
    sha256: str


def plan_boxes(
    annotations: Path,
    images: Path,
    shares: tuple[float, float],
    seed: int,
    progress: ProgressCallback | None = None,
) -> BoxPlan:
    """Read the boxes and lay them on their images.

    Pictures that are the same file under several names share a split, so that no split has seen another's.

    Args:
        annotations: a folder of XML files or a CSV file.
        images: the folder of the pictures.
        shares: of the images, for 'val' and 'test', where no file states the splits.
        seed: orders their draw.
        progress: hears of the stage 'list'.

    Raises:
        InputError: something cannot be read, a picture is missing, or a box is not on its picture.
    """
    rows = read_rows(annotations)
    if not images.is_dir():
        raise InputError(f"{images}: no such folder; give the folder of the images with --images")
    by_image: dict[str, list[Row]] = {}
    for row in rows:
        by_image.setdefault(row.image, []).append(row)
    faults = Faults()
    pictures = dict(_pictures(images, by_image, faults, progress))
    things = _things(rows, pictures, faults)
    faults.stop()
    splits, splits_by = stated_splits(rows, annotations)
    if not splits:
        drawn = draw_splits(list({pictures[file].sha256: file for file in by_image}), shares, seed)
        splits, splits_by = {file: drawn[one.sha256] for file, one in pictures.items()}, DRAWN
    names = _names(list(by_image))
    planned = tuple(
        BoxedImage(names[file], one.path, file, one.shape, splits[file], things[file], one.sha256)
        for file, one in ((file, pictures[file]) for file in by_image)
    )
    digest = hashlib.sha256()
    for image in planned:
        content = (image.name, image.file, image.split, image.instances)
        digest.update(repr(content).encode("utf-8"))
    return BoxPlan(planned, splits_by, digest.hexdigest())


def _pictures(
    folder: Path, by_image: Mapping[str, Sequence[Row]], faults: Faults, progress: ProgressCallback | None
) -> Iterator[tuple[str, _Picture]]:
    """Size and hash of each picture, from its header and its bytes."""
    for file, rows in told(list(by_image.items()), "list", progress):
        path = folder / PurePosixPath(file)
        if not path.is_file():
            faults.add(rows[0].where, f"no image {file} in {folder}")
            continue
        try:
            with Image.open(path) as picture:
                cols, rows_px = picture.size
            with path.open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
            faults.add(rows[0].where, f"{path} cannot be read as a picture ({type(error).__name__})")
            continue
        if cols * rows_px > MOST_PX:
            faults.add(rows[0].where, f"{path} has more than {MOST_PX:,} px; cut it into smaller images")
            continue
        yield file, _Picture(path, (rows_px, cols), sha256)


def _things(
    rows: Sequence[Row], pictures: Mapping[str, _Picture], faults: Faults
) -> dict[str, tuple[BoxedInstance, ...]]:
    """The things of each image, their boxes cut to it and their ids unlike."""
    found: dict[str, list[BoxedInstance]] = {}
    numbered = not any(row.id for row in rows)
    taken: set[str] = set()
    for number, row in enumerate(rows, start=1):
        key = str(number) if numbered else row.id
        if not _ID.fullmatch(key):
            faults.add(row.where, f"id {key[:40]!r} is not of letters, digits, . : _ and -")
        elif key in taken:
            faults.add(row.where, f"id {key!r} stands twice")
        taken.add(key)
        if row.image not in pictures:
            continue
        box = _cut(row, pictures[row.image].shape, faults)
        if box is not None:
            thing = BoxedInstance(key, row.phrase, row.category, box, row.points)
            found.setdefault(row.image, []).append(thing)
    return {file: tuple(things) for file, things in found.items()}


def _cut(row: Row, shape: tuple[int, int], faults: Faults) -> Box | None:
    """The box on its image, or None and a fault."""
    rows, cols = shape
    left, top, right, bottom = row.box
    over = max(-left, -top, right - cols, bottom - rows)
    said = ", ".join(f"{side:g}" for side in row.box)
    if over > _OVERHANG_PX:
        faults.add(
            row.where, f"its box ({said}) reaches out of {row.image}, {cols} x {rows} px wide and high"
        )
        return None
    point = outside(row.points, shape)
    if point is not None:
        faults.add(row.where, f"its point {point.x:g},{point.y:g} is not on {row.image}, {cols} x {rows} px")
        return None
    box = (max(left, 0.0), max(top, 0.0), min(right, float(cols)), min(bottom, float(rows)))
    if box[0] >= box[2] or box[1] >= box[3]:
        faults.add(row.where, f"its box ({said}) holds no pixel of {row.image}")
        return None
    return box


def _names(files: Sequence[str]) -> dict[str, str]:
    """A name for each image: its own where that ends in a number of its own, else with one behind it.

    Readers of RISORS take the number behind the last ``_`` for the image's identity.
    """
    plain = {file: re.sub(r"[^\w-]+", "_", PurePosixPath(file).stem)[:_LONGEST_NAME] for file in files}
    numbers: dict[int, str] = {}
    found: dict[str, str] = {}
    for file, name in plain.items():
        last = name.rpartition("_")[2]
        if last.isascii() and last.isdecimal() and numbers.setdefault(int(last), file) == file:
            found[file] = name
    free = 0
    for file in files:
        if file not in found:
            free = next(number for number in range(free + 1, free + len(files) + 2) if number not in numbers)
            found[file] = f"{plain[file]}_{free:06d}"
    return {file: found[file] for file in files}
