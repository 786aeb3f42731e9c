"""Telling what a run found, to people on stderr and to programs on stdout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geoseg_text.cli import options
from geoseg_text.cli.messages import say

if TYPE_CHECKING:
    from geoseg_text.results import Result

SOME_WINDOWS_FAILED = 3
STDOUT = Path("-")


def tell(result: Result, output: Path | None, score_raster: Path | None, *, as_json: bool) -> None:
    """Say what was found and where it was written; leave with an exit code of its own if windows failed."""
    if as_json:
        click.echo(json.dumps(_summary(result, output, score_raster), indent=2, ensure_ascii=False))
    if not options.is_quiet():
        for phrase, found in result.found.items():
            say("found", f"{found['polygons']} polygons, {found['area_m2']:,.0f} m2, for {phrase!r}")
        for path in (output, score_raster):
            if path is not None and path != STDOUT:
                say("wrote", str(path))
    if result.failures:
        click.get_current_context().exit(SOME_WINDOWS_FAILED)


def _summary(result: Result, output: Path | None, score_raster: Path | None) -> dict[str, Any]:
    return {
        "output": None if output is None else str(output),
        "score_raster": None if score_raster is None else str(score_raster),
        "phrases": result.found,
        "windows_not_seen": [failure.reason for failure in result.failures],
        "manifest": dict(result.manifest),
    }
