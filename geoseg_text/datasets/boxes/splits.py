"""To which split each image belongs: as a column or lists say, or drawn; all boxes of an image share it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from geoseg_text.datasets.boxes.rows import Faults, Row
from geoseg_text.datasets.listing import read_lines
from geoseg_text.datasets.sample import SPLITS, Split
from geoseg_text.errors import InputError

COLUMN, LISTS, DRAWN = "the column 'split'", "train.txt, val.txt and test.txt", "drawn"


def stated_splits(rows: Sequence[Row], place: Path) -> tuple[dict[str, Split], str]:
    """The split of each image as the files state it, and what states it.

    Lists that number expressions and name no image, as those of DIOR-RSVG, are left aside: they put boxes of
    one image into several splits.

    Args:
        rows: the boxes.
        place: their folder or file; the lists lie in it or beside it.

    Returns:
        Nothing and `DRAWN` where no file says anything.

    Raises:
        InputError: they state it for some images alone, or two splits for one.
    """
    images = {row.image: row.where for row in rows}
    if any(row.split for row in rows):
        return _of_column(rows), COLUMN
    listed = _lists(place)
    if listed:
        found = _of_lists(images, listed)
        if found:
            return found, LISTS
    return {}, DRAWN


def draw_splits(groups: Sequence[str], shares: tuple[float, float], seed: int) -> dict[str, Split]:
    """Draw a split for each group of images: at least one for each split that has a share, and for training.

    Raises:
        InputError: there are fewer groups than splits.
    """
    wanted = [(split, share) for split, share in zip(SPLITS[1:], shares, strict=True) if share > 0]
    if len(groups) <= len(wanted):
        raise InputError(
            f"{len(groups)} different image(s) for {len(wanted) + 1} splits; give --val 0 and --test 0, "
            "or more images"
        )
    order = [groups[place] for place in np.random.default_rng(seed).permutation(len(groups))]
    found: dict[str, Split] = {}
    for split, share in wanted:
        left = len(wanted) - len(set(found.values()))  # training and the splits to come keep one each
        count = min(max(round(share * len(groups)), 1), len(order) - left)
        found |= dict.fromkeys(order[:count], split)
        del order[:count]
    return found | dict.fromkeys(order, SPLITS[0])


def _of_column(rows: Sequence[Row]) -> dict[str, Split]:
    faults = Faults()
    found: dict[str, Split] = {}
    for row in rows:
        split = next((one for one in SPLITS if one == row.split), None)
        if split is None:
            faults.add(row.where, f"split {row.split[:20]!r} is none of {', '.join(SPLITS)}")
        elif found.setdefault(row.image, split) != split:
            faults.add(row.where, f"{row.image} is in {found[row.image]} already; an image has one split")
    faults.stop()
    return found


def _lists(place: Path) -> Mapping[Split, Path]:
    """The lists of the splits, in the folder of the annotations or beside it."""
    inside = [place] if place.is_dir() else []
    for folder in (*inside, place.absolute().parent):
        found: dict[Split, Path] = {
            split: folder / f"{split}.txt" for split in SPLITS if (folder / f"{split}.txt").is_file()
        }
        if found:
            return found
    return {}


def _of_lists(images: Mapping[str, str], lists: Mapping[Split, Path]) -> dict[str, Split]:
    lines = [
        (split, f"{path.name}:{number}", text or "")
        for split, path in lists.items()
        for number, text in read_lines(path)
    ]
    known = _names(images)
    if all(text.isdecimal() and text not in known for _, _, text in lines):
        return {}
    faults = Faults()
    found: dict[str, Split] = {}
    for split, where, text in lines:
        image = known.get(text)
        if image is None:
            continue  # a list may name more images than have boxes
        if found.setdefault(image, split) != split:
            faults.add(where, f"{image} is in {found[image]} already; an image has one split")
    for image, where in images.items():
        if image not in found:
            faults.add(where, f"{image} is in none of {', '.join(path.name for path in lists.values())}")
    faults.stop()
    return found


def _names(images: Collection[str]) -> dict[str, str]:
    """What a line may call an image: its path, its name, or its name without suffix, where that is clear."""
    known: dict[str, str] = {}
    unclear: set[str] = set()
    for image in images:
        path = PurePosixPath(image)
        for name in {path.name, path.stem, str(path.with_suffix(""))}:
            if known.setdefault(name, image) != image:
                unclear.add(name)
    return {name: image for name, image in known.items() if name not in unclear} | {
        image: image for image in images
    }
