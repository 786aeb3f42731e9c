"""`geoseg-text models bench`: what each system costs on this machine."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geoseg_text.cli import options
from geoseg_text.cli.messages import say
from geoseg_text.errors import InputError

if TYPE_CHECKING:
    from geoseg_text.evaluation.cost import Report


@click.command("bench", short_help="Measure what models cost.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:1, mps or auto.")
@click.option(
    "--dtype",
    type=click.Choice(["float32", "bf16"]),
    default="float32",
    show_default=True,
    help="Precision of weights and pixels.",
)
@click.option("--threads", type=click.IntRange(min=1), help="Threads on the CPU; torch's own choice without.")
@click.option(
    "--runs", type=click.IntRange(min=1), default=5, show_default=True, help="Timed runs of each model."
)
@click.option(
    "--published/--small",
    default=True,
    show_default=True,
    help="At the published size, or so small that it only shows whether all runs.",
)
@click.option(
    "--json",
    "json_path",
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="Also write all figures to a JSON file, each as soon as it is known.",
)
@click.option("--resume", is_flag=True, help="Measure only what the --json file does not hold yet.")
@options.overwrite_option
@options.loudness_options
def command(
    names: tuple[str, ...],
    device: str,
    dtype: str,
    threads: int | None,
    runs: int,
    published: bool,
    json_path: Path | None,
    resume: bool,
    overwrite: bool,
) -> None:
    """Measure parameters, FLOPs, seconds per image and peak memory of the models named, or of all.

    Each model is measured in a process of its own: one image of its own size, one phrase, random weights. The
    table on stdout is Markdown. Published sizes need up to 10 GB of memory and minutes.

    \b
    geoseg-text models bench lavt mafn --threads 2
    geoseg-text models bench --small
    geoseg-text models bench --device cuda --dtype bf16 --json h100.json
    geoseg-text models bench --device cuda --dtype bf16 --json h100.json --resume
    """
    from geoseg_text.cli.progress_bar import progress_bar
    from geoseg_text.evaluation.bench import bench
    from geoseg_text.evaluation.cost import Settings
    from geoseg_text.models import SYSTEMS

    unknown = sorted(set(names) - set(SYSTEMS))
    if unknown:
        raise click.UsageError(f"No model is called {', '.join(unknown)}; known: {', '.join(SYSTEMS)}.")
    kept = _earlier(json_path, resume, overwrite)
    settings = Settings(small=not published, device=device, dtype=dtype, threads=threads, runs=runs)
    asked = names or tuple(SYSTEMS)
    with progress_bar() as progress:
        report = bench(asked, settings, kept=kept, each=partial(_tell, json_path), progress=progress)
    click.echo(report.to_markdown())
    for name, reason in report.failures.items():
        say("error", f"{name} could not be measured: {reason}")
    if report.failures:
        click.get_current_context().exit(1)


def _earlier(path: Path | None, resume: bool, overwrite: bool) -> Report | None:
    """The report to go on with, if any; otherwise the way is made sure to be free."""
    from geoseg_text.evaluation.cost import Report
    from geoseg_text.outputs.destination import check_destination

    if path is None:
        if resume:
            raise click.UsageError("--resume goes on with a --json file; name it.")
        return None
    if not resume:
        check_destination(path, overwrite=overwrite)
        return None
    try:
        return Report.from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise InputError(f"{str(path)!r} is not JSON ({error}); write to another file") from error


def _tell(path: Path | None, report: Report, name: str) -> None:
    """Keep what is known, and say a line of it."""
    from geoseg_text.outputs.destination import replacing

    if path is not None:
        with replacing(path) as part:
            part.write_text(json.dumps(report.to_json(), indent=2) + "\n", encoding="utf-8")
    for cost in report.costs:
        if cost.name == name:
            say("measured", f"{name}: {cost}")
