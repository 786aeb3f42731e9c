"""`geoseg-text segment`: phrases and imagery in, polygons out."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from geoseg_text.cli import options
from geoseg_text.cli.found import SOME_WINDOWS_FAILED, STDOUT, tell
from geoseg_text.cli.messages import say
from geoseg_text.cli.progress_bar import progress_bar
from geoseg_text.errors import InputError, OutputError

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".pdf", ".svg")


@click.command("segment", short_help="Find what phrases mean in imagery, as polygons.")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option(
    "-p", "--phrase", "spoken", multiple=True, metavar="PHRASE", help="What to find; may be repeated."
)
@click.option(
    "--phrases",
    "listed",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A text file of phrases, one a line.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Polygons: .geojson, .geojsonl (lon/lat), .gpkg, .fgb, .parquet (CRS of the imagery); - for stdout.",
)
@options.model_option
@options.device_option
@click.option("--bounds", type=options.Numbers(float, 4), metavar="W,S,E,N", help="Look only at this box.")
@click.option(
    "--bounds-crs", metavar="CRS", help="CRS of --bounds, e.g. EPSG:4326; that of the imagery by default."
)
@click.option(
    "--aoi", metavar="FILE", type=click.Path(path_type=Path), help="Look only inside these polygons."
)
@click.option(
    "--bands", type=options.Numbers(int), metavar="R,G,B", help="Bands to see as red, green, blue; from 1."
)
@click.option(
    "--stretch",
    metavar="HOW",
    help="How values become black to white: auto (bytes as they are, else percentiles 2 to 98; the default), "
    "none, percentile or MIN,MAX.",
)
@click.option(
    "--gsd",
    type=float,
    metavar="METRES",
    help="Look at pixels of this size; by default the imagery's, brought into the model's range.",
)
@click.option("--trust-vrt", is_flag=True, help="Let a VRT name files anywhere, and a VRT come by URL.")
@click.option("--batch", type=click.IntRange(min=1), help="Windows in one pass, at most; 4, or 16 on a GPU.")
@click.option(
    "--window",
    "window_px",
    type=int,
    metavar="PX",
    help="Side of what the network sees at once; the model's own by default.",
)
@click.option(
    "--overlap",
    "overlap_px",
    type=int,
    metavar="PX",
    help="Pixels that neighbouring windows share; a quarter of a window.",
)
@options.cutting_options
@click.option(
    "--score-raster",
    metavar="OUT.tif",
    type=click.Path(path_type=Path),
    help="The scores, a band a phrase; alone where -o is left out.",
)
@click.option(
    "--plot",
    "picture",
    metavar="OUT.png",
    type=click.Path(path_type=Path),
    help="Also draw polygons over imagery.",
)
@click.option(
    "--job", metavar="DIR", type=click.Path(path_type=Path), help="Keep each block there once it is done."
)
@click.option("--resume", is_flag=True, help="Go on with the job in --job.")
@click.option("--shard", metavar="I/N", help="Do only this part of the job; join all parts with merge.")
@click.option(
    "--block",
    "block_px",
    type=int,
    metavar="PX",
    help="Side of a block, 16384 by default; blocks are kept and shared out whole.",
)
@click.option(
    "--engine",
    type=click.Choice(("local", "ray")),
    default="local",
    show_default=True,
    help="Who does the blocks: this process, or the Ray cluster at RAY_ADDRESS.",
)
@click.option(
    "--workers", type=click.IntRange(min=1), help="With --engine ray: how many; one a GPU, else by CPUs."
)
@click.option("--keep-scores", is_flag=True, help="With --shard: keep scores, for merge --score-raster.")
@options.overwrite_option
@options.json_option
@options.loudness_options
def command(
    inputs: tuple[str, ...],
    spoken: tuple[str, ...],
    listed: Path | None,
    output: Path | None,
    picture: Path | None,
    score_raster: Path | None,
    shard: str | None,
    keep_scores: bool,
    overwrite: bool,
    as_json: bool,
    **choices: Any,
) -> None:
    """Find what phrases mean in georeferenced imagery and write it as polygons.

    INPUT is a raster, a folder of rasters, a quoted glob, a URL or a text file that lists some; several make
    one mosaic. A VRT may name what lies in its own folder, or below; trust others with --trust-vrt. A phrase
    names things and says which: by colour, material, size, position, or neighbours (the embedded model reads
    colours and positions, and hardly yet sizes and neighbours).

    \b
    geoseg-text segment town.tif -p "the red roofs" -o roofs.gpkg
    geoseg-text segment tiles/ -p cars -p "the trees in the north" -o found.geojson --plot found.png
    geoseg-text segment ortho_rgbn.tif --bands 4,1,2 -p vegetation -o green.gpkg --min-area 50
    geoseg-text segment town.tif -p pools -o - --bounds 24.7,59.4,24.8,59.5 --bounds-crs EPSG:4326 | jq .

    The network looks through windows, and a phrase is answered within each of them: "the largest roof" is the
    largest of all only when the run is one window. A superlative or a position over many windows warns.

    Large imagery is answered block by block. With --job the blocks are kept, and a run that was stopped goes
    on with --resume, without those that were done; with --shard as well, each part may be done by another
    process or machine. Smaller blocks (--block 4096) are kept sooner and shared out more evenly:

    \b
    geoseg-text segment city.vrt -p cars --job cars --block 4096 --shard 2/8
    geoseg-text merge cars -o cars.gpkg

    Each polygon carries phrase, score (mean), score_max, area_m2, source, model, created and id. Beside the
    output lies a manifest with the settings, versions and fingerprints of the run.

    The Ray engine is an extra: pip install "geoseg-text[cluster]".

    Exit codes: 0 done, 1 a stated error and no output written (a job keeps its blocks), 2 usage, 3 done but
    some windows were not seen, 130 stopped by Ctrl-C.
    """
    phrases = [*spoken, *(_read_phrases(listed) if listed else ())]
    if not phrases:
        raise click.UsageError("No phrase was given; use -p or --phrases.", click.get_current_context())
    if as_json and output == STDOUT:
        raise click.UsageError("--json and -o - both print on stdout; drop one.", click.get_current_context())
    choices = {name: value for name, value in choices.items() if name != "block_px" or value is not None}
    _check_job(output, shard, keep_scores=keep_scores, **choices)
    if shard is not None and (score_raster or picture or as_json or overwrite):
        raise click.UsageError(
            "A shard writes nothing but its blocks: no --score-raster, --plot, --json or --overwrite.",
            click.get_current_context(),
        )
    if shard is not None:
        _do_shard(inputs, phrases, shard, scores=keep_scores, **choices)
        return
    if output is None and (score_raster is None or picture is not None):
        raise click.UsageError(
            "Say where the polygons go with -o; without it there is --score-raster alone.",
            click.get_current_context(),
        )

    from geoseg_text.outputs.destination import check_destination
    from geoseg_text.pipeline import segment

    if picture is not None:
        _check_picture(check_destination(picture, overwrite=overwrite))
    with tempfile.TemporaryDirectory() as scratch, progress_bar() as progress:
        target = Path(scratch) / "polygons.geojson" if output == STDOUT else output
        result = segment(
            inputs,
            phrases,
            output=target,
            score_raster=score_raster,
            polygons=output is not None,
            overwrite=overwrite,
            progress=progress,
            **choices,
        )
        text = target.read_text(encoding="utf-8") if target is not None and output == STDOUT else None
    if picture is not None:
        result.plot(picture, overwrite=overwrite)
    if text is not None:
        click.echo(text)
    tell(result, output, score_raster, as_json=as_json)


def _check_picture(path: Path) -> None:
    """Refuse a picture of unknown kind before the work, not after it."""
    if path.suffix.lower() not in PICTURE_SUFFIXES:
        raise OutputError(
            f"{path}: {path.suffix or 'no suffix'} is no picture; use one of {' '.join(PICTURE_SUFFIXES)}"
        )


def _read_phrases(path: Path) -> list[str]:
    """Read one phrase a line; empty lines say nothing."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(
            f"{str(path)!r} cannot be read: {error.strerror}; give a text file of phrases"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{str(path)!r} is not UTF-8 text; save it as UTF-8") from error
    phrases = [line for line in lines if line.strip()]
    if not phrases:
        raise InputError(f"{str(path)!r} holds no phrase; write one on each line")
    return phrases


def _check_job(output: Path | None, shard: str | None, *, keep_scores: bool, **choices: Any) -> None:
    """Refuse flags of a job that say nothing together."""
    context = click.get_current_context()
    if choices["job"] is None and (choices["resume"] or shard is not None):
        raise click.UsageError("--resume and --shard need the folder of the job: --job DIR.", context)
    if shard is not None and output is not None:
        raise click.UsageError("A shard writes no polygons; leave -o to geoseg-text merge.", context)
    if shard is not None and choices["engine"] != "local":
        raise click.UsageError("A shard is done by this process; leave --engine out.", context)
    if choices["workers"] is not None and choices["engine"] == "local":
        raise click.UsageError("--workers goes with --engine ray.", context)
    if keep_scores and shard is None:
        raise click.UsageError("--keep-scores goes with --shard; else give --score-raster.", context)


def _do_shard(
    inputs: tuple[str, ...], phrases: list[str], shard: str, *, scores: bool, job: Path, **choices: Any
) -> None:
    """Do a part of a job, and say how far all of it is."""
    from geoseg_text.jobs import BLOCK_PX, Request, Shard
    from geoseg_text.pipeline import work

    part, block_px = Shard.parse(shard), choices.pop("block_px", BLOCK_PX)
    for name in ("resume", "engine", "workers"):  # a shard goes on wherever the job is, in this process
        choices.pop(name)
    request = Request(inputs=inputs, phrases=phrases, **choices)
    with progress_bar() as progress:
        far = work(request, job, block_px=block_px, shard=part, scores=scores, progress=progress)
    if not options.is_quiet():
        say("done", f"{far.done} of {far.total} blocks")
        if far.done == far.total:
            say("note", f"join them with: geoseg-text merge {job} -o FILE")
    if far.failures:
        click.get_current_context().exit(SOME_WINDOWS_FAILED)
