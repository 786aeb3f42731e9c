"""Tables on stdout: drawn on a terminal, aligned words where the output is piped."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence

import click


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[str] = ()) -> None:
    """Write a table to stdout.

    Args:
        head: names of the columns.
        rows: one word or more for each column.
        right: columns that are flush right.
    """
    if sys.stdout.isatty():
        _draw(head, rows, right)
        return
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        words = (
            word.rjust(width) if name in right else word.ljust(width)
            for name, word, width in zip(head, row, widths, strict=True)
        )
        click.echo("  ".join(words).rstrip())


def _draw(head: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in head:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)
