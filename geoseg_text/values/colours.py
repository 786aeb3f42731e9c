"""One colour for each phrase, the same in a picture, in a style and in a legend."""

from __future__ import annotations

import colorsys

Colour = tuple[int, int, int]

# Bright over imagery, which is green, brown and grey, and told apart by the colour-blind.
_FIRST: tuple[Colour, ...] = (
    (230, 25, 75),
    (0, 158, 255),
    (255, 200, 0),
    (204, 80, 220),
    (0, 205, 170),
    (255, 125, 20),
)
_GOLDEN_TURN = 0.61803398875  # steps of the golden ratio never fall on the same hue


def phrase_colours(count: int) -> tuple[Colour, ...]:
    """Red, green and blue (0..255) for each of `count` phrases."""
    return tuple(_FIRST[i] if i < len(_FIRST) else _further(i) for i in range(count))


def _further(number: int) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(number * _GOLDEN_TURN % 1.0, 0.85, 1.0)
    return (round(red * 255), round(green * 255), round(blue * 255))
