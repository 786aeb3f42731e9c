"""A disk that is full, or that may not be written to: one line, nothing half done, nothing lost (law 6)."""

from __future__ import annotations

import resource
from functools import partial
from pathlib import Path

import pytest

from .conftest import features

PHRASE = "the red roofs"


def no_file_beyond(size: int) -> None:
    """Let the writing of anything larger fail, as it does where the disk is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.fixture
def segment(run, town: Path, model_folder: Path):
    """Return a function that asks for the red roofs, with more words, where files may have some size."""

    def ask(*words: str | Path, most: int | None = None):
        limit = {} if most is None else {"preexec_fn": partial(no_file_beyond, most)}
        return run(
            "segment", town, "--model", model_folder, "-p", PHRASE, "--threshold", "0.5", *words, **limit
        )

    return ask


@pytest.mark.slow
def test_a_job_on_a_full_disk_is_finished_where_there_is_room(segment, tmp_path: Path) -> None:
    assert segment("-o", "whole.geojson", "--score-raster", "whole.tif").returncode == 0
    job = ("--job", "job", "--block", "60", "--resume", "-o", "found.geojson", "--score-raster", "found.tif")
    at_once = segment(*job, most=2_000)
    assert at_once.returncode == 1
    assert "job" in at_once.stderr
    assert "cannot be written" in at_once.stderr
    in_the_end = segment(*job, most=(tmp_path / "whole.tif").stat().st_size * 3 // 4)
    assert in_the_end.returncode == 1
    blocks = sorted((tmp_path / "job" / "blocks").iterdir())
    assert len(blocks) > 2
    assert all(not path.name.startswith(".") for path in blocks)
    assert not list(tmp_path.glob("*found*"))
    for told in (at_once.stderr, in_the_end.stderr):
        assert "Traceback" not in told
        assert len([line for line in told.splitlines() if line.startswith("geoseg-text: error")]) == 1
    kept = {path.name: path.stat().st_mtime_ns for path in blocks}
    assert segment(*job).returncode == 0
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "job" / "blocks").iterdir()} == kept
    assert features(tmp_path / "found.geojson") == features(tmp_path / "whole.geojson")
    assert (tmp_path / "found.tif").read_bytes() == (tmp_path / "whole.tif").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["found.gpkg", "found.fgb", "found.parquet", "found.geojsonl", "found.tif"])
def test_an_output_that_does_not_fit_leaves_nothing(segment, tmp_path: Path, name: str) -> None:
    words = ("--score-raster", name, "-o", "x.geojson") if name.endswith(".tif") else ("-o", name)
    done = segment(*words, most=1_500)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "cannot be written" in done.stderr.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_a_folder_that_may_not_be_written_to_is_said_before_any_work(run, town: Path) -> None:
    for words in (("-o", "/sys/found.geojson"), ("-o", "found.geojson", "--job", "/sys/job")):
        done = run("segment", town, "-p", PHRASE, *words)
        assert done.returncode == 1
        assert "cannot be written" in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr
