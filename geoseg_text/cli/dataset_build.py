"""`geoseg-text dataset build`: referring data from imagery and vector layers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geoseg_text.cli import options
from geoseg_text.cli.layer_options import layer_choices, layer_options
from geoseg_text.cli.messages import say
from geoseg_text.cli.progress_bar import progress_bar
from geoseg_text.cli.tables import show_table
from geoseg_text.errors import InputError

if TYPE_CHECKING:
    from geoseg_text.datasets.building import BuildChoices, Layout, Semantic

STOPPED = 130


@click.command("build", short_help="Build referring data from imagery and vector layers.")
@click.option(
    "-o", "--output", required=True, metavar="FOLDER", type=click.Path(path_type=Path), help="Folder to make."
)
@layer_options
@click.option(
    "--semantic", multiple=True, metavar="RASTER", help="Raster of classes, instead or beside; repeatable."
)
@click.option(
    "--classes",
    multiple=True,
    metavar="VALUE=NAME,...",
    help="What its values are, or a .json file; once for each --semantic.",
)
@click.option(
    "--window", "window_px", type=int, default=512, show_default=True, metavar="PX", help="Side of images."
)
@click.option(
    "--overlap", "overlap_px", type=int, default=0, show_default=True, metavar="PX", help="Of windows."
)
@click.option(
    "--val", type=float, default=0.1, show_default=True, metavar="SHARE", help="Of windows to validate on."
)
@click.option(
    "--test", type=float, default=0.1, show_default=True, metavar="SHARE", help="Of windows to test on."
)
@click.option("--block", type=int, metavar="N", help="Windows a side of a block; a block is of one split.")
@click.option("--phrases", "count", type=int, default=8, show_default=True, help="Of each window, at most.")
@click.option(
    "--kind", "kinds", multiple=True, help="Kind of phrase, repeatable; all that mean something without it."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Orders all chance.")
@click.option(
    "--layout",
    type=click.Choice(("refsegrs", "refcoco", "both")),
    default="refsegrs",
    show_default=True,
    help="How it is written beside GeoParquet.",
)
@options.json_option
@options.loudness_options
def command(output: Path, as_json: bool, **given: Any) -> None:
    """Build triplets of image, phrase and mask from imagery and the vector layers over it.

    Layers are any that GDAL reads, OpenStreetMap extracts included. Each feature must be of a kind that the
    lexicon knows; every thing of these kinds in the imagery is taken to be in the layers. Columns become
    attributes ("tin roofs" from roof:material=tin), geometry gives size, place and relations ("within 30 m of
    the road"), and a phrase of look, place or relation leaves at least four things of its kind out.

    \b
    geoseg-text dataset build -o town --imagery town.tif --labels buildings.gpkg
    geoseg-text dataset build -o town --imagery tiles/ --labels uganda.osm.pbf --category building,road
    geoseg-text dataset build -o town --imagery town.tif --labels town.gpkg:houses --category building
        --attribute roof_type=material --labels town.gpkg:streets --category road --width 7 --layout both
    geoseg-text dataset build -o town --imagery town.tif --semantic classes.tif --classes 1=building,2=road

    Writes FOLDER/RefSegRS and/or FOLDER/RefCOCO (the layout of RRSIS-D), triplets.parquet (what each phrase
    means as polygons), report.md, report.json and contact_sheet.png. Windows of different splits never share
    a pixel. Stopped at any moment, the same command goes on; a finished folder is refused.

    Exit codes: 0 done, 1 a stated error, 2 usage, 130 stopped by Ctrl-C.
    """
    from geoseg_text.datasets.building import build_dataset

    choices = _choices(given)
    try:
        with progress_bar() as progress:
            report = build_dataset(output, choices, progress=progress)
    except KeyboardInterrupt:
        say("note", f"stopped; the same command goes on in {output}")
        click.get_current_context().exit(STOPPED)
    if as_json:
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
        return
    rows = [
        (split, f"{report['windows'][split]:,}", f"{report['triplets'][split]:,}")
        for split in report["triplets"]
    ]
    show_table(("split", "windows", "triplets"), rows, right=("windows", "triplets"))
    if not options.is_quiet():
        say("wrote", str(output))


def _choices(given: dict[str, Any]) -> BuildChoices:
    """The flags as the library takes them."""
    from geoseg_text.datasets.building import (
        BuildChoices,
        PhraseChoices,
        PlanChoices,
    )

    imagery, labels = layer_choices(given)
    layout: Layout = given["layout"]
    return BuildChoices(
        imagery,
        labels,
        PlanChoices(
            given["window_px"],
            given["overlap_px"],
            given["block"],
            (given["val"], given["test"]),
            given["seed"],
        ),
        PhraseChoices(given["count"], given["kinds"], given["seed"]),
        layout,
        _semantic(given["semantic"], given["classes"]),
    )


def _semantic(paths: tuple[str, ...], classes: tuple[str, ...]) -> tuple[Semantic, ...]:
    from geoseg_text.datasets.building import Semantic
    from geoseg_text.datasets.building.semantic import parse_classes

    if len(paths) != len(classes):
        raise InputError(f"{len(classes)} --classes for {len(paths)} --semantic; give one for each, in order")
    return tuple(Semantic(path, parse_classes(text)) for path, text in zip(paths, classes, strict=True))
