"""The one form of a referring sample: an image, a phrase, and the mask of what the phrase means.

Phrases are kept as they are written but for white space: line ends that loaders of these sets carry along
are dropped. They may be long (41 words in RRSIS-HR); nothing is cut here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geoseg_text.datasets.faults import Fault, Kind
from geoseg_text.datasets.labelled.reading import Pixels, read_rgb, resize_ids
from geoseg_text.errors import RasterError

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = ("train", "val", "test")

Mask = NDArray[np.bool_]

# What Pillow raises at damaged pictures beside the errors that the reader of pictures states.
_DAMAGE = (RasterError, SyntaxError, ValueError, LookupError, TypeError, EOFError, struct.error)


@dataclass(frozen=True, eq=False)
class ReferringSample:
    """One image, one phrase and what the phrase means.

    Attributes:
        image: uint8 (3, rows, cols), red, green, blue.
        mask: bool (rows, cols), the referent; may hold several objects.
        phrase: the referring expression.
        category: class of the referent as the set names it, or None where it names none.
        image_id: name of the image, the same for all phrases about it.
        split: 'train', 'val' or 'test'.
        predicted_iou: where the mask was drawn by a model, the IoU that the model gave itself; None where the
            truth is certain.
    """

    image: Pixels
    mask: Mask
    phrase: str
    category: str | None
    image_id: str
    split: Split
    predicted_iou: float | None = None


class MaskSource(Protocol):
    """Where a mask lies and how it is read. It holds plain data, so it travels to loading processes."""

    @property
    def place(self) -> str:
        """The mask's file or entry, from the copy's root."""
        ...

    def read(self) -> Mask | Fault:
        """The mask in the size it is stored in, or why it cannot be had."""
        ...


@dataclass(frozen=True, eq=False)
class Reference:
    """A sample without its pixels.

    Attributes:
        image: path of the image.
        mask: where its mask lies.
        phrase: see `ReferringSample`, as are the next four.
        category: class of the referent, or None.
        image_id: name of the image.
        split: 'train', 'val' or 'test'.
        predicted_iou: a model's own estimate, or None.
    """

    image: Path
    mask: MaskSource
    phrase: str
    category: str | None
    image_id: str
    split: Split
    predicted_iou: float | None = None


@dataclass(frozen=True)
class PictureMask:
    """A mask stored as a grey picture.

    Attributes:
        path: the picture.
        above: pixels with a greater value are the mask.
    """

    path: Path
    above: int

    @property
    def place(self) -> str:
        """Folder and name of the picture."""
        return short(self.path)

    def read(self) -> Mask | Fault:
        """Boolean (rows, cols), or why it cannot be had."""
        picture = read_picture(self.path, missing="mask-missing", unreadable="mask-unreadable")
        return picture if isinstance(picture, Fault) else np.asarray(picture[0] > self.above)


def read_picture(
    path: Path, *, missing: Kind = "image-missing", unreadable: Kind = "image-unreadable"
) -> Pixels | Fault:
    """A picture as uint8 (3, rows, cols), or a fault of one of two kinds.

    Args:
        path: the file.
        missing: kind of the fault if it is not there.
        unreadable: kind of the fault if it cannot be decoded, or claims more pixels than Pillow allows.
    """
    if not path.is_file():
        return Fault(missing, short(path), "no such file")
    try:
        return read_rgb(path)
    except (*_DAMAGE, Image.DecompressionBombError):
        return Fault(unreadable, short(path), "not a readable picture")


def aligned(mask: Mask, shape: tuple[int, int]) -> Mask:
    """A mask in the size of its image.

    Some images of these sets are a row or a column larger than their masks (800 x 801 px and 800 x 800 px).
    The mask is then resized to the image by nearest neighbour: pixels of the image are never invented.

    Args:
        mask: bool (rows, cols).
        shape: rows and columns of the image.
    """
    if mask.shape == shape:
        return mask
    return resize_ids(mask.view(np.uint8), *shape).astype(np.bool_)


def read_sample(reference: Reference) -> ReferringSample | Fault:
    """The sample of a reference, image and mask in the image's size; or why it cannot be had."""
    image = read_picture(reference.image)
    if isinstance(image, Fault):
        return image
    mask = reference.mask.read()
    if isinstance(mask, Fault):
        return mask
    return ReferringSample(
        image=image,
        mask=aligned(mask, (image.shape[1], image.shape[2])),
        phrase=reference.phrase,
        category=reference.category,
        image_id=reference.image_id,
        split=reference.split,
        predicted_iou=reference.predicted_iou,
    )


def short(path: Path) -> str:
    """Folder and name of a file, e.g. ``images/12.tif``."""
    return f"{path.parent.name}/{path.name}"
