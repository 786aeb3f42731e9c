"""Listing what a copy of a benchmark holds: what its layouts share. All of it may come from a stranger."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import Any, Protocol, TypeVar

from geoseg_text.datasets.faults import Fault
from geoseg_text.datasets.sample import Reference, Split
from geoseg_text.errors import InputError
from geoseg_text.progress import ProgressCallback, ProgressEvent

T = TypeVar("T")

_LONGEST_NAME = 240  # bytes; file systems take 255, and a suffix may follow
_HALF_CHARACTERS = re.compile("[\ud800-\udfff]")
_LARGEST = 2**63  # ids beyond it are no ids, and to write one down may take forever


class MalformedError(ValueError):
    """An entry is not as the layout wants it; the listing makes it a fault."""


@dataclass
class Listing:
    """What a copy holds.

    Attributes:
        references: samples that can be read, in the order of the files.
        faults: what is wrong with the lists and annotations. All but 'expression-unread' cost a sample.
    """

    references: list[Reference] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class Layout(Protocol):
    """How a benchmark lies on disk."""

    def list_references(
        self,
        root: Path,
        splits: Collection[Split],
        *,
        thorough: bool = False,
        progress: ProgressCallback | None = None,
    ) -> Listing:
        """List the references of some splits, without reading a pixel.

        Args:
            root: the folder that the benchmark was unpacked into.
            splits: which splits.
            thorough: also look for expressions that no reference uses; that may read many more files.
            progress: hears how far the stage 'list' is.

        Raises:
            InputError: the folder does not hold the benchmark, or its index cannot be read at all.
        """
        ...


def find_base(root: Path, inner: str, marker: str, title: str) -> Path:
    """The folder of a copy: `root`, or its folder `inner`, whichever holds `marker`.

    Raises:
        InputError: neither does.
    """
    for folder in (root, root / inner):
        if (folder / marker).exists():
            return folder
    raise InputError(f"{root}: no {marker!r} in it; give the folder that {title} was unpacked into")


def read_lines(path: Path) -> Iterator[tuple[int, str | None]]:
    """Number, from 1, and text of each line that is not blank; None for the text of one that is not UTF-8.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); unpack the copy again") from error
    # Only a line feed ends a line: str.splitlines would also cut at characters that stand inside of one.
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            try:
                yield number, line.decode("utf-8").strip()
            except UnicodeDecodeError:
                yield number, None


def read_list(path: Path, parse: Callable[[str], T], faults: list[Fault]) -> Iterator[T]:
    """What the lines of a split's file say.

    Args:
        path: the file.
        parse: reads a line; may raise `MalformedError`.
        faults: gets a fault where the file is missing, and one for each line that says nothing.

    Raises:
        InputError: the file cannot be read.
    """
    if not path.is_file():
        faults.append(Fault("list-missing", path.name, "no such file"))
        return
    for at, line in read_lines(path):
        try:
            if line is None:
                raise MalformedError("not UTF-8 text")
            said = parse(line)
        except MalformedError as error:
            faults.append(Fault("malformed", f"{path.name}:{at}", str(error)))
        else:
            yield said


def read_json(path: Path) -> Any:
    """What a JSON file holds.

    Raises:
        InputError: it cannot be read or is no JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); unpack the copy again") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON; unpack the copy again") from error


def entry(record: object, name: str, kind: type[T]) -> T:
    """A field of a record that must be there and of a kind.

    Raises:
        MalformedError: the record is none, or the field is missing, of another kind, or beyond all measure.
    """
    if not isinstance(record, dict):
        raise MalformedError("not a record of named fields")
    value = record.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise MalformedError(f"{name!r} is {'missing' if value is None else 'of the wrong kind'}")
    if isinstance(value, int) and abs(value) >= _LARGEST:
        raise MalformedError(f"{name!r} is too large a number")
    return value


def number(record: object, name: str) -> float:
    """A field that must be a finite number.

    Raises:
        MalformedError: it is not.
    """
    value = entry(record, name, object)
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise MalformedError(f"{name!r} is {'missing' if value is None else 'not a finite number'}")
    return float(value)


def phrase_of(text: str) -> str:
    """A phrase with single spaces and no line end.

    Raises:
        MalformedError: nothing is left, or it holds half characters, which JSON can write and no file can.
    """
    phrase = " ".join(text.split())
    if not phrase:
        raise MalformedError("the phrase is empty")
    if _HALF_CHARACTERS.search(phrase):
        raise MalformedError("the phrase is not Unicode text")
    return phrase


def file_name(name: str) -> str:
    """A name that stays in its folder on every system.

    Raises:
        MalformedError: it would lead out of it, or is none.
    """
    leads_out = name in {"", ".", ".."} or PureWindowsPath(name).name != name
    if leads_out or not name.isprintable() or len(name.encode()) > _LONGEST_NAME:
        raise MalformedError(f"{name[:80]!r} is not the name of a file")
    return name


def told(items: Sequence[T], stage: str, progress: ProgressCallback | None) -> Iterator[T]:
    """Give the items and tell how many are done."""
    for done, item in enumerate(items, start=1):
        yield item
        if progress is not None:
            progress(ProgressEvent(stage, done, len(items)))
