# SPDX-License-Identifier: GPL-2.0-or-later
"""The environment in which the engine lives, outside QGIS: chosen, and made."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Callable

from .child import Cancelled, Done, clean_environment, never, run
from .health import Health, check
from .interpreters import EnvironmentProblem, Interpreter, candidates, probe
from .translating import tr

__all__ = [
    "Cancelled",
    "EnvironmentProblem",
    "Health",
    "Interpreter",
    "candidates",
    "check",
    "find_uv",
    "from_folder",
    "make",
]

MARK = "geoseg-environment.json"
"""File that says that an environment was made here; no other folder is ever written to or removed."""

_PLACES = (("bin", "python"), ("bin", "python3"), ("Scripts", "python.exe"), ("python.exe",))
_PINNED = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._, -]+\])?\s*===?\s*[A-Za-z0-9][A-Za-z0-9.+!_-]*"
)
_REMOVING_TRIES = 20


def from_folder(path: str) -> str:
    """Return the Python of a virtual or conda environment; a path of a Python itself is returned as it is.

    Raises:
        EnvironmentProblem: there is none.
    """
    path = os.path.abspath(os.path.expanduser(path.strip())) if path.strip() else ""
    if os.path.isfile(path):
        return path
    for place in _PLACES:
        python = os.path.join(path, *place)
        if path and os.path.isfile(python):
            return python
    if path and not os.path.isdir(path):
        text = tr("there is no folder {folder}: choose a virtual or conda environment")
        raise EnvironmentProblem(text.format(folder=path))
    if path:
        text = tr("{folder} is no environment (no python in it): choose another folder")
        raise EnvironmentProblem(text.format(folder=path))
    raise EnvironmentProblem(
        tr("no environment was named: choose the folder of a virtual or conda environment")
    )


def find_uv() -> str:
    """Return the path of uv, which makes environments quickly; empty where there is none."""
    home = os.path.expanduser("~")
    places = [os.path.join(home, ".local", "bin"), os.path.join(home, ".cargo", "bin")]
    places += ["/opt/homebrew/bin", "/usr/local/bin"]
    return shutil.which("uv", path=os.pathsep.join([clean_environment().get("PATH", ""), *places])) or ""


def make(
    folder: str,
    base_python: str,
    requirement: str,
    *,
    on_line: Callable[[str], None],
    cancelled: Callable[[], bool] = never,
    proxy: str = "",
    certificates: str = "",
    uv: str | None = None,
) -> str:
    """Make a virtual environment and install the engine into it; one made here before is brought up to date.

    After a failure and after a cancel nothing is left of a folder that was made here just now.

    Args:
        folder: that of the environment; new, empty, or made here before.
        base_python: a Python of 3.11 or later.
        requirement: what to install: a wheel, a folder of the project, or a pinned name (``name==1.2.3``).
        on_line: is told every line that the installer prints.
        cancelled: asked several times a second; a yes ends the installer and all that it started.
        proxy: for both http and https; that of the environment if empty. It goes to the installer in
            variables, never on a command line, where other users could read its password.
        certificates: file of certificates to trust; those of the environment if empty.
        uv: path of uv, empty to do without; looked for if None.

    Returns:
        Path of the environment's Python.

    Raises:
        EnvironmentProblem: it cannot be made; the text says what to do.
        Cancelled: somebody wished so.
    """
    what = _installable(requirement)
    if not os.path.isabs(os.path.expanduser(folder)):
        raise EnvironmentProblem(tr("“{path}” is no full path: choose the folder itself").format(path=folder))
    folder = os.path.realpath(os.path.expanduser(folder))
    base = probe(base_python)
    uv = find_uv() if uv is None else uv
    if base.problem:
        raise EnvironmentProblem(base.problem)
    if not uv and not base.makes_venv:
        version = "{}.{}".format(*base.version)
        text = tr(
            "{python} cannot make virtual environments: install its venv module (on Debian and Ubuntu: "
            "python{version}-venv) or choose another Python"
        )
        raise EnvironmentProblem(text.format(python=base_python, version=version))
    fresh = _is_fresh(folder)
    making = _Making(folder, uv, _with_network(proxy, certificates), on_line, cancelled)
    if not fresh:
        python = from_folder(folder)
        _must_run(python, folder)
        making.install(python, what)
        return python
    there = os.path.isdir(folder)
    whole = False
    try:
        python = making.create(base_python)
        making.install(python, what)
        whole = True
    finally:
        if not whole:
            _remove(folder, keep=there)
    return python


@dataclass(frozen=True)
class _Making:
    """One environment in the making; see `make`."""

    folder: str
    uv: str
    network: Mapping[str, str]
    on_line: Callable[[str], None]
    cancelled: Callable[[], bool]

    def create(self, base: str) -> str:
        """Make the environment, empty, and mark it as ours."""
        try:
            os.makedirs(self.folder, exist_ok=True)
            with open(os.path.join(self.folder, MARK), "w", encoding="utf-8") as file:
                json.dump({"base": base}, file)
        except OSError as error:
            text = tr("{folder} cannot be written to ({reason}): choose another folder")
            raise EnvironmentProblem(text.format(folder=self.folder, reason=error.strerror)) from error
        if self.uv:
            self._run([self.uv, "venv", "--allow-existing", "--no-project", "--python", base, self.folder])
        else:
            self._run([base, "-I", "-m", "venv", self.folder])
        return from_folder(self.folder)

    def install(self, python: str, what: str) -> None:
        """Install what is asked for, with all that it needs."""
        if self.uv:
            self._run([self.uv, "pip", "install", "--upgrade", "--python", python, "--", what])
        else:
            quiet = ["--no-input", "--disable-pip-version-check", "--retries", "5", "--timeout", "60"]
            self._run([python, "-I", "-m", "pip", "install", "--upgrade", *quiet, "--", what])

    def _run(self, command: list[str]) -> None:
        self.on_line(" ".join(command))
        env = {**clean_environment(command[0]), **self.network}
        try:
            done = run(
                command,
                env=env,
                cwd=os.path.dirname(self.folder),
                on_line=self.on_line,
                cancelled=self.cancelled,
            )
        except OSError as error:
            text = tr("{program} does not start ({error}): choose another Python")
            raise EnvironmentProblem(text.format(program=command[0], error=error)) from error
        if done.code != 0:
            raise EnvironmentProblem(_why_failed(done))


def _why_failed(done: Done) -> str:
    """The line of the installer that says what is wrong, and what to do about it."""
    lines = [line.strip() for line in (*done.out, *done.err) if line.strip()]
    telling = [line for line in lines if re.match(r"(?i)(error|fatal)\b|.*(errno|×)", line)] or lines[-1:]
    said = (telling[-1] if telling else f"exit code {done.code}")[:300].rstrip(".: ")
    whole = "\n".join(line for line in lines if re.search(r"(?i)error|warning|fatal|failed|retry|×", line))
    if re.search(r"(?i)certificate|SSLError|\bssl\b", whole):
        advice = tr("name your organisation's file of certificates")
    elif re.search(r"(?i)proxy|connection|timed out|resolv", whole):
        advice = tr("check the network, and the proxy in QGIS's settings")
    elif re.search(r"(?i)no space left", whole):
        advice = tr("make room (some GB are needed) or choose a folder on another disk")
    else:
        advice = tr("see the log")
    return tr("the installation failed: {said}: {advice}").format(said=said, advice=advice)


def _installable(requirement: str) -> str:
    """Return what the installer is asked for, if it is something whose origin the user knows."""
    what = requirement.strip()
    if not what:
        raise EnvironmentProblem(
            tr("nothing to install was named: give a wheel, a folder of the project or a pinned name==1.2.3")
        )
    path = os.path.abspath(os.path.expanduser(what))
    if os.path.isdir(path):
        if not os.path.isfile(os.path.join(path, "pyproject.toml")):
            text = tr("{folder} is no project (no pyproject.toml in it): choose another folder")
            raise EnvironmentProblem(text.format(folder=path))
        return path
    if what.lower().endswith(".whl"):
        if not os.path.isfile(path):
            raise EnvironmentProblem(tr("there is no wheel {path}: choose the file anew").format(path=path))
        return path
    if not _PINNED.fullmatch(what):
        text = tr("“{what}” is no wheel, no folder and no pinned name: pin it, as in name==1.2.3")
        raise EnvironmentProblem(text.format(what=what[:200]))
    return what


def _must_run(python: str, folder: str) -> None:
    try:
        probe(python)
    except EnvironmentProblem as error:
        text = tr("the environment in {folder} no longer runs: delete that folder, or choose another")
        raise EnvironmentProblem(text.format(folder=folder)) from error


def _is_fresh(folder: str) -> bool:
    """Whether there is nothing yet; False where an environment of ours is.

    Raises:
        EnvironmentProblem: something else is there.
    """
    if not os.path.lexists(folder):
        return True
    if not os.path.isdir(folder):
        raise EnvironmentProblem(tr("{path} is a file: choose a folder").format(path=folder))
    if not os.listdir(folder):
        return True
    if not os.path.isfile(os.path.join(folder, MARK)):
        text = tr("{folder} holds something else: choose a new or an empty folder")
        raise EnvironmentProblem(text.format(folder=folder))
    return not any(os.path.isfile(os.path.join(folder, *place)) for place in _PLACES)


def _with_network(proxy: str, certificates: str) -> dict[str, str]:
    """Variables that tell pip and uv how to reach an index."""
    told: dict[str, str] = {"PYTHONNOUSERSITE": "1", "PIP_REQUIRE_VIRTUALENV": "0", "NO_COLOR": "1"}
    if proxy:
        told.update(dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), proxy))
    if certificates:
        if not os.path.isfile(certificates):
            text = tr("there is no file of certificates {path}: choose it anew")
            raise EnvironmentProblem(text.format(path=certificates))
        told.update(dict.fromkeys(("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE"), certificates))
    return told


def _remove(folder: str, *, keep: bool) -> None:
    """Remove what was made; on Windows files stay locked for a moment after their process was killed."""
    for _ in range(_REMOVING_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            break
        time.sleep(0.1)
    if keep:
        os.makedirs(folder, exist_ok=True)
