"""The window of the engine in a real QGIS with a screen: chosen, made, stopped, closed. No network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from stand_ins import project, wheel

HERE = Path(__file__).parent
PLUGINS = HERE.parents[1] / "plugins" / "qgis"
BASE = sys._base_executable
GERMAN = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context><name>Geoseg</name>
<message><source>Copy</source><translation>Kopieren</translation></message>
</context>
</TS>
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(shutil.which(program) is None for program in ("qgis_process.bin", "xvfb-run", "xauth")),
        reason="needs QGIS and a screen: apt-get install qgis python3-qgis xvfb xauth",
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the window makes its environments."""
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def seen(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what each step in one QGIS saw; its pictures go where GEOSEG_SCREENSHOTS says."""
    home, work = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("packages")
    shots = Path(os.environ.get("GEOSEG_SCREENSHOTS") or home / "shots")
    shots.mkdir(parents=True, exist_ok=True)
    package = wheel(work, "1.0", [])
    told = {
        "plugins": str(PLUGINS), "profile": str(home / "profile"), "environment": sys.prefix, "bare": BASE,
        "base": BASE, "wheel": str(package), "newer": str(wheel(work, "1.1", [])),
        "project": str(project(work / "project", package, hangs=True)),
        "work": str(folder), "shots": str(shots), "translations": _german(work),
    }  # fmt: skip
    if Path(sys.prefix, "bin", "uv").is_file():  # the window looks for it there, and is quicker with it
        (home / ".local" / "bin").mkdir(parents=True)
        (home / ".local" / "bin" / "uv").symlink_to(Path(sys.prefix, "bin", "uv"))
    kept = {name: os.environ[name] for name in ("OMP_NUM_THREADS", "TMPDIR") if name in os.environ}
    kept |= {"PATH": "/usr/bin:/bin", "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "LC_ALL": "C.UTF-8"}
    screen = ["xvfb-run", "-a", "-n", str(100 + os.getpid() % 10000)]  # away from one that starts beside it
    done = subprocess.run(
        [*screen, "/usr/bin/python3", HERE / "qgis_side" / "drive_setup.py"], input=json.dumps(told),
        capture_output=True, text=True, env=kept, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _german(folder: Path) -> str | None:
    """Compile a translation of one text; None where Qt's compiler of translations is not there."""
    source, compiled = folder / "german.ts", folder / "geoseg_qgis_de.qm"
    source.write_text(GERMAN, encoding="utf-8")
    if shutil.which("lrelease"):
        subprocess.run(["lrelease", source, "-qm", compiled], check=False, capture_output=True, timeout=60)
    return str(folder) if compiled.is_file() else None


def test_at_first_it_says_what_to_do_and_finds_pythons(seen: dict[str, Any]) -> None:
    opened = seen["open_it"]
    assert opened["state"] == "No engine yet: make an environment, or use one that is there."
    assert opened["pythons"] >= 1
    assert opened["proxy"] == "http://ann:word@proxy.example.org:3128"


def test_a_wrong_place_gives_a_line_and_changes_nothing(seen: dict[str, Any], folder: Path) -> None:
    nothing, nowhere, empty, bare = seen["wrong_places"]["lines"]
    assert nothing == "no environment was named: choose the folder of a virtual or conda environment"
    assert nowhere == f"there is no folder {folder}/nowhere: choose a virtual or conda environment"
    assert empty == f"{folder}/empty is no environment (no python in it): choose another folder"
    assert bare == f"{BASE} has no geoseg-text: install it there or choose another environment"
    assert (seen["wrong_places"]["chosen"], seen["wrong_places"]["kept"]) == ([], "")


def test_an_environment_that_is_there_is_looked_at_and_kept(seen: dict[str, Any]) -> None:
    used = seen["an_environment_that_is_there"]
    python = str(Path(sys.prefix, "bin", "python"))
    assert (used["line"], used["chosen"], used["kept"]) == (
        "This engine is used from now on.",
        [python],
        python,
    )
    assert used["state"].startswith("Sound: geoseg-text ")
    assert ", torch " in used["state"]
    assert ", GDAL " in used["state"]
    report = json.loads(used["copied"][used["copied"].index("{") :])
    assert report["troubles"] == []
    assert used["copied"].startswith(f"python: {python}\n")


def test_what_nobody_vouches_for_is_refused_with_the_way_out(seen: dict[str, Any]) -> None:
    nothing, unpinned, homeless = seen["refused"]["lines"]
    assert nothing.startswith("nothing to install was named: give a wheel, a folder")
    assert unpinned.endswith("pin it, as in name==1.2.3")
    assert homeless == "“” is no full path: choose the folder itself"
    assert not seen["refused"]["made"]


def test_one_click_makes_an_environment_and_uses_it(seen: dict[str, Any], folder: Path) -> None:
    made = seen["made"]
    python = str(folder / "made" / "bin" / "python")
    assert made["busy"] == [False, True]
    assert made["line"] == "This engine is used from now on."
    assert made["state"] == "Sound: geoseg-text 1.0"
    assert made["chosen"] == made["kept"] == python
    assert made["making"][1:] == [str(folder / "made"), ""]
    assert made["making"][0].endswith("geoseg_text-1.0-py3-none-any.whl")
    assert "install" in made["log"]
    assert "word" not in made["log"], "the proxy's password"
    assert made["gap"] < 0.5, "the window was blocked"


def test_one_that_was_made_here_is_brought_up_to_date(seen: dict[str, Any]) -> None:
    assert seen["brought_up_to_date"] == {
        "line": "This engine is used from now on.", "state": "Sound: geoseg-text 1.1",
    }  # fmt: skip


def test_where_the_variable_names_another_it_says_so(seen: dict[str, Any], folder: Path) -> None:
    assert seen["beside_the_variable"] == {
        "line": "It is sound and kept, but the variable GEOSEG_PYTHON names another, which comes before it.",
        "state": f"{BASE} has no geoseg-text: install it there or choose another environment",
        "chosen": 0, "kept": str(folder / "made" / "bin" / "python"),
    }  # fmt: skip


@pytest.mark.parametrize("step", ["cancelled", "closed", "shut_down"])
def test_stopped_in_the_middle_nothing_is_left(seen: dict[str, Any], folder: Path, step: str) -> None:
    stopped = seen[step]
    assert stopped["running"], "it was in the middle"
    assert stopped["seconds"] < 2
    assert stopped["chosen"] == str(folder / "made" / "bin" / "python"), "the one before is kept"
    assert sorted(path.name for path in folder.iterdir()) == ["empty", "made"]


def test_it_says_that_it_stopped_and_may_be_opened_again(seen: dict[str, Any]) -> None:
    assert seen["cancelled"]["line"] == "Stopped."
    assert seen["closed"]["hidden"]
    assert seen["closed"]["state"] == "Sound: geoseg-text 1.1"
    assert seen["shut_down"]["left"] == []


def test_it_speaks_the_language_of_qgis_where_it_can(seen: dict[str, Any]) -> None:
    if seen["translated"] is None:
        pytest.skip("needs Qt's lrelease: apt-get install qttools5-dev-tools")
    assert seen["translated"] == [None, "Kopieren", "Browse", "Copy"]
