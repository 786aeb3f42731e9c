"""`geoseg-text evaluate --imagery --labels --phrase` as a user says it, on a network that knows nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geoseg_text.cli.main import main

PHRASE = "the red roofs"


def test_a_layer_of_what_was_found_agrees_with_it(
    town: Path, model_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth, settings = str(tmp_path / "truth.gpkg"), ["--model", str(model_folder), "--threshold", "0.5"]
    assert main(["segment", str(town), "-p", PHRASE, *settings, "-o", truth]) == 0
    capsys.readouterr()
    asked = ["evaluate", "--imagery", str(town), "--labels", truth, "--phrase", PHRASE, *settings]
    assert main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["iou"], told["precision"], told["recall"], told["feature_recall"]) == (1.0, 1.0, 1.0, 1.0)
    assert told["features"] == told["polygons"] > 0
    assert told["both_m2"] > 0
    assert main([*asked, "--where", "area_m2 > 0", "-q"]) == 0
    table = capsys.readouterr().out
    assert [line.split()[-1] for line in table.splitlines()[1:2]] == ["0.5"]
    assert table.count("100.0%") == 5
    assert main([*asked, "--where", "area_m2 < 0"]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "no feature is as the condition" in said.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--imagery", "a.tif", "--labels", "b.gpkg"], "give --phrase"),
        (["--imagery", "a.tif", "--phrase", "cars"], "give --labels"),
        (["--labels", "b.gpkg", "--phrase", "cars"], "give --imagery"),
        (["scenes", "--imagery", "a.tif"], "goes with a DATASET"),
        (["--imagery", "a.tif", "-o", "out"], "goes with a DATASET"),
        (["scenes", "-o", "out", "--square"], "goes with --imagery and --labels"),
        (["scenes", "-o", "out", "-p", "cars"], "goes with --imagery and --labels"),
        (["scenes"], "with -o"),
        ([], "a DATASET, or --imagery, --labels and --phrase"),
    ],
)
def test_words_that_do_not_go_together_are_one_line(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["evaluate", *words]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert said in told.err
