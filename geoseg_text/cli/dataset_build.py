"""`geoseg-text dataset build`: referring data from imagery and vector layers, or from boxes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geoseg_text.cli import dataset_boxes, options
from geoseg_text.cli.layer_options import layer_choices, layer_options
from geoseg_text.cli.messages import say
from geoseg_text.cli.progress_bar import progress_bar
from geoseg_text.cli.tables import show_table
from geoseg_text.errors import InputError
from geoseg_text.progress import ProgressCallback

if TYPE_CHECKING:
    from geoseg_text.datasets.building import BuildChoices, Layout, Semantic

STOPPED = 130


@click.command("build", short_help="Build referring data from imagery and layers, or from boxes.")
@click.option(
    "-o", "--output", required=True, metavar="FOLDER", type=click.Path(path_type=Path), help="Folder to make."
)
@layer_options
@dataset_boxes.box_options
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
    "--val",
    type=float,
    default=0.1,
    show_default=True,
    metavar="SHARE",
    help="Of windows or images to validate on.",
)
@click.option(
    "--test",
    type=float,
    default=0.1,
    show_default=True,
    metavar="SHARE",
    help="Of windows or images to test on.",
)
@click.option("--block", type=int, metavar="N", help="Windows a side of a block; a block is of one split.")
@click.option("--phrases", "count", type=int, default=8, show_default=True, help="Of each window, at most.")
@click.option(
    "--kind", "kinds", multiple=True, help="Kind of phrase, repeatable; all that mean something without it."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Orders all chance.")
@click.option(
    "--layout",
    type=click.Choice(("refsegrs", "risors", "refcoco", "both")),
    help="How it is written: refsegrs (by default) or refcoco; of boxes risors (by default) or refcoco.",
)
@options.json_option
@options.loudness_options
def command(output: Path, as_json: bool, **given: Any) -> None:
    """Build triplets of image, phrase and mask from imagery and the vector layers over it, or from boxes.

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

    With --boxes, SAM 2 draws what boxes with phrases hold, as RRSIS-HR and RISORS were made. ANNOTATIONS
    are a folder of XML files as of DIOR-RSVG or RSVG-HR (a description in each object), or a CSV file with
    the columns image, xmin, ymin, xmax, ymax, phrase and, where wanted, category, split, points, id.
    Doubtful masks stay out: FOLDER/review.png shows them, FOLDER/review.csv lists them. Write keep, drop or
    again beside each (again needs points: "120,80,+;140,96,-" is a point on the thing and one beside it; keep
    2 takes the second mask shown), and give the file back with --review, as often as you like. Splits are
    those of a split column or of train.txt, val.txt and test.txt that name images; else they are drawn, all
    boxes of an image into one.

    \b
    geoseg-text dataset build -o ships --boxes DIOR-RSVG/Annotations --images DIOR-RSVG/JPEGImages
    geoseg-text dataset build -o ships --boxes DIOR-RSVG/Annotations --images DIOR-RSVG/JPEGImages
        --review ships/review.csv
    geoseg-text dataset build -o town --boxes boxes.csv --images pictures --segmenter ./sam2.1-hiera-large
        --sure 0.7 --layout both

    Writes FOLDER/RefSegRS and/or FOLDER/RefCOCO (the layout of RRSIS-D), triplets.parquet (what each phrase
    means as polygons), report.md, report.json and contact_sheet.png; of boxes FOLDER/RISORS and/or
    FOLDER/RefCOCO (the layout of RRSIS-HR). Windows of different splits never share a pixel. Stopped at any
    moment, the same command goes on; a finished folder is refused, but for a review.

    Exit codes: 0 done, 1 a stated error, 2 usage, 130 stopped by Ctrl-C.
    """
    from_boxes = given["boxes"] is not None
    dataset_boxes.refuse_others(from_boxes)
    try:
        with progress_bar() as progress:
            report = (dataset_boxes.build if from_boxes else _build)(output, given, progress)
    except KeyboardInterrupt:
        say("note", f"stopped; the same command goes on in {output}")
        click.get_current_context().exit(STOPPED)
    if as_json:
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
        return
    (dataset_boxes.show if from_boxes else _show)(output, report)
    if not options.is_quiet():
        say("wrote", str(output))


def _build(output: Path, given: Mapping[str, Any], progress: ProgressCallback | None) -> dict[str, Any]:
    """Build from imagery and layers.

    Raises:
        UsageError: no imagery is named, or the layout is that of another build.
    """
    if given["layout"] == "risors":
        raise click.UsageError("--layout risors goes with --boxes.")
    from geoseg_text.datasets.building import build_dataset

    return build_dataset(output, _choices(given), progress=progress)


def _show(_output: Path, report: Mapping[str, Any]) -> None:
    rows = [
        (split, f"{report['windows'][split]:,}", f"{report['triplets'][split]:,}")
        for split in report["triplets"]
    ]
    show_table(("split", "windows", "triplets"), rows, right=("windows", "triplets"))


def _choices(given: Mapping[str, Any]) -> BuildChoices:
    """The flags as the library takes them."""
    from geoseg_text.datasets.building import (
        BuildChoices,
        PhraseChoices,
        PlanChoices,
    )

    imagery, labels = layer_choices(given)
    layout: Layout = given["layout"] or "refsegrs"
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
