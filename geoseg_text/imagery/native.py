"""Reading pixels as they are stored, and saying which of them hold something.

A pixel is invalid where the mask or the alpha band says so, where a value is not finite, and where nodata
stands in every chosen band (or in any of them, if nodata is a number that no sensor measures: negative, or
of a float type). Whatever is stored under an invalid pixel is replaced by 0, so nothing that follows can
depend on it.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import RasterioIOError
from rasterio.io import DatasetReader
from rasterio.windows import Window as RasterWindow

from geoseg_text.imagery.raster import READ_ERRORS, Raster, explain, hold_dataset
from geoseg_text.imagery.sources import is_remote
from geoseg_text.values.windows import Window

_GDAL_LOG = logging.getLogger("rasterio")
_DAMAGE = re.compile(r"JPEGLib|premature|corrupt", re.IGNORECASE)
_HELD = 64  # open files; a mosaic may have more tiles than the system lets a process open
_REMOTE_PAUSE_S = 1.0

Pixels = NDArray[Any]
Valid = NDArray[np.bool_]


@dataclass(frozen=True)
class Loss:
    """A part of a raster that could not be read.

    Attributes:
        window: where, in the pixels that were asked for.
        reason: what GDAL says.
    """

    window: Window
    reason: str


@dataclass(frozen=True)
class Piece:
    """Pixels as stored.

    Attributes:
        values: (bands, rows, cols) in the raster's own type, 0 where invalid.
        valid: (rows, cols).
        losses: what could not be read; invalid in `valid`.
    """

    values: Pixels
    valid: Valid
    losses: tuple[Loss, ...] = ()


class NativeReader:
    """Reads windows of rasters; holds files open, retries, and remembers the blocks that cannot be read.

    Not for several threads at once. A copy sent to another process, or inherited by a forked one, opens the
    files for itself.
    """

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, int | None], DatasetReader] = OrderedDict()
        self._process = os.getpid()
        self._lost: dict[tuple[str, int | None], dict[Window, str]] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {"_held": OrderedDict(), "_process": -1, "_lost": self._lost}

    def close(self) -> None:
        """Close every file."""
        for dataset in self._held.values():
            dataset.close()
        self._held.clear()

    def read(self, raster: Raster, bands: tuple[int, ...], window: Window, level: int | None = None) -> Piece:
        """Read a window that lies within the raster.

        Args:
            raster: what to read.
            bands: numbers of the bands, from 1.
            window: which pixels, of the overview if `level` is given.
            level: number of the overview, from 0, or None for the raster itself.

        Returns:
            Its pixels; the blocks that could not be read, even when tried again, are invalid and listed.
        """
        known = self._lost.get((raster.name, level), {})
        if not any(block.intersection(window) for block in known):
            try:
                return self._try_twice(raster, bands, window, level)
            except READ_ERRORS:
                pass  # block by block, each failure is named below
        return self._read_by_blocks(raster, bands, window, level)

    def _read_by_blocks(
        self, raster: Raster, bands: tuple[int, ...], window: Window, level: int | None
    ) -> Piece:
        known = self._lost.setdefault((raster.name, level), {})
        values: Pixels = np.zeros((band_count(raster, bands), *window.shape), band_type(raster, bands))
        valid = np.zeros(window.shape, dtype=np.bool_)
        losses = []
        for block in _blocks(raster.block, window):
            part = block.intersection(window)
            if part is None:
                continue
            if block not in known:
                try:
                    piece = self._try_twice(raster, bands, part, level)
                except READ_ERRORS as error:
                    known[block] = explain(error)
                else:
                    rows, cols = part.within(window).slices
                    values[:, rows, cols] = piece.values
                    valid[rows, cols] = piece.valid
            if block in known:
                losses.append(Loss(part, known[block]))
        return Piece(values, valid, tuple(losses))

    def _try_twice(self, raster: Raster, bands: tuple[int, ...], window: Window, level: int | None) -> Piece:
        try:
            return self._try(raster, bands, window, level)
        except READ_ERRORS:
            if is_remote(raster.name):
                time.sleep(_REMOTE_PAUSE_S)
            return self._try(raster, bands, window, level)

    def _try(self, raster: Raster, bands: tuple[int, ...], window: Window, level: int | None) -> Piece:
        try:
            with _damage_raised():
                return _read(self._dataset(raster.name, level), raster, bands, window)
        except READ_ERRORS:
            # A new handle makes another attempt different: it forgets a broken connection, and does not
            # take from its cache, without a word, what a codec has made of a damaged block.
            stale = self._held.pop((raster.name, level), None)
            if stale is not None:
                stale.close()
            raise

    def _dataset(self, name: str, level: int | None) -> DatasetReader:
        if (
            self._process != os.getpid()
        ):  # handles that a fork inherited share their file position with the parent
            self._held.clear()
            self._process = os.getpid()
        key = (name, level)
        if key not in self._held:
            self._held[key] = hold_dataset(name, level)
            if len(self._held) > _HELD:
                self._held.popitem(last=False)[1].close()
        self._held.move_to_end(key)
        return self._held[key]


class _Listener(logging.Handler):
    """Hears, in its own thread, what GDAL only warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self.damage: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.thread == self._thread and _DAMAGE.search(text):
            self.damage.append(text)


@contextmanager
def _damage_raised() -> Iterator[None]:
    """Raise where a codec fills what it cannot decode, usually with grey, and no more than warns of it."""
    listener = _Listener()
    _GDAL_LOG.addHandler(listener)
    try:
        yield
    finally:
        _GDAL_LOG.removeHandler(listener)
    if listener.damage:
        raise RasterioIOError(listener.damage[0])


def band_type(raster: Raster, bands: tuple[int, ...]) -> np.dtype[Any]:
    """Return numpy's type of what reading these bands gives."""
    if raster.palette is not None:
        return np.dtype(np.uint8)
    return np.result_type(*(np.dtype(raster.dtypes[band - 1]) for band in bands))


def band_count(raster: Raster, bands: tuple[int, ...]) -> int:
    """Return how many bands reading these bands gives: three where a palette turns numbers into colours."""
    return len(bands) if raster.palette is None else 3


def _read(dataset: DatasetReader, raster: Raster, bands: tuple[int, ...], window: Window) -> Piece:
    area = RasterWindow(window.col, window.row, window.cols, window.rows)
    alpha = () if raster.alpha is None or raster.alpha in bands else (raster.alpha,)
    dtype = np.result_type(*(np.dtype(raster.dtypes[band - 1]) for band in bands))
    stored: Pixels = dataset.read([*bands, *alpha], window=area, out_dtype=dtype)
    values = stored[: len(bands)]
    valid = _holding(raster, bands, values)
    if alpha:
        valid &= stored[-1] > 0
    elif raster.masked:
        valid &= dataset.read_masks(bands[0], window=area) > 0
    if raster.palette is not None:
        values = np.ascontiguousarray(raster.palette[values[0]].transpose(2, 0, 1))
    if not valid.all():
        values[:, ~valid] = 0
    return Piece(values, valid)


def _holding(raster: Raster, bands: tuple[int, ...], values: Pixels) -> Valid:
    valid: Valid = np.ones(values.shape[1:], dtype=np.bool_)
    if np.issubdtype(values.dtype, np.inexact):
        valid &= np.isfinite(values).all(axis=0)
    empty = [
        value == number
        for value, band in zip(values, bands, strict=True)
        if (number := _as_stored(raster.nodata[band - 1], values.dtype)) is not None
    ]
    if len(empty) == len(bands) and all(_measurable(raster, band) for band in bands):
        valid &= ~np.logical_and.reduce(empty)
    elif empty:
        valid &= ~np.logical_or.reduce(empty)
    return valid


def _measurable(raster: Raster, band: int) -> bool:
    nodata = raster.nodata[band - 1]
    return nodata is not None and nodata >= 0 and np.issubdtype(np.dtype(raster.dtypes[band - 1]), np.integer)


def _as_stored(nodata: float | None, dtype: np.dtype[Any]) -> Any:
    if nodata is None or np.isnan(nodata):  # NaN is found by not being finite
        return None
    if np.issubdtype(dtype, np.integer):
        limits = np.iinfo(dtype)
        if not (limits.min <= nodata <= limits.max and float(nodata).is_integer()):
            return None
        return dtype.type(int(nodata))
    with np.errstate(over="ignore"):
        return dtype.type(nodata)


def _blocks(block: tuple[int, int], window: Window) -> Iterator[Window]:
    rows, cols = block
    for row in range(window.row // rows * rows, window.row_stop, rows):
        for col in range(window.col // cols * cols, window.col_stop, cols):
            yield Window(row, col, rows, cols)
