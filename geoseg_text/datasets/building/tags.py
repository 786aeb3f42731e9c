"""OpenStreetMap's tags: what a feature is, and how wide it is on the ground.

Tags come as columns of their own (``roof:material``, or ``roof_material`` where a format allows no colon) or
packed into the column ``other_tags``, as GDAL reads an extract. Keys are compared with underscores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Tags = Mapping[str, str]
Form = Literal["area", "line", "point"]

PACKED = "other_tags"

_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_METRES = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(?:m|metres?|meters?)?\s*")

_ABSENT = frozenset({"no", "none", "proposed", "construction", "ruins", "collapsed", "demolished", "razed"})
_UNSEEN = {
    "tunnel": frozenset({"yes", "building_passage", "culvert", "flooded"}),
    "location": frozenset({"underground", "indoor", "underwater"}),
    "covered": frozenset({"yes"}),
    "parking": frozenset({"underground", "multi-storey", "rooftop"}),
}
_LANE_M = 3.2

_ROAD_M: dict[str, float] = {
    "motorway": 15, "trunk": 13, "primary": 10, "secondary": 8, "tertiary": 7, "unclassified": 5.5,
    "residential": 6, "living_street": 5, "service": 4, "track": 3, "road": 6, "motorway_link": 7,
    "trunk_link": 7, "primary_link": 6, "secondary_link": 6, "tertiary_link": 6, "busway": 4, "raceway": 10,
}  # fmt: skip
_WALK_M: dict[str, float] = {"pedestrian": 4, "footway": 2, "cycleway": 2.5, "path": 1.5, "steps": 2}
_WATER_M: dict[str, float] = {"river": 15, "canal": 10, "stream": 2.5, "ditch": 1.5, "drain": 2}
_CATEGORY_M = {"tree": 6.0, "road": 6.0, "river": 10.0, "pavement": 2.0, "car": 4.0, "storage_tank": 10.0}
_WIDTH_M = 5.0


@dataclass(frozen=True)
class _Rule:
    """A key with some of its values stands for a category.

    Attributes:
        key: the key, with underscores.
        values: the values, or None for any that does not deny the thing.
        category: what the feature then is.
        forms: the forms it may have.
    """

    key: str
    values: frozenset[str] | None
    category: str
    forms: frozenset[Form] = frozenset({"area"})

    def fits(self, tags: Tags, form: Form) -> bool:
        """Whether a feature of a form with these tags is of the category."""
        value = tags.get(self.key)
        if value is None or form not in self.forms or value in _ABSENT:
            return False
        return self.values is None or value in self.values


def _of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ANY: frozenset[Form] = frozenset({"area", "line", "point"})
_LINE: frozenset[Form] = frozenset({"line"})
_LONG: frozenset[Form] = frozenset({"area", "line"})

_RULES = (
    _Rule("building", None, "building"),
    _Rule("man_made", _of("storage_tank silo gasometer"), "storage_tank"),
    _Rule("generator_source", _of("solar"), "solar_panel"),
    _Rule("amenity", _of("parking"), "car_park"),
    _Rule("leisure", _of("swimming_pool"), "pool"),
    _Rule("leisure", _of("pitch"), "court"),
    _Rule("area_highway", frozenset(_WALK_M), "pavement"),
    _Rule("area_highway", None, "road"),
    _Rule("highway", frozenset(_WALK_M), "pavement", _LONG),
    _Rule("highway", frozenset(_ROAD_M), "road", _LONG),
    _Rule("place", _of("square"), "pavement"),
    _Rule("aeroway", _of("apron"), "pavement"),
    _Rule("water", _of("river canal stream ditch"), "river"),
    _Rule("water", _of("lake pond reservoir basin lagoon oxbow fishpond"), "lake"),
    _Rule("waterway", _of("riverbank dock"), "river"),
    _Rule("waterway", frozenset(_WATER_M), "river", _LINE),
    _Rule("landuse", _of("reservoir basin"), "lake"),
    _Rule("natural", _of("water"), "water"),
    _Rule("natural", _of("wood"), "wood"),
    _Rule("landuse", _of("forest"), "wood"),
    _Rule("natural", _of("tree"), "tree", _ANY),
    _Rule("landuse", _of("farmland"), "field"),
    _Rule("landuse", _of("grass meadow village_green recreation_ground"), "lawn"),
    _Rule("natural", _of("grassland"), "lawn"),
    _Rule("natural", _of("bare_rock sand bare_soil"), "bare_ground"),
)

KEYS = frozenset(
    {rule.key for rule in _RULES}
    | set(_UNSEEN)
    | _of("width est_width lanes lane_number diameter_crown")
    | _of("roof_material building_material material roof_shape building_roof_shape")
    | _of("roof_colour roof_color building_colour building_color colour color surface sport")
    | _of("roof shape crop category class")
)
"""Keys that are looked at, with underscores."""


def plain_key(name: str) -> str:
    """A column's name or a key as it is compared: small letters, underscores."""
    return name.strip().lower().replace(":", "_")


def unpacked(text: str) -> dict[str, str]:
    """The tags of a column of pairs ``"key"=>"value"``; anything else in it is passed over."""
    return {
        plain_key(_ESCAPED.sub(r"\1", key)): _ESCAPED.sub(r"\1", value) for key, value in _PAIR.findall(text)
    }


def category_of(tags: Tags, form: Form) -> str | None:
    """The category that a feature's tags name, or None where they name none or it cannot be seen."""
    if any(tags.get(key, "").lower() in values for key, values in _UNSEEN.items()):
        return None
    return next((rule.category for rule in _RULES if rule.fits(tags, form)), None)


def width_m(tags: Tags, category: str) -> float:
    """How wide a line, or across how far a point reaches, in metres: as tagged, else as its class is."""
    for key in ("width", "est_width", "diameter_crown"):
        match = _METRES.fullmatch(tags.get(key, ""))
        if match and float(match[1].replace(",", ".")) > 0:
            return float(match[1].replace(",", "."))
    lanes = tags.get("lanes") or tags.get("lane_number") or ""
    if category == "road" and lanes.isdecimal() and 1 <= int(lanes) <= 20:
        return _LANE_M * int(lanes)
    for key, table in (("highway", _ROAD_M), ("highway", _WALK_M), ("waterway", _WATER_M)):
        if tags.get(key) in table:
            return table[tags[key]]
    return _CATEGORY_M.get(category, _WIDTH_M)
