"""Blocks: how a run grid is cut into parts, and which of them a shard does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Self

from geoseg_text.errors import InputError
from geoseg_text.values.windows import Window, lattice

BLOCK_PX = 16_384
"""Side of a block: windows on its seams are answered on both sides, some percent of the work at this size."""

BAND_PX = 1024
"""Rows of the run grid whose polygons are put in order together."""

MOST_BLOCKS = 1_000_000


@dataclass(frozen=True)
class Shard:
    """One of several parts of a job.

    Attributes:
        number: which, from 1.
        count: of how many.

    Raises:
        InputError: there is no such part.
    """

    number: int = 1
    count: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.count:
            raise InputError(f"shard {self.number}/{self.count}: give I/N with I from 1 to N")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``I/N``.

        Raises:
            InputError: the text is not of that form, or there is no such part.
        """
        number, slash, count = text.partition("/")
        if not (slash and number.strip().isdecimal() and count.strip().isdecimal()):
            raise InputError(f"shard {text!r}: give I/N, such as 2/8 for the second of eight parts")
        return cls(int(number), int(count))

    def of(self, blocks: Sequence[Window]) -> list[Window]:
        """Its blocks: every N-th, so that each shard gets its share of empty ones."""
        return list(blocks[self.number - 1 :: self.count])


def blocks_of(shape: tuple[int, int], block_px: int) -> list[Window]:
    """The cores of the blocks of a run grid, row-major.

    Args:
        shape: rows and columns of the grid.
        block_px: side of a core; those at the right and bottom are smaller.

    Raises:
        InputError: a block holds no pixel.
    """
    if block_px < 1:
        raise InputError(f"blocks of {block_px} px: give at least 1")
    count = ceil(shape[0] / block_px) * ceil(shape[1] / block_px)
    if count > MOST_BLOCKS:
        raise InputError(f"{count:,} blocks of {block_px} px: give larger ones, {MOST_BLOCKS:,} at most")
    whole = Window(0, 0, *shape)
    parts = (cell.intersection(whole) for cell in lattice(whole, block_px))
    return [part for part in parts if part is not None]
