"""The vocabulary of the command line: every flag that more than one command has, and the types of values.

-v/--verbose, -q/--quiet    segment, merge, cut, scene, train, evaluate, dataset check, models pull, models
                            bench                               how loud
--json                      segment, merge, cut, scene, evaluate, dataset check, models list, models show,
                            doctor                              data for programs on stdout
--overwrite                 segment, merge, cut, scene, evaluate, models bench
                                                                replace what exists
--threshold, --threshold-low, --min-area, --simplify, --square
                            segment, cut, evaluate              how scores become polygons
--model, --device           segment, evaluate                   what answers, and where; --device also of
                                                                dataset build --boxes
--crs                       scene; --bounds-crs of segment and evaluate
                                                                a coordinate reference system
-o/--output FILE            merge, cut                          the polygons; segment has its own words
-o/--output FOLDER          models pull, models convert         the model folder to make
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from geoseg_text.cli.messages import set_loudness

F = TypeVar("F", bound=Callable[..., Any])


def _hear(context: click.Context, _parameter: click.Parameter, value: int) -> None:
    """Add a -v or a -q to the loudness and put it into force."""
    sign = -1 if _parameter.name == "quiet" else 1
    loudness = context.meta.get("geoseg_text.loudness", 0) + sign * value
    context.meta["geoseg_text.loudness"] = loudness
    set_loudness(loudness)


def loudness_options(function: F) -> F:
    """Give a command -v and -q."""
    quiet = click.option("-q", "--quiet", count=True, expose_value=False, callback=_hear, help="Errors only.")
    verbose = click.option(
        "-v", "--verbose", count=True, expose_value=False, callback=_hear, help="Say more (-vv: even more)."
    )
    return verbose(quiet(function))


def is_quiet() -> bool:
    """Whether the running command was given more -q than -v."""
    return bool(click.get_current_context().meta.get("geoseg_text.loudness", 0) < 0)


json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout.")
overwrite_option = click.option("--overwrite", is_flag=True, help="Replace an output that exists.")
model_option = click.option(
    "--model",
    metavar="MODEL",
    help="A model folder, or OWNER/NAME on the Hugging Face hub, which is downloaded; the embedded one by "
    "default.",
)
device_option = click.option(
    "--device",
    default="auto",
    show_default=True,
    help="cpu, cuda, cuda:1 or mps; auto is CUDA where there is one.",
)
folder_option = click.option(
    "-o",
    "--output",
    required=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="The model folder to make.",
)


def polygons_option(*, required: bool) -> Callable[[F], F]:
    """Give a command the file for polygons."""
    return click.option(
        "-o",
        "--output",
        required=required,
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Polygons: .geojson, .geojsonl (lon/lat), .gpkg, .fgb or .parquet (CRS of the imagery).",
    )


def cutting_options(function: F) -> F:
    """Give a command what decides how scores become polygons."""
    for option in reversed(_CUTTING):
        function = option(function)
    return function


_CUTTING = (
    click.option("--threshold", type=float, metavar="0..1",
                 help="Score from which a pixel counts; the model's, or the kept scores', by default."),
    click.option("--threshold-low", type=float, metavar="0..1",
                 help="Let polygons grow down to this score; each still needs a pixel at --threshold."),
    click.option("--min-area", "min_area_m2", type=float, default=0.0, metavar="M2",
                 help="Leave smaller polygons out."),
    click.option("--simplify", "simplify_m", type=float, metavar="METRES",
                 help="Simplify outlines by this much."),
    click.option("--square", is_flag=True,
                 help="Right-angled outlines, for buildings; walls move by a pixel or two."),
)  # fmt: skip


class Numbers(click.ParamType[tuple[int | float, ...]]):
    """Several numbers in one word, with commas or spaces between them: ``4,3,2``."""

    name = "numbers"

    def __init__(self, kind: type[int] | type[float], count: int | None = None) -> None:
        """Take numbers of a kind, and exactly `count` of them unless None."""
        self.kind = kind
        self.count = count

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | float, ...]:
        """Read the word."""
        if isinstance(value, tuple):
            return value
        try:
            numbers = tuple(self.kind(part) for part in str(value).replace(",", " ").split())
        except ValueError:
            self.fail(f"{value!r} is not a list of numbers such as 4,3,2.", param, ctx)
        if not numbers or (self.count is not None and len(numbers) != self.count):
            self.fail(
                f"{value!r} has {len(numbers)} numbers; {self.count or 'at least one'} needed.", param, ctx
            )
        return numbers
