# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the engine can run in an environment, and what is there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Callable

from .child import Done, clean_environment, never, run
from .interpreters import EnvironmentProblem, probe
from .translating import tr

_DOCTOR_S = 600.0
_SHOWN_LINES = 40


@dataclass(frozen=True)
class Health:
    """What was found out about an environment.

    Attributes:
        ok: whether the engine can run there.
        problem: one line with the way out; empty if ok.
        report: text to copy into a bug report.
        summary: one line with what is there; empty where the engine does not say.
    """

    ok: bool
    problem: str
    report: str
    summary: str = ""


def check(
    python: str,
    *,
    on_line: Callable[[str], None] | None = None,
    cancelled: Callable[[], bool] = never,
) -> Health:
    """Look whether the engine can run in an environment; loading all that it needs can take a minute.

    Raises:
        Cancelled: somebody wished so.
    """
    try:
        found = probe(python, cancelled=cancelled)
    except EnvironmentProblem as error:
        return Health(False, str(error), f"python: {python}\ntrouble: {error}")
    head = f"python: {python}\nversion: {'.'.join(map(str, found.version))}"
    if found.problem:
        return Health(False, found.problem, f"{head}\ntrouble: {found.problem}")
    # Not isolated with -I: the engine itself is not either, and both shall see the same.
    env = {**clean_environment(python), "PYTHONSAFEPATH": "1"}
    command = [python, "-m", "geoseg_text", "doctor", "--json"]
    try:
        done = run(command, env=env, on_line=on_line, cancelled=cancelled, timeout_s=_DOCTOR_S)
    except OSError as error:
        text = tr("{python} did not look at itself ({error}): try again, or choose another environment")
        text = text.format(python=python, error=error)
        return Health(False, text, f"{head}\ntrouble: {text}")
    return _judged(python, done, head)


def _judged(python: str, done: Done, head: str) -> Health:
    try:
        told = json.loads("\n".join(done.out))
        troubles = [str(trouble) for trouble in told["troubles"]]
    except (KeyError, TypeError, ValueError):
        last = (done.err or done.out or [f"exit code {done.code}"])[-1].strip()[:300]
        if re.search(r"No module named '?geoseg_text'?$", last):
            problem = tr("{python} has no geoseg-text: install it there or choose another environment")
        else:
            problem = tr("the geoseg-text in {python} does not start ({said}): make the environment anew")
        problem = problem.format(python=python, said=last)
        shown = "\n".join([*done.out, *done.err][-_SHOWN_LINES:])
        return Health(False, problem, f"{head}\ntrouble: {problem}\n{shown}")
    report = f"{head}\n{json.dumps(told, indent=2)}"
    if not troubles:
        return Health(True, "", report, _summary(told))
    first = " ".join(troubles[0].split())[:300]
    if len(troubles) > 1:
        first = tr("{trouble} (and {count} more in the report)").format(
            trouble=first, count=len(troubles) - 1
        )
    problem = tr("{trouble}: make the environment anew, or choose another").format(trouble=first)
    return Health(False, problem, report, _summary(told))


def _summary(told: Mapping[str, object]) -> str:
    """What a user wants to know of the engine's report: versions, and on what the network runs."""

    def part(name: str) -> Mapping[str, object]:
        found = told.get(name)
        return found if isinstance(found, dict) else {}

    devices = part("devices")
    every = [str(text) for name, text in devices.items() if name != "cpu"]
    named = (
        ("geoseg-text", told.get("geoseg-text")),
        ("Python", told.get("python")),
        ("torch", part("packages").get("torch")),
        ("GDAL", part("libraries").get("GDAL of rasterio")),
    )
    parts = [f"{name} {version}" for name, version in named if version]
    if devices:
        parts.append("; ".join(every) or tr("no GPU"))
    return ", ".join(parts)
