"""Each mask is what its phrase means, by computations that share nothing with the builder's.

Polygons are chosen by column or measured with shapely, and burnt with rasterio onto the grid of the written
GeoTIFF. Only words are taken from the lexicon, to know what a phrase says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio.features import rasterize

from geoseg_text.datasets.building import (
    BuildChoices,
    ImageryChoices,
    LabelChoices,
    PhraseChoices,
    PlanChoices,
    build_dataset,
)
from geoseg_text.language.lexicon import CATEGORIES, NOUNS, Noun, adjectives, expand, places

METRES = re.compile(r"\b(\d+) (?:m|metres|meters)\b")


FORMS = {form.lower(): noun for noun in reversed(NOUNS) for form in (noun.one, noun.many)}
NAMED = re.compile(r"\b(" + "|".join(sorted(map(re.escape, FORMS), key=len, reverse=True)) + r")\b")


class Case:
    """A triplet as a stranger finds it on disk: a line, a GeoTIFF, a mask."""

    def __init__(self, base: Path, name: str, row: pd.Series) -> None:
        self.words = row.phrase.lower().strip(" .?!")
        self.kind, self.split, self.geometry = row.kind, row.split, row.geometry
        with rasterio.open(base / "images" / f"{name}.tif") as raster:
            self.shape, self.affine, self.crs = raster.shape, raster.transform, raster.crs
            self.box = shapely.box(*raster.bounds)
        with rasterio.open(base / "masks" / f"{name}.tif") as raster:
            self.mask = raster.read(1) > 50

    def burnt(self, *shapes: shapely.Geometry) -> np.ndarray:
        there = [(one, 1) for one in shapes if not one.is_empty]
        if not there:
            return np.zeros(self.shape, bool)
        return rasterize(there, self.shape, transform=self.affine) == 1

    @property
    def nouns(self) -> list[Noun]:
        """The nouns of the phrase in their order, the longest that stand there."""
        return [FORMS[form] for form in NAMED.findall(self.words)]

    @property
    def noun(self) -> Noun | None:
        """What the phrase is about: its first noun."""
        return next(iter(self.nouns), None)


def cases(root: Path) -> Iterator[Case]:
    table = geopandas.read_parquet(root / "triplets.parquet").set_index("triplet")
    base = root / "RefSegRS"
    for split in ("train", "val", "test"):
        for line in (base / f"output_phrase_{split}.txt").read_text(encoding="utf-8").splitlines():
            name, phrase = line.split(" ", 1)
            assert (table.loc[name].phrase, table.loc[name].split) == (phrase, split)
            yield Case(base, name, table.loc[name])


def worded(table: dict[str, tuple[str, ...]], words: str) -> str | None:
    """The value whose words stand in a phrase, the longest words first."""
    found = [
        (-len(form), value)
        for value, forms in table.items()
        for form in forms
        if re.search(rf"\b{re.escape(form.lower())}\b", words)
    ]
    return min(found)[1] if found else None


def all_polygons(root: Path) -> None:
    """The polygons of the table are the masks, pixel for pixel, in the imagery's CRS."""
    for case in cases(root):
        assert np.array_equal(case.burnt(case.geometry), case.mask)
        assert case.geometry.is_valid
        assert case.mask.any()


MATERIAL = {
    value: (*words, *adjectives.MATERIAL_NOUNS.get(value, ()))
    for value, words in adjectives.MATERIALS.items()
}
TOLD = {"tin": "metal", "roof_tiles": "tile", "concrete": "concrete", "thatch": "thatch"}


def town_houses(town) -> geopandas.GeoDataFrame:
    houses = geopandas.read_file(town.houses)
    houses["geometry"] = houses.make_valid()
    houses["material"] = houses.other_tags.str.extract(r'"roof:material"=>"(\w+)"')[0].map(TOLD)
    return houses


def town_street(town) -> shapely.Geometry:
    return geopandas.read_file(town.streets).to_crs("EPSG:32636").geometry.iloc[0].buffer(2)


def test_every_phrase_of_the_town_means_its_mask(town, built: Path) -> None:
    houses, street = town_houses(town), town_street(town)
    verified: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for case in cases(built):
        total[case.kind] += 1
        for name, check in CHECKS.items():
            if case.kind == name.split()[0] and (answer := check(case, houses, street)) is not None:
                verified[name] += 1
                assert np.array_equal(answer, case.mask), case.words
                break
    assert total.keys() >= {"category", "attribute", "position", "relation", "superlative"}
    assert verified["attribute"] >= 0.6 * total["attribute"] > 3, (verified, total)
    assert verified["category"] >= 0.6 * total["category"] > 3, (verified, total)
    assert verified["superlative"] >= 3, (verified, total)
    assert verified["relation metres"] >= 2, (verified, total)


def category(case: Case, houses, street) -> np.ndarray | None:
    noun = case.noun
    if of_houses(case):
        return case.burnt(*houses.geometry)
    if noun is None:
        return None
    # The street was a line in degrees: what stands on it hides it.
    return (
        case.mask
        if noun.means == {"road"} and near(case, case.burnt(street) & ~case.burnt(*houses.geometry))
        else None
    )


def near(case: Case, other: np.ndarray) -> bool:
    """Whether two masks differ only in a few pixels at an edge, where rounding in another CRS decides."""
    return bool((case.mask != other).sum() <= 0.02 * case.mask.sum())


def attribute(case: Case, houses, street) -> np.ndarray | None:
    value = worded(MATERIAL, case.words)
    if value is None or not of_houses(case):
        return None
    if re.search(r"\b(not|except|other than|apart from)\b", case.words):
        return case.burnt(*houses.geometry[houses.material != value])
    return case.burnt(*houses.geometry[houses.material == value])


def seen(case: Case, houses) -> geopandas.GeoDataFrame:
    """The houses in a window, cut at its border."""
    parts = houses[houses.intersects(case.box)].copy()
    parts["geometry"] = parts.intersection(case.box)
    return parts[[case.burnt(one).any() for one in parts.geometry]]


def superlative(case: Case, houses, street) -> np.ndarray | None:
    """The house that leads in size or place, or in nearness to the street, of all or of one roof."""
    value = worded(MATERIAL, case.words)
    if not of_houses(case):
        return None
    parts = seen(case, houses if value is None else houses[houses.material == value])
    which = worded(places.EXTREMES | {"near": places.NEAREST, "far": places.FARTHEST}, case.words)
    nouns = {name for noun in case.nouns[1:] for name in noun.means if noun.one != "roof"}
    if nouns != ({"road"} if which in {"near", "far"} else set()):
        return None
    away = parts.distance(street.intersection(case.box)) if street is not None else parts.area
    measures = {
        "largest": parts.area, "smallest": -parts.area, "near": -away, "far": away,
        "northernmost": parts.centroid.y, "southernmost": -parts.centroid.y,
        "easternmost": parts.centroid.x, "westernmost": -parts.centroid.x,
    }  # fmt: skip
    return case.burnt(parts.geometry[measures[which].idxmax()]) if which in measures else None


def of_houses(case: Case) -> bool:
    """Whether a phrase is about houses of any size that occurs here."""
    noun = case.noun
    return noun is not None and noun.means == {"building"} and noun.min_m2 == 0 and noun.max_m2 >= 350


def metres(case: Case, houses, street) -> np.ndarray | None:
    found = METRES.search(case.words)
    # "houses ... of any house" relates houses to one another; the street is the one other thing there is.
    if found is None or ("street" not in case.words and "road" not in case.words):
        return None
    if not of_houses(case):
        return None
    limit = float(found[1])
    parts = seen(case, houses)
    away = parts.distance(street.intersection(case.box))
    beyond = re.search(r"\b(more than|at least|over) \d", case.words) and "no more" not in case.words
    return case.burnt(*parts.geometry[away >= limit if beyond else away < limit])


CHECKS: dict[str, Callable[..., np.ndarray | None]] = {
    "category": category,
    "attribute": attribute,
    "superlative": superlative,
    "relation metres": metres,
}


def test_the_polygons_of_the_table_are_the_masks(built: Path) -> None:
    all_polygons(built)


def test_a_phrase_of_look_place_or_relation_leaves_four_houses_out(town, built: Path) -> None:
    houses = town_houses(town)
    told = 0
    for case in cases(built):
        noun = case.noun
        if case.kind in {"attribute", "position", "relation", "size"} and noun and noun.means == {"building"}:
            parts = seen(case, houses)
            meant = sum(bool((case.burnt(one) & case.mask).any()) for one in parts.geometry)
            # A distance or a side is told of what is not itself what it is told from.
            assert len(parts) - meant >= 4
            told += 1
    assert told > 5


def test_a_scene_s_own_truth_comes_back(tmp_path: Path) -> None:
    """Nouns and looks over a drawn scene: polygons by column, burnt anew, are the masks."""
    from geoseg_text.scenes import render_scene, write_scene

    truth = write_scene(
        render_scene(3, (128, 128), 0.5, place="suburb", crs="EPSG:32635"), tmp_path / "s.tif"
    )
    choices = BuildChoices(
        ImageryChoices((str(tmp_path / "s.tif"),)),
        LabelChoices((str(truth),)),
        PlanChoices(128, shares=(0, 0)),
        PhraseChoices(24, ("category", "attribute"), seed=2),
    )
    build_dataset(tmp_path / "out", choices)
    table = geopandas.read_file(truth)
    verified = 0
    for case in cases(tmp_path / "out"):
        noun = case.noun
        if noun is None or noun.narrow or case.kind != "category":
            continue
        wanted = expand(noun.means) & set(CATEGORIES)
        assert np.array_equal(case.burnt(*table.geometry[table.category.isin(wanted)]), case.mask), case.words
        verified += 1
    assert verified >= 4
    all_polygons(tmp_path / "out")


@pytest.fixture
def spacenet(shared: Path) -> Path:
    folder = shared / "data/labelled/spacenet_samples"
    if not folder.is_dir():
        pytest.skip(f"needs the SpaceNet samples: {folder} is not there")
    return folder


def test_real_buildings_are_their_polygons(spacenet: Path, tmp_path: Path) -> None:
    labels = spacenet / "vector/mvoi_pan_buildings.geojson"
    choices = BuildChoices(
        ImageryChoices((str(spacenet / "images/mvoi_pan_buildings.tif"),)),
        LabelChoices((str(labels),)),
        PlanChoices(300, shares=(0.2, 0.2)),
        PhraseChoices(3, ("category", "superlative", "position")),
    )
    report = build_dataset(tmp_path / "out", choices)
    assert report["layers"][0]["used"] == {"building": 43}
    houses = geopandas.read_file(labels)
    verified: Counter[str] = Counter()
    for case in cases(tmp_path / "out"):
        assert not (case.mask & ~case.burnt(*houses.geometry)).any()
        for name in ("category", "superlative"):
            if case.kind == name and (answer := CHECKS[name](case, houses, None)) is not None:
                verified[name] += 1
                assert np.array_equal(answer, case.mask), case.words
    assert verified["category"] >= 5
    all_polygons(tmp_path / "out")


def test_real_roads_in_degrees_are_their_buffered_lines(spacenet: Path, tmp_path: Path) -> None:
    labels = spacenet / "vector/vegas_pan_roads.geojson"
    image = spacenet / "images/vegas_pan_roads.tif"
    choices = BuildChoices(
        ImageryChoices((str(image),), gsd_m=2.0),
        LabelChoices((str(labels),), width_m=9),
        PlanChoices(512, shares=(0, 0)),
        PhraseChoices(1, ("category",)),
    )
    build_dataset(tmp_path / "out", choices)
    (case,) = cases(tmp_path / "out")
    roads = geopandas.read_file(labels).to_crs(case.crs.to_wkt()).buffer(4.5)
    with rasterio.open(image) as raster:
        crs = raster.crs
        seen_area = (
            geopandas.GeoSeries([shapely.box(*raster.bounds)], crs=crs).to_crs(case.crs.to_wkt()).iloc[0]
        )
    # The grid is upright in metres, the image a little turned on it: nothing is labelled past its edge.
    assert not (case.mask & ~case.burnt(seen_area)).any()
    inside = case.burnt(seen_area.buffer(-5))
    assert ((case.mask != case.burnt(*roads)) & inside).sum() <= 0.01 * case.mask.sum()
    table = geopandas.read_parquet(tmp_path / "out/triplets.parquet")
    assert table.crs == crs
    back = case.burnt(table.to_crs(case.crs.to_wkt()).geometry.iloc[0])
    assert (back != case.mask).sum() <= 0.01 * case.mask.sum()
