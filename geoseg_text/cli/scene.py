"""`geoseg-text scene`: a synthetic aerial scene as a GeoTIFF, its exact truth, and phrases about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geoseg_text.cli import options

if TYPE_CHECKING:
    from geoseg_text.language.referring import Case


@click.command("scene", short_help="Draw a synthetic scene, its truth and phrases about it.")
@click.argument("output", metavar="OUT.tif", type=click.Path(path_type=Path))
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="All follows from it.")
@click.option(
    "--size",
    type=click.IntRange(min=1),
    nargs=2,
    default=(512, 512),
    show_default=True,
    metavar="W H",
    help="In pixels.",
)
@click.option("--gsd", "gsd_m", type=float, default=0.3, show_default=True, help="Metres per pixel.")
@click.option(
    "--crs", default="EPSG:32632", show_default=True, help="CRS to lie in, e.g. EPSG:2056 or EPSG:4326."
)
@click.option("--place", metavar="NAME", help="Kind of place, e.g. suburb; drawn from the seed without it.")
@click.option(
    "--phrases",
    "count",
    type=click.IntRange(min=0),
    default=12,
    show_default=True,
    help="How many phrases to print.",
)
@options.overwrite_option
@options.json_option
@options.loudness_options
def command(
    output: Path,
    seed: int,
    size: tuple[int, int],
    gsd_m: float,
    crs: str,
    place: str | None,
    count: int,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Draw an aerial scene as a GeoTIFF, with its true objects beside it as a GeoPackage.

    Prints phrases about the scene, each with its kind and the number of objects it means; their ids, those of
    the GeoPackage, come with --json. The same seed and flags give the same bytes.

    \b
    geoseg-text scene town.tif --seed 3
    geoseg-text scene farm.tif --seed 8 --size 1024 768 --gsd 0.5 --crs EPSG:32735 --place countryside
    geoseg-text scene town.tif --seed 3 --json --overwrite > phrases.json
    """
    import numpy as np

    from geoseg_text.language.referring import compose
    from geoseg_text.scenes import render_scene, write_scene

    width, height = size
    scene = render_scene(seed, (height, width), gsd_m, place=place, crs=crs)
    cases = compose(scene, np.random.default_rng(seed), count, crowded=True) if count else []
    truth = write_scene(scene, output, overwrite=overwrite)
    if as_json:
        phrases = [{"phrase": case.phrase, "kind": case.kind, "referents": case.referents} for case in cases]
        click.echo(json.dumps({"output": str(output), "truth": str(truth), "phrases": phrases}, indent=2))
        return
    for case in cases:
        click.echo(_as_line(case))


def _as_line(case: Case) -> str:
    return f"{case.phrase}\t{case.kind}\t{len(case.referents)}"
