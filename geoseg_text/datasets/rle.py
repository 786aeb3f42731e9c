"""Run lengths of the COCO annotations: a mask as text, and back.

The mask is read column by column; runs of 0 and 1 take turns and the first, of 0, may be empty. From the
fourth run on, the difference to the run two before is written. A number is written in groups of five bits,
the lowest first, each as the character 48 + group; 32 is added where another group follows, and the highest
bit of the last group is the sign.

Written here and not taken from pycocotools, because annotations are hostile input: that package is compiled
code without types, an optional extra, and it trusts the text to fit the size. Here every run is checked
before memory is taken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

MOST_PX = 2**27
"""Pixels of the largest mask that is decoded: 128 MiB."""

_ZERO = 48
_MORE = 32
_SIGN = 16
_MOST_GROUPS = 7  # 35 bits hold any difference of runs in MOST_PX


class RunLengthSizeError(ValueError):
    """The runs are sound, but do not fill the size they are given with."""


def encode_mask(mask: NDArray[np.bool_]) -> str:
    """The run lengths of a mask (rows, cols) of at least one pixel as COCO's compressed text."""
    flat = mask.ravel(order="F")
    turns = np.flatnonzero(np.diff(flat, prepend=np.False_, append=~flat[-1]))
    counts = np.diff(turns, prepend=0)
    deltas = counts.copy()
    deltas[3:] -= counts[1:-2]
    return "".join(map(_written, deltas.tolist()))


def read_counts(text: str) -> NDArray[np.int64]:
    """The runs, 0 first, of COCO's compressed text.

    Raises:
        ValueError: the text is none.
    """
    groups = np.frombuffer(text.encode("ascii"), np.uint8).astype(np.int64) - _ZERO
    if groups.size == 0 or groups.min() < 0 or groups.max() >= 2 * _MORE or groups[-1] & _MORE:
        raise ValueError("not run lengths")
    last = np.flatnonzero(groups < _MORE)
    first = np.concatenate([[0], last[:-1] + 1])
    lengths = last - first + 1
    if lengths.max() > _MOST_GROUPS:
        raise ValueError("a run beyond all measure")
    shifts = 5 * (np.arange(groups.size) - np.repeat(first, lengths))
    numbers = np.add.reduceat((groups % _MORE) << shifts, first)
    numbers[(groups[last] & _SIGN) > 0] -= 1 << (5 * lengths[(groups[last] & _SIGN) > 0])
    numbers[1::2] = numbers[1::2].cumsum()
    numbers[2::2] = numbers[2::2].cumsum()
    return numbers


def fill(counts: ArrayLike, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """The mask (rows, cols) of runs, 0 first.

    Raises:
        ValueError: a run is negative, or the mask would be beyond all measure.
        RunLengthSizeError: the runs do not add up to rows x cols.
    """
    runs = np.asarray(counts, dtype=np.int64)
    rows, cols = shape
    if runs.ndim != 1 or rows < 1 or cols < 1 or rows * cols > MOST_PX or (runs < 0).any():
        raise ValueError("no runs of a mask")
    if (runs > rows * cols).any() or runs.sum() != rows * cols:
        raise RunLengthSizeError(f"the runs do not fill {rows} x {cols} px")
    values = np.arange(runs.size) % 2 == 1
    return np.ascontiguousarray(np.repeat(values, runs).reshape(cols, rows).T)


def decode_mask(text: str, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """The mask (rows, cols) of COCO's compressed text.

    Raises:
        ValueError: the text is none, or the mask would be beyond all measure.
        RunLengthSizeError: the runs do not add up to rows x cols.
    """
    return fill(read_counts(text), shape)


def _written(number: int) -> str:
    """One number, five bits a character."""
    characters = []
    while True:
        group = number % _MORE
        number >>= 5
        if number == (-1 if group & _SIGN else 0):  # what is left is the sign, and the group shows it
            characters.append(chr(_ZERO + group))
            return "".join(characters)
        characters.append(chr(_ZERO + group + _MORE))
