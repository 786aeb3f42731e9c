"""Which bands are shown, and how their values become 0..255: chosen once per run, never per window."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoseg_text.errors import InputError, RasterError
from geoseg_text.imagery.native import NativeReader, Piece, Pixels, band_type
from geoseg_text.imagery.raster import Raster, open_dataset
from geoseg_text.values.windows import Window

PERCENTILES = (2.0, 98.0)
"""What a stretch by percentile takes as black and as white, of the valid pixels of each band."""

SAMPLE_PX = 2**22
"""Pixels of a sample: a raster of up to 2048 x 2048 px is taken whole."""

_PROBES = 16  # per side, where a large raster has no overview
_SAMPLED_RASTERS = 64
_MODES = ("auto", "none", "percentile")
# What the makers of Sentinel-2 and HLS products call red, green and blue.
_NAMED = (("red", "green", "blue"), ("r", "g", "b"), ("b04", "b03", "b02"))
# All bands of a Sentinel-2 scene in order, with or without the cirrus band, which surface products lack.
_SENTINEL_2 = (12, 13)

StretchOption = str | tuple[float, float] | None


@dataclass(frozen=True)
class Stretch:
    """How values become 0..255.

    Attributes:
        low: value of each band that becomes 0, or None where values are 0..255 already.
        high: value of each band that becomes 255.
    """

    low: tuple[float, ...] | None = None
    high: tuple[float, ...] | None = None

    def apply(self, values: Pixels) -> NDArray[np.uint8]:
        """Turn values (1 or 3 bands, rows, cols) into a picture (3, rows, cols); one band becomes grey."""
        if self.low is None or self.high is None:
            shown = values if values.dtype == np.uint8 else _to_bytes(values)
        else:
            # 32 bits hold 16-bit values exactly; larger ones are scaled in 64.
            real: type[np.floating[Any]] = np.float32 if np.can_cast(values.dtype, np.float32) else np.float64
            low: Pixels = np.asarray(self.low, real)[:, None, None]
            high: Pixels = np.asarray(self.high, real)[:, None, None]
            shown = _to_bytes((values.astype(real) - low) * (255 / (high - low)))
        return shown if len(shown) == 3 else np.repeat(shown, 3, axis=0)


def choose_bands(raster: Raster, bands: Sequence[int] | None) -> tuple[int, ...]:
    """Return the numbers (from 1) of the bands to show: three for red, green and blue, or one for grey.

    Args:
        raster: where they are.
        bands: what the user asks for, or None for the bands that the raster marks or names as red, green and
            blue, else those of Sentinel-2 if there are as many bands, else its first three, else its first.

    Raises:
        InputError: not one or three numbers, or the raster has no such band.
    """
    count = len(raster.dtypes)
    if bands is not None:
        chosen = tuple(int(band) for band in bands)
        if len(chosen) not in (1, 3):
            raise InputError(f"bands {chosen}: give three (red, green, blue) or one (grey)")
        missing = [band for band in chosen if not 1 <= band <= count]
        if missing:
            raise InputError(f"band {missing[0]} of {raster.name}: it has bands 1 to {count}")
        return chosen
    if raster.palette is not None:
        return (1,)
    for names in (("red", "green", "blue"), *_NAMED):
        for labels in (raster.colours, raster.descriptions):
            if set(names) <= set(labels):
                return tuple(labels.index(name) + 1 for name in names)
    if count in _SENTINEL_2:
        return (4, 3, 2)
    data = [band for band in range(1, count + 1) if band != raster.alpha]
    return tuple(data[:3]) if len(data) >= 3 else tuple(data[:1]) or (1,)


def guesses_bands(raster: Raster) -> bool:
    """Return whether `choose_bands` had to guess among many bands: nothing says what they show."""
    labels = (set(raster.colours), set(raster.descriptions))
    known = any(set(names) <= found for names in _NAMED for found in labels)
    return len(raster.dtypes) > 4 and not known


def parse_stretch(option: StretchOption) -> str | tuple[float, float]:
    """Return ``"auto"``, ``"none"``, ``"percentile"`` or the values that become black and white.

    Raises:
        InputError: the option is none of these, or its first value is not less than its second.
    """
    if option is None:
        return "auto"
    if isinstance(option, str):
        word = option.strip().lower()
        if word in _MODES:
            return word
        parts: Sequence[Any] = word.split(",")
    else:
        parts = option
    try:
        low, high = (float(part) for part in parts)
    except (TypeError, ValueError):
        raise InputError(f"stretch {option!r}: give one of {', '.join(_MODES)}, or MIN,MAX") from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(f"stretch {option!r}: give two finite numbers, the smaller first")
    return (low, high)


def fit_stretches(
    chosen: Iterable[tuple[Raster, tuple[int, ...]]], option: StretchOption, reader: NativeReader
) -> Mapping[np.dtype[Any], Stretch]:
    """Decide how each type of values becomes 0..255, from all the rasters of that type together.

    Args:
        chosen: each raster of the run with its bands.
        option: see `parse_stretch`; "auto" leaves bytes as they are and takes percentiles of everything else.
        reader: what reads the sample.

    Raises:
        RasterError: percentiles are wanted and not one valid pixel could be read.
    """
    mode = parse_stretch(option)
    groups: dict[np.dtype[Any], list[tuple[Raster, tuple[int, ...]]]] = {}
    for raster, bands in chosen:
        groups.setdefault(band_type(raster, bands), []).append((raster, bands))
    return {dtype: _fit(dtype, group, mode, reader) for dtype, group in groups.items()}


def sample(
    raster: Raster, bands: tuple[int, ...], reader: NativeReader, most_px: int = SAMPLE_PX
) -> Iterator[Piece]:
    """Yield about as many pixels as wanted: all, an overview, or probes spread evenly over the raster."""
    level, shape = _sample_level(raster, most_px)
    whole = Window(0, 0, *shape)
    if shape[0] * shape[1] <= most_px:
        yield reader.read(raster, bands, whole, level)
        return
    side_px = max(math.isqrt(most_px) // _PROBES, 1)
    for down in range(_PROBES):
        for across in range(_PROBES):
            row, col = (
                int((step + 0.5) * side / _PROBES - side_px / 2)
                for step, side in zip((down, across), shape, strict=True)
            )
            probe = whole.intersection(Window(row, col, side_px, side_px))
            if probe is not None:
                yield reader.read(raster, bands, probe, level)


def _fit(
    dtype: np.dtype[Any],
    group: Sequence[tuple[Raster, tuple[int, ...]]],
    mode: str | tuple[float, float],
    reader: NativeReader,
) -> Stretch:
    if mode == "none" or (mode == "auto" and dtype == np.uint8):
        return Stretch()
    if isinstance(mode, tuple):
        return Stretch((mode[0],) * 3, (mode[1],) * 3)
    every = -(-len(group) // _SAMPLED_RASTERS)
    members = group[::every]
    most_px = SAMPLE_PX // len(members)
    pieces = [piece for raster, bands in members for piece in sample(raster, bands, reader, most_px)]
    pixels = [piece.values[:, piece.valid] for piece in pieces if piece.valid.any()]
    if not pixels:
        raise RasterError(
            f"{group[0][0].name}: found no valid pixel to set the stretch by; give it (--stretch MIN,MAX)"
        )
    # A grey raster beside a coloured one counts for every band.
    spread = np.concatenate([np.broadcast_to(part, (3, part.shape[1])) for part in pixels], axis=1)
    low, high = np.percentile(spread, PERCENTILES, axis=1)
    high = np.where(high > low, high, low + 1)  # a band of one value becomes black
    return Stretch(tuple(low.tolist()), tuple(high.tolist()))


def _sample_level(raster: Raster, most_px: int) -> tuple[int | None, tuple[int, int]]:
    rows, cols = raster.shape
    if rows * cols <= most_px or not raster.overviews:
        return None, raster.shape
    fitting = [
        level
        for level, factor in enumerate(raster.overviews)
        if (rows // factor) * (cols // factor) <= most_px
    ]
    level = fitting[0] if fitting else len(raster.overviews) - 1
    with open_dataset(raster.name, level) as overview:
        return level, (overview.height, overview.width)


def _to_bytes(values: Pixels) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
