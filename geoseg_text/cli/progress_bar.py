"""A progress bar on a terminal, and nothing where stderr is a file or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from geoseg_text.cli.options import is_quiet
from geoseg_text.progress import ProgressCallback, ProgressEvent


@contextmanager
def progress_bar() -> Iterator[ProgressCallback | None]:
    """Give a callback that draws a line per stage on stderr while the block runs; None where nobody looks."""
    if is_quiet() or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        stages: dict[str, TaskID] = {}

        def draw(event: ProgressEvent) -> None:
            if event.stage not in stages:
                stages[event.stage] = bar.add_task(event.stage, total=event.total)
            bar.update(stages[event.stage], completed=event.done, total=event.total)
            if event.message:
                bar.console.print(event.message, highlight=False, markup=False)

        yield draw
