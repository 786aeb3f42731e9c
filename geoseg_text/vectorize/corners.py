"""Corners: the vertices of a mask's outline, where the four pixels around a lattice point are not alike.

A corner joins one horizontal and one vertical edge of the outline. Where two pixels touch diagonally there
are two corners at one point. A corner is one 64-bit number, so that sorting corners sorts them by row, column
and side: ``row << 32 | col << 3 | rightwards << 2 | downwards << 1 | level``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROW_SHIFT = 32
COL_SHIFT = 3
RIGHTWARDS = 4
"""The horizontal edge runs from the corner to the right."""
DOWNWARDS = 2
"""The vertical edge runs from the corner downwards."""
LEVEL = 1
"""Who walks with the mask on the left hand leaves the corner along the horizontal edge."""

_COL_MASK = (1 << (ROW_SHIFT - COL_SHIFT)) - 1

# The pixels around a lattice point.
_NW, _NE, _SW, _SE = 1, 2, 4, 8


def _table() -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """How many corners each code has, and by [code, which] their flags and their owner's row and column.

    The owner is a pixel of the mask at the corner: 0 is above or left, 1 below or right.
    """
    right_down, left_down, left_up, right_up = RIGHTWARDS | DOWNWARDS, DOWNWARDS, 0, RIGHTWARDS
    corners = {
        _SE: [(right_down, (1, 1))],
        _SW: [(left_down | LEVEL, (1, 0))],
        _NW: [(left_up, (0, 0))],
        _NE: [(right_up | LEVEL, (0, 1))],
        _NW | _NE | _SW: [(right_down | LEVEL, (0, 0))],
        _NW | _NE | _SE: [(left_down, (0, 0))],
        _NE | _SW | _SE: [(left_up | LEVEL, (1, 1))],
        _NW | _SW | _SE: [(right_up, (0, 0))],
        # Touching diagonally: each pixel keeps its own corner, the one with the left edge first.
        _NW | _SE: [(left_up, (0, 0)), (right_down, (1, 1))],
        _NE | _SW: [(left_down | LEVEL, (1, 0)), (right_up | LEVEL, (0, 1))],
    }
    count, flags = np.zeros(16, np.int64), np.zeros((16, 2), np.int64)
    owner_row, owner_col = np.zeros((16, 2), np.int64), np.zeros((16, 2), np.int64)
    for code, found in corners.items():
        count[code] = len(found)
        for place, (flag, (row, col)) in enumerate(found):
            flags[code, place], owner_row[code, place], owner_col[code, place] = flag, row, col
    return count, flags, owner_row, owner_col


_COUNT, _FLAGS, _OWNER_ROW, _OWNER_COL = _table()


def line_of(corners: NDArray[np.int64]) -> NDArray[np.int64]:
    """The line between rows that each corner lies on."""
    return corners >> ROW_SHIFT


def column_of(corners: NDArray[np.int64]) -> NDArray[np.int64]:
    """The line between columns that each corner lies on."""
    return corners >> COL_SHIFT & _COL_MASK


def moved(corners: NDArray[np.int64], rows: int, cols: int) -> NDArray[np.int64]:
    """The same corners, further down and to the right."""
    return corners + (rows << ROW_SHIFT | cols << COL_SHIFT)


def find_corners(
    padded: NDArray[np.bool_], edges: NDArray[np.bool_], first_line: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Corners on the lines between the rows of a mask.

    Args:
        padded: bool (rows + 1, cols + 2), the row above the band and the band, an empty column on either
            side.
        edges: bool (rows + 1, cols + 1), true where a pixel and its right neighbour differ.
        first_line: row number of the band's first row, whose upper side is the first line.

    Returns:
        The corners in ascending order, and for each the place of a pixel of the mask that it belongs to,
        counted in `edges` row by row (the place of the edge on the pixel's left).
    """
    pitch = edges.shape[1]
    corner = edges[1:] ^ edges[:-1]
    # Both edges there and the pixels on the left unlike: the pixels touch diagonally.
    corner |= edges[:-1] & (padded[1:, :-1] ^ padded[:-1, :-1])
    at = np.flatnonzero(corner)
    line, col = np.divmod(at, pitch)
    upper = line * (pitch + 1) + col  # place of the pixel on the upper left in `padded`
    lower = upper + pitch + 1
    pixels = padded.ravel().view(np.uint8)
    code = pixels[upper] | pixels[upper + 1] << 1 | pixels[lower] << 2 | pixels[lower + 1] << 3
    place = np.zeros(len(at), np.int64)
    count = _COUNT[code]
    if (count > 1).any():
        again = np.repeat(np.arange(len(at)), count)
        place = (np.diff(again, prepend=-1) == 0).astype(np.int64)
        line, col, code = line[again], col[again], code[again]
    key = (line + first_line) << ROW_SHIFT | col << COL_SHIFT | _FLAGS[code, place]
    owner = (line + _OWNER_ROW[code, place]) * pitch + col + _OWNER_COL[code, place] - 1
    return key, owner
