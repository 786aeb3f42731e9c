"""The review file: doubtful masks go out as lines of a table, what a person says of them comes back.

::

    id,image,phrase,box,predicted_iou,reasons,drawing,verdict,points
    17,00002.jpg,the red ship,"10,12,40,60",0.61,predicted IoU 0.61,0,again,"20,30,+;12,50,-"

Of what comes back only id, drawing, verdict and points are read. A file that a person has edited is never
written over: it is put aside as ``review-1.csv`` before a new one takes its place.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from geoseg_text.datasets.boxes.drawing import Guidance
from geoseg_text.datasets.boxes.judged import Judged
from geoseg_text.datasets.boxes.plan import BoxPlan
from geoseg_text.datasets.boxes.points import outside, parse_points
from geoseg_text.datasets.boxes.rows import Faults, read_table
from geoseg_text.datasets.boxes.verdicts import WORDS, Verdict, Verdicts
from geoseg_text.datasets.building.folder import whole
from geoseg_text.datasets.listing import MalformedError
from geoseg_text.errors import InputError, OutputError

FILE = "review.csv"
COLUMNS = ("id", "image", "phrase", "box", "predicted_iou", "reasons", "drawing", "verdict", "points")

_SAID = re.compile(r"(keep|drop|again)(?:[\s:]+([1-3]))?", re.IGNORECASE)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute


def with_review(verdicts: Verdicts, path: Path, plan: BoxPlan) -> Verdicts:
    """The verdicts with those of an edited review file; lines without one say nothing.

    Raises:
        InputError: the file cannot be read, or a line of it is not to be understood.
    """
    header, lines = read_table(path)
    missing = [name for name in ("id", "verdict") if name not in header]
    if missing:
        raise InputError(f"{path}: no column {', '.join(missing)}; give back the file that the build wrote")
    faults = Faults()
    known, seen = plan.instances, set[str]()
    for where, cells in lines:
        if not cells["verdict"]:
            if cells.get("points"):
                faults.add(where, "points without a verdict; write again into the column 'verdict'")
            continue
        key = cells["id"]
        if key not in known or key in seen:
            faults.add(where, f"id {key[:40]!r} {'stands twice' if key in seen else 'is of no box'}")
            continue
        seen.add(key)
        try:
            image, thing = known[key]
            number = _drawing(cells, verdicts.drawings(key))
            verdict = _verdict(cells, image.shape)
            if verdict.guidance.mask > 1 and (number or thing.points):
                raise MalformedError(f"{cells['verdict']!r}: guided by points it has one mask alone")
            verdicts = verdicts.with_one(key, number, verdict)
        except (MalformedError, InputError) as error:
            faults.add(where, error)
    faults.stop()
    return verdicts


def write_review(root: Path, waiting: Sequence[Judged], verdicts: Verdicts) -> Verdicts:
    """Write the review file of what waits for a person, and put an edited one aside before.

    Returns:
        The verdicts, as they are kept now.

    Raises:
        OutputError: the file may not be replaced.
    """
    path = root / FILE
    if path.is_file() and _hash(path.read_bytes()) not in verdicts.reviews:
        _put_aside(path)
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([_harmless(cell) for cell in _line(one)] for one in waiting)
    content = text.getvalue().encode("utf-8")
    if _hash(content) not in verdicts.reviews:  # before the file, so that a stop in between loses nothing
        verdicts = replace(verdicts, reviews=(*verdicts.reviews, _hash(content)))
        verdicts.write(root)
    try:
        with whole(path) as draft:
            draft.write_bytes(content)
    except PermissionError as error:  # some systems keep a file that a spreadsheet has open
        raise OutputError(f"{path}: is open elsewhere; close it, and the same command goes on") from error
    return verdicts


def _verdict(cells: Mapping[str, str], shape: tuple[int, int]) -> Verdict:
    match = _SAID.fullmatch(cells["verdict"])
    word = next((one for one in WORDS if match and one == match[1].lower()), None)
    if match is None or word is None:
        raise MalformedError(
            f"verdict {cells['verdict'][:20]!r} is none of {', '.join(WORDS)}; 'keep 2' takes the second mask"
        )
    points = parse_points(cells.get("points", ""))
    if word == "again" and not points:
        raise MalformedError("again needs points: x,y,+ on the thing and x,y,- beside it, with ; between")
    beside = outside(points, shape)
    if beside is not None:
        raise MalformedError(
            f"point {beside.x:g},{beside.y:g} is not on the image, {shape[1]} x {shape[0]} px"
        )
    return Verdict(word, Guidance(points if word == "again" else (), int(match[2] or 0)))


def _drawing(cells: Mapping[str, str], present: int) -> int:
    """The drawing that a line speaks of: the present one where it does not say."""
    said = cells.get("drawing", "") or str(present)
    if not (said.isascii() and said.isdecimal()) or int(said) > present:
        raise MalformedError(f"drawing {said[:20]!r} is none of 0 to {present}; leave the column as it was")
    return int(said)


def _line(one: Judged) -> tuple[str, ...]:
    return (
        one.thing.id,
        one.image.file,
        one.thing.phrase,
        ",".join(f"{side:g}" for side in one.thing.box),
        f"{one.mask.predicted_iou:.2f}",
        "; ".join(map(str, one.doubts)),
        str(one.number),
        "",
        "",
    )


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet shows and does not compute."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _put_aside(path: Path) -> None:
    """Keep a file that is about to be written over under the next free name, unless it is kept already."""
    content = path.read_bytes()
    for number in count(1):
        place = path.with_name(f"{path.stem}-{number}{path.suffix}")
        if not place.exists():
            with whole(place) as draft:
                draft.write_bytes(content)
            return
        if place.read_bytes() == content:
            return


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
