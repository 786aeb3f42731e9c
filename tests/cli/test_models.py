"""`geoseg-text models` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def test_every_registered_model_is_listed_with_its_licence(run) -> None:
    from geoseg_text.models import SYSTEMS

    said = json.loads(run("models", "list", "--json").stdout)
    assert set(said) == set(SYSTEMS)
    assert all(card["weights_licence"] for card in said.values())
    assert [name for name, card in said.items() if card["default"]] == ["mafn-tiny"]
    for name in SYSTEMS:
        assert name in run("models", "list").stdout


@pytest.mark.parametrize(
    "words",
    [
        ["show", "no-such-model"],
        ["show", "mafn"],
        ["convert", "no-such-file.pth", "--system", "mafn", "-o", "out"],
        ["convert", "notes.txt", "--system", "mafn", "-o", "out"],
        ["convert", "notes.txt", "--system", "no-such-system", "-o", "out"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_loaded_is_one_line(run, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "notes.txt").write_text("not a checkpoint", encoding="utf-8")
    done = run("models", *words)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
