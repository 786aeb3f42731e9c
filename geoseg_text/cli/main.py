"""The command `geoseg-text` and its subcommands."""

from __future__ import annotations

import click

import geoseg_text


@click.group()
@click.version_option(geoseg_text.__version__, prog_name="geoseg-text")
def main() -> None:
    """Find what a phrase means in georeferenced imagery, as polygons."""
