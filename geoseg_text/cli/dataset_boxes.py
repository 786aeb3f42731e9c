"""Flags of `geoseg-text dataset build` for boxes with phrases, and the build that they ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from geoseg_text.cli import options
from geoseg_text.cli.given import given_flags, refuse
from geoseg_text.cli.messages import say
from geoseg_text.cli.tables import show_table
from geoseg_text.progress import ProgressCallback

if TYPE_CHECKING:
    from geoseg_text.datasets.boxes import Layout

F = TypeVar("F", bound=Callable[..., Any])

LAYOUTS: tuple[Layout, ...] = ("risors", "refcoco", "both")
SEGMENTER = "facebook/sam2.1-hiera-large"

_OWN = ("boxes", "images", "segmenter", "review", "sure", "device")
_SHARED = ("output", "layout", "val", "test", "seed", "as_json")

_OPTIONS = (
    click.option(
        "--boxes",
        type=click.Path(path_type=Path),
        metavar="ANNOTATIONS",
        help="Instead of imagery and labels: a folder of VOC's XML, e.g. DIOR-RSVG/Annotations, or a CSV.",
    ),
    click.option(
        "--images",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="Pictures that the boxes lie on, e.g. DIOR-RSVG/JPEGImages.",
    ),
    click.option(
        "--segmenter",
        default=SEGMENTER,
        show_default=True,
        metavar="PLACE",
        help="SAM 2 that draws in the boxes: a hub id, or a folder such as ./sam2.1-hiera-large.",
    ),
    click.option(
        "--review",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Verdicts on doubtful masks, e.g. FOLDER/review.csv as you have filled it in.",
    ),
    click.option(
        "--sure",
        type=float,
        default=0.8,
        show_default=True,
        metavar="IOU",
        help="A mask is doubtful if SAM 2 predicts less, e.g. 0.7 to look at fewer.",
    ),
    options.device_option,
)


def box_options(function: F) -> F:
    """Give a command the flags that name boxes and what draws in them."""
    return reduce(lambda wrapped, option: option(wrapped), reversed(_OPTIONS), function)


def refuse_others(boxes: bool) -> None:
    """Refuse flags of the other way of building.

    Raises:
        UsageError: one was given.
    """
    others = {name for name in given_flags() if name not in _SHARED and (name in _OWN) != boxes}
    refuse(others, "is for imagery and labels; leave it or --boxes out" if boxes else "goes with --boxes")


def build(output: Path, given: Mapping[str, Any], progress: ProgressCallback | None) -> dict[str, Any]:
    """Build from boxes.

    Raises:
        UsageError: no images are named, or the layout is that of another build.
    """
    if given["images"] is None:
        raise click.UsageError("Boxes lie on pictures: name their folder with --images.")
    layout = next((one for one in LAYOUTS if one == (given["layout"] or LAYOUTS[0])), None)
    if layout is None:
        raise click.UsageError(f"--layout {given['layout']}: boxes are written as {', '.join(LAYOUTS)}.")
    from geoseg_text.datasets.boxes import BoxChoices, Limits, build_from_boxes
    from geoseg_text.datasets.boxes.sam2_drawer import Sam2Drawer
    from geoseg_text.predict import choose_device

    choices = BoxChoices(
        given["boxes"],
        given["images"],
        given["segmenter"],
        layout,
        (given["val"], given["test"]),
        given["seed"],
        Limits(given["sure"]),
    )
    load = partial(Sam2Drawer.load, choices.segmenter, choose_device(given["device"]))
    return build_from_boxes(output, choices, review=given["review"], load=load, progress=progress)


def show(output: Path, report: Mapping[str, Any]) -> None:
    """Print what was built, and what waits for a person."""
    rows = [
        (split, f"{report['images'][split]:,}", f"{report['triplets'][split]:,}")
        for split in report["triplets"]
    ]
    show_table(("split", "images", "triplets"), rows, right=("images", "triplets"))
    waiting = report["masks"]["doubtful"]
    if waiting and not options.is_quiet():
        say(
            "note",
            f"{waiting:,} doubtful masks are left out: look at {output / 'review.png'}, write keep, drop or "
            f"again into {output / 'review.csv'}, and give it to the same command with --review",
        )
