"""The camera: blur, haze, cast, noise, contrast, compression, mild enough to leave colour words true."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy.ndimage import gaussian_filter1d

from geoseg_text.scenes.noise import Field, smooth_field

_STRIP_PX = 512
_HALO_PX = 8


def photograph(light: Field, rng: np.random.Generator) -> NDArray[np.uint8]:
    """What the camera stores.

    Args:
        light: (rows, cols, 3) float32, 1.0 is white paper in the sun.
        rng: Source of the camera's faults.

    Returns:
        (3, rows, cols) uint8.
    """
    sigma = float(rng.uniform(0.35, 0.95))
    exposure = float(rng.uniform(0.86, 1.10))
    haze, grain = float(rng.beta(1.0, 7.0) * 0.45), float(rng.uniform(0.004, 0.022))
    cast = 1.0 + rng.normal(0.0, 0.022, 3)
    contrast, gamma = float(rng.uniform(1.0, 1.45)), float(rng.uniform(0.88, 1.16))
    colourful = (
        float(rng.uniform(0.72, 1.06)) * (1.0 + haze) / contrast**0.7
    )  # contrast alone makes colours loud
    veil = np.array([0.74, 0.78, 0.82]) + rng.normal(0.0, 0.02, 3)
    corner = float(rng.uniform(0.0, 0.10)) if rng.random() < 0.3 else 0.0
    scale = (cast * exposure * (1.0 - haze)).astype(np.float32)
    lift = (veil * haze).astype(np.float32)
    rows, cols, _ = light.shape
    out = np.empty((rows, cols, 3), np.uint8)
    curve = _tone_curve(contrast, gamma)
    dark = _vignette(rows, cols, corner)
    for start in range(0, rows, _STRIP_PX):
        low, high = max(0, start - _HALO_PX), min(rows, start + _STRIP_PX + _HALO_PX)
        strip = light[low:high]
        for axis in (0, 1):
            strip = gaussian_filter1d(strip, sigma, axis=axis, truncate=3.0, mode="nearest")
        strip = strip[start - low : start - low + min(_STRIP_PX, rows - start)]
        grey = strip @ np.array([0.3, 0.55, 0.15], np.float32)
        strip = (grey[..., None] + (strip - grey[..., None]) * np.float32(colourful)) * scale + lift
        if corner:
            strip *= (dark[0][start : start + _STRIP_PX, None] * dark[1][None, :])[..., None]
        noise = smooth_field(rng, strip.shape[:2], 1.0)[..., None] * np.float32(grain)
        noise = noise + rng.standard_normal(strip.shape, dtype=np.float32) * np.float32(0.4 * grain)
        level = np.clip((strip + noise) * 1023.0, 0, 1535).astype(np.int16)
        out[start : start + _STRIP_PX] = curve[level]
    if rng.random() < 0.5:
        out = _sharpen(out, float(rng.uniform(0.8, 2.2)), int(rng.integers(30, 120)))
    if rng.random() < 0.5:
        out = _compress(out, int(rng.integers(55, 92)))
    return np.ascontiguousarray(out.transpose(2, 0, 1))


def _tone_curve(contrast: float, gamma: float) -> NDArray[np.uint8]:
    """Table from 1024 levels of light (and half as many above white) to 8 bits."""
    level = np.arange(1536) / 1023.0
    level = (np.maximum(level, 0.0) ** gamma - 0.45) * contrast + 0.45
    soft = np.where(level > 0.85, 0.85 + 0.15 * np.tanh((level - 0.85) / 0.15), level)
    return np.clip(soft * 255.0 + 0.5, 0, 255).astype(np.uint8)


def _vignette(rows: int, cols: int, depth: float) -> tuple[Field, Field]:
    fall = [1.0 - depth * np.linspace(-1.0, 1.0, n) ** 2 for n in (rows, cols)]
    return fall[0].astype(np.float32), fall[1].astype(np.float32)


def _sharpen(image: NDArray[np.uint8], radius: float, percent: int) -> NDArray[np.uint8]:
    """What most suppliers of imagery do before delivery."""
    return np.array(Image.fromarray(image).filter(ImageFilter.UnsharpMask(radius, percent, 0)))


def _compress(image: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    buffer.seek(0)
    with Image.open(buffer) as stored:
        return np.array(stored.convert("RGB"))
