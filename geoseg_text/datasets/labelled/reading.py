"""Files of a labelled set as arrays: pictures, label rasters, manifests and what the licence allows."""

import csv
import json
import re
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from geoseg_text.errors import InputError, RasterError

Split = Literal["train", "val"]
Pixels = npt.NDArray[np.uint8]
Ids = npt.NDArray[np.integer[Any]]

# "TRAIN ok / bench ok", "BENCH/TRAIN ok with attribution", "train-ok for ...": a set that says none of these
# is not trained on. A verdict that speaks of tests alone has no such words.
_MAY_TRAIN = re.compile(r"\btrain[ -]ok\b", re.IGNORECASE)


def verdict(folder: Path) -> str:
    """What the set's SOURCE.json says its pixels and labels may be used for.

    Raises:
        InputError: the folder has no readable SOURCE.json with a verdict; its licence is then unknown.
    """
    path = folder / "SOURCE.json"
    try:
        text = json.loads(path.read_text(encoding="utf-8"))["verdict"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: no readable verdict, so the licence is unknown; name the set's folder"
        ) from error
    return str(text)


def may_train(folder: Path) -> bool:
    """True when the set's verdict lets its pixels train weights that ship."""
    return _MAY_TRAIN.search(verdict(folder)) is not None


def require_trainable(folder: Path) -> None:
    """Stop before a set for tests alone is trained on.

    Raises:
        InputError: the verdict in SOURCE.json does not allow training.
    """
    if not may_train(folder):
        raise InputError(
            f"{folder.name}: its SOURCE.json says {verdict(folder)!r}, which does not allow training; "
            "use it for validation and tests"
        )


def check_split(split: str) -> Split:
    """The split, if it is one.

    Raises:
        InputError: neither 'train' nor 'val'.
    """
    if split == "train":
        return "train"
    if split == "val":
        return "val"
    raise InputError(f"split {split!r} is neither 'train' nor 'val'")


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header, as one dict per row.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise InputError(f"{path}: cannot be read; give the set's folder as it was laid out") from error


def read_rgb(path: Path) -> Pixels:
    """A picture as uint8 (3, rows, cols); alpha is dropped, grey is repeated.

    Raises:
        RasterError: not a readable picture.
    """
    return np.ascontiguousarray(np.moveaxis(np.asarray(_open(path).convert("RGB")), -1, 0))


def read_index(path: Path) -> Pixels:
    """A single-band label picture as class indices (rows, cols); a palette's colours are not looked at.

    Raises:
        RasterError: not a readable single-band picture.
    """
    index = np.asarray(_open(path))
    if index.ndim != 2:
        raise RasterError(f"{path}: {index.shape[-1]} bands where one band of class indices belongs")
    return index.astype(np.uint8)


def resize_image(image: Pixels, rows: int, cols: int) -> Pixels:
    """Area-averaged (3, rows, cols): what a coarser sensor would have seen. Never to be used to enlarge."""
    picture = Image.fromarray(np.moveaxis(image, 0, -1)).resize((cols, rows), Image.Resampling.BOX)
    return np.ascontiguousarray(np.moveaxis(np.asarray(picture), -1, 0))


def resize_ids(ids: Ids, rows: int, cols: int) -> Ids:
    """Nearest (rows, cols): each new pixel takes the id under its centre, so no id is invented."""
    at_rows = ((np.arange(rows) + 0.5) * ids.shape[0] / rows).astype(np.intp)
    at_cols = ((np.arange(cols) + 0.5) * ids.shape[1] / cols).astype(np.intp)
    return ids[np.ix_(at_rows, at_cols)]


def _open(path: Path) -> Image.Image:
    try:
        with Image.open(path) as picture:  # an error on the way leaves no file open
            picture.load()
    except (OSError, UnidentifiedImageError) as error:
        raise RasterError(f"{path}: not a readable picture") from error
    return picture
