"""What each part of the training is good for: the embedded network learns as long without it as with it.

Each variant begins with the same new network and lasts as long by the clock. Then it answers held-back scenes
(``phrase_matters.py``), Dubai tile 1 and the Kampala chips at zoom 19 (``real_imagery.py``). The learning
curve is the IoU of views as they are drawn, before anything is learnt from them. A variant whose figures are
in the file already is not trained again, so that a run goes on where it was stopped.

Run: ``python benchmarks/ablations.py WORK --labelled ROOT [--minutes 20] [--variant NAME]... [--json OUT]``
WORK is the folder of the pools of ``geoseg-text train --work``, made where they are missing; ROOT holds the
labelled sets' folders. The models stay in WORK, one folder each.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from phrase_matters import measure
from real_imagery import Marker, Report

from geoseg_text.evaluation.cost import machine_facts
from geoseg_text.models import load_model
from geoseg_text.training.pools.module import Schedule
from geoseg_text.training.pools.recipe import SHARES, Recipe, fill_pools, train
from geoseg_text.training.pools.samples import Asking

SCENES = 3000
POINTS = 40
"""Of a learning curve."""
REAL = {name: share for name, share in SHARES.items() if name != "scene"}


def variants(work: Path, minutes: float) -> dict[str, Recipe]:
    """Of each variant what it is taught."""
    whole = Recipe(work, Schedule(minutes))
    return {
        "whole": whole,
        "scenes only": replace(whole, shares={"scene": 1.0}),
        "real imagery only": replace(whole, shares=REAL),
        "text encoder frozen": replace(whole, schedule=replace(whole.schedule, text_share=0.0)),
        "phrases shuffled among images": replace(whole, asking=Asking(shuffled=True)),
    }


def curve(log: Path) -> list[tuple[float, float]]:
    """Share of the time and IoU of the views drawn around it."""
    with log.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row.get("iou")]
    size = max(1, math.ceil(len(rows) / POINTS))
    parts = [rows[first : first + size] for first in range(0, len(rows), size)]
    return [
        tuple(sum(float(row[key]) for row in part) / len(part) for key in ("progress", "iou"))
        for part in parts
    ]


def judged(folder: Path, labelled: Path, scenes: int) -> dict[str, float]:
    """Figures of a model."""
    model = load_model(str(folder))
    words = measure(model, scenes)
    figures = {key: words[key] for key in ("miou", "miou_shuffled", "pairs_right", "none_marked")}
    for row in Report(Marker(model), labelled, None).run(["dubai", "kampala"]):
        if row.measure == "mean of the oIoUs":
            figures["dubai"] = row.value
        elif (row.data, row.measure) == ("Kampala z19", "oIoU"):
            figures["kampala_z19"] = row.value
        elif row.phrase == "all absent":
            figures["absent"] = row.value
    return figures


def draw(found: dict[str, dict], picture: Path) -> None:
    """Plot the learning curves."""
    figure, panel = plt.subplots(figsize=(7, 4), layout="constrained")
    for name, row in found.items():
        panel.plot(*zip(*((at * row["minutes"], iou) for at, iou in row["curve"]), strict=True), label=name)
    panel.set_xlabel("minutes")
    panel.set_ylabel("IoU of fresh views")
    panel.legend()
    figure.savefig(picture, dpi=110)


@click.command()
@click.argument("work", type=click.Path(path_type=Path))
@click.option(
    "--labelled", type=click.Path(path_type=Path, exists=True), required=True, help="Labelled sets."
)
@click.option("--minutes", default=20.0, show_default=True, help="Length of each training.")
@click.option("--variant", "names", multiple=True, help="Only these.")
@click.option("--scenes", default=100, show_default=True, help="Held-back scenes that judge.")
@click.option("--drawn", default=SCENES, show_default=True, help="Scenes in the pool.")
@click.option(
    "--json", "out", type=click.Path(path_type=Path), help="Keep the figures here, and a plot beside."
)
def main(
    work: Path,
    labelled: Path,
    minutes: float,
    names: Sequence[str],
    scenes: int,
    drawn: int,
    out: Path | None,
) -> None:
    """Train and judge each variant."""
    work.mkdir(parents=True, exist_ok=True)
    fill_pools(work, drawn, labelled)
    found = (
        json.loads(out.read_text(encoding="utf-8"))["variants"] if out is not None and out.exists() else {}
    )
    for name, recipe in variants(work, minutes).items():
        if name in found or (names and name not in names):
            continue
        folder = work / name.replace(" ", "-")
        logs = set(work.glob("log_*"))
        train(recipe, folder)
        (log,) = set(work.glob("log_*")) - logs
        figures = judged(folder, labelled, scenes)
        found[name] = {"minutes": minutes, **figures, "curve": curve(log / "metrics.csv")}
        click.echo(f"| {name} | " + " | ".join(f"{key} {value:.3f}" for key, value in figures.items()) + " |")
        if out is not None:
            report = {"machine": machine_facts("cpu"), "variants": found}
            out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
            draw(found, out.with_suffix(".png"))


if __name__ == "__main__":
    main()
