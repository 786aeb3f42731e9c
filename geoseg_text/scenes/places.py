"""The places: what each kind of neighbourhood is made of."""

from __future__ import annotations

from dataclasses import dataclass

from geoseg_text.scenes.layout import StreetPlan


@dataclass(frozen=True)
class Place:
    """A kind of place.

    Attributes:
        ground: Surfaces that the open ground may have, one per scene.
        plan: How streets divide it.
        uses: Weight of each use a block may have.
        roofs: Weight of (material, colour, roof) of its houses.
        trees: Trees per hectare of open ground.
        bend: How winding the streets are.
        paved: Surfaces of paved roads; one per scene.
        dirt: Surfaces of dirt roads.
        traffic: Cars per 100 m of paved road.
        river: Chance of a river.
        sea: Chance of the sea.
        quay: Chance that the sea ends at a quay instead of a beach.
    """

    ground: tuple[str, ...]
    plan: StreetPlan
    uses: dict[str, float]
    roofs: dict[tuple[str, str, str], float]
    trees: float = 20.0
    bend: float = 0.5
    paved: tuple[str, ...] = ("asphalt", "old_asphalt")
    dirt: tuple[str, ...] = ("soil", "laterite")
    traffic: float = 2.5
    river: float = 0.0
    sea: float = 0.0
    quay: float = 0.0


_SUBURB_ROOFS = {
    ("tile", "red", "gabled"): 1.4,
    ("tile", "red", "hipped"): 1.3,
    ("tile", "brown", "gabled"): 1.6,
    ("tile", "brown", "hipped"): 1.6,
    ("slate", "grey", "gabled"): 2.0,
    ("slate", "grey", "hipped"): 2.0,
    ("slate", "black", "gabled"): 1.0,
    ("slate", "black", "hipped"): 0.6,
    ("tile", "orange", "hipped"): 1.0,
    ("tile", "orange", "gabled"): 0.7,
    ("tile", "beige", "hipped"): 1.4,
    ("tile", "beige", "gabled"): 0.8,
    ("concrete", "white", "flat"): 0.9,
    ("concrete", "grey", "flat"): 0.5,
    ("metal", "white", "gabled"): 0.5,
    ("metal", "blue", "gabled"): 0.25,
    ("metal", "green", "gabled"): 0.25,
}
_TIN_ROOFS = {
    ("metal", "brown", "gabled"): 2.2,
    ("metal", "grey", "gabled"): 2.4,
    ("metal", "white", "gabled"): 1.0,
    ("metal", "brown", "shed"): 1.2,
    ("metal", "grey", "shed"): 1.2,
    ("metal", "red", "gabled"): 0.9,
    ("metal", "red", "hipped"): 0.8,
    ("tile", "orange", "hipped"): 0.8,
    ("metal", "blue", "gabled"): 0.4,
    ("metal", "green", "gabled"): 0.3,
    ("metal", "white", "shed"): 0.6,
    ("metal", "beige", "shed"): 0.6,
}
_CITY_ROOFS = {
    ("concrete", "grey", "flat"): 3.0,
    ("concrete", "white", "flat"): 2.4,
    ("concrete", "beige", "flat"): 1.6,
    ("concrete", "black", "flat"): 1.0,
    ("concrete", "brown", "flat"): 0.8,
    ("tile", "red", "hipped"): 1.0,
    ("tile", "red", "gabled"): 0.7,
    ("metal", "green", "flat"): 0.4,
    ("tile", "orange", "gabled"): 0.6,
}
_DESERT_ROOFS = {
    ("concrete", "beige", "flat"): 3.0,
    ("concrete", "white", "flat"): 3.0,
    ("concrete", "grey", "flat"): 1.2,
    ("tile", "brown", "hipped"): 0.8,
    ("tile", "red", "hipped"): 0.9,
    ("tile", "orange", "hipped"): 0.8,
}
_BARNS = {
    ("metal", "grey", "gabled"): 2.0,
    ("metal", "white", "gabled"): 1.6,
    ("tile", "red", "gabled"): 2.0,
    ("tile", "brown", "gabled"): 1.4,
    ("metal", "green", "gabled"): 0.8,
    ("slate", "grey", "hipped"): 1.0,
    ("tile", "orange", "gabled"): 1.0,
    ("thatch", "beige", "hipped"): 0.4,
    ("slate", "black", "gabled"): 0.6,
}
_SHEDS = {
    ("metal", "grey", "gabled"): 2.0,
    ("metal", "white", "gabled"): 2.4,
    ("metal", "blue", "gabled"): 1.4,
    ("metal", "green", "gabled"): 0.8,
    ("metal", "red", "gabled"): 0.8,
    ("concrete", "grey", "flat"): 1.6,
    ("concrete", "white", "flat"): 1.4,
    ("concrete", "black", "flat"): 0.8,
    ("metal", "brown", "gabled"): 0.8,
}

PLACES: dict[str, Place] = {
    "suburb": Place(
        ("grass", "lush", "dry_grass"),
        StreetPlan((48.0, 130.0), ("main", "residential", "residential")),
        {"houses": 8, "park": 1, "flats": 0.6, "courts": 1.2, "car_park": 0.6, "wood": 0.4, "lake": 0.2},
        _SUBURB_ROOFS,
        40.0,
        0.7,
    ),
    "settlement": Place(
        ("laterite", "soil"),
        StreetPlan((40.0, 90.0), ("residential", "dirt", "dirt", "dirt")),
        {"dense": 8, "compound": 5, "bare": 0.6, "wood": 0.5, "park": 0.4},
        _TIN_ROOFS,
        26.0,
        1.0,
        dirt=("laterite", "laterite", "soil"),
        traffic=1.2,
    ),
    "city": Place(
        ("paving", "concrete", "old_asphalt"),
        StreetPlan((70.0, 110.0), ("main", "main", "residential"), 0.15),
        {"towers": 8, "car_park": 1.4, "park": 1, "courts": 1.2, "bare": 0.3},
        _CITY_ROOFS,
        14.0,
        0.25,
        traffic=5.0,
    ),
    "desert": Place(
        ("sand", "pale_sand"),
        StreetPlan((50.0, 130.0), ("main", "residential", "dirt"), 0.35),
        {"villas": 6, "bare": 4, "towers": 1.2, "car_park": 0.6, "park": 0.6, "courts": 0.4, "oasis": 0.8},
        _DESERT_ROOFS,
        9.0,
        0.6,
        dirt=("sand", "soil"),
        river=0.12,
        sea=0.18,
    ),
    "countryside": Place(
        ("grass", "dry_grass", "lush"),
        StreetPlan((120.0, 230.0), ("main", "track", "hedge", "hedge")),
        {"field": 8, "farm": 2.2, "wood": 2, "lake": 0.5, "meadow": 1, "solar": 0.4},
        _BARNS,
        6.0,
        0.8,
        traffic=0.8,
        river=0.12,
    ),
    "industrial": Place(
        ("concrete", "old_asphalt", "gravel"),
        StreetPlan((90.0, 150.0), ("main", "residential", "residential"), 0.15),
        {"sheds": 6, "tanks": 2, "car_park": 1.6, "bare": 0.8, "solar": 0.7, "meadow": 0.6},
        _SHEDS,
        7.0,
        0.3,
        traffic=2.5,
    ),
    "harbour": Place(
        ("concrete", "old_asphalt", "gravel"),
        StreetPlan((80.0, 140.0), ("main", "residential")),
        {"sheds": 4, "tanks": 1.6, "car_park": 1.2, "bare": 0.8},
        _SHEDS,
        5.0,
        0.2,
        traffic=2.0,
        sea=1.0,
        quay=0.7,
    ),
    "airport": Place(
        ("dry_grass", "grass"),
        StreetPlan((140.0, 200.0), ("main", "hedge")),
        {"apron": 5, "sheds": 1.6, "car_park": 1.2, "meadow": 1.6},
        _SHEDS,
        3.0,
        0.0,
        traffic=1.5,
    ),
    "river": Place(
        ("grass", "lush", "dry_grass"),
        StreetPlan((70.0, 160.0), ("main", "residential", "track")),
        {"houses": 3, "field": 3, "wood": 2, "meadow": 2, "park": 1},
        _SUBURB_ROOFS,
        30.0,
        0.9,
        traffic=1.4,
        river=1.0,
    ),
    "forest": Place(
        ("litter", "dry_grass", "grass"),
        StreetPlan((110.0, 220.0), ("dirt", "track", "hedge")),
        {"wood": 7, "meadow": 1.6, "farm": 1.0, "lake": 0.6, "field": 0.6},
        _BARNS,
        60.0,
        1.0,
        traffic=0.4,
        river=0.15,
    ),
}
