"""RRSIS-D (Liu et al., 2024) and RRSIS-HR (Liu et al., 2025): the files of RefCOCO.

::

    ROOT/rrsisd/refs(unc).p                       a pickle: references with their expressions
    ROOT/rrsisd/instances.json                    images, annotations and categories
    ROOT/images/rrsisd/JPEGImages/00001.jpg
    ROOT/images/rrsisd/ann_split/00001.xml        the boxes and expressions that the set was made from

The same with ``rrsishr`` and without ``ann_split``. Traps, as published: an annotation names its category
``categories_id``; its ``bbox`` is xmin, ymin, xmax, ymax and its ``area`` not that of the mask, so neither is
read; ``segmentation`` is a list with one record of run lengths; some images are 800 x 801 px and their masks
800 x 800 px; and of several expressions in an XML only the last has a mask and a reference. The pickle is
read without executing anything.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree

from geoseg_text.datasets.faults import Fault
from geoseg_text.datasets.listing import Listing, MalformedError, entry, file_name, phrase_of, read_json, told
from geoseg_text.datasets.plain_pickle import read_plain_pickle
from geoseg_text.datasets.sample import SPLITS, Reference, Split
from geoseg_text.datasets.segmentation import CocoMask
from geoseg_text.errors import InputError
from geoseg_text.progress import ProgressCallback

_MOST_XML_BYTES = 2**24

_REFS = "refs(unc).p"
_INSTANCES = "instances.json"

Record = Mapping[str, Any]


@dataclass(frozen=True)
class RefCocoLayout:
    """Reads the layout above; see `Layout`.

    Attributes:
        name: what its folders are called, e.g. ``rrsisd``.
    """

    name: str

    def list_references(
        self,
        root: Path,
        splits: Collection[Split],
        *,
        thorough: bool = False,
        progress: ProgressCallback | None = None,
    ) -> Listing:
        """List each sentence of each reference; where thorough, also expressions of the XML without one."""
        folder, images = root / self.name, root / "images" / self.name
        if not (folder / _INSTANCES).is_file() or not (folder / _REFS).is_file():
            raise InputError(
                f"{root}: no {self.name}/{_REFS} with {self.name}/{_INSTANCES} in it; give the folder that "
                f"holds {self.name}/ and images/{self.name}/"
            )
        records = read_plain_pickle(folder / _REFS)
        if not isinstance(records, list):
            raise InputError(f"{folder / _REFS}: no list of references; unpack the copy again")
        listing = Listing()
        instances = _Instances.read(folder / _INSTANCES, listing.faults)
        for number, record in enumerate(records, start=1):
            _add(listing, instances, images / "JPEGImages", record, number, splits)
        if thorough:
            listing.faults += _unread(records, instances, images / "ann_split", progress)
        return listing


@dataclass(frozen=True)
class _Instances:
    """What `instances.json` holds, by id."""

    images: Mapping[int, Record]
    annotations: Mapping[int, Record]
    categories: Mapping[int, Record]

    @classmethod
    def read(cls, path: Path, faults: list[Fault]) -> _Instances:
        """Read the file; entries that cannot be told apart are faults."""
        content = read_json(path)
        tables: dict[str, dict[int, Record]] = {}
        for table in ("images", "annotations", "categories"):
            rows = content.get(table) if isinstance(content, dict) else None
            if not isinstance(rows, list):
                raise InputError(f"{path}: no list of {table}; unpack the copy again")
            found: dict[int, Record] = {}
            for number, row in enumerate(rows, start=1):
                try:
                    key = entry(row, "id", int)
                    if key in found:
                        raise MalformedError(f"id {key} stands twice")
                    found[key] = row
                except MalformedError as error:
                    faults.append(Fault("malformed", f"{_INSTANCES} {table} entry {number}", str(error)))
            tables[table] = found
        return cls(**tables)


def _add(
    listing: Listing,
    instances: _Instances,
    folder: Path,
    record: object,
    number: int,
    splits: Collection[Split],
) -> None:
    """Add the sentences of one reference, or its fault."""
    where = f"{_REFS} reference {number}"
    try:
        split = _split(entry(record, "split", str))
        if split not in splits:
            return
        key = entry(record, "ann_id", int)
        if key not in instances.annotations:
            what = f"annotation {key} is not in {_INSTANCES}"
            listing.faults.append(Fault("annotation-unknown", where, what))
            return
        listing.references += _references(instances, folder, record, key, split)
    except MalformedError as error:
        listing.faults.append(Fault("malformed", where, str(error)))


def _references(
    instances: _Instances, folder: Path, record: object, key: int, split: Split
) -> Iterator[Reference]:
    """One reference for each sentence of a record; all are about its annotation."""
    annotation = instances.annotations[key]
    image_id = entry(record, "image_id", int)
    image = instances.images.get(image_id)
    if image is None:
        raise MalformedError(f"image {image_id} is not in {_INSTANCES}")
    if annotation.get("image_id") != image_id:
        raise MalformedError(f"annotation {key} is not of image {image_id}")
    name = file_name(entry(image, "file_name", str))
    size = (image.get("height"), image.get("width"))
    shape = cast("tuple[int, int]", size) if all(type(side) is int for side in size) else (0, 0)
    for phrase in _phrases(record):
        yield Reference(
            image=folder / name,
            mask=CocoMask(f"{_INSTANCES} annotation {key}", annotation.get("segmentation"), shape),
            phrase=phrase,
            category=_category(instances, record, annotation),
            image_id=name,
            split=split,
        )


def _split(text: str) -> Split:
    """The split of a reference; testA and testB of RefCOCO are test."""
    found = "test" if text.startswith("test") else text
    if found not in SPLITS:
        raise MalformedError(f"split {text[:40]!r} is none of {', '.join(SPLITS)}")
    return found


def _phrases(record: object) -> list[str]:
    """The expressions of a reference, as they were written."""
    sentences = entry(record, "sentences", list)
    if not sentences:
        raise MalformedError("it has no sentence")
    return [
        phrase_of(entry(sentence, "raw" if isinstance(sentence, dict) and "raw" in sentence else "sent", str))
        for sentence in sentences
    ]


def _category(instances: _Instances, record: object, annotation: Record) -> str:
    """The name of a reference's category."""
    holder = record if isinstance(record, dict) and "category_id" in record else annotation
    field = next((name for name in ("category_id", "categories_id") if name in holder), "category_id")
    key = entry(holder, field, int)
    if key not in instances.categories:
        raise MalformedError(f"category {key} is not in {_INSTANCES}")
    return entry(instances.categories[key], "name", str)


def _unread(
    records: list[object], instances: _Instances, folder: Path, progress: ProgressCallback | None
) -> Iterator[Fault]:
    """The expressions of the XML files that no reference uses; the copy may be without the files."""
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        try:
            image = instances.images.get(entry(record, "image_id", int))
            used[Path(entry(image, "file_name", str)).stem].update(map(_words, _phrases(record)))
        except MalformedError:
            continue  # it is listed as a fault already
    for path in told(sorted(folder.glob("*.xml")), "list", progress):
        where = f"{folder.name}/{path.name}"
        try:
            expressions = _expressions(path)
        except (OSError, MalformedError, ElementTree.ParseError):
            yield Fault("malformed", where, "not the XML of an image's objects")
            continue
        left = used[path.stem]
        for number, expression in enumerate(expressions, start=1):
            if left[_words(expression)] > 0:
                left[_words(expression)] -= 1
            else:
                yield Fault("expression-unread", f"{where} object {number}", repr(expression))


def _expressions(path: Path) -> list[str]:
    """The description of each object of an XML file, in its order."""
    if path.stat().st_size > _MOST_XML_BYTES:
        raise MalformedError("too large")
    content = path.read_bytes()
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:  # entities can grow without bound
        raise MalformedError("a document type")
    tree = ElementTree.fromstring(content)
    return [" ".join((found.text or "").split()) for found in tree.iter("description")]


def _words(expression: str) -> str:
    """What makes two expressions one: their words, in lower case."""
    return " ".join(re.findall(r"\w+", expression.casefold()))
