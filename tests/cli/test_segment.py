"""`geoseg-text segment` as a user runs it, on a small network that has learnt nothing: it finds noise."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import geopandas as gpd
import pytest
import rasterio
from shapely.geometry import box

import geoseg_text as gt
from geoseg_text.errors import RasterError

PHRASE = "the red roofs"


@pytest.fixture
def segment(run, town: Path, model_folder: Path):
    """Return a function that segments the town with the small model and more words."""

    def with_words(*words: str | Path, imagery: str | Path = town, **more: object):
        return run("segment", imagery, "--model", model_folder, *words, **more)

    return with_words


def outline(path: Path):
    with rasterio.open(path) as raster:
        return box(*raster.bounds), raster.crs


def test_a_phrase_gives_polygons_inside_the_imagery(segment, town: Path, tmp_path: Path) -> None:
    done = segment("-p", PHRASE, "-o", "roofs.gpkg", "--threshold", "0.5")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    found = gpd.read_file(tmp_path / "roofs.gpkg")
    extent, crs = outline(town)
    assert found.crs == crs
    assert set(found["phrase"]) <= {PHRASE}
    assert found.geometry.is_valid.all()
    assert found.geometry.within(extent.buffer(1e-6)).all()
    for column in ("score", "score_max", "area_m2", "source", "model", "created", "id"):
        assert column in found


def test_a_threshold_of_zero_marks_all_and_the_words_say_how_much(segment, town: Path) -> None:
    done = segment("-p", PHRASE, "-o", "all.geojson", "--threshold", "0", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["phrases"][PHRASE]["polygons"] == 1
    extent, _ = outline(town)
    assert said["phrases"][PHRASE]["area_m2"] == pytest.approx(extent.area, rel=2e-3)
    assert f"for '{PHRASE}'" in done.stderr
    assert said["windows_not_seen"] == []


def test_phrases_come_from_flags_and_from_a_file(segment, tmp_path: Path) -> None:
    (tmp_path / "phrases.txt").write_text("the road\n\nroofs\n", encoding="utf-8")
    done = segment("-p", PHRASE, "--phrases", "phrases.txt", "-o", "x.geojson", "--threshold", "0", "--json")
    assert list(json.loads(done.stdout)["phrases"]) == [PHRASE, "the road", "roofs"]


def test_a_dash_prints_geojson_and_nothing_else(segment, tmp_path: Path) -> None:
    done = segment("-p", PHRASE, "-o", "-", "--threshold", "0", "-q")
    assert json.loads(done.stdout)["type"] == "FeatureCollection"
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_scores_and_a_picture_are_written_too(segment, town: Path, tmp_path: Path) -> None:
    words = [
        "-p",
        PHRASE,
        "-p",
        "the road",
        "-o",
        "x.gpkg",
        "--score-raster",
        "scores.tif",
        "--plot",
        "x.png",
    ]
    assert segment(*words).returncode == 0
    with rasterio.open(tmp_path / "scores.tif") as scores, rasterio.open(town) as raster:
        assert scores.count == 2
        assert (scores.shape, scores.crs, scores.transform) == (raster.shape, raster.crs, raster.transform)
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


def test_scores_alone_are_written_where_nothing_else_is_wanted(segment, tmp_path: Path) -> None:
    done = segment("-p", PHRASE, "--score-raster", "scores.tif", "--json")
    assert {path.name for path in tmp_path.iterdir()} == {"scores.tif", "scores.manifest.json"}
    told = json.loads(done.stdout)
    assert (told["output"], told["score_raster"], told["phrases"]) == (None, "scores.tif", {})
    assert "wrote: scores.tif" in done.stderr


@pytest.mark.slow
def test_scores_are_cut_at_another_threshold(segment, run, tmp_path: Path) -> None:
    whole = segment("-p", PHRASE, "-o", "run.geojson", "--score-raster", "scores.tif", "--threshold", "0.3")
    assert whole.returncode == 0, whole.stderr
    words = ["cut", "scores.tif", "-o", "cut.geojson"]
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "cut.geojson").read_bytes() == (tmp_path / "run.geojson").read_bytes()
    again = run(*words, cwd=tmp_path)
    assert again.returncode == 1
    assert again.stderr.count("\n") == 1
    assert "--overwrite" in again.stderr


def test_bounds_limit_what_is_looked_at(segment, town: Path, tmp_path: Path) -> None:
    with rasterio.open(town) as raster:
        west, south, _, north = raster.bounds
    bounds = f"{west},{south},{west + 15},{north}"  # the western 50 of 96 columns
    done = segment("-p", PHRASE, "-o", "west.gpkg", "--threshold", "0", "--bounds", bounds)
    assert done.returncode == 0, done.stderr
    assert gpd.read_file(tmp_path / "west.gpkg").total_bounds == pytest.approx(
        (west, south, west + 15, north), abs=0.31
    )


def test_an_output_is_replaced_only_when_asked(segment, tmp_path: Path) -> None:
    (tmp_path / "x.geojson").write_text("mine", encoding="utf-8")
    done = segment("-p", PHRASE, "-o", "x.geojson")
    assert done.returncode == 1
    assert "--overwrite" in done.stderr
    assert (tmp_path / "x.geojson").read_text(encoding="utf-8") == "mine"
    assert segment("-p", PHRASE, "-o", "x.geojson", "--overwrite").returncode == 0
    assert json.loads((tmp_path / "x.geojson").read_text(encoding="utf-8"))["type"] == "FeatureCollection"


TOO_LONG = "the red roofs beside the road " * 20
WRONG = [
    (["-p", "", "-o", "x.geojson"], 1),
    (["-p", TOO_LONG, "-o", "x.geojson"], 1),
    (["-p", PHRASE, "-o", "no/such/folder/x.geojson"], 1),
    (["-p", PHRASE, "-o", "x.shpx"], 1),
    (["-p", PHRASE, "-o", "x.geojson", "--bands", "1,2,9"], 1),
    (["-p", PHRASE, "-o", "x.geojson", "--bounds", "0,0,1,1"], 1),
    (["-o", "x.geojson"], 2),
    (["-p", PHRASE], 2),
    (["-p", PHRASE, "--score-raster", "scores.tif", "--plot", "x.png"], 2),
    (["-p", PHRASE, "-o", "-", "--json"], 2),
    (["-p", PHRASE, "-o", "x.geojson", "--bands", "red"], 2),
    (["-p", PHRASE, "-o", "x.geojson", "--bounds", "1,2,3"], 2),
    (["-p", PHRASE, "-o", "x.geojson", "--threshold", "half"], 2),
]
MORE_WRONG = [
    ["-p", "   ", "-o", "x.geojson"],
    ["-p", "!?", "-o", "x.geojson"],
    ["-p", PHRASE, "-o", "x"],
    ["-p", PHRASE, "-o", "x.geojson", "--score-raster", "scores.png"],
    ["-p", PHRASE, "-o", "x.geojson", "--plot", "no/such/folder/x.png"],
    ["-p", PHRASE, "-o", "x.geojson", "--plot", "x.docx"],
    ["-p", PHRASE, "-o", "x.geojson", "--threshold", "1.5"],
    ["-p", PHRASE, "-o", "x.geojson", "--threshold", "nan"],
    ["-p", PHRASE, "-o", "x.geojson", "--threshold", "0.4", "--threshold-low", "0.5"],
    ["-p", PHRASE, "-o", "x.geojson", "--window", "0"],
    ["-p", PHRASE, "-o", "x.geojson", "--window", "64", "--overlap", "64"],
    ["-p", PHRASE, "-o", "x.geojson", "--min-area", "-1"],
    ["-p", PHRASE, "-o", "x.geojson", "--simplify", "-1"],
    ["-p", PHRASE, "-o", "x.geojson", "--gsd", "0"],
    ["-p", PHRASE, "-o", "x.geojson", "--stretch", "no-such-stretch"],
    ["-p", PHRASE, "-o", "x.geojson", "--stretch", "9,3"],
    ["-p", PHRASE, "-o", "x.geojson", "--bounds", "0,0,1,1", "--bounds-crs", "EPSG:99999"],
    ["-p", PHRASE, "-o", "x.geojson", "--aoi", "no-such-file.gpkg"],
    ["-p", PHRASE, "-o", "x.geojson", "--device", "abacus"],
    ["--phrases", "no-such-file.txt", "-o", "x.geojson"],
]


def refused(done, folder: Path) -> bool:
    """Whether a run ended in one line and wrote nothing."""
    return done.stdout == "" and done.stderr.count("\n") == 1 and not list(folder.iterdir())


@pytest.mark.parametrize(("words", "code"), WRONG, ids=lambda value: str(value)[:60])
def test_wrong_words_are_one_line_and_nothing_is_written(
    segment, tmp_path: Path, words: list[str], code: int
) -> None:
    done = segment(*words)
    assert done.returncode == code, done.stderr
    assert refused(done, tmp_path), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("words", MORE_WRONG, ids=" ".join)
def test_more_wrong_words_are_one_line_and_nothing_is_written(
    segment, tmp_path: Path, words: list[str]
) -> None:
    done = segment(*words)
    assert done.returncode == 1, done.stderr
    assert refused(done, tmp_path), done.stderr


@pytest.mark.parametrize("imagery", ["no-such-file.tif", "empty-folder", "notes.tif", "*.jp2", ""])
def test_imagery_that_is_none_is_one_line(segment, tmp_path: Path, imagery: str) -> None:
    (tmp_path / "empty-folder").mkdir()
    (tmp_path / "notes.tif").write_text("not a raster", encoding="utf-8")
    done = segment("-p", PHRASE, "-o", "x.geojson", imagery=imagery)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert not list(tmp_path.glob("*x.geojson*"))


def test_a_model_that_is_none_is_one_line(run, town: Path, tmp_path: Path) -> None:
    done = run("segment", town, "-p", PHRASE, "-o", "x.geojson", "--model", "no-such-model")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert list(tmp_path.iterdir()) == []


class Terminal:
    """The command with a pseudo-terminal for its stderr."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.screen, theirs = os.openpty()
        self.shown = b""
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=theirs,
            # tests that run in the background ignore Ctrl-C, and so would what they start
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        os.close(theirs)

    def watch(self, until: bytes | None = None) -> bytes:
        """Return what was shown when `until` has appeared, or when the command has closed its terminal."""
        while until is None or until not in self.shown:
            try:
                piece = os.read(self.screen, 4096)
            except OSError:  # Linux ends a pseudo-terminal this way, others with an empty piece
                break
            if not piece:
                break
            self.shown += piece
        return self.shown

    def end(self) -> tuple[int, bytes]:
        """Return the exit code and all that was shown."""
        self.watch()
        stdout, _ = self.process.communicate(timeout=60)
        assert stdout == b""
        os.close(self.screen)
        return self.process.returncode, self.shown


@pytest.fixture
def on_terminal(program, town: Path, model_folder: Path, tmp_path: Path):
    """Return a function that starts a run of the town on a terminal."""
    if os.name == "nt":
        pytest.skip("Windows has neither pseudo-terminals nor SIGINT for one process")

    def start(*words: str) -> Terminal:
        command = ["segment", town, "-p", PHRASE, "-o", "x.gpkg", "--model", model_folder, *words]
        return Terminal([*program, *map(str, command)], tmp_path)

    return start


def test_a_terminal_is_shown_how_far_a_run_is(on_terminal) -> None:
    code, shown = on_terminal().end()
    assert code == 0, shown
    assert b"segment" in shown
    assert b"4/4" in shown  # windows of 64 px over 96 x 80 px: two rows of two


def test_interrupting_leaves_no_partial_output(on_terminal, tmp_path: Path) -> None:
    terminal = on_terminal("--overlap", "63", "--gsd", "0.02")  # more than a million windows
    terminal.watch(until=b"segment")
    terminal.process.send_signal(signal.SIGINT)
    code, shown = terminal.end()
    assert code == 130, shown
    assert b"error: interrupted" in shown.splitlines()[-1]
    assert b"Traceback" not in shown
    assert list(tmp_path.iterdir()) == []


def test_a_vrt_that_leads_elsewhere_is_read_where_it_is_trusted(
    town: Path, model_folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    copied = elsewhere / "town.tif"
    copied.write_bytes(town.read_bytes())
    vrt = tmp_path / "lists" / "town.vrt"
    vrt.parent.mkdir()
    with rasterio.open(copied) as raster:
        bands = "".join(
            f'<VRTRasterBand dataType="Byte" band="{band}"><SimpleSource><SourceFilename relativeToVRT="0">'
            f"{copied}</SourceFilename><SourceBand>{band}</SourceBand></SimpleSource></VRTRasterBand>"
            for band in raster.indexes
        )
        place = ", ".join(map(str, raster.transform.to_gdal()))
        vrt.write_text(
            f'<VRTDataset rasterXSize="{raster.width}" rasterYSize="{raster.height}"><SRS>{raster.crs}</SRS>'
            f"<GeoTransform>{place}</GeoTransform>{bands}</VRTDataset>"
        )
    with pytest.raises(RasterError, match="--trust-vrt"):
        gt.segment(vrt, PHRASE, model=model_folder)
    trusted, plain = (
        gt.segment(imagery, PHRASE, model=model_folder, threshold=0.5, trust_vrt=imagery == vrt).polygons
        for imagery in (vrt, town)
    )
    assert len(plain) > 0
    assert trusted.geometry.geom_equals(plain.geometry).all()
