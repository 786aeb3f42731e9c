"""`geoseg-text segment`: phrases and imagery in, polygons out."""

from __future__ import annotations

from pathlib import Path

import click

from geoseg_text.cli import options


@click.command("segment")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option(
    "-p", "--phrase", "phrases", multiple=True, metavar="PHRASE", help="What to find; may be repeated."
)
@click.option(
    "-o", "--output", required=True, metavar="FILE", type=click.Path(path_type=Path), help="Polygons."
)
@options.overwrite_option
@options.json_option
@options.loudness_options
def command(
    inputs: tuple[str, ...], phrases: tuple[str, ...], output: Path, overwrite: bool, as_json: bool
) -> None:
    """Find what PHRASE means in the imagery and write it as polygons."""
    raise click.UsageError("to come")
