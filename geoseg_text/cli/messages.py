"""Words for the user: one line each, on stderr, as loud as -v and -q ask."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import TextIO

import click

from geoseg_text.errors import GeosegWarning

QUIET, NORMAL, VERBOSE = -1, 0, 1


def say(kind: str, text: str) -> None:
    """Write one line to stderr, e.g. ``geoseg-text: error: no such file``; line breaks become spaces."""
    click.echo(f"geoseg-text: {kind}: {' '.join(text.split())}", err=True)


def set_loudness(loudness: int) -> None:
    """Decide what is heard besides errors.

    Quiet: nothing. Normal: this package's warnings, each once. Verbose: also the warnings of other packages,
    and the log.

    Args:
        loudness: the count of -v less the count of -q.
    """

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        own = issubclass(category, GeosegWarning)
        if loudness >= VERBOSE or (own and loudness >= NORMAL):
            say("warning", str(message) if own else f"{category.__name__}: {message} ({filename}:{lineno})")

    warnings.showwarning = show
    level = {QUIET: logging.CRITICAL, NORMAL: logging.ERROR, VERBOSE: logging.INFO}
    clipped = max(QUIET, min(loudness, VERBOSE + 1))
    logging.basicConfig(
        stream=sys.stderr,
        level=level.get(clipped, logging.DEBUG),
        format="geoseg-text: %(name)s: %(message)s",
    )
