"""Rasters drawn for the tests: small, exact, and placed where arithmetic is easy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray

WriteRaster = Callable[..., Path]
Pixels = NDArray[Any]

UTM = "EPSG:32633"
LEFT, TOP = 500_000.0, 5_000_000.0


def upright(px: float = 1.0, left: float = LEFT, top: float = TOP) -> Affine:
    """Return the affine of a north-up raster."""
    return Affine(px, 0, left, 0, -px, top)


def speckle(shape: tuple[int, ...] = (3, 300, 400), seed: int = 0) -> NDArray[np.uint8]:
    """Return bytes 1..255 that differ from pixel to pixel: 0 is left for nodata."""
    return np.random.default_rng(seed).integers(1, 256, shape, dtype=np.uint8)


def smooth(shape: tuple[int, int] = (300, 400)) -> NDArray[np.uint8]:
    """Return a picture without detail finer than 60 px: resampling hardly changes it."""
    rows, cols = np.mgrid[: shape[0], : shape[1]]
    waves = [np.sin(rows / 17 + phase) * np.cos(cols / 23 - phase) for phase in (0.0, 1.0, 2.0)]
    return np.stack([np.rint(128 + 100 * wave) for wave in waves]).astype(np.uint8)


@pytest.fixture
def write_raster(tmp_path: Path) -> WriteRaster:
    """Return a function that writes pixels (bands, rows, cols) to a GeoTIFF."""

    def write(
        name: str,
        pixels: Pixels,
        affine: Affine | None = None,
        crs: str | None = UTM,
        mask: NDArray[np.bool_] | None = None,
        **profile: Any,
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        settings: dict[str, Any] = {
            "driver": "GTiff",
            "count": pixels.shape[0],
            "height": pixels.shape[1],
            "width": pixels.shape[2],
            "dtype": pixels.dtype,
            "crs": crs,
            "transform": upright() if affine is None else affine,
            **profile,
        }
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **settings) as dataset:
            dataset.write(pixels)
            if mask is not None:
                dataset.write_mask(mask)
        return path

    return write
