"""How much longer MAFN takes than LAVT, which has the same trunk, text encoder and pixel-word attention.

Both at the published size, 480 px and 20 tokens, one image and one phrase, random weights, in one process and
in turn, so that whatever else the machine does falls on both.

Run: ``python benchmarks/mafn_over_lavt.py [--runs 7] [--threads N] [--small] [--json OUT]``
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median

import click
import torch

from geoseg_text.evaluation.bench import Question
from geoseg_text.evaluation.cost import Settings, machine_facts
from geoseg_text.process_memory import keep_freed_memory

NAMES = ("lavt", "mafn")


def in_turn(settings: Settings) -> dict[str, list[float]]:
    """Seconds of each answer of both networks, asked alternately after one answer each that warms up."""
    questions = {name: Question.to(name, settings) for name in NAMES}
    seconds: dict[str, list[float]] = {name: [] for name in NAMES}
    for run in range(settings.runs + 1):
        for name, question in questions.items():
            taken = question.seconds()
            if run > 0:
                seconds[name].append(taken)
    return seconds


def ratios(seconds: dict[str, list[float]]) -> dict[str, float]:
    """MAFN over LAVT: of the best times, of the medians, and the median over neighbouring runs."""
    lavt, mafn = (seconds[name] for name in NAMES)
    return {
        "best": min(mafn) / min(lavt),
        "median": median(mafn) / median(lavt),
        "median of pairs": median(second / first for first, second in zip(lavt, mafn, strict=True)),
    }


@click.command()
@click.option("--runs", default=7, show_default=True, type=click.IntRange(min=1), help="Timed runs of each.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads; torch's own choice without.")
@click.option("--small", is_flag=True, help="Small sizes, which only show that all runs.")
@click.option("--json", "out", type=click.Path(path_type=Path), help="Also write the figures here.")
def main(runs: int, threads: int | None, small: bool, out: Path | None) -> None:
    """Time MAFN and LAVT in turn and print the ratio."""
    keep_freed_memory()  # as the command does
    if threads is not None:
        torch.set_num_threads(threads)
    seconds = in_turn(Settings(small=small, runs=runs))
    found, machine = ratios(seconds), machine_facts("cpu") | {"threads": torch.get_num_threads()}
    click.echo("| system | best s | median s |\n|---|---|---|")
    for name in NAMES:
        click.echo(f"| {name} | {min(seconds[name]):.3f} | {median(seconds[name]):.3f} |")
    click.echo("MAFN / LAVT: " + ", ".join(f"{kind} {value:.2f}" for kind, value in found.items()))
    click.echo(", ".join(f"{key} {value}" for key, value in machine.items()))
    if out is not None:
        figures = {"machine": machine, "seconds": seconds, "mafn over lavt": found}
        out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
