"""Fields of smooth random numbers, one per wavelength in metres, made once per scene for every surface."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[np.float32]
Span = tuple[slice, slice]

WAVELENGTHS_M = {"grain": 0.0, "fine": 0.9, "mid": 4.0, "broad": 22.0}
_TILE_PX = 1024


def smooth_field(rng: np.random.Generator, shape: tuple[int, int], wavelength_px: float) -> Field:
    """Noise of mean 0 and deviation about 1 that varies over `wavelength_px` pixels; (rows, cols) float32."""
    if wavelength_px <= 2.0:
        return rng.standard_normal(shape, dtype=np.float32)
    step = wavelength_px / 2.0
    coarse = (int(shape[0] / step) + 4, int(shape[1] / step) + 4)
    grid = Image.fromarray(rng.standard_normal(coarse, dtype=np.float32))
    box = (1.0, 1.0, 1.0 + shape[1] / step, 1.0 + shape[0] / step)
    field = np.asarray(grid.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box=box))
    return field * np.float32(1.25)


class Noise:
    """The scene's noise fields; beyond 1024 px they repeat, which keeps a large scene lean."""

    def __init__(self, rng: np.random.Generator, shape: tuple[int, int], gsd_m: float) -> None:
        self._shape = (min(shape[0], _TILE_PX), min(shape[1], _TILE_PX))
        self._fields = {
            name: smooth_field(rng, self._shape, wavelength / gsd_m)
            for name, wavelength in WAVELENGTHS_M.items()
        }

    def at(self, name: str, span: Span) -> Field:
        """One field over a window of the scene."""
        field = self._fields[name]
        rows, cols = span
        if rows.stop <= self._shape[0] and cols.stop <= self._shape[1]:
            return field[span]
        row = np.arange(rows.start, rows.stop) % self._shape[0]
        col = np.arange(cols.start, cols.stop) % self._shape[1]
        return field[np.ix_(row, col)]
