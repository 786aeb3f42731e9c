"""Nouns: how people name what stands and lies in overhead imagery.

A noun is tied to the canonical categories that it surely names (``means``) and to those it might also name
(``maybe``): a noun is only fit for a scene in which no object of a ``maybe`` category is visible, because
nobody could say whether such an object was meant. Within a list the common words come first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

CATEGORIES: tuple[str, ...] = (
    "building", "road", "car_park", "car", "truck", "bus", "tree", "wood", "lawn", "field", "river", "lake",
    "sea", "pool", "court", "storage_tank", "ship", "aircraft", "bare_ground", "solar_panel", "pavement",
)  # fmt: skip
"""Every canonical category."""

SUPER_CATEGORIES: dict[str, frozenset[str]] = {
    "vegetation": frozenset({"tree", "wood", "lawn", "field"}),
    "water": frozenset({"river", "lake", "sea", "pool"}),
    "vehicle": frozenset({"car", "truck", "bus"}),
}
"""Names for several categories at once; a data set may also label objects by these names alone."""

_IRREGULAR = {
    "aircraft": "aircraft", "watercraft": "watercraft", "bus": "buses", "leaf": "leaves", "person": "people",
    "grassland": "grasslands", "igloo": "igloos", "wolf": "wolves", "knife": "knives",
}  # fmt: skip


@dataclass(frozen=True)
class Noun:
    """One way of naming a kind of object.

    Attributes:
        one: singular form; for a mass noun the only form.
        many: plural form; equal to ``one`` for a mass noun.
        means: categories (or super-categories) that the noun surely names.
        maybe: categories that it might also name.
        mass: True for nouns without number ("grass", "water").
        min_m2: smallest area in square metres that the noun fits, 0 for any.
        max_m2: largest area in square metres that the noun fits, infinity for any.
        only_many: True for nouns that name single things in the plural alone ("trees" of a wood).
        attribute: an attribute that decides whether the noun fits ("material" for "dirt road"), else empty.
        values: values of that attribute that the noun fits.
        assumed: True where an object without that attribute is taken to fit.
    """

    one: str
    many: str
    means: frozenset[str]
    maybe: frozenset[str] = frozenset()
    mass: bool = False
    min_m2: float = 0.0
    max_m2: float = float("inf")
    only_many: bool = False
    attribute: str = ""
    values: frozenset[str] = frozenset()
    assumed: bool = False

    @property
    def narrow(self) -> bool:
        """True where the noun fits only some objects of its categories."""
        return self.min_m2 > 0 or self.max_m2 < float("inf") or bool(self.attribute)


def plural(word: str) -> str:
    """The regular English plural of a noun or of the last word of a compound."""
    for joint in (" of ", " on "):
        if joint in word:
            first, _, rest = word.partition(joint)
            return plural(first) + joint + rest
    head, _, last = word.rpartition(" ")
    prefix = f"{head} " if head else ""
    if word in _IRREGULAR or last in _IRREGULAR:
        return _IRREGULAR[word] if word in _IRREGULAR else prefix + _IRREGULAR[last]
    if last.endswith(("s", "x", "ch", "sh")):
        return prefix + last + "es"
    if last.endswith("y") and last[-2] not in "aeiou":
        return prefix + last[:-1] + "ies"
    return prefix + last + "s"


def _split(words: str) -> Iterable[str]:
    return (word.strip() for word in words.split(",") if word.strip())


def _count(
    means: str, words: str, maybe: str = "", min_m2: float = 0.0, max_m2: float = float("inf")
) -> tuple[Noun, ...]:
    """Count nouns from a comma-separated list of singulars."""
    sure, perhaps = frozenset(means.split()), frozenset(maybe.split())
    return tuple(
        Noun(word, plural(word), sure, perhaps, min_m2=min_m2, max_m2=max_m2) for word in _split(words)
    )


def _mass(means: str, words: str, maybe: str = "") -> tuple[Noun, ...]:
    """Mass nouns from a comma-separated list."""
    sure, perhaps = frozenset(means.split()), frozenset(maybe.split())
    return tuple(Noun(word, word, sure, perhaps, mass=True) for word in _split(words))


def _many(means: str, words: str, maybe: str = "") -> tuple[Noun, ...]:
    """Nouns that are used in the plural alone."""
    sure, perhaps = frozenset(means.split()), frozenset(maybe.split())
    return tuple(Noun(word, word, sure, perhaps, only_many=True) for word in _split(words))


def _made(attribute: str, values: str, nouns: tuple[Noun, ...], assumed: bool = False) -> tuple[Noun, ...]:
    """The nouns, for objects with one of the values of an attribute alone."""
    fit = frozenset(values.split())
    return tuple(replace(noun, attribute=attribute, values=fit, assumed=assumed) for noun in nouns)


_BUILDINGS = (
    *_count("building", "building, roof, house, rooftop, structure, built structure, edifice, "
            "building footprint, "
            "construction, building roof, house roof, built-up structure"),
    *_mass("building", "housing, built-up area, building stock"),
    *_count("building", "home, residence, dwelling, residential building, family house, housing unit, "
            "residential house, dwelling house", max_m2=450),
    *_count("building", "detached house, cottage, bungalow, villa, farmhouse, single-family home",
            max_m2=350),
    *_count("building", "shed, hut, shack, cabin, outbuilding, garden shed, outhouse, garage, carport",
            max_m2=40),
    *_count("building", "warehouse, industrial building, factory, depot, storage hall, "
            "commercial building, hangar, "
            "industrial hall, factory building, logistics building, hall, supermarket, mill", min_m2=700),
    *_count("building", "apartment building, block of flats, apartment block, office building, tower block, "
            "school building, office block, residential block, hospital", min_m2=400),
)  # fmt: skip
_ROADS = (
    *_count("road", "road, street, roadway, lane, road surface, route, road section, stretch of road, "
            "thoroughfare, access road, driving lane, public road"),
    *_mass("road", "road network, street network"),
    *_made("material", "asphalt concrete", _count(
        "road", "paved road, highway, carriageway, motorway, avenue, tarred road, sealed road, expressway, "
        "freeway"), assumed=True),
    *_made("material", "dirt gravel", _count(
        "road", "track, dirt track, unpaved road, farm track, path, trail, unsealed road, country lane, "
            "footpath")),
    *_count("car_park", "parking lot, car park, parking area, parking place, carpark, parking ground, "
            "parking site, "
            "parking field, parking bay area, vehicle park"),
    *_mass("car_park", "parking"),
    *_count("pavement", "pavement, sidewalk, paved area, walkway, paved surface, plaza, courtyard, "
            "footway, apron, "
            "terrace, patio, hardstanding, pedestrian area, paved yard, forecourt, paved ground"),
    *_mass("pavement", "paving"),
)  # fmt: skip
_VEHICLES = (
    *_count("car", "car, automobile, sedan, motor car, auto, passenger car, hatchback, small vehicle, suv, "
            "personal vehicle, motorcar, saloon car"),
    *_count("truck", "truck, lorry, heavy truck, freight truck, goods vehicle, box truck, semi-trailer, hgv, "
            "trailer truck, cargo truck, delivery truck, semi truck, tractor-trailer, transporter"),
    *_count("bus", "bus, coach, public bus, city bus, autobus, omnibus, passenger bus, motor coach"),
    *_count("vehicle", "vehicle, motor vehicle, road vehicle, motorised vehicle"),
    *_count("truck bus", "large vehicle, heavy vehicle, big vehicle"),
    *_mass("vehicle", "traffic"),
)  # fmt: skip
_PLANTS = (
    *_count("tree", "tree, leafy tree, tree crown, treetop, deciduous tree, shade tree", "wood"),
    *_count("tree", "single tree, individual tree, lone tree, isolated tree, solitary tree, "
            "free-standing tree, "
            "separate tree"),
    *_count("tree", "bush, shrub, small tree", "wood", max_m2=12),
    *_many("tree wood", "trees, tree crowns, treetops, green trees"),
    *_mass("tree wood", "tree cover, tree canopy, foliage, canopy, woody vegetation, leafage"),
    *_many("wood", "trees, treetops", "tree"),
    *_mass("wood", "tree cover, canopy, dense trees", "tree"),
    *_count("wood", "wood, forest, woodland, grove, stand of trees, group of trees, clump of trees, "
            "forest area, "
            "forest stand, wooded area, copse, thicket, patch of forest, patch of trees, forest patch, "
            "woods patch, "
            "cluster of trees"),
    *_mass("wood", "forest cover, dense forest, forested land"),
    *_count("lawn", "lawn, grass area, grassy area, patch of grass, grass patch, grass plot, grassed area, "
            "turf area, grass surface, strip of grass, grassy patch, grass verge"),
    *_count("lawn", "meadow, garden, pasture, grass field, garden lawn", "field wood"),
    *_mass("lawn", "grass, turf, grassland, grass cover, green grass, mown grass", "field"),
    *_count("field", "field, crop field, farm field, agricultural field, cultivated field, farmland plot, "
            "arable field, agricultural plot, agricultural parcel, farm plot, crop parcel, farmed field"),
    *_mass("field", "farmland, cropland, agricultural land, arable land, farm land, cultivated land, "
            "agriculture"),
    *_made("crop", "green ripe", _mass("field", "crops, growing crops"), assumed=True),
    *_made("crop", "bare", _count("field", "ploughed field, plowed field, fallow field, tilled field")),
    *_made("crop", "green ripe", _mass(
        "vegetation", "vegetation, greenery, plants, plant cover, vegetated area, plant life, "
            "green vegetation, "
        "vegetation cover, green land"), assumed=True),
    *_made("crop", "green ripe", _count(
        "vegetation", "green area, green space, green patch, vegetated patch, area of vegetation"),
            assumed=True),
)  # fmt: skip
_WATERS = (
    *_count("river", "river, stream, creek, waterway, canal, brook, watercourse, river channel, rivulet"),
    *_count("lake", "lake, lagoon, reservoir, water basin, loch"),
    *_count("lake", "pond, fish pond, small lake, water hole", max_m2=6000),
    *_mass("sea", "sea, ocean, seawater, sea water, open sea, coastal water, harbour water, salt water"),
    *_count("pool", "swimming pool, pool, outdoor pool, bathing pool, swimming basin, garden pool, "
            "backyard pool"),
    *_mass("water", "water, water surface, water area, surface water"),
    *_count("water", "body of water, water body, waterbody, water feature"),
)  # fmt: skip
_GROUNDS = (
    *_count("court", "court, sports court, sports ground, playing court, sports pitch, ball court, "
            "game court, "
            "sport court, pitch, playing field, sports field"),
    *_made("sport", "tennis", _count("court", "tennis court, tennis ground")),
    *_made("sport", "basketball", _count("court", "basketball court, basketball ground, basketball pitch")),
    *_made("sport", "football soccer", _count("court", "football pitch, soccer field, football field")),
    *_count("storage_tank", "storage tank, tank, oil tank, fuel tank, silo, petroleum tank, gas tank, "
            "storage silo, "
            "liquid tank, oil storage tank, circular tank, cylindrical tank, industrial tank"),
    *_count("bare_ground", "bare ground, patch of bare earth, bare patch, open ground, waste ground, "
            "bare area, "
            "barren area, vacant plot, unpaved area, patch of bare ground, dusty area", "field"),
    *_mass("bare_ground", "bare soil, bare earth, soil, bare land, barren land, exposed soil, dry ground, "
            "land, "
           "unbuilt land", "field"),
    *_made("material", "dirt", (*_count("bare_ground", "dirt patch, dirt area, patch of soil", "field"),),
            True),
    *_made("material", "dirt", (*_mass("bare_ground", "dirt, earth", "field"),), True),
    *_made("material", "sand", (*_count("bare_ground", "sandy area, sand patch, patch of sand"),), True),
    *_made("material", "sand", (*_mass("bare_ground", "sand, sandy ground"),), True),
    *_made("material", "gravel", _count("bare_ground", "gravel area, gravel patch, gravel surface")),
    *_count("solar_panel", "solar panel, photovoltaic panel, pv panel, solar array, solar module, "
            "solar cell, "
            "photovoltaic array, solar installation, pv array, solar power panel, pv module"),
    *_mass("solar_panel", "photovoltaics"),
)  # fmt: skip
_CRAFT = (
    *_count("ship", "ship, boat, vessel, watercraft, sea vessel, water vehicle"),
    *_count("ship", "yacht, motorboat, sailing boat, sailboat, speedboat, motor boat, small boat, "
            "fishing boat, "
            "rowing boat", max_m2=150),
    *_count("ship", "cargo ship, freighter, barge, ferry, tanker ship, cargo vessel, large ship, "
            "container ship",
            min_m2=350),
    *_count("aircraft", "aircraft, plane, airplane, aeroplane, jet, airliner, passenger plane, "
            "passenger jet, "
            "parked plane, jet plane, passenger aircraft"),
)  # fmt: skip

NOUNS: tuple[Noun, ...] = (
    *_BUILDINGS, *_ROADS, *_VEHICLES, *_PLANTS, *_WATERS, *_GROUNDS, *_CRAFT,
)  # fmt: skip
"""Every noun, common ones first within each sense."""
