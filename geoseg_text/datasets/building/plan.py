"""Which windows a data set has, and to which split each belongs.

The grid is cut into blocks, no window reaches over the border of its block, and a block belongs to one split:
so windows of different splits never share a pixel, however much the windows of a block overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geoseg_text.datasets.sample import SPLITS, Split
from geoseg_text.errors import InputError
from geoseg_text.values.windows import Window

_BLOCK_SIDES = (8, 4, 2, 1)
_ENOUGH_BLOCKS = 16


@dataclass(frozen=True)
class PlanChoices:
    """How windows are laid and split.

    Attributes:
        window_px: side of a window.
        overlap_px: pixels that neighbours in a block share at most.
        block: windows a side of a block; chosen by the size of the imagery if None.
        shares: share of the windows of 'val' and of 'test'.
        seed: orders the draw of blocks.
    """

    window_px: int = 512
    overlap_px: int = 0
    block: int | None = None
    shares: tuple[float, float] = (0.1, 0.1)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.window_px < 16:
            raise InputError(f"--window {self.window_px}: give 16 px or more")
        if not 0 <= self.overlap_px < self.window_px:
            raise InputError(
                f"--overlap {self.overlap_px}: give 0 to {self.window_px - 1}, less than a window"
            )
        if self.block is not None and self.block < 1:
            raise InputError(f"--block {self.block}: give the windows a side of a block, 1 or more")
        val, test = self.shares
        if not (0 <= val < 1 and 0 <= test < 1 and val + test < 1):
            raise InputError(
                f"--val {val:g} --test {test:g}: give shares from 0 that leave some for training"
            )


@dataclass(frozen=True, order=True)
class PlannedWindow:
    """A window of the data set.

    Attributes:
        window: which pixels of the run grid.
        block: row and column of its block.
        split: 'train', 'val' or 'test'.
    """

    window: Window
    block: tuple[int, int]
    split: Split

    @property
    def name(self) -> str:
        """What its files are called."""
        return f"{self.window.row:06d}_{self.window.col:06d}"


def plan_windows(
    shape: tuple[int, int], choices: PlanChoices, usable: Callable[[Window], bool]
) -> tuple[PlannedWindow, ...]:
    """Lay the windows, keep the usable ones, and split them block by block.

    Args:
        shape: rows and columns of the run grid.
        choices: see there.
        usable: whether a window is worth having.

    Returns:
        The windows, row-major.

    Raises:
        InputError: no window is usable, or there are fewer blocks than splits.
    """
    sides = _BLOCK_SIDES if choices.block is None else (choices.block,)
    blocks: Mapping[tuple[int, int], list[Window]] = {}
    for side in sides:
        laid = _laid(shape, choices, side)
        blocks = {
            place: kept for place, windows in laid.items() if (kept := [w for w in windows if usable(w)])
        }
        if len(blocks) >= _ENOUGH_BLOCKS:
            break
    if not blocks:
        raise InputError(
            "no window holds a labelled thing on valid pixels; check that imagery and labels meet"
        )
    splits = _split(blocks, choices)
    return tuple(
        sorted(PlannedWindow(w, place, splits[place]) for place, kept in blocks.items() for w in kept)
    )


def _laid(shape: tuple[int, int], choices: PlanChoices, side: int) -> dict[tuple[int, int], list[Window]]:
    """The windows of each block; windows are smaller only where the grid is."""
    window = tuple(min(choices.window_px, length) for length in shape)
    rows, cols = (
        [_starts(span, size, choices.overlap_px) for span in _spans(length, size * side)]
        for length, size in zip(shape, window, strict=True)
    )
    return {
        (down, across): [Window(row, col, window[0], window[1]) for row in tops for col in lefts]
        for down, tops in enumerate(rows)
        for across, lefts in enumerate(cols)
    }


def _spans(length: int, block_px: int) -> list[tuple[int, int]]:
    """A length in near-equal parts of at least a block, if it is as long."""
    count = max(length // block_px, 1)
    edges = [round(number * length / count) for number in range(count + 1)]
    return list(pairwise(edges))


def _starts(span: tuple[int, int], size: int, overlap: int) -> list[int]:
    """First pixels of as many windows as fit into a span, spread evenly."""
    room = max(span[1] - span[0] - size, 0)
    steps = room // max(size - overlap, 1)
    return [span[0] + (round(number * room / steps) if steps else room // 2) for number in range(steps + 1)]


def _split(
    blocks: Mapping[tuple[int, int], Sequence[Window]], choices: PlanChoices
) -> dict[tuple[int, int], Split]:
    """A split for each block: as many windows as asked for, and at least one block each."""
    wanted = [(split, share) for split, share in zip(SPLITS[1:], choices.shares, strict=True) if share > 0]
    if len(blocks) <= len(wanted):
        raise InputError(
            f"{len(blocks)} block(s) of windows for {len(wanted) + 1} splits; give a smaller --window or "
            "--block, or --val 0 and --test 0"
        )
    places = sorted(blocks)
    order = [places[number] for number in np.random.default_rng(choices.seed).permutation(len(places))]
    total = sum(len(windows) for windows in blocks.values())
    splits: dict[tuple[int, int], Split] = {}
    for left, (split, share) in enumerate(wanted, start=1):
        taken = 0
        # The splits still to come, and training, keep a block each.
        while not taken or (taken < share * total and len(order) > len(wanted) - left + 1):
            place = order.pop()
            # A block that overshoots by more than it falls short is left for training.
            if taken and taken + len(blocks[place]) - share * total > share * total - taken:
                order.append(place)
                break
            splits[place] = split
            taken += len(blocks[place])
    return splits | dict.fromkeys(order, SPLITS[0])
