"""What can be wrong with a copy of a benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kind = Literal[
    "list-missing",
    "malformed",
    "annotation-unknown",
    "image-missing",
    "image-unreadable",
    "mask-missing",
    "mask-unreadable",
    "rle-size",
    "mask-empty",
    "size-differs",
    "expression-unread",
    "split-shared",
]

MEANINGS: Mapping[Kind, str] = MappingProxyType(
    {
        "list-missing": "the file that lists a split is not there",
        "malformed": "a line or an entry is not as the layout wants it",
        "annotation-unknown": "a reference names an annotation that is not there",
        "image-missing": "an image is not there",
        "image-unreadable": "an image cannot be decoded",
        "mask-missing": "a mask or an annotation file is not there",
        "mask-unreadable": "a mask cannot be decoded",
        "rle-size": "run lengths do not fill the size they are given with",
        "mask-empty": "a mask has no pixel",
        "size-differs": "image and mask differ in size; reading aligns them",
        "expression-unread": "an expression that no reference uses",
        "split-shared": "one picture in two splits",
    }
)
"""Each kind of fault and what it says."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of a copy.

    Attributes:
        kind: a key of `MEANINGS`.
        where: file, line or entry, from the copy's root.
        what: what is wrong there.
    """

    kind: Kind
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"
