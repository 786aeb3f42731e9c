"""`geoseg-text evaluate` as a user runs it, on a small network that has learnt nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

FILES = ["gallery.png", "report.json", "report.md"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def refsegrs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of RefSegRS as it lies on disk: five images of 40 x 40 px, their left halves meant."""
    root = tmp_path_factory.mktemp("refsegrs")
    rng = np.random.default_rng(0)
    for folder in ("images", "masks"):
        (root / folder).mkdir()
    for number in range(5):
        pixels = rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)
        mask = np.where(np.arange(40) < 20, 255, 0).astype(np.uint8) * np.ones((40, 1), np.uint8)
        Image.fromarray(pixels).save(root / "images" / f"{number}.tif")
        Image.fromarray(mask).save(root / "masks" / f"{number}.tif")
    for split in ("train", "val", "test"):
        lines = [f"{number} the road\n" for number in range(5)] if split == "test" else []
        (root / f"output_phrase_{split}.txt").write_text("".join(lines), encoding="utf-8")
    return root


def test_a_benchmark_gives_a_folder_of_figures(
    run, refsegrs: Path, model_folder: Path, tmp_path: Path
) -> None:
    words = ("evaluate", "refsegrs", refsegrs, "--split", "test", "--model", model_folder, "--threshold", "0")
    done = run(*words, "--limit", "3", "-o", "out")
    assert done.returncode == 0, done.stderr
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == FILES
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert [case["id"] for case in report["cases"]] == ["0", "1", "3"]  # evenly over the five
    # at a threshold of 0 all is marked: half of it is right
    for convention in ("papers", "users"):
        assert report["overall"][convention]["oIoU"] == {"value": 0.5, "low": 0.5, "high": 0.5}
    assert {case["users"]["total"] for case in report["cases"]} == {40 * 40}
    assert {case["papers"]["total"] for case in report["cases"]} == {64 * 64}
    run_facts = report["run"]
    assert (run_facts["samples"], run_facts["samples_in_split"], run_facts["threshold"]) == (3, 5, 0.0)
    assert len(run_facts["weights_sha256"]) == 64
    page = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert done.stdout.strip() in page
    assert "| oIoU | 50.00 [50.00, 50.00] | 50.00 [50.00, 50.00] |" in done.stdout
    with Image.open(tmp_path / "out" / "gallery.png") as gallery:
        assert gallery.format == "PNG"


def test_held_back_scenes_need_no_files_and_an_output_is_replaced_only_when_asked(
    run, model_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    words = ("evaluate", "scenes", "--model", model_folder, "--limit", "9", "--json", "-o", "out")
    refused = run(*words)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "--overwrite" in refused.stderr
    assert names(tmp_path / "out") == ["notes.txt"]
    done = run(*words, "--overwrite")
    assert done.returncode == 0, done.stderr
    assert names(tmp_path / "out") == sorted([*FILES, "notes.txt"])
    said = json.loads(done.stdout)
    written = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert len(written.pop("cases")) == 9
    assert said == written
    assert said["without_referent"]["cases"] >= 1
    assert said["overall"]["cases"] + said["without_referent"]["cases"] == 9
    assert "category" in said["by_kind"]
    assert said["run"]["phrases_cut"] > 0  # the small network reads 8 tokens
    assert "phrases were cut" in done.stderr


WRONG = [
    (["scenes"], 2),
    (["RRSIS-D", "-o", "out"], 2),
    (["scenes", "somewhere", "-o", "out"], 2),
    (["scenes", "-o", "out", "--split", "test"], 2),
    (["no-such-data", "somewhere", "-o", "out"], 2),
    (["scenes", "-o", "out", "--limit", "0"], 2),
    (["scenes", "-o", "no/such/folder/out"], 1),
]
MORE_WRONG = [
    ["RefSegRS", "no-such-folder", "-o", "out"],
    ["scenes", "-o", "out", "--model", "no-such-model"],
    ["scenes", "-o", "out", "--device", "abacus"],
    ["scenes", "-o", "out", "--threshold", "1.5"],
    ["scenes", "-o", "out", "--threshold", "nan"],
]


def refused(done, folder: Path) -> bool:
    """Whether a run ended in one line and wrote nothing."""
    return done.stdout == "" and done.stderr.count("\n") == 1 and not list(folder.iterdir())


@pytest.mark.parametrize(("words", "code"), WRONG, ids=str)
def test_wrong_words_are_one_line_and_nothing_is_written(
    run, tmp_path: Path, words: list[str], code: int
) -> None:
    done = run("evaluate", *words)
    assert done.returncode == code, done.stderr
    assert refused(done, tmp_path), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("words", MORE_WRONG, ids=" ".join)
def test_more_wrong_words_are_one_line_and_nothing_is_written(run, tmp_path: Path, words: list[str]) -> None:
    done = run("evaluate", *words)
    assert done.returncode == 1, done.stderr
    assert refused(done, tmp_path), done.stderr
