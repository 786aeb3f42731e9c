"""Nouns: how people name what stands and lies in overhead imagery.

A noun is tied to the canonical categories that it surely names (``means``) and to those it might also name
(``maybe``): a noun is only fit for a scene in which no object of a ``maybe`` category is visible, because
nobody could say whether such an object was meant. Within a list the common words come first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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
    "aircraft": "aircraft", "shrubbery": "shrubberies", "watercraft": "watercraft", "bus": "buses",
    "cabin roof": "cabin roofs", "roof": "roofs", "premises": "premises", "leaf": "leaves",
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


def _count(
    means: str, words: str, maybe: str = "", min_m2: float = 0.0, max_m2: float = float("inf")
) -> tuple[Noun, ...]:
    """Count nouns from a comma-separated list of singulars."""
    return tuple(
        Noun(
            word,
            plural(word),
            frozenset(means.split()),
            frozenset(maybe.split()),
            min_m2=min_m2,
            max_m2=max_m2,
        )
        for word in _split(words)
    )


def _mass(means: str, words: str, maybe: str = "") -> tuple[Noun, ...]:
    """Mass nouns from a comma-separated list."""
    return tuple(
        Noun(word, word, frozenset(means.split()), frozenset(maybe.split()), mass=True)
        for word in _split(words)
    )


def _many(means: str, words: str, maybe: str = "") -> tuple[Noun, ...]:
    """Nouns that are used in the plural alone."""
    return tuple(
        Noun(word, word, frozenset(means.split()), frozenset(maybe.split()), only_many=True)
        for word in _split(words)
    )


def _split(words: str) -> Iterable[str]:
    return (word.strip() for word in words.split(",") if word.strip())


NOUNS: tuple[Noun, ...] = (
    # building
    *_count("building", "building, roof, rooftop, structure, built structure, edifice, building footprint"),
    *_count("building", "house, home, residence, dwelling, residential building, family house, housing unit",
            max_m2=450),
    *_count("building", "detached house, cottage, bungalow, villa, farmhouse", max_m2=350),
    *_count("building", "shed, hut, shack, cabin, outbuilding, garden shed, outhouse, small shelter", max_m2=40),
    *_count("building", "warehouse, industrial building, factory, depot, storage hall, commercial building, "
            "industrial hall, factory building, logistics building, hall, supermarket, big box store",
            min_m2=700),
    *_count("building", "apartment building, block of flats, apartment block, office building, tower block, "
            "school building", min_m2=400),
    *_mass("building", "housing, built-up area, construction"),
    # road
    *_count("road", "road, street, roadway, paved road, lane, carriageway, drive, avenue, thoroughfare, route, "
            "motorway, highway, road surface, access road, road network"),
    *_count("road", "track, path, way", "pavement"),
    *_mass("road", "tarmac, asphalt, blacktop", "car_park pavement"),
    # car_park
    *_count("car_park", "parking lot, car park, parking area, parking place, carpark, parking space, "
            "parking ground, parking site, parking field"),
    *_mass("car_park", "parking"),
    # vehicles
    *_count("car", "car, automobile, sedan, motor car, auto, passenger car, hatchback, small vehicle, suv, taxi, "
            "personal vehicle, motorcar"),
    *_count("truck", "truck, lorry, heavy truck, freight truck, goods vehicle, box truck, semi-trailer, "
            "trailer truck, large truck, cargo truck, hgv, delivery truck, semi truck, tractor-trailer"),
    *_count("bus", "bus, coach, public bus, city bus, autobus, omnibus, passenger bus, school bus, minibus"),
    *_count("vehicle", "vehicle, motor vehicle, road vehicle"),
    *_count("truck bus", "large vehicle, heavy vehicle, big vehicle"),
    *_mass("vehicle", "traffic"),
    # trees
    *_count("tree", "tree, leafy tree, tree crown, treetop, tree canopy, deciduous tree", "wood"),
    *_count("tree", "single tree, individual tree, lone tree, isolated tree, solitary tree, free-standing tree"),
    *_count("tree", "shrub, bush", "wood", max_m2=12),
    *_many("tree wood", "trees, tree crowns, treetops"),
    *_mass("tree wood", "tree cover, canopy, tree canopy, foliage, woody vegetation"),
    *_many("wood", "trees, treetops", "tree"),
    *_mass("wood", "tree cover, canopy, dense trees", "tree"),
    *_count("wood", "wood, forest, woodland, grove, stand of trees, group of trees, clump of trees, forest area, "
            "forest stand, tree stand, wooded area, copse, thicket, patch of forest, patch of trees, forest patch, "
            "wooded patch"),
    *_mass("wood", "forest cover, dense forest"),
    # lawn
    *_count("lawn", "lawn, grass area, grassy area, patch of grass, green space, grass patch, grass plot, "
            "grassed area, turf area, green area, grass surface, strip of grass"),
    *_count("lawn", "meadow, garden, yard, backyard, park, pasture", "field wood"),
    *_mass("lawn", "grass, turf, greenery, grassland, grass cover, green grass", "field"),
    # field
    *_count("field", "field, crop field, farm field, cropland, agricultural field, cultivated field, farmland plot, "
            "arable field, agricultural plot, agricultural parcel, farm plot, paddock, crop parcel, farmed field"),
    *_mass("field", "farmland, cropland, agricultural land, arable land, farm land, cultivated land, crops, "
           "agriculture"),
    *_mass("vegetation", "vegetation, plants, plant cover, greenery, vegetated area, plant life, green vegetation"),
    # water
    *_count("river", "river, stream, creek, waterway, canal, brook, watercourse, river channel, rivulet"),
    *_count("lake", "lake, lagoon, reservoir, water basin, loch"),
    *_count("lake", "pond, fish pond, small lake, tarn, water hole", max_m2=6000),
    *_mass("sea", "sea, ocean, seawater, sea water, open sea, coastal water, open water, harbour water, salt water"),
    *_count("pool", "swimming pool, pool, outdoor pool, bathing pool, swimming basin, garden pool, backyard pool"),
    *_mass("water", "water, water surface, water area, surface water"),
    *_count("water", "body of water, water body, waterbody, water feature"),
    *_count("river lake", "body of fresh water"),
    # grounds
    *_count("court", "court, sports court, tennis court, sports ground, playing court, sports pitch, ball court, "
            "basketball court, game court, sport court, pitch"),
    *_count("storage_tank", "storage tank, tank, oil tank, fuel tank, silo, petroleum tank, gas tank, storage silo, "
            "liquid tank, oil storage tank, circular tank, cylindrical tank, tank roof, water tank"),
    *_count("bare_ground", "bare ground, patch of bare earth, dirt patch, bare patch, sandy area, dirt area, "
            "open ground, waste ground, patch of soil, bare area, dusty area, barren area, vacant plot, sand patch, "
            "unpaved area", "field"),
    *_mass("bare_ground", "bare soil, dirt, bare earth, sand, soil, bare land, barren land, earth, exposed soil, "
           "dry ground, dust, open land", "field"),
    *_count("solar_panel", "solar panel, photovoltaic panel, pv panel, solar array, solar module, solar cell, "
            "photovoltaic array, solar installation, pv array, solar power panel, pv module"),
    *_mass("solar_panel", "photovoltaics, solar power"),
    *_count("pavement", "pavement, sidewalk, footpath, paved area, walkway, paved surface, plaza, courtyard, "
            "footway, apron, terrace, patio, concrete area, hardstanding, pedestrian area, paving"),
    # ships and aircraft
    *_count("ship", "ship, boat, vessel, watercraft, cargo ship, barge, yacht, motorboat, sailing boat, ferry, "
            "freighter, tanker ship, sailboat, speedboat, motor boat, craft on the water"),
    *_count("aircraft", "aircraft, plane, airplane, aeroplane, jet, airliner, passenger plane, passenger jet, "
            "parked plane, jet plane, passenger aircraft, aeroplane on the ground"),
)  # fmt: skip
"""Every noun, common ones first within each list."""
