"""Jobs as users run them: shards, merge, and a process killed at any moment (law 6)."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from .conftest import features

PHRASE = "the red roofs"


@pytest.fixture
def job(run, town: Path, model_folder: Path):
    """Return a function that works on the job in ``job`` with the small model and more words."""

    def work(*words: str | Path):
        return run(
            "segment", town, "--model", model_folder, "-p", PHRASE, "--threshold", "0.5", "--job", "job",
            "--block", "90", *words,
        )  # fmt: skip

    return work


@pytest.mark.slow
def test_shards_and_merge_give_the_run_of_one_piece(
    run, job, town: Path, model_folder: Path, tmp_path: Path
) -> None:
    shapes = ("--threshold-low", "0.45", "--square")
    whole = run(
        "segment", town, "--model", model_folder, "-p", PHRASE, "--threshold", "0.5", *shapes,
        "-o", "1.geojson",
    )  # fmt: skip
    assert whole.returncode == 0, whole.stderr
    first = job("--shard", "1/2", "--keep-scores", *shapes)
    assert first.returncode == 0
    assert "blocks" in first.stderr
    early = run("merge", "job", "-o", "2.geojson")
    assert early.returncode == 1
    assert "blocks are not done" in early.stderr
    assert "geoseg-text merge job -o FILE" in job("--shard", "2/2", "--keep-scores", *shapes).stderr
    merged = run("merge", "job", "-o", "2.geojson", "--score-raster", "2.tif", "--json")
    assert merged.returncode == 0
    assert json.loads(merged.stdout)["phrases"][PHRASE]["polygons"] == len(features(tmp_path / "2.geojson"))
    assert features(tmp_path / "2.geojson") == features(tmp_path / "1.geojson")
    assert (tmp_path / "2.tif").is_file()
    again = run("merge", "job", "-o", "2.geojson")
    assert again.returncode == 1
    assert "already exists" in again.stderr


def test_flags_that_say_nothing_together_are_refused(run, job, town: Path) -> None:
    for words, said in (
        (["segment", town, "-p", PHRASE, "--resume", "-o", "x.geojson"], "need the folder of the job"),
        (["segment", town, "-p", PHRASE, "--shard", "1/2"], "need the folder of the job"),
        (["segment", town, "-p", PHRASE, "--job", "j", "--shard", "1/2", "-o", "x.gpkg"], "leave -o to"),
        (["segment", town, "-p", PHRASE, "--job", "j", "--keep-scores", "-o", "x.gpkg"], "goes with --shard"),
        (
            ["segment", town, "-p", PHRASE, "--job", "j", "--shard", "1/2", "--plot", "x.png"],
            "nothing but its",
        ),
        (["segment", town, "-p", PHRASE], "with -o"),
    ):
        done = run(*words)
        assert done.returncode == 2
        assert said in done.stderr
    assert job("--shard", "3/2").returncode == 1


@pytest.mark.slow
def test_killed_at_any_moment_a_job_ends_in_the_same_bytes(
    run, program: list[str], town: Path, model_folder: Path, tmp_path: Path
) -> None:
    """Killed twenty times on its way; what came before is never lost, what is there is always whole."""
    rng = np.random.default_rng(0)
    words = [
        *program, "segment", str(town), "--model", str(model_folder), "-p", PHRASE, "--threshold", "0.5",
        "--job", "job", "--block", "60", "--resume", "-o", "found.geojson", "--score-raster", "found.tif",
    ]  # fmt: skip
    blocks, done, kills = tmp_path / "job" / "blocks", 0, 0
    started = time.perf_counter()
    assert run("segment", "--help").returncode == 0
    begin_s = time.perf_counter() - started
    while kills < 20:
        child = subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.DEVNULL)
        try:
            child.wait(timeout=float(rng.uniform(0.5, 3.0)) + 10 * begin_s * (kills % 2))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        else:
            break  # it got to the end between two kills
        kills += 1
        kept = len(list(blocks.glob("0*.npz"))) if blocks.is_dir() else 0
        assert kept >= done
        done = kept
        assert not (tmp_path / "found.geojson").exists() or (tmp_path / "found.manifest.json").exists()
    if not (tmp_path / "found.geojson").exists():
        subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
    whole = run(
        "segment", town, "--model", model_folder, "-p", PHRASE, "--threshold", "0.5",
        "-o", "whole.geojson", "--score-raster", "whole.tif",
    )  # fmt: skip
    assert whole.returncode == 0
    assert features(tmp_path / "found.geojson") == features(tmp_path / "whole.geojson")
    assert (tmp_path / "found.tif").read_bytes() == (tmp_path / "whole.tif").read_bytes()
