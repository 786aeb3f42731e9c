"""`geoseg-text dataset check` as a user runs it."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from PIL import Image

from geoseg_text.datasets.faults import MEANINGS


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A sound copy of RefSegRS with two samples."""
    root = tmp_path / "copy"
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True)
    for number in (1, 2):
        Image.new("RGB", (8, 8), (number, 0, 0)).save(root / f"images/{number}.tif")
        Image.new("L", (8, 8), 255).save(root / f"masks/{number}.tif")
    for split, line in (("train", "1 the car\n"), ("val", ""), ("test", "2 the van\n")):
        (root / f"output_phrase_{split}.txt").write_text(line, encoding="utf-8")
    return root


def test_a_sound_copy_is_0_and_its_counts_stand_beside_the_published(run, copy: Path) -> None:
    done = run("dataset", "check", "refsegrs", copy)
    assert (done.returncode, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["train", "1", "1", "2,172"] in rows
    assert ["test", "1", "1", "1,817"] in rows
    assert [row[:2] for row in rows[-len(MEANINGS) :]] == [[kind, "0"] for kind in MEANINGS]


def test_each_fault_is_a_line_and_the_exit_code_3(run, copy: Path) -> None:
    (copy / "masks/1.tif").unlink()
    Image.new("L", (8, 9), 255).save(copy / "masks/2.tif")
    with (copy / "output_phrase_test.txt").open("a", encoding="utf-8") as lines:
        lines.write("\x1b[2J/ the van\n")
    done = run("dataset", "check", "RefSegRS", copy)
    assert done.returncode == 3
    assert [line.split("\t")[:2] for line in done.stdout.splitlines()[:3]] == [
        ["malformed", "output_phrase_test.txt:2"],
        ["mask-missing", "masks/1.tif"],
        ["size-differs", "masks/2.tif"],
    ]
    assert "\x1b" not in done.stdout
    assert done.stderr == f"geoseg-text: note: 3 faults in {copy}\n"
    rows = {line.split()[0]: line.split()[1] for line in done.stdout.splitlines()[-len(MEANINGS) :]}
    wrong = {"malformed", "mask-missing", "size-differs"}
    assert rows == {kind: str(int(kind in wrong)) for kind in MEANINGS}

    said = json.loads(run("dataset", "check", "RefSegRS", copy, "--json", "-q").stdout)
    assert said["benchmark"] == "RefSegRS"
    assert said["splits"]["train"] == {"images": 1, "samples": 1, "published": 2172}
    assert list(said["counts"]) == list(MEANINGS)
    assert sum(said["counts"].values()) == len(said["faults"]) == 3
    assert said["faults"][1] == {"kind": "mask-missing", "where": "masks/1.tif", "what": "no such file"}


def test_what_cannot_be_checked_is_one_line_and_1_or_2(run, copy: Path) -> None:
    data = copy / "data"
    (data / "rrsisd").mkdir(parents=True)
    (data / "rrsisd/instances.json").write_text("{}", encoding="utf-8")
    (data / "rrsisd/refs(unc).p").write_bytes(pickle.dumps([Path]))
    for code, *words in (
        (1, "RefSegRS", copy / "images"),
        (2, "RefCOCO", copy),
        (2, "RefSegRS"),
        (1, "RRSIS-D", data),  # its pickle names a class
    ):
        done = run("dataset", "check", *words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), words
    assert "without executing code" in done.stderr
