"""Windows: the pixels a network sees at once, and the plan that lays them over a grid.

A window is integer and anchored at its top-left pixel. A plan covers every pixel of its grid, shifts the
windows of the last row and column inward, and lets a window reach past the grid only where the grid is
smaller than a window.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import overload

from geoseg_text.errors import InputError


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A rectangle of pixels.

    Attributes:
        row: first row; negative where the window begins above its grid.
        col: first column.
        rows: height in pixels, at least 1.
        cols: width in pixels, at least 1.

    Raises:
        InputError: a side is less than one pixel.
    """

    row: int
    col: int
    rows: int
    cols: int

    def __post_init__(self) -> None:
        if self.rows < 1 or self.cols < 1:
            raise InputError(f"a window of {self.rows} x {self.cols} px holds no pixel: each side needs 1")

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (self.rows, self.cols)

    @property
    def row_stop(self) -> int:
        """The row after the last one."""
        return self.row + self.rows

    @property
    def col_stop(self) -> int:
        """The column after the last one."""
        return self.col + self.cols

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of the window's pixels in an array (rows, cols) of its grid."""
        return (slice(self.row, self.row_stop), slice(self.col, self.col_stop))

    def shifted(self, rows: int, cols: int) -> Window:
        """Return the same rectangle, moved down and to the right."""
        return Window(self.row + rows, self.col + cols, self.rows, self.cols)

    def within(self, outer: Window) -> Window:
        """Return the same rectangle in the coordinates of `outer`, whose first pixel becomes (0, 0)."""
        return self.shifted(-outer.row, -outer.col)

    def intersection(self, other: Window) -> Window | None:
        """Return the pixels both windows hold, or None."""
        row, col = max(self.row, other.row), max(self.col, other.col)
        row_stop, col_stop = min(self.row_stop, other.row_stop), min(self.col_stop, other.col_stop)
        if row >= row_stop or col >= col_stop:
            return None
        return Window(row, col, row_stop - row, col_stop - col)


@dataclass(frozen=True)
class WindowPlan(Sequence[Window]):
    """The windows of a run, row-major; computed from their index, so a plan of any length costs nothing.

    Attributes:
        shape: rows and columns of the grid.
        window_px: side of every window.
        row_starts: first row of each row of windows.
        col_starts: first column of each column of windows.
    """

    shape: tuple[int, int]
    window_px: int
    row_starts: tuple[int, ...]
    col_starts: tuple[int, ...]

    @classmethod
    def for_grid(cls, shape: tuple[int, int], window_px: int, overlap_px: int) -> WindowPlan:
        """Lay windows over a grid.

        Args:
            shape: rows and columns of the grid, each at least 1.
            window_px: side of a window.
            overlap_px: pixels that neighbours share at least, less than `window_px`.

        Raises:
            InputError: the grid is empty, or the window and the overlap leave no step.
        """
        if min(shape) < 1:
            raise InputError(f"a grid of {shape[0]} x {shape[1]} px holds no pixel")
        if window_px < 1:
            raise InputError(f"a window of {window_px} px holds no pixel: give at least 1")
        if not 0 <= overlap_px < window_px:
            raise InputError(f"an overlap of {overlap_px} px: give 0 to {window_px - 1}, less than a window")
        step_px = window_px - overlap_px
        return cls(
            shape, window_px, _starts(shape[0], window_px, step_px), _starts(shape[1], window_px, step_px)
        )

    @property
    def padded(self) -> bool:
        """Whether windows reach past the grid, because it is smaller than a window."""
        return min(self.shape) < self.window_px

    def __len__(self) -> int:
        return len(self.row_starts) * len(self.col_starts)

    @overload
    def __getitem__(self, index: int) -> Window: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Window, ...]: ...
    def __getitem__(self, index: int | slice) -> Window | tuple[Window, ...]:
        numbers = range(len(self))[index]
        if isinstance(numbers, range):
            return tuple(self._window(number) for number in numbers)
        return self._window(numbers)

    def __iter__(self) -> Iterator[Window]:
        return (self._window(number) for number in range(len(self)))

    def number(self, window: Window) -> int:
        """The number of one of the plan's windows, from 0.

        Raises:
            InputError: it is none of them.
        """
        row, col = bisect_left(self.row_starts, window.row), bisect_left(self.col_starts, window.col)
        number = row * len(self.col_starts) + col
        if row >= len(self.row_starts) or col >= len(self.col_starts) or self._window(number) != window:
            raise InputError(f"{window} is no window of this plan")
        return number

    def part(self, region: Window) -> WindowPlan:
        """The windows that touch a region of the grid, which are a table again."""
        return replace(
            self,
            row_starts=_reaching(self.row_starts, self.window_px, region.row, region.row_stop),
            col_starts=_reaching(self.col_starts, self.window_px, region.col, region.col_stop),
        )

    def batches(self, size: int) -> Iterator[tuple[Window, ...]]:
        """Yield consecutive windows, `size` at a time; only the last batch may hold fewer.

        Raises:
            InputError: `size` is less than 1.
        """
        if size < 1:
            raise InputError(f"a batch of {size} windows: give at least 1")
        windows = iter(self)
        while batch := tuple(islice(windows, size)):
            yield batch

    def _window(self, number: int) -> Window:
        row, col = divmod(number, len(self.col_starts))
        return Window(self.row_starts[row], self.col_starts[col], self.window_px, self.window_px)


def lattice(window: Window, block_px: int) -> Iterator[Window]:
    """Yield, row-major, the blocks that a window touches of a lattice anchored at (0, 0).

    Args:
        window: the window.
        block_px: side of a block; blocks may reach past the window, and past the grid.
    """
    for row in range(window.row // block_px * block_px, window.row_stop, block_px):
        for col in range(window.col // block_px * block_px, window.col_stop, block_px):
            yield Window(row, col, block_px, block_px)


def _reaching(starts: tuple[int, ...], window_px: int, first: int, stop: int) -> tuple[int, ...]:
    return tuple(start for start in starts if start < stop and start + window_px > first)


def _starts(length_px: int, window_px: int, step_px: int) -> tuple[int, ...]:
    last = max(length_px - window_px, 0)
    return (*range(0, last, step_px), last)
