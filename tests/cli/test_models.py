"""`geoseg-text models` as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def test_every_registered_model_is_listed_with_its_licence(run) -> None:
    from geoseg_text.models import SYSTEMS

    said = json.loads(run("models", "list", "--json").stdout)
    assert set(said) == set(SYSTEMS)
    assert all(card["weights_licence"] for card in said.values())
    assert [name for name, card in said.items() if card["default"]] == ["mafn-tiny"]
    table = run("models", "list").stdout.splitlines()
    assert [row.split()[0] for row in table[1:]] == list(SYSTEMS)
    assert len({row.index(SYSTEMS[row.split()[0]].weights_licence) for row in table[1:]}) == 1  # one column


@pytest.mark.parametrize(
    "words",
    [
        ["show", "no-such-model"],
        ["pull", "no-such-model", "-o", "out"],
        ["pull", "mafn", "-o", "out"],
        ["pull", "mafn-tiny", "-o", "out"],
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


@pytest.mark.parametrize("words", [["list"], ["list", "--json"], ["show", "mafn"], ["show"]], ids=" ".join)
def test_cards_are_shown_without_torch(words: list[str]) -> None:
    code = (
        f"from geoseg_text.cli.main import main; import sys; main({['models', *words]}); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert not set(done.stdout.splitlines()[-1].split()) & {"torch", "transformers", "rasterio", "geopandas"}


def test_a_system_without_weights_shows_its_card(run) -> None:
    said = json.loads(run("models", "show", "mafn", "--json").stdout)
    assert said["folder"] is None
    assert said["card"]["reference"] == "arXiv:2503.11183"
    assert "RRSIS-D test: mIoU 64.76, oIoU 77.41" in run("models", "show", "mafn").stdout


def test_a_folder_shows_what_it_holds(run, model_folder: Path) -> None:
    said = json.loads(run("models", "show", str(model_folder), "--json").stdout)
    assert said["name"] == "mafn-tiny"
    assert said["folder"]["config"]["tokens"] == 8
    assert said["folder"]["tokenizer"] is True
    assert said["folder"]["numbers"] > 0
    default = json.loads(run("models", "show", "--json").stdout)
    assert default["name"] == "mafn-tiny"
    assert "tokenizer: there" in run("models", "show").stdout


def test_a_damaged_folder_is_one_line(run, model_folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_bytes((model_folder / "config.json").read_bytes())
    done = run("models", "show", "broken")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    (broken / "model.safetensors").write_bytes(b"no weights")
    assert "damaged" in run("models", "show", "broken").stderr


def test_pulling_without_a_connection_is_one_line(run, tmp_path: Path) -> None:
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hub")}
    done = run("models", "pull", "remotesam", "-o", "out", env=offline)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "huggingface.co/1e12Leon/RemoteSAM could not be reached" in done.stderr
    assert not [path for path in tmp_path.iterdir() if "out" in path.name]


def test_bench_prints_markdown_and_writes_json(run, tmp_path: Path) -> None:
    done = run("models", "bench", "mafn-tiny", "--small", "--runs", "1", "--json", "out.json")
    assert done.returncode == 0
    assert done.stdout.splitlines()[2].startswith("| mafn-tiny |")
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert found["systems"]["mafn-tiny"]["input_px"] == 64
    assert found["settings"]["small"] is True


def test_bench_refuses_before_it_works(run, tmp_path: Path) -> None:
    (tmp_path / "out.json").write_text("mine", encoding="utf-8")
    done = run("models", "bench", "mafn-tiny", "--small", "--json", "out.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert (tmp_path / "out.json").read_text(encoding="utf-8") == "mine"
    assert run("models", "bench", "no-such-model").returncode == 2


def test_what_cannot_be_measured_is_named_and_fails_the_command(run) -> None:
    done = run("models", "bench", "mafn-tiny", "--small", "--device", "nowhere")
    assert done.returncode == 1
    assert "mafn-tiny could not be measured" in done.stderr
