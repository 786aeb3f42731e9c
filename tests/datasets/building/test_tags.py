"""What OpenStreetMap's tags and columns of others say."""

from __future__ import annotations

import pytest

from geoseg_text.datasets.building.attributes import attributes_of, keys_of, parse_attribute, value_of
from geoseg_text.datasets.building.naming import guess_category, parse_category
from geoseg_text.datasets.building.tags import category_of, plain_key, unpacked, width_m
from geoseg_text.errors import InputError


def test_packed_tags_are_read_with_quotes_and_backslashes() -> None:
    text = r'"roof:material"=>"roof_tiles","name"=>"\"Old\" Mill, C:\\x","empty"=>"" , "lanes" => "2"'
    assert unpacked(text) == {
        "roof_material": "roof_tiles",
        "name": '"Old" Mill, C:\\x',
        "empty": "",
        "lanes": "2",
    }
    assert unpacked("no tags at all") == {}
    assert plain_key(" Roof:Material ") == plain_key("roof_material") == "roof_material"


@pytest.mark.parametrize(
    ("tags", "form", "category"),
    [
        ({"building": "yes"}, "area", "building"),
        ({"building": "no"}, "area", None),
        ({"building": "construction"}, "area", None),
        ({"building": "house"}, "point", None),
        ({"highway": "residential"}, "line", "road"),
        ({"highway": "residential", "tunnel": "yes"}, "line", None),
        ({"highway": "footway"}, "line", "pavement"),
        ({"highway": "bus_stop"}, "point", None),
        ({"natural": "water", "water": "river"}, "area", "river"),
        ({"natural": "water", "water": "pond"}, "area", "lake"),
        ({"natural": "water"}, "area", "water"),
        ({"waterway": "stream"}, "line", "river"),
        ({"landuse": "forest"}, "area", "wood"),
        ({"leisure": "pitch", "sport": "tennis"}, "area", "court"),
        ({"amenity": "parking"}, "area", "car_park"),
        ({"amenity": "parking", "parking": "underground"}, "area", None),
        ({"amenity": "school"}, "area", None),
        ({"natural": "tree"}, "point", "tree"),
    ],
)
def test_tags_name_a_category(tags, form, category) -> None:
    assert category_of(tags, form) == category


@pytest.mark.parametrize(
    ("tags", "category", "metres"),
    [
        ({"highway": "residential", "width": "7,5 m", "lanes": "2"}, "road", 7.5),
        ({"highway": "residential", "width": "wide", "lanes": "2"}, "road", 6.4),
        ({"highway": "residential"}, "road", 6),
        ({"highway": "service", "lanes": "0"}, "road", 4),
        ({"waterway": "ditch"}, "river", 1.5),
        ({"natural": "tree", "diameter_crown": "9"}, "tree", 9),
        ({}, "tree", 6),
    ],
)
def test_a_width_is_as_tagged_then_by_lanes_then_by_class(tags, category: str, metres: float) -> None:
    assert width_m(tags, category) == pytest.approx(metres)


@pytest.mark.parametrize(
    ("attribute", "text", "value"),
    [
        ("material", "tin", "metal"),
        ("material", "Roof_Tiles", "tile"),
        ("material", "concrete:plates", "concrete"),
        ("material", "paved", None),
        ("material", "asphalt;gravel", None),
        ("material", "bamboo", "bamboo"),
        ("material", "yes", None),
        ("roof", "hipped", "hipped"),
        ("roof", "half-hipped", None),
        ("roof", "dome", "dome"),
        ("colour", "terracotta", "terracotta"),
        ("colour", "#8B4513", "brown"),
        ("colour", "#fefefe", "white"),
        ("colour", "navy", "blue"),
        ("colour", "gray", "grey"),
        ("shape", "L-shaped", "l_shaped"),
        ("sport", "tennis", "tennis"),
    ],
)
def test_a_field_becomes_a_value_of_the_lexicon(attribute: str, text: str, value: str | None) -> None:
    assert value_of(attribute, text) == value


def test_a_roof_comes_before_walls_and_one_column_serves_a_layer() -> None:
    keys = keys_of("building", {"roof_material", "building_material", "colour"})
    assert keys == {"material": "roof_material", "colour": "colour"}
    assert attributes_of({"building_material": "brick", "colour": "red"}, keys) == {"colour": "red"}
    assert keys_of("road", {"surface", "roof_material"}) == {"material": "surface"}


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("buildings", "building"),
        ("vegas_rgb_roads_img0", "road"),
        ("kampalaBuildingFootprints2020", "building"),
        ("parking_lots", "car_park"),
        ("trees", "tree"),
        ("roads_and_buildings", None),
        ("layer1", None),
        ("land_parcels", None),
    ],
)
def test_a_layer_s_name_may_say_what_it_holds(name: str, category: str | None) -> None:
    assert guess_category(name) == category


def test_categories_and_attributes_of_the_command_line() -> None:
    assert parse_category("Buildings, road,car_park") == ("building", "road", "car_park")
    with pytest.raises(InputError, match=r"'castle' is not known; choose of building, road"):
        parse_category("castle")
    assert parse_attribute("roof=type=material") == ("roof=type", "material")
    for wrong in ("roof", "=material", "roof=height"):
        with pytest.raises(InputError, match="--attribute"):
            parse_attribute(wrong)
