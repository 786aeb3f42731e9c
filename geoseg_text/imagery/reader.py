"""Imagery: everything that was named, as one picture on the run grid, read window by window."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np
from pyproj import CRS

from geoseg_text.imagery.environment import gdal_env
from geoseg_text.imagery.fingerprint import Fingerprint
from geoseg_text.imagery.mosaic import FILL, Mosaic, Patch, Picture
from geoseg_text.imagery.native import NativeReader, Valid
from geoseg_text.imagery.radiometry import Stretch
from geoseg_text.imagery.raster import Raster
from geoseg_text.imagery.rungrid import GsdPlan
from geoseg_text.values.grid import Grid
from geoseg_text.values.rows import WindowFailure
from geoseg_text.values.windows import Window


@dataclass(frozen=True)
class Chip:
    """A window of the picture.

    Attributes:
        window: which pixels of the run grid.
        image: uint8 (3, rows, cols), a constant where invalid.
        valid: bool (rows, cols); False for nodata, masked pixels, padding and what could not be read.
        failures: what could not be read of this window.
    """

    window: Window
    image: Picture
    valid: Valid
    failures: tuple[WindowFailure, ...] = ()


@dataclass(frozen=True)
class ImageryFacts:
    """What was decided on opening.

    Attributes:
        bands: the bands shown of each raster.
        stretches: how each type of values becomes 0..255.
        gsd: the ground sample distances.
        warnings: what the user was told.
    """

    bands: tuple[tuple[int, ...], ...]
    stretches: dict[str, Stretch]
    gsd: GsdPlan
    warnings: tuple[str, ...]


class Imagery:
    """A picture on its run grid; a context manager.

    One instance may be used from several threads, which then take turns. In another process it opens its
    files again.

    Attributes:
        grid: the run grid.
        source_crs: the CRS to which results go back: that of the first raster.
        source_grid: the first raster's own grid, in that CRS, or None where control points or RPCs place it.
        names: the rasters, in the order in which they are seen.
        bands: the bands shown of each raster, from 1.
        stretches: how each type of values becomes 0..255, by numpy's name of the type.
        gsd: the ground sample distance of the finest raster and of the run grid.
        fingerprints: of every file read.
        warnings: what was warned of on opening.
    """

    def __init__(
        self,
        mosaic: Mosaic,
        crop: Window,
        rasters: Sequence[Raster],
        facts: ImageryFacts,
        reader: NativeReader,
    ) -> None:
        """Take what `open_imagery` has put together."""
        first = rasters[0]
        self.grid = mosaic.grid.crop(crop)
        self.source_crs: CRS = first.place.crs
        self.source_grid: Grid | None = first.grid if first.place.kind == "affine" else None
        self.names = tuple(raster.name for raster in rasters)
        self.bands = facts.bands
        self.stretches = facts.stretches
        self.gsd = facts.gsd
        self.warnings = facts.warnings
        self.fingerprints: tuple[Fingerprint, ...] = tuple(
            dict.fromkeys(mark for raster in rasters for mark in raster.fingerprints)
        )
        self._mosaic = mosaic
        self._crop = crop
        self._reader = reader
        self._failures: dict[WindowFailure, None] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Imagery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    @property
    def failures(self) -> tuple[WindowFailure, ...]:
        """What could not be read so far, each part once."""
        return tuple(self._failures)

    @property
    def extents(self) -> tuple[tuple[str, tuple[float, float, float, float]], ...]:
        """Each raster on the run grid, with left, bottom, right and top of the box it fills there."""
        parts = ((layer.raster.name, layer.window.intersection(self._crop)) for layer in self._mosaic.layers)
        return tuple((name, self._mosaic.grid.crop(part).bounds) for name, part in parts if part is not None)

    def close(self) -> None:
        """Close every file; a later read opens them again."""
        self._reader.close()

    def covers(self, window: Window) -> bool:
        """Return whether a window of the run grid may hold a valid pixel; reads nothing."""
        return self._mosaic.covers(window.shifted(self._crop.row, self._crop.col))

    def name_at(self, row: int, col: int) -> str | None:
        """Return the first raster that reaches a pixel of the run grid, or None."""
        pixel = Window(row + self._crop.row, col + self._crop.col, 1, 1)
        reaching = (layer for layer in self._mosaic.layers if layer.window.intersection(pixel))
        return next((layer.raster.name for layer in reaching), None)

    def read(self, window: Window) -> Chip:
        """Read a window of the run grid.

        A window may reach past the grid; what lies there is padding, invalid. What cannot be read is invalid
        too, and listed in the chip's `failures` and in those of the imagery.

        Args:
            window: which pixels.
        """
        inside = window.intersection(self.grid.window)
        with self._lock, gdal_env():
            if inside is None:
                patch = _blank(window.shape)
            else:
                patch = self._mosaic.read(inside.shifted(self._crop.row, self._crop.col), self._reader)
            failures = self._note(patch)
        if inside is not None and inside != window:
            patch = _padded(patch, inside, window)
        return Chip(window, patch.image, patch.valid, failures)

    def _note(self, patch: Patch) -> tuple[WindowFailure, ...]:
        found = []
        for name, loss in patch.losses:
            part = loss.window.intersection(self._crop)
            if part is not None:
                found.append(WindowFailure(part.within(self._crop), "read", loss.reason, name))
        self._failures.update(dict.fromkeys(found))
        return tuple(found)


def _blank(shape: tuple[int, int]) -> Patch:
    return Patch(np.full((3, *shape), FILL, np.uint8), np.zeros(shape, np.bool_))


def _padded(patch: Patch, inside: Window, window: Window) -> Patch:
    """Lay a patch into a larger window, the rest of which is invalid."""
    padded = _blank(window.shape)
    rows, cols = inside.within(window).slices
    padded.image[:, rows, cols] = patch.image
    padded.valid[rows, cols] = patch.valid
    return padded
