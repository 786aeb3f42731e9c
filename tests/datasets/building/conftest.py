"""A town of which every house is known, as imagery and layers, and a data set built from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from geoseg_text.datasets.building import (
    BuildChoices,
    ImageryChoices,
    LabelChoices,
    PhraseChoices,
    PlanChoices,
    build_dataset,
)

CRS = "EPSG:32636"
GSD_M = 0.5
SIDE_PX = 256
LEFT, TOP = 500_000.0, 40_000.0
MATERIALS = ("tin", "roof_tiles", "concrete", "tin", "thatch")


@dataclass(frozen=True)
class Town:
    """Paths of the town's files."""

    image: Path
    houses: Path
    streets: Path

    @property
    def choices(self) -> BuildChoices:
        """Four windows of it, both layouts."""
        return BuildChoices(
            ImageryChoices((str(self.image),)),
            LabelChoices((str(self.houses), str(self.streets))),
            PlanChoices(128, shares=(0.25, 0.25), seed=3),
            PhraseChoices(14, seed=5),
            "both",
        )

    def with_labels(self, *layers: Path | str, **more: object) -> BuildChoices:
        return replace(self.choices, labels=LabelChoices(tuple(map(str, layers)), **more))


def write_image(path: Path, side: int = SIDE_PX, crs: str | None = CRS, left: float = LEFT) -> Path:
    pixels = np.random.default_rng(1).integers(40, 200, (3, side, side), np.uint8)
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 3, "height": side, "width": side}
    affine = Affine(GSD_M, 0, left, 0, -GSD_M, TOP)
    with rasterio.open(path, "w", **profile, crs=crs, transform=affine, photometric="RGB") as raster:
        raster.write(pixels)
    return path


def house(row: int, col: int) -> shapely.Polygon:
    """A house of a size of its own, in metres; its corners lie on no pixel's centre."""
    x, y = LEFT + 3.1 + 15.7 * col, TOP - 3.1 - 15.7 * row
    return shapely.box(x, y - 4.2 - (row * 7 + col * 3) % 5, x + 5.3 + (row * 3 + col) % 4, y)


def write_town(folder: Path) -> Town:
    """64 houses, one of them drawn crosswise, and a street in another CRS."""
    places = [(row, col) for row in range(8) for col in range(8)]
    shapes = [house(*place) for place in places]
    west, south, east, north = shapes[9].bounds
    shapes[9] = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    materials = [MATERIALS[(3 * row + 2 * col) % 5] for row, col in places]
    tags = [f'"roof:material"=>"{material}","roof:levels"=>"1"' for material in materials]
    columns = {"building": ["yes"] * 64, "material": materials, "other_tags": tags}
    houses = geopandas.GeoDataFrame(columns, geometry=shapes, crs=CRS)
    houses.drop(columns="material").to_file(folder / "houses.gpkg", layer="houses")
    line = shapely.LineString([(LEFT + 63, TOP + 20), (LEFT + 63.4, TOP - 300)])
    street = geopandas.GeoDataFrame(
        {"highway": ["residential"], "width": ["4 m"]}, geometry=[line], crs=CRS
    ).to_crs("EPSG:4326")
    street.to_file(folder / "streets.geojson")
    return Town(write_image(folder / "town.tif"), folder / "houses.gpkg", folder / "streets.geojson")


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="session")
def built(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("built") / "data"
    build_dataset(root, town.choices)
    return root
