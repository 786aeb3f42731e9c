"""Help: complete, true, instant, and without loading anything heavy."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import click
import pytest

from geoseg_text.cli.main import cli

HEAVY = {"torch", "rasterio", "numpy", "geopandas", "pyproj", "transformers", "rich"}


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    for name, command in group.commands.items():
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("path", commands(cli), ids=" ".join)
def test_every_command_has_help_on_stdout(run, path: tuple[str, ...]) -> None:
    done = run(*path, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: geoseg-text")
    assert done.stderr == ""


def test_every_flag_says_what_it_does() -> None:
    for path in commands(cli):
        command = cli
        for name in path:
            command = command.commands[name]
        for parameter in command.params:
            assert isinstance(parameter, click.Argument) or parameter.help, f"{path}: {parameter.opts}"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "from geoseg_text.cli.main import main; import sys; main(['segment', '--help']); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert not set(done.stdout.split()) & HEAVY


def test_help_answers_within_half_a_second(run) -> None:
    def spent() -> float:
        """Seconds on the clock, or on the processor where that is less: a busy machine is not our fault."""
        clock, before = time.perf_counter(), os.times()
        run("--help")
        after = os.times()
        worked = sum(after[2:4]) - sum(before[2:4])  # by the children, user and system
        passed = time.perf_counter() - clock
        return min(passed, worked) if worked else passed

    assert min(spent() for _ in range(5)) < 0.5


def test_the_version_is_the_packages(run) -> None:
    import geoseg_text

    assert run("--version").stdout.strip() == f"geoseg-text, version {geoseg_text.__version__}"


def test_no_command_is_a_usage_error(run) -> None:
    done = run()
    assert done.returncode == 2
    assert done.stdout == ""


@pytest.mark.parametrize("words", [["segmentt"], ["segment", "--no-such-flag"], ["scene"]], ids=" ".join)
def test_wrong_usage_is_one_line_that_names_the_way_out(run, words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "--help" in done.stderr
