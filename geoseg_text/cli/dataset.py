"""`geoseg-text dataset`: the referring benchmarks on disk, and data of one's own."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geoseg_text.cli import dataset_build, options
from geoseg_text.cli.messages import say
from geoseg_text.cli.progress_bar import progress_bar
from geoseg_text.cli.tables import show_table
from geoseg_text.datasets import BENCHMARKS

if TYPE_CHECKING:
    from geoseg_text.datasets.check import Report

FAULTS_FOUND = 3


@click.group("dataset", short_help="Build referring data, and check copies of the benchmarks.")
def command() -> None:
    """Build referring data from layers, and look after copies of the published benchmarks."""


command.add_command(dataset_build.command)


@command.command("check", short_help="List every fault of a copy of a benchmark.")
@click.argument("name", type=click.Choice(tuple(BENCHMARKS), case_sensitive=False))
@click.argument("root", metavar="ROOT", type=click.Path(path_type=Path))
@options.json_option
@options.loudness_options
def check(name: str, root: Path, as_json: bool) -> None:
    """Read every image, mask and expression in ROOT, a copy of a benchmark as its authors lay it out.

    Prints each fault on a line (kind, place, what is wrong; between them a tab), then what the splits hold
    beside the published counts, and how many faults there are of each kind. Nothing is changed, nothing is
    executed, and a pickle that wants to be is refused.

    \b
    geoseg-text dataset check RefSegRS /data/RefSegRS
    geoseg-text dataset check RRSIS-D /data        (holds rrsisd/ and images/rrsisd/)
    geoseg-text dataset check RRSIS-HR /data       (holds rrsishr/ and images/rrsishr/)
    geoseg-text dataset check RISORS /data/RISORS --json > faults.json

    The published RRSIS-D itself has faults: many expressions that no reference uses, and some images that are
    a row or a column larger than their masks.

    Exit codes: 0 no fault, 1 the copy cannot be checked at all, 2 usage, 3 checked and faults were found.
    """
    from geoseg_text.datasets.check import check_benchmark

    with progress_bar() as progress:
        report = check_benchmark(name, root, progress=progress)
    if as_json:
        click.echo(json.dumps(_as_json(report, root), indent=2, ensure_ascii=False))
    else:
        _show(report)
    if report.faults:
        if not options.is_quiet():
            say("note", f"{len(report.faults):,} faults in {root}")
        click.get_current_context().exit(FAULTS_FOUND)


def _as_json(report: Report, root: Path) -> dict[str, Any]:
    return {
        "benchmark": report.benchmark,
        "root": str(root),
        "splits": {split: dataclasses.asdict(counts) for split, counts in report.splits.items()},
        "counts": report.counts,
        "faults": [dataclasses.asdict(fault) for fault in report.faults],
    }


def _show(report: Report) -> None:
    from geoseg_text.datasets.faults import MEANINGS

    for fault in report.faults:
        click.echo("\t".join((fault.kind, _plain(fault.where), _plain(fault.what))))
    rows = [
        (split, f"{counts.images:,}", f"{counts.samples:,}", f"{counts.published:,}")
        for split, counts in report.splits.items()
    ]
    head = ("split", "images", "samples", "published samples")
    show_table(head, rows, right=head[1:])
    found = [(kind, f"{count:,}", MEANINGS[kind]) for kind, count in report.counts.items()]
    show_table(("fault", "count", "meaning"), found, right=("count",))


def _plain(text: str) -> str:
    """Text for one line of a terminal: what a stranger's file name may do to it is spelt out."""
    return text if text.isprintable() else repr(text)
