"""Corners of joined components, put away by the band of rows in which their polygons will be asked for."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from geoseg_text.values.scratch import scratch_file, stating_room

Corners = NDArray[np.int64]
Labels = NDArray[np.int32]

_BYTES = 8 + 4
"""Of a corner and its owner."""


class CornerSpool:
    """Takes corners in any order, and gives those of a band together; on disk when they are many."""

    def __init__(self) -> None:
        self._file = scratch_file(self)
        self._pieces: dict[int, list[tuple[int, int]]] = defaultdict(list)

    def put(self, corners: Corners, owner: Labels, band: NDArray[np.int64]) -> None:
        """Put corners (M,) away, each with the component that owns it and its band.

        Raises:
            OutputError: the disk is full.
        """
        order = np.argsort(band, kind="stable")
        bands, starts = np.unique(band[order], return_index=True)
        with stating_room():
            for number, chosen in zip(bands.tolist(), np.split(order, starts[1:]), strict=False):
                self._pieces[number].append((self._file.tell(), len(chosen)))
                self._file.write(corners[chosen].tobytes() + owner[chosen].tobytes())

    def take(self, band: int) -> tuple[Corners, Labels]:
        """All corners of a band, and their owners; `put` comes before the first of these."""
        corners, owner = [np.empty(0, np.int64)], [np.empty(0, np.int32)]
        for place, count in self._pieces.get(band, []):
            self._file.seek(place)
            piece = self._file.read(count * _BYTES)
            corners.append(np.frombuffer(piece, np.int64, count))
            owner.append(np.frombuffer(piece, np.int32, count, offset=8 * count))
        return np.concatenate(corners), np.concatenate(owner)
