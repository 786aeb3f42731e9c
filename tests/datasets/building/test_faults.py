"""What cannot be used is one line that names it, and nothing is written."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import geopandas
import pytest
import shapely

from geoseg_text.cli.main import main
from geoseg_text.datasets.building import build_dataset
from geoseg_text.datasets.building.labels import LabelChoices
from geoseg_text.errors import GeosegError

CRS = "EPSG:32636"


def layer(path: Path, shapes: list[object], crs: str | None = CRS, **columns: list[object]) -> Path:
    table = geopandas.GeoDataFrame(columns or {"n": list(range(len(shapes)))}, geometry=shapes, crs=crs)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided")
        table.to_file(path)
    return path


@pytest.fixture
def layers(town, tmp_path: Path) -> dict[str, Path]:
    here = shapely.box(500_010, 39_960, 500_030, 39_980)
    there = shapely.box(700_010, 39_960, 700_030, 39_980)
    (tmp_path / "noise.gpkg").write_bytes(b"no vector data")
    layer(tmp_path / "two.gpkg", [here])
    geopandas.GeoDataFrame({"n": [1]}, geometry=[here], crs=CRS).to_file(tmp_path / "two.gpkg", layer="more")
    return {
        "noise": tmp_path / "noise.gpkg",
        "two": tmp_path / "two.gpkg",
        "there": layer(tmp_path / "buildings_there.gpkg", [there]),
        "empty": layer(tmp_path / "buildings_empty.gpkg", []),
        "nowhere": layer(tmp_path / "buildings_nowhere.shp", [here], crs=None),
        "null": layer(tmp_path / "buildings_null.geojson", [None, shapely.Polygon()], crs="EPSG:4326"),
        "what": layer(tmp_path / "layer1.gpkg", [here]),
        "school": layer(tmp_path / "osm.gpkg", [here], building=["no"], amenity=["school"]),
    }


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("noise", "cannot be read as vector data"),
        ("two", r"2 layers \(two, more\); choose one with two.gpkg:two"),
        ("there", "no feature lies on the imagery; the imagery spans 500000"),
        ("empty", "holds no feature"),
        ("nowhere", "has no CRS; assign the one it is in with: ogr2ogr"),
        ("null", "none of its 2 features has a usable geometry"),
        ("what", r"state their category \(--category\), one of building, road"),
        ("school", r"state their category \(--category\), one of building, road"),
    ],
)
def test_a_layer_that_cannot_be_used(
    town, layers: dict[str, Path], tmp_path: Path, name: str, says: str
) -> None:
    with pytest.raises(GeosegError, match=says) as error:
        build_dataset(tmp_path / "out", town.with_labels(layers[name]))
    assert str(layers[name]) in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()


def test_a_column_or_a_layer_that_is_not_there(town, layers, tmp_path: Path) -> None:
    bad = LabelChoices((str(layers["what"]),), (("building",),), (("roof_typ", "material"),))
    with pytest.raises(GeosegError, match=r"no layer has a column 'roof_typ'; they have n"):
        build_dataset(tmp_path / "out", replace(town.choices, labels=bad))
    with pytest.raises(GeosegError, match=r"no layer 'roofs' with geometries; it has two, more"):
        build_dataset(tmp_path / "out", town.with_labels(f"{layers['two']}:roofs"))
    with pytest.raises(GeosegError, match="no such file"):
        build_dataset(tmp_path / "out", town.with_labels(tmp_path / "lost.gpkg"))
    with pytest.raises(GeosegError, match="2 categories for 3 layers"):
        town.with_labels("a", "b", "c", categories=(("road",), ("building",)))
    assert not (tmp_path / "out").exists()


def test_the_command_says_it_in_one_line_and_does_the_rest(town, tmp_path: Path, capsys) -> None:
    common = ["dataset", "build", "-o", str(tmp_path / "out"), "--imagery", str(town.image)]
    assert main([*common, "--labels", str(town.houses), "--category", "castle"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("geoseg-text: error: --category 'castle' is not known; choose of building, road")
    assert said.count("\n") == 1
    assert main([*common, "--labels", str(town.houses), "--kind", "poem"]) == 1
    assert capsys.readouterr().err.startswith("geoseg-text: error: --kind 'poem' is not known")
    assert not (tmp_path / "out").exists()
    words = [
        "--labels",
        str(town.houses),
        "--window",
        "128",
        "--phrases",
        "2",
        "--val",
        "0.25",
        "--test",
        "0",
    ]
    assert main([*common, *words, "--kind", "category", "--category", "building"]) == 0
    told = capsys.readouterr()
    assert [line.split()[:2] for line in told.out.splitlines()] == [
        ["split", "windows"], ["train", "3"], ["val", "1"], ["test", "0"],
    ]  # fmt: skip
    assert told.err.endswith(f"wrote: {tmp_path / 'out'}\n")
    assert main([*common, *words]) == 1
    assert "finished data set" in capsys.readouterr().err
