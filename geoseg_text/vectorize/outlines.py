"""The corners of components that are still open: all that a polygon needs from rows long gone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Corners = NDArray[np.int64]
Labels = NDArray[np.int32]


class Outlines:
    """Corners of the open components, kept in the pieces in which they came.

    A piece is never looked at again before its component closes, so an open polygon of any size costs nothing
    while rows pass, and 8 bytes a corner.
    """

    def __init__(self) -> None:
        self._pieces: list[list[Corners]] = []

    def advance(
        self,
        corners: Corners,
        corner_label: Labels,
        label: Labels,
        still_open: Labels,
        wanted: NDArray[np.bool_],
    ) -> tuple[Corners, Labels]:
        """Take the corners of new rows.

        Args:
            corners: ascending.
            corner_label: the component of each.
            label: begins with the component into which each component that was open has gone.
            still_open: the components that stay open, ascending; the next call numbers them by place.
            wanted: for each component, whether it is closed and to be traced.

        Returns:
            All corners of the wanted components, and the component of each.
        """
        slot = np.full(len(wanted), -1)
        slot[still_open] = np.arange(len(still_open))
        kept: list[list[Corners]] = [[] for _ in still_open]
        chosen = wanted[corner_label]
        closing, closing_label = [corners[chosen]], [corner_label[chosen]]
        for pieces, merged in zip(self._pieces, label.tolist(), strict=False):
            place = slot[merged]
            if place >= 0:
                # The shorter list is moved, so that a component which swallows many stays cheap.
                longer, shorter = sorted((kept[place], pieces), key=len, reverse=True)
                longer.extend(shorter)
                kept[place] = longer
            elif wanted[merged]:
                closing.extend(pieces)
                closing_label.extend(np.full(len(piece), merged, np.int32) for piece in pieces)
        self._pieces = kept
        self._keep(corners, slot[corner_label])
        return np.concatenate(closing), np.concatenate(closing_label)

    def _keep(self, corners: Corners, slot: NDArray[np.int64]) -> None:
        staying = np.flatnonzero(slot >= 0)
        staying = staying[np.argsort(slot[staying], kind="stable")]
        where = slot[staying]
        starts = np.flatnonzero(np.diff(where, prepend=-1))
        for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(where)], strict=False):
            self._pieces[where[start]].append(corners[staying[start:stop]])
