"""`geoseg-text dataset build --boxes` as a user runs it, with a small SAM 2 of random weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from geoseg_text.cli.main import main

ALL_DOUBTFUL = ("--sure", "1")  # no network is as sure as that


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import Sam2Config, Sam2Model

    from geoseg_text.models.layers.transformers_parts import build
    from geoseg_text.models.small_sizes import SAM2

    folder = tmp_path_factory.mktemp("sam2")
    torch.manual_seed(1)
    network = Sam2Model(build(Sam2Config, SAM2))
    for weight in network.parameters():
        if weight.dim() > 1:
            torch.nn.init.xavier_normal_(weight)
    network.save_pretrained(folder)
    return folder


@pytest.fixture
def words(tmp_path: Path, segmenter: Path) -> list[str]:
    """The words that build from two boxes."""
    (tmp_path / "pictures").mkdir()
    for number in (1, 2):
        Image.new("RGB", (48, 40), (number, 90, 30)).save(tmp_path / f"pictures/{number}.png")
    (tmp_path / "boxes.csv").write_text(
        "image,xmin,ymin,xmax,ymax,phrase\n1.png,4,4,30,20,the roof\n2.png,8,8,40,36,the pond\n",
        encoding="utf-8",
    )
    common = ["dataset", "build", "-o", str(tmp_path / "out"), "--boxes", str(tmp_path / "boxes.csv")]
    return [
        *common, "--images", str(tmp_path / "pictures"), "--segmenter", str(segmenter),
        "--val", "0.5", "--test", "0", "--device", "cpu",
    ]  # fmt: skip


def test_boxes_go_in_and_a_person_reviews(words: list[str], tmp_path: Path, capsys) -> None:
    out = tmp_path / "out"
    assert main([*words, *ALL_DOUBTFUL, "--layout", "both"]) == 0
    told = capsys.readouterr()
    assert [line.split()[:2] for line in told.out.splitlines()] == [
        ["split", "images"], ["train", "0"], ["val", "0"], ["test", "0"],
    ]  # fmt: skip
    note, wrote = told.err.splitlines()[-2:]
    assert note.startswith("geoseg-text: note: 2 doubtful masks are left out: look at")
    assert wrote == f"geoseg-text: wrote: {out}"
    assert (out / "review.png").is_file()

    review = out / "review.csv"
    text = review.read_text(encoding="utf-8").splitlines()
    review.write_text(
        "\n".join([text[0], text[1].removesuffix(",") + "keep,", text[2]]) + "\n", encoding="utf-8"
    )
    assert main([*words, *ALL_DOUBTFUL, "--layout", "both", "--review", str(review), "--json", "-q"]) == 0
    told = capsys.readouterr()
    report = json.loads(told.out)
    assert (report["masks"]["kept"], report["masks"]["doubtful"]) == (1, 1)
    assert told.err == ""
    assert main(["dataset", "check", "RISORS", str(out)]) == 0
    assert main(["dataset", "check", "RRSIS-HR", str(out / "RefCOCO")]) == 0


def test_the_two_ways_of_building_do_not_mix(words: list[str], tmp_path: Path, capsys) -> None:
    layers = ["dataset", "build", "-o", str(tmp_path / "out"), "--imagery", "town.tif", "--labels", "a.gpkg"]
    for wrong, says in (
        (
            [*words, "--imagery", "town.tif"],
            "'--imagery' is for imagery and labels; leave it or --boxes out",
        ),
        ([*words, "--semantic", "classes.tif"], "'--semantic' is for imagery and labels"),
        ([*words, "--window", "512"], "'--window' is for imagery and labels"),
        ([*words, "--layout", "refsegrs"], "--layout refsegrs: boxes are written as risors, refcoco, both"),
        (words[:6], "name their folder with --images"),
        ([*layers, "--review", "review.csv"], "'--review' goes with --boxes"),
        ([*layers, "--sure", "0.8"], "'--sure' goes with --boxes"),
        ([*layers, "--layout", "risors"], "--layout risors goes with --boxes"),
    ):
        assert main(wrong) == 2, wrong
        said = capsys.readouterr().err
        assert says in said
        assert said.count("\n") == 1
    for wrong, says in (
        ([*words, "--sure", "80"], "--sure 80: give an IoU from 0 to 1"),
        ([*words, "--test", "0.9"], "--val 0.5 --test 0.9: give shares"),
        ([*words, "--segmenter", str(tmp_path)], "could not be loaded"),
    ):
        assert main(wrong) == 1, wrong
        said = capsys.readouterr().err
        assert says in said
        assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()
