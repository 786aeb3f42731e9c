"""`geoseg-text merge`: the blocks of a job become one result."""

from __future__ import annotations

from pathlib import Path

import click

from geoseg_text.cli import options
from geoseg_text.cli.found import tell
from geoseg_text.cli.progress_bar import progress_bar


@click.command("merge", short_help="Join what the blocks of a job found.")
@click.argument("job", metavar="DIR", type=click.Path(path_type=Path))
@options.polygons_option(required=False)
@click.option(
    "--score-raster",
    metavar="OUT.tif",
    type=click.Path(path_type=Path),
    help="The scores, which the job must have kept; alone where -o is left out.",
)
@options.overwrite_option
@options.json_option
@options.loudness_options
def command(
    job: Path, output: Path | None, score_raster: Path | None, overwrite: bool, as_json: bool
) -> None:
    """Join the blocks that segment --job DIR has done, on one machine or many, without a seam.

    Neither the imagery nor the model is needed. The result is that of a run in one
    piece, polygon for polygon.

    \b
    geoseg-text segment city.vrt -p cars --job cars --shard 1/2
    geoseg-text segment city.vrt -p cars --job cars --shard 2/2
    geoseg-text merge cars -o cars.gpkg

    Exit codes: 0 done, 1 a stated error (a block is missing, say), 2 usage, 3 done but some windows were not
    seen.
    """
    if output is None and score_raster is None:
        raise click.UsageError(
            "Say where the polygons go with -o, or the scores with --score-raster.",
            click.get_current_context(),
        )

    from geoseg_text.pipeline import merge

    with progress_bar() as progress:
        result = merge(
            job,
            output=output,
            score_raster=score_raster,
            polygons=output is not None,
            overwrite=overwrite,
            progress=progress,
        )
    tell(result, output, score_raster, as_json=as_json)
