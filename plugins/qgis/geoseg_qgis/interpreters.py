# SPDX-License-Identifier: GPL-2.0-or-later
"""Pythons outside QGIS: where they usually lie, and what each is."""

from __future__ import annotations

import glob
import json
import os
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Callable

from .child import WINDOWS, Cancelled, bundles, clean_environment, never, run
from .translating import tr

OLDEST = (3, 11)
"""What geoseg-text needs."""

NEWEST = (3, 14)
"""A later Python is offered last: torch may have no build for it yet."""

_PROBE = (
    "import importlib.util as u, json, sys; print(json.dumps([list(sys.version_info[:3]), sys.executable, "
    "getattr(sys, '_base_executable', None) or sys.executable, sys.maxsize > 2**32, "
    "bool(u.find_spec('venv') and u.find_spec('ensurepip'))]))"
)
_PROBE_S = 20.0
_AT_ONCE = 4
_NAMES = ("python3.14", "python3.13", "python3.12", "python3.11", "python3", "python")


class EnvironmentProblem(Exception):
    """An environment cannot be found, made or used; the text says why and what to do, in one line."""


@dataclass(frozen=True)
class Interpreter:
    """A Python that runs.

    Attributes:
        path: of it.
        version: say (3, 12, 1).
        base: the interpreter that it came from, if it is that of a virtual environment; else its path.
        bits64: whether it is a 64-bit program; torch has no other.
        makes_venv: whether it can make virtual environments with pip in them.
    """

    path: str
    version: tuple[int, int, int]
    base: str
    bits64: bool
    makes_venv: bool

    @property
    def problem(self) -> str:
        """Why the engine cannot live with it; empty where it can."""
        told = ".".join(map(str, self.version))
        if self.version[:2] < OLDEST:
            text = tr("{path} is Python {version}; geoseg-text needs 3.11 or later: choose a newer one")
            return text.format(path=self.path, version=told)
        if not self.bits64:
            return tr("{path} is a 32-bit Python: choose a 64-bit one").format(path=self.path)
        return ""


def probe(python: str, *, cancelled: Callable[[], bool] = never) -> Interpreter:
    """Run a Python, isolated, and hear what it is.

    Raises:
        Cancelled: somebody wished so.
        EnvironmentProblem: it is none, or does not answer.
    """
    if not os.path.isabs(python):
        text = tr("“{path}” is no full path of a Python: choose the file itself")
        raise EnvironmentProblem(text.format(path=python))
    try:
        env = clean_environment(python)
        done = run([python, "-I", "-c", _PROBE], env=env, cancelled=cancelled, timeout_s=_PROBE_S)
    except (OSError, ValueError) as error:  # TimeoutError is an OSError
        text = tr("{path} does not run ({error}): choose another Python")
        raise EnvironmentProblem(text.format(path=python, error=error)) from error
    try:
        version, path, base, bits64, makes_venv = json.loads(done.out[-1])
        major, minor, micro = version
        found = Interpreter(path or python, (major, minor, micro), base or python, bits64, makes_venv)
    except (IndexError, TypeError, ValueError) as error:
        said = (done.err or done.out or [f"exit code {done.code}"])[-1].strip()[:200]
        text = tr("{path} is no Python that runs ({said}): choose another")
        raise EnvironmentProblem(text.format(path=python, said=said)) from error
    return found


def candidates(*, cancelled: Callable[[], bool] = never) -> list[Interpreter]:
    """Find Pythons outside QGIS in which the engine can live, the likeliest first; takes some seconds.

    Somebody who wishes it to stop gets those found so far.
    """
    files = list(dict.fromkeys(_on_path() + _told_by_py() + _in_usual_places()))
    roots = [os.path.normcase(root + os.sep) for root in bundles(os.environ)]
    found: dict[str, Interpreter] = {}
    with ThreadPoolExecutor(_AT_ONCE) as executor:
        for one in executor.map(partial(_usable, cancelled=cancelled), files):
            if one is not None:
                place = os.path.normcase(os.path.realpath(one.base))
                if not place.startswith(tuple(roots)):
                    found.setdefault(place, one)
    return sorted(found.values(), key=lambda one: (one.version[:2] <= NEWEST, one.version), reverse=True)


def _usable(python: str, *, cancelled: Callable[[], bool]) -> Interpreter | None:
    try:
        found = probe(python, cancelled=cancelled)
    except (EnvironmentProblem, Cancelled):
        return None
    return None if found.problem else found


def _on_path() -> list[str]:
    path = clean_environment().get("PATH")
    found = [shutil.which(name, path=path) for name in _NAMES]
    # macOS has a stand-in there that asks to install Xcode in a window.
    return [os.path.abspath(file) for file in found if file and not _asks_for_xcode(file)]


def _asks_for_xcode(file: str) -> bool:
    return sys.platform == "darwin" and file.startswith("/usr/bin/")


def _told_by_py() -> list[str]:
    """What the launcher of Windows knows: a version and a path a line."""
    launcher = shutil.which("py") if WINDOWS else None
    if launcher is None:
        return []
    try:
        done = run([launcher, "-0p"], env=clean_environment(), timeout_s=_PROBE_S)
    except OSError:
        return []
    return launched("\n".join(done.out))


def launched(told: str) -> list[str]:
    """Return the paths in what ``py -0p`` prints."""
    return [path.strip() for path in re.findall(r"[A-Za-z]:\\[^\r\n]*?\.exe", told)]


def _in_usual_places() -> list[str]:
    home = os.path.expanduser("~")
    python = "python.exe" if WINDOWS else os.path.join("bin", "python3")
    conda = ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba")
    roots = [os.path.join(home, name) for name in conda]
    if WINDOWS:
        shared = [os.environ.get(name, "") for name in ("PROGRAMDATA", "LOCALAPPDATA", "PROGRAMFILES")]
        roots += [os.path.join(folder, name) for folder in shared if folder for name in conda]
        folders = [
            *(os.path.join(shared[1], "Programs", "Python", "Python3*") for _ in shared[1:2] if shared[1]),
            *(os.path.join(shared[2], "Python3*") for _ in shared[2:3] if shared[2]),
            os.path.join(home, ".pyenv", "pyenv-win", "versions", "*"),
            os.path.join(os.environ.get("APPDATA", home), "uv", "python", "*"),
        ]
    else:
        roots += [os.path.join("/opt", name) for name in conda] + ["/opt/conda"]
        folders = [
            os.path.join(home, ".pyenv", "versions", "*"),
            os.path.join(home, ".local", "share", "uv", "python", "*"),
            "/Library/Frameworks/Python.framework/Versions/3.*",
            *(f"{prefix}/opt/python@3.*" for prefix in ("/opt/homebrew", "/usr/local")),
        ]
    folders += [part for root in roots for part in (root, os.path.join(root, "envs", "*"))]
    files = [file for folder in folders for file in sorted(glob.glob(os.path.join(folder, python)))]
    if not WINDOWS:
        for place in ("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"):
            found = sorted(glob.glob(os.path.join(place, "python3.*")))
            files += [file for file in found if re.search(r"python3\.\d+$", file)]
    return [file for file in files if not _asks_for_xcode(file)]
