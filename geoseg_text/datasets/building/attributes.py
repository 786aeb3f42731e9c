"""Columns become attributes: what a person would say of a feature, in the lexicon's own values.

A value that the lexicon has words for is taken by any of these words ("tin" is metal). A value that it has no
words for is kept as it stands: nobody will ask for it, but it is known to be none of the others. A value that
may be one or the other ("paved", several values in one field) counts as unknown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from PIL import ImageColor

from geoseg_text.datasets.building.tags import Tags, plain_key
from geoseg_text.errors import InputError
from geoseg_text.language.lexicon import NOUNS, adjectives

_COLOUR = ("colour", "color")
_ROOFED: Mapping[str, Sequence[str]] = {
    "material": ("roof_material", "building_material", "material"),
    "colour": ("roof_colour", "roof_color", "building_colour", "building_color", *_COLOUR),
    "roof": ("roof_shape", "building_roof_shape", "roof"),
    "shape": ("shape",),
}
_SURFACED: Mapping[str, Sequence[str]] = {
    "material": ("surface", "material"),
    "colour": _COLOUR,
    "sport": ("sport",),
    "crop": ("crop",),
    "shape": ("shape",),
}

_MEANT: Mapping[str, Mapping[str, str | None]] = {
    "material": {
        "roof tiles": "tile", "tiles": "tile", "metal sheet": "metal", "zinc": "metal", "copper": None,
        "tar paper": None, "plastic": "plastic", "stone": "stone", "brick": "brick", "plaster": "plaster",
        "paved": None, "unpaved": None, "paving stones": "paving", "sett": "paving", "cobblestone": "paving",
        "unhewn cobblestone": "paving", "compacted": "gravel", "fine gravel": "gravel",
        "pebblestone": "gravel",
        "chipseal": "asphalt", "ground": "dirt", "artificial turf": "grass", "clay": "clay",
    },
    "roof": {
        "gabled": "gabled", "half-hipped": None, "gambrel": None, "pitched": None, "crosspitched": None,
        "side hipped": None, "side half-hipped": None, "mansard": None, "many": None, "saltbox": None,
    },
    "crop": {},
}  # fmt: skip
"""Values as OpenStreetMap writes them; None where they leave open which of the lexicon's is meant."""

_UNSAID = frozenset({"", "yes", "no", "unknown", "none", "null", "nan", "na", "n/a", "other", "mixed", "?"})
_SURE = 0.75  # a colour must be nearer to its name than this share of the way to the next
_RGB: Mapping[str, tuple[tuple[int, int, int], ...]] = {
    "red": ((200, 30, 30), (140, 25, 30), (178, 80, 70)),
    "brown": ((120, 72, 40), (90, 55, 35), (150, 100, 70)),
    "orange": ((240, 140, 30), (220, 110, 40)),
    "yellow": ((240, 220, 50), (250, 240, 120)),
    "green": ((40, 130, 50), (120, 180, 90), (20, 80, 40)),
    "blue": ((40, 80, 180), (110, 160, 220), (20, 30, 110)),
    "white": ((250, 250, 250),),
    "grey": ((128, 128, 128), (90, 90, 90), (180, 180, 180)),
    "black": ((15, 15, 15),),
    "beige": ((225, 205, 165), (240, 225, 195)),
}


def known_attributes() -> tuple[str, ...]:
    """The attributes that phrases can speak of."""
    asked = {noun.attribute for noun in NOUNS if noun.attribute}
    return tuple(sorted({*adjectives.ATTRIBUTES, *asked}))


def parse_attribute(text: str) -> tuple[str, str]:
    """A column and its attribute from ``COLUMN=ATTRIBUTE``.

    Raises:
        InputError: it is not of that form, or there is no such attribute.
    """
    column, sign, attribute = text.rpartition("=")
    if not sign or not column.strip():
        raise InputError(f"--attribute {text!r}: write COLUMN=ATTRIBUTE, e.g. roof_type=material")
    if attribute.strip() not in known_attributes():
        raise InputError(
            f"--attribute {text!r}: no attribute {attribute!r}; known: {', '.join(known_attributes())}"
        )
    return column.strip(), attribute.strip()


def keys_of(category: str, present: Collection[str]) -> dict[str, str]:
    """For each attribute the key that speaks of it, of those that a layer has; a roof's before a wall's.

    One key for all features of a layer, since one may say of the roof what another says of the walls.

    Args:
        category: what the features are.
        present: the keys with a value somewhere in the layer, with underscores.
    """
    table = _ROOFED if category == "building" else _SURFACED
    found = {name: next((key for key in keys if key in present), None) for name, keys in table.items()}
    return {name: key for name, key in found.items() if key is not None}


def attributes_of(tags: Tags, keys: Mapping[str, str]) -> dict[str, str]:
    """The attributes of a feature: each with the lexicon's value, else the text that stands there."""
    said = {name: value_of(name, tags.get(plain_key(key), "")) for name, key in keys.items()}
    return {name: value for name, value in said.items() if value is not None}


def value_of(attribute: str, text: str) -> str | None:
    """The lexicon's value for what a field says, the text itself where it has none, None for unknown."""
    plain = " ".join(re.sub(r"[_\s]+", " ", text.lower()).split())
    plain = plain.partition(":")[0]
    if plain in _UNSAID or ";" in plain:
        return None
    table = adjectives.ATTRIBUTES.get(attribute, {})
    name = plain.replace(" ", "_").replace("-", "_")
    if name in table:
        return name
    meant = _MEANT.get(attribute, {})
    if plain in meant:
        return meant[plain]
    if plain in _worded(attribute):
        return _worded(attribute)[plain]
    return _named_colour(plain) if attribute == "colour" else plain


def is_spoken_of(attribute: str, value: str) -> bool:
    """Whether phrases have words for a value."""
    nouns = {one for noun in NOUNS if noun.attribute == attribute for one in noun.values}
    return value in adjectives.ATTRIBUTES.get(attribute, {}) or value in nouns


@cache
def _worded(attribute: str) -> Mapping[str, str]:
    """Values by the words for them, the commoner value of a word first."""
    tables = [adjectives.ATTRIBUTES.get(attribute, {})]
    if attribute == "material":
        tables.append(adjectives.MATERIAL_NOUNS)
    found: dict[str, str] = {}
    for table in tables:
        for value, words in table.items():
            for word in words:
                found.setdefault(word.lower(), value)
    return found


def _named_colour(text: str) -> str | None:
    """The lexicon's colour nearest to a colour of the web ("#8b4513", "maroon"); None if two are near."""
    try:
        rgb = ImageColor.getrgb(text.replace(" ", ""))[:3]
    except ValueError:
        return text
    away = sorted((min(_apart(rgb, one) for one in shades), name) for name, shades in _RGB.items())
    return away[0][1] if away[0][0] <= _SURE * away[1][0] else None


def _apart(one: Sequence[int], two: Sequence[int]) -> float:
    """How different two colours look, roughly: green weighs most, blue least in the dark."""
    mean = (one[0] + two[0]) / 512
    red, green, blue = (a - b for a, b in zip(one, two, strict=True))
    return float(((2 + mean) * red**2 + 4 * green**2 + (3 - mean) * blue**2) ** 0.5)
