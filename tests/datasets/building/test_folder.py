"""A build that is stopped goes on to the same bytes; a finished one is left alone; the layouts are sound."""

from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoseg_text.datasets.building import BuildChoices, PhraseChoices, build_dataset
from geoseg_text.datasets.building.pickled import pickled
from geoseg_text.datasets.check import check_benchmark
from geoseg_text.datasets.plain_pickle import read_plain_pickle
from geoseg_text.datasets.refcoco import RefCocoLayout
from geoseg_text.datasets.refsegrs import RefSegRSLayout
from geoseg_text.datasets.sample import SPLITS
from geoseg_text.errors import OutputError
from geoseg_text.progress import ProgressEvent


def files(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


class Stop:
    """Ctrl-C after so many windows."""

    def __init__(self, after: int) -> None:
        self.after = after

    def __call__(self, event: ProgressEvent) -> None:
        if event.done == self.after:
            raise KeyboardInterrupt


def test_a_stopped_build_goes_on_to_the_same_files(town, built: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    for after in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            build_dataset(root, town.choices, progress=Stop(after))
    assert len(list((root / "windows").iterdir())) == 2
    # What a kill in the middle of a file leaves behind: the next window's half-written picture.
    kept = {path.stem for path in (root / "windows").iterdir()}
    later = next(p for p in (built / "RefSegRS/images").iterdir() if p.stem[:13] not in kept)
    (root / "RefSegRS/images" / f".{later.stem}.part.tif").write_bytes(b"half")
    build_dataset(root, town.choices)
    assert files(root) == files(built)


@pytest.mark.slow
def test_a_killed_build_goes_on_to_the_same_files(town, built: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    code = (
        "import os, sys, pickle\n"
        "from geoseg_text.datasets.building import build_dataset\n"
        "choices = pickle.loads(bytes.fromhex(sys.argv[2]))\n"
        "build_dataset(sys.argv[1], choices, progress=lambda event: event.done == 2 and os._exit(9))\n"
    )
    words = [sys.executable, "-c", code, str(root), pickle.dumps(town.choices).hex()]
    assert subprocess.run(words, check=False, timeout=300).returncode == 9
    build_dataset(root, town.choices)
    assert files(root) == files(built)


def test_a_finished_folder_and_another_build_s_are_refused(town, built: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="finished data set"):
        build_dataset(built, town.choices)
    root = tmp_path / "data"
    with pytest.raises(KeyboardInterrupt):
        build_dataset(root, town.choices, progress=Stop(1))
    before = files(root)
    other: BuildChoices = replace(town.choices, phrases=PhraseChoices(3))
    with pytest.raises(OutputError, match="begun with another phrases"):
        build_dataset(root, other)
    assert files(root) == before
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="is no build"):
        build_dataset(tmp_path / "full", town.choices)
    with pytest.raises(OutputError, match="no such folder"):
        build_dataset(tmp_path / "not/there", town.choices)


def test_what_is_written_has_no_fault_in_either_layout(built: Path) -> None:
    report = json.loads((built / "report.json").read_text(encoding="utf-8"))
    total = sum(report["triplets"].values())
    for name, root in (("RefSegRS", built), ("RRSIS-D", built / "RefCOCO")):
        found = check_benchmark(name, root)
        assert not found.faults
        assert {split: counts.samples for split, counts in found.splits.items()} == report["triplets"]
    assert total > 20


def test_both_layouts_hold_the_same_triplets(built: Path) -> None:
    one = RefSegRSLayout().list_references(built, SPLITS).references
    two = RefCocoLayout("rrsisd").list_references(built / "RefCOCO", SPLITS).references
    assert len(one) == len(two) > 0
    pairs = {(first.split, first.phrase): first for first in one}
    for second in two:
        first = pairs[second.split, second.phrase]
        assert np.array_equal(first.mask.read(), second.mask.read())
        assert second.category in {"building", "road", "building + road"}


def test_the_report_counts_what_was_written(built: Path) -> None:
    report = json.loads((built / "report.json").read_text(encoding="utf-8"))
    total = sum(report["triplets"].values())
    assert report["windows"] == {"train": 2, "val": 1, "test": 1}
    for table in ("kinds", "categories"):
        assert sum(sum(row.values()) for row in report[table].values()) == total
    assert sum(sum(bins) for bins in report["foreground"]["counts"].values()) == total
    houses, streets = report["layers"]
    assert (houses["used"], houses["repaired"], houses["outside"]) == ({"building": 64}, 1, 0)
    assert houses["attributes"] == {"building": {"material": "roof_material"}}
    assert houses["values"]["material"].keys() == {"metal", "tile", "concrete", "thatch"}
    assert streets["used"] == {"road": 1}
    page = (built / "report.md").read_text(encoding="utf-8")
    assert "64 building" in page
    assert "1 were mended" in page
    with Image.open(built / "contact_sheet.png") as sheet:
        assert min(sheet.size) > 256
    assert not (built / "windows").exists()


def test_a_pickle_of_plain_data_is_what_everyone_reads(tmp_path: Path) -> None:
    value = [{"é": [1, -(2**31), True, None, "a\n\u2028"], "t": ("x", 70000), "e": [{}, [], ()]}, "", 255]
    content = pickled(value)
    assert pickle.loads(content) == value
    (tmp_path / "x.p").write_bytes(content)
    assert read_plain_pickle(tmp_path / "x.p") == value
    for wrong in (1.5, {1, 2}, [2**40]):
        with pytest.raises(TypeError):
            pickled(wrong)
