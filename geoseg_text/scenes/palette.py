"""Colours by the word a person would use for them, and what they become on each material.

Red, green, blue in 0..1. The words are kept far apart: after sun, haze and camera a red roof must still be
called red, or the truth would be a lie.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Colour = NDArray[np.float32]


def rgb(red: int, green: int, blue: int) -> Colour:
    """A colour from 0..255 values."""
    return np.array([red, green, blue], np.float32) / np.float32(255.0)


COLOURS: dict[str, Colour] = {
    "red": rgb(172, 52, 48),
    "brown": rgb(112, 74, 52),
    "orange": rgb(218, 114, 44),
    "yellow": rgb(226, 188, 54),
    "green": rgb(70, 122, 78),
    "blue": rgb(58, 98, 164),
    "white": rgb(232, 232, 228),
    "grey": rgb(136, 138, 140),
    "black": rgb(50, 50, 54),
    "beige": rgb(208, 186, 148),
}
"""The ten colour words of the phrases, as painted."""

_LIGHTNESS = {"white": (0.94, 1.04), "black": (0.75, 1.15), "grey": (0.80, 1.15)}


def tint(word: str, rng: np.random.Generator, *, spread: float = 0.025) -> Colour:
    """A shade of the colour a person would still call by its word.

    Args:
        word: One of `COLOURS`.
        rng: Source of the shade.
        spread: Standard deviation of each channel.
    """
    low, high = _LIGHTNESS.get(word, (0.86, 1.12))
    shade = COLOURS[word] * rng.uniform(low, high) + rng.normal(0.0, spread, 3)
    if word in ("white", "grey", "black"):  # neutral words allow no hue of their own
        shade = shade.mean() + 0.5 * (shade - shade.mean())
    elif word in ("beige", "brown"):  # a little green in these is another word
        shade[1] = min(max(shade[1], 0.62 * shade[0] + 0.22 * shade[2]), 0.62 * shade[0] + 0.36 * shade[2])
    return np.clip(shade, 0.02, 1.0).astype(np.float32)
