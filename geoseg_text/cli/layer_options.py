"""Flags of the commands that look at imagery and the vector layers over it, and the choices they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeVar

import click

from geoseg_text.cli import options

if TYPE_CHECKING:
    from geoseg_text.datasets.building import ImageryChoices, LabelChoices

F = TypeVar("F", bound=Callable[..., Any])

_PLACING = (
    click.option("--imagery", multiple=True, metavar="RASTER", help="File, folder or glob; repeatable."),
    click.option(
        "--labels", multiple=True, metavar="FILE[:LAYER]", help="Vector layer over it; may be repeated."
    ),
    click.option(
        "--where", metavar="SQL", help='Only these features, by the layers\' columns, e.g. "height > 3".'
    ),
    click.option(
        "--width",
        "width_m",
        type=float,
        metavar="METRES",
        help="Width of lines and points; without it by their tags, where there are any.",
    ),
    click.option(
        "--gsd",
        "gsd_m",
        type=float,
        metavar="METRES",
        help="Look at pixels of this size; by default the imagery's, in the model's range where one looks.",
    ),
    click.option(
        "--bands", type=options.Numbers(int), metavar="R,G,B", help="Bands to see as red, green, blue."
    ),
    click.option(
        "--stretch",
        metavar="HOW",
        help="Values to black and white: auto (bytes as they are, else percentiles; the default), none, "
        "percentile or MIN,MAX.",
    ),
    click.option(
        "--aoi", metavar="FILE", help="Look only inside these polygons, where the layers are complete."
    ),
)

_NAMING = (
    click.option(
        "--category",
        "categories",
        multiple=True,
        metavar="NAME",
        help="What the features are, once for all layers or for each in order; by tags or name without it.",
    ),
    click.option(
        "--attribute",
        "attributes",
        multiple=True,
        metavar="COLUMN=ATTRIBUTE",
        help="Column that says colour, material, roof, shape, crop or sport; OpenStreetMap's are understood.",
    ),
)


def placing_options(function: F) -> F:
    """Give a command the flags that name imagery and layers."""
    return reduce(lambda wrapped, option: option(wrapped), reversed(_PLACING), function)


def layer_options(function: F) -> F:
    """Give a command the flags that name imagery and layers, and what the layers hold."""
    return placing_options(reduce(lambda wrapped, option: option(wrapped), reversed(_NAMING), function))


def layer_choices(given: Mapping[str, Any]) -> tuple[ImageryChoices, LabelChoices]:
    """The flags as the library takes them.

    Raises:
        UsageError: no imagery is named.
        InputError: a category or an attribute cannot be read.
    """
    if not given["imagery"]:
        raise click.UsageError("Labels lie over imagery: name it with --imagery.")
    from geoseg_text.datasets.building import ImageryChoices, LabelChoices

    return (
        ImageryChoices(given["imagery"], given["gsd_m"], given["bands"], given["stretch"], given["aoi"]),
        LabelChoices.said(
            given["labels"], given["categories"], given["attributes"], given["width_m"], given["where"]
        ),
    )
