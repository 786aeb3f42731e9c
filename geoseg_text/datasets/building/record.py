"""A window that is done: its place and its triplets, with masks as run lengths, as it is kept on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from affine import Affine

from geoseg_text.datasets.building.plan import PlannedWindow
from geoseg_text.datasets.building.triplets import Triplet
from geoseg_text.datasets.rle import decode_mask, encode_mask
from geoseg_text.datasets.sample import Mask, Split
from geoseg_text.language.cases import Kind


@dataclass(frozen=True)
class TripletRecord:
    """A triplet.

    Attributes:
        phrase: the words.
        kind: what it turns on; None where nobody has said.
        category: of what is meant.
        features: the layers' features that are meant.
        counts: the mask as COCO's compressed run lengths.
        box: first column and row, and those after the last, of the mask; all 0 where it is empty.
        pixels: of the mask.
    """

    phrase: str
    kind: Kind | None
    category: str
    features: tuple[str, ...]
    counts: str
    box: tuple[int, int, int, int]
    pixels: int


@dataclass(frozen=True)
class WindowRecord:
    """A window of the data set.

    Attributes:
        name: what its files are called.
        split: 'train', 'val' or 'test'.
        at: first row and column on the run grid.
        shape: rows and columns.
        triplets: its triplets; none where the imagery or the labels were not worth it.
    """

    name: str
    split: Split
    at: tuple[int, int]
    shape: tuple[int, int]
    triplets: tuple[TripletRecord, ...]

    @classmethod
    def of(cls, planned: PlannedWindow, triplets: Sequence[Triplet]) -> WindowRecord:
        """The record of a window's triplets."""
        window = planned.window
        records = tuple(_recorded(triplet) for triplet in triplets)
        return cls(planned.name, planned.split, (window.row, window.col), window.shape, records)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> WindowRecord:
        """What `to_json` gave."""
        triplets = tuple(
            TripletRecord(**{**one, "features": tuple(one["features"]), "box": tuple(one["box"])})
            for one in kept["triplets"]
        )
        at, shape = kept["at"], kept["shape"]
        return cls(kept["name"], kept["split"], (at[0], at[1]), (shape[0], shape[1]), triplets)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        triplets = [vars(triplet) for triplet in self.triplets]
        return {**vars(self), "triplets": triplets}

    def mask(self, triplet: TripletRecord) -> Mask:
        """The mask of one of its triplets, (rows, cols)."""
        return decode_mask(triplet.counts, self.shape)

    def affine(self, grid: Affine) -> Affine:
        """Pixel corner (col, row) of the window to (x, y), from that of the run grid."""
        return grid @ Affine.translation(self.at[1], self.at[0])


def _recorded(triplet: Triplet) -> TripletRecord:
    rows, cols = (np.flatnonzero(triplet.mask.any(axis=axis)) for axis in (1, 0))
    box = (int(cols[0]), int(rows[0]), int(cols[-1]) + 1, int(rows[-1]) + 1) if len(rows) else (0, 0, 0, 0)
    return TripletRecord(
        phrase=triplet.phrase,
        kind=triplet.kind,
        category=triplet.category,
        features=triplet.features,
        counts=encode_mask(triplet.mask),
        box=box,
        pixels=int(triplet.mask.sum()),
    )
