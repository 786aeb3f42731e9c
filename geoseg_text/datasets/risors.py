"""RISORS (RSAM, 2025): an image, and one JSON with all that is said about it.

::

    ROOT/JPEGImages/<name>.jpg                 800 x 800 px
    ROOT/Annotations/<name>.json               {"annotations": [{"name": category, "description": phrase,
                                               "area", "segmentation": run lengths, "predicted_iou", ...}]}
    ROOT/RISORS_{train,val,test}.txt           a name on each line, with or without suffix

The masks were drawn by a model that was shown the boxes; `predicted_iou` is its own estimate of each. An
annotation without area is left out, as its authors do. The last part of a name, after ``_``, is a number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoseg_text.datasets.faults import Fault
from geoseg_text.datasets.listing import (
    Listing,
    MalformedError,
    entry,
    file_name,
    find_base,
    number,
    phrase_of,
    read_json,
    read_list,
    told,
)
from geoseg_text.datasets.sample import Reference, Split
from geoseg_text.datasets.segmentation import CocoMask
from geoseg_text.errors import InputError
from geoseg_text.progress import ProgressCallback

_SUFFIXES = (".jpg", ".jpeg", ".json")


@dataclass(frozen=True)
class RisorsLayout:
    """Reads the layout above; see `Layout`."""

    def list_references(
        self,
        root: Path,
        splits: Collection[Split],
        *,
        thorough: bool = False,
        progress: ProgressCallback | None = None,
    ) -> Listing:
        """List each annotation of each listed image; where thorough, also those of images in no list."""
        base = find_base(root, "RISORS", "JPEGImages", "RISORS")
        listing = Listing()
        names = [(split, name) for split in splits for name in _names(base, split, listing.faults)]
        for split, name in told(names, "list", progress):
            _add(listing, base, split, name)
        if thorough:
            known = {name for _, name in names}
            rest = sorted(path for path in (base / "Annotations").glob("*.json") if path.stem not in known)
            for path in rest:
                listing.faults += _unlisted(path)
        return listing


def _names(base: Path, split: Split, faults: list[Fault]) -> Iterator[str]:
    """The images of a split."""
    seen: set[str] = set()

    def new(line: str) -> str:
        name = _name(line)
        if name in seen:
            raise MalformedError(f"{name!r} stands twice")
        seen.add(name)
        return name

    return read_list(base / f"RISORS_{split}.txt", new, faults)


def _name(line: str) -> str:
    """The name on a line, without suffix."""
    name = file_name(line)
    name = file_name(Path(name).stem if name.lower().endswith(_SUFFIXES) else name)
    last = name.rpartition("_")[2]
    if not (last.isascii() and last.isdecimal()):
        raise MalformedError(f"{name[:80]!r} does not end in a number")
    return name


def _annotations(path: Path) -> Sequence[Any]:
    """The annotations of one image.

    Raises:
        MalformedError: the file holds none.
    """
    try:
        found = entry(read_json(path), "annotations", list)
    except InputError as error:
        raise MalformedError("not JSON") from error
    if not found:
        raise MalformedError("no annotation")
    return found


def _add(listing: Listing, base: Path, split: Split, name: str) -> None:
    """Add the annotations of one image, or their faults."""
    path = base / "Annotations" / f"{name}.json"
    where = f"Annotations/{path.name}"
    if not path.is_file():
        listing.faults.append(Fault("mask-missing", where, "no such file"))
        return
    try:
        annotations = _annotations(path)
    except MalformedError as error:
        listing.faults.append(Fault("malformed", where, str(error)))
        return
    for at, annotation in enumerate(annotations, start=1):
        place = f"{where} annotation {at}"
        try:
            if number(annotation, "area") > 0:
                image = base / "JPEGImages" / f"{name}.jpg"
                listing.references.append(_reference(annotation, image, place, split))
            else:
                what = f"{_phrase(annotation)!r} has no area"
                listing.faults.append(Fault("expression-unread", place, what))
        except MalformedError as error:
            listing.faults.append(Fault("malformed", place, str(error)))


def _reference(annotation: Any, image: Path, place: str, split: Split) -> Reference:
    """The reference of one annotation."""
    certain = annotation.get("predicted_iou") is None
    return Reference(
        image=image,
        mask=CocoMask(place, annotation.get("segmentation")),
        phrase=_phrase(annotation),
        category=None if annotation.get("name") is None else entry(annotation, "name", str),
        image_id=image.stem,
        split=split,
        predicted_iou=None if certain else number(annotation, "predicted_iou"),
    )


def _phrase(annotation: Any) -> str:
    return phrase_of(entry(annotation, "description", str))


def _unlisted(path: Path) -> Iterator[Fault]:
    """The expressions of an image in no list."""
    where = f"Annotations/{path.name}"
    try:
        for at, annotation in enumerate(_annotations(path), start=1):
            what = f"{_phrase(annotation)!r}: the image is in no list"
            yield Fault("expression-unread", f"{where} annotation {at}", what)
    except MalformedError as error:
        yield Fault("malformed", where, str(error))
