"""Writing what is taken in the layouts of RISORS and RRSIS-HR, and taking out what is taken no longer."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from PIL import Image

from geoseg_text.datasets.boxes.judged import Judged
from geoseg_text.datasets.boxes.plan import BoxedImage
from geoseg_text.datasets.boxes.risors_writer import RisorsWriter
from geoseg_text.datasets.building.folder import whole
from geoseg_text.datasets.building.layouts import RefCocoWriter, write_jpeg
from geoseg_text.datasets.building.record import TripletRecord, WindowRecord
from geoseg_text.datasets.faults import Fault
from geoseg_text.datasets.labelled.reading import Pixels
from geoseg_text.datasets.sample import read_picture
from geoseg_text.errors import InputError

Layout = Literal["risors", "refcoco", "both"]

_REFCOCO = "rrsishr"


def pixels_of(image: BoxedImage) -> Pixels:
    """The pixels of an image, uint8 (3, rows, cols).

    Raises:
        InputError: it cannot be decoded.
    """
    pixels = read_picture(image.source)
    if isinstance(pixels, Fault):
        raise InputError(f"{image.source}: {pixels.what}; mend it, and the same command goes on")
    return pixels


def write_layouts(
    root: Path, layout: Layout, images: Sequence[BoxedImage], taken: Mapping[str, Sequence[Judged]]
) -> list[WindowRecord]:
    """Write what is taken, and give it as records by image."""
    risors, refcoco = RisorsWriter(root), RefCocoWriter(root, _REFCOCO)
    folders = [
        writer.pictures
        for name, writer in (("risors", risors), ("refcoco", refcoco))
        if layout in {name, "both"}
    ]
    for image in images:
        for pictures in folders:
            _put_picture(image, pictures / f"{image.name}.jpg", bool(taken[image.name]))
        if layout != "refcoco":
            risors.write_image(image, taken[image.name])
    records = [_record(image, taken[image.name]) for image in images]
    if layout != "refcoco":
        risors.write_lists([image for image in images if taken[image.name]])
    if layout != "risors":
        refcoco.write_lists(records)
    return records


def _put_picture(image: BoxedImage, place: Path, wanted: bool) -> None:
    """Put an image into the data set, its bytes as they are where they are a JPEG's; or take it out."""
    if not wanted:
        place.unlink(missing_ok=True)
        return
    if place.is_file():
        return
    with Image.open(image.source) as picture:
        as_it_is = picture.format == "JPEG" and picture.mode == "RGB"
    if as_it_is:
        with whole(place) as draft:
            shutil.copyfile(image.source, draft)
        return
    write_jpeg(place, pixels_of(image))


def _record(image: BoxedImage, taken: Sequence[Judged]) -> WindowRecord:
    """What an image holds, as windows of other builds are recorded; the box is the one that was given."""
    return WindowRecord(image.name, image.split, (0, 0), image.shape, tuple(map(_triplet, taken)))


def _triplet(one: Judged) -> TripletRecord:
    left, top, right, bottom = map(round, one.thing.box)
    return TripletRecord(
        phrase=one.thing.phrase,
        kind=None,
        category=one.thing.category,
        features=(one.thing.id,),
        counts=one.mask.counts,
        box=(left, top, right, bottom),
        pixels=one.mask.fit.pixels,
    )
