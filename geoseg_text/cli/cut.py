"""`geoseg-text cut`: polygons from kept scores, at another threshold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geoseg_text.cli import options
from geoseg_text.cli.found import tell
from geoseg_text.cli.progress_bar import progress_bar


@click.command("cut", short_help="Cut polygons anew from a raster of scores.")
@click.argument("scores", metavar="SCORES.tif", type=click.Path(path_type=Path))
@click.option("-p", "--phrase", "phrases", multiple=True, metavar="PHRASE", help="Only these of its bands.")
@options.polygons_option(required=True)
@options.cutting_options
@options.overwrite_option
@options.json_option
@options.loudness_options
def command(
    scores: Path, phrases: tuple[str, ...], output: Path, overwrite: bool, as_json: bool, **cutting: Any
) -> None:
    """Cut polygons from the scores that segment --score-raster has kept, in seconds and as often as you like.

    Neither the imagery nor the model is needed, only the manifest beside the raster. The threshold is
    the run's by default; the other choices begin anew, so give --threshold-low, --min-area, --simplify and
    --square once more to get the polygons of a run that had them.

    \b
    geoseg-text segment city.vrt -p roofs -p cars --score-raster city-scores.tif
    geoseg-text cut city-scores.tif -p roofs -o roofs.gpkg --threshold 0.4 --min-area 10

    Exit codes: 0 done, 1 a stated error and nothing written, 2 usage, 3 done but some windows were not seen.
    """
    from geoseg_text.pipeline import cut

    with progress_bar() as progress:
        result = cut(
            scores, phrases or None, output=output, overwrite=overwrite, progress=progress, **cutting
        )
    tell(result, output, None, as_json=as_json)
