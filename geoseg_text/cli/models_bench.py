"""`geoseg-text models bench`: what each system costs on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from geoseg_text.cli import options
from geoseg_text.cli.messages import say


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
    help="Also write all figures to a JSON file.",
)
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
    overwrite: bool,
) -> None:
    """Measure parameters, FLOPs, seconds per image and peak memory of the models named, or of all.

    Each model is measured in a process of its own: one image of its own size, one phrase, random weights. The
    table on stdout is Markdown. Published sizes need up to 10 GB of memory and minutes.

    \b
    geoseg-text models bench lavt mafn --threads 2
    geoseg-text models bench --small
    geoseg-text models bench --device cuda --dtype bf16 --json h100.json
    """
    from geoseg_text.cli.progress_bar import progress_bar
    from geoseg_text.evaluation.bench import bench
    from geoseg_text.evaluation.cost import Settings
    from geoseg_text.models import SYSTEMS

    unknown = sorted(set(names) - set(SYSTEMS))
    if unknown:
        raise click.UsageError(f"No model is called {', '.join(unknown)}; known: {', '.join(SYSTEMS)}.")
    if json_path is not None:
        _check(json_path, overwrite)
    settings = Settings(small=not published, device=device, dtype=dtype, threads=threads, runs=runs)
    with progress_bar() as progress:
        report = bench(names or tuple(SYSTEMS), settings, progress)
    click.echo(report.to_markdown())
    if json_path is not None:
        _write(json_path, report.to_json())
    for name, reason in report.failures.items():
        say("error", f"{name} could not be measured: {reason}")
    if report.failures:
        click.get_current_context().exit(1)


def _check(path: Path, overwrite: bool) -> None:
    from geoseg_text.outputs.destination import check_destination

    check_destination(path, overwrite=overwrite)


def _write(path: Path, figures: dict[str, Any]) -> None:
    from geoseg_text.outputs.destination import replacing

    with replacing(path) as part:
        part.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
