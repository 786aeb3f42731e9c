"""Runs the command line as a user does: as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def features(path: Path) -> list[dict]:
    """Return the features of a GeoJSON file without what differs from run to run: when it was made."""
    found = json.loads(path.read_text(encoding="utf-8"))["features"]
    for feature in found:
        del feature["properties"]["created"]
    return found


@pytest.fixture(scope="session")
def program() -> list[str]:
    """Return the words that start the installed command."""
    return [str(Path(sys.executable).parent / "geoseg-text")]


@pytest.fixture
def run(program: list[str], tmp_path: Path) -> Run:
    """Return a function that runs the command in an empty folder and gives back its exit code and streams."""

    def run_in_folder(*words: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
        command = [*program, *map(str, words)]
        options = {"cwd": tmp_path, "timeout": 600, "stdin": subprocess.DEVNULL} | more
        return subprocess.run(command, capture_output=True, text=True, check=False, **options)

    return run_in_folder


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an untrained network so small that a run takes no time; it reads 8 tokens."""
    import torch

    from geoseg_text.language.tokenizer import SPECIAL_TOKENS, PhraseTokenizer
    from geoseg_text.models import build_model, save_model

    torch.manual_seed(0)
    model = build_model(
        "mafn-tiny", window_px=64, tokens=8, gsd_range_m=None,
        width=16, depths=(1, 1, 1, 1), decoder_width=16, cim_width=30,
        text_width=32, text_layers=1, text_heads=2, text_hidden=64,
    )  # fmt: skip
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = [
        *SPECIAL_TOKENS,
        "the",
        "red",
        "roofs",
        "beside",
        "road",
        *letters,
        *(f"##{c}" for c in letters),
    ]
    model.text_encoder.tokenizer = PhraseTokenizer.from_vocabulary(pieces)
    folder = tmp_path_factory.mktemp("models") / "untrained"
    save_model(model, folder)
    return folder


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small GeoTIFF: a synthetic scene of 96 x 80 px in EPSG:32635."""
    from geoseg_text.scenes import render_scene, write_scene

    path = tmp_path_factory.mktemp("imagery") / "town.tif"
    write_scene(render_scene(3, (80, 96), 0.3, crs="EPSG:32635"), path)
    return path
