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
