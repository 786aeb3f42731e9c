"""The whole flow against its parts and against its peers: time, memory, and what each stage takes.

The rasters are made here: tiled GeoTIFF with smooth noise everywhere, a thousand polygons per megapixel.
Each run is a process of its own, which first does a small raster, so that what is told is neither imports
nor first times. Peak memory is all that the process held, and what of it are libraries (those of all ways) is
told beside it. The ways of a comparison take turns, and each figure is the median of its runs.

- ``segment``: `geoseg_text.segment` to a FlatGeobuf file, against ``bare network`` (ready tensors, as many
  batches of as many windows) and ``whole array`` (everything in memory, as recipes have it).
- ``in stages``: the same flow from the package's parts with a clock around each; see `stages.py`.
- ``score raster``: the pixelwise model to a raster of scores alone (a COG with overviews), against ``rasterio
  copy``: tiles read and written, the same values, compression and tiles.
- ``our reading`` against ``torchgeo reading``: windows of the model's size and overlap, by torch's loader.
- ``our polygons`` against ``rasterio shapes``: the same mask, in memory as one array.

Run: ``python benchmarks/end_to_end.py [--side 1000 --side 2000] [--model default] [--runs 3] [--threads 2]
[--json OUT] [--plot OUT.png]``
"""

from __future__ import annotations

import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from statistics import median
from typing import Any

import click
import numpy as np
import rasterio
import torch
from affine import Affine
from numpy.typing import NDArray
from rasterio.windows import Window
from scipy.ndimage import gaussian_filter
from stages import STAGES, in_stages

import recipes
from geoseg_text.evaluation.cost import machine_facts
from geoseg_text.evaluation.peak_memory import forget_peak, peak_resident_bytes
from geoseg_text.process_memory import keep_freed_memory

WAYS: dict[str, recipes.Way] = {
    "segment": recipes.segmented,
    "in stages": in_stages,
    "bare network": recipes.bare_network,
    "whole array": recipes.whole_array,
    "score raster": recipes.score_raster,
    "rasterio copy": recipes.rasterio_copy,
    "our reading": recipes.our_reading,
    "torchgeo reading": recipes.torchgeo_reading,
    "our polygons": recipes.our_polygons,
    "rasterio shapes": recipes.rasterio_shapes,
}
MODELS = ("default", "pixelwise")

TURNS = (("segment", "bare network", "whole array", "in stages"), ("our reading", "torchgeo reading"))
"""What is compared for each model; the ways of a group take turns."""

PIXELWISE_TURNS = (("score raster", "rasterio copy"), ("our polygons", "rasterio shapes"))
"""What is compared with the pixelwise model alone."""

TARGETS = {
    ("segment", "bare network", "default"): 0.9,
    ("segment", "bare network", "pixelwise"): None,
    ("segment", "whole array", "default"): None,
    ("segment", "whole array", "pixelwise"): None,
    ("score raster", "rasterio copy", "pixelwise"): 0.5,
    ("our reading", "torchgeo reading", "default"): 4.0,
    ("our reading", "torchgeo reading", "pixelwise"): 4.0,
    ("our polygons", "rasterio shapes", "pixelwise"): 0.7,
}
"""Our rate over theirs, by the model: the least that is wanted, where something is."""

PLOTTED = ("segment", "whole array", "bare network", "score raster", "rasterio copy")

_PATTERN_PX = 2 * recipes.TILE_PX
_SMOOTH_PX = 6


@dataclass(frozen=True)
class Measured:
    """What one way took on one raster.

    Attributes:
        side: of the raster, in pixels.
        model: its name.
        way: a key of `WAYS`.
        runs: what each run took and found.
    """

    side: int
    model: str
    way: str
    runs: list[dict[str, Any]]

    def figure(self, key: str) -> float | None:
        """Median of what the runs say, or None where they say nothing of it."""
        values = [run[key] for run in self.runs if run.get(key) is not None]
        return median(values) if values else None

    @property
    def rate(self) -> float | None:
        """Windows per second of reading, megapixels per second of all else; None where nothing was done."""
        seconds, windows = self.figure("seconds"), self.figure("windows")
        amount = self.side**2 / 1e6 if windows is None else windows
        return amount / seconds if seconds and amount else None

    @property
    def unit(self) -> str:
        """Of the rate."""
        return "Mpx/s" if self.figure("windows") is None else "windows/s"


@cache
def pattern() -> NDArray[np.uint8]:
    """Smooth noise (3, rows, cols) whose opposite edges meet; a quarter of its red is above one half."""
    rng = np.random.default_rng(0)
    shape = (_PATTERN_PX, _PATTERN_PX)
    bands = [gaussian_filter(rng.standard_normal(shape), _SMOOTH_PX, mode="wrap") for _ in range(3)]
    smooth = np.stack([band / band.std() for band in bands])
    return (105 + 35 * smooth + rng.normal(0, 1, smooth.shape)).clip(1, 255).astype(np.uint8)


def write_raster(path: Path, side: int) -> Path:
    """Write the pattern over and over, a tile at a time."""
    tile = recipes.TILE_PX
    with rasterio.open(
        path, "w", driver="GTiff", count=3, width=side, height=side, dtype="uint8", tiled=True,
        crs="EPSG:32633", transform=Affine(0.5, 0, 400000, 0, -0.5, 5600000), blockxsize=tile,
        blockysize=tile, compress="DEFLATE", BIGTIFF="IF_SAFER",
    ) as dataset:  # fmt: skip
        for row in range(0, side, tile):
            for col in range(0, side, tile):
                rows, cols = min(tile, side - row), min(tile, side - col)
                top, left = row % _PATTERN_PX, col % _PATTERN_PX
                pixels = pattern()[:, top : top + rows, left : left + cols]
                dataset.write(pixels, window=Window(col, row, cols, rows))
    return path


def run(
    way: str, raster: Path, small: Path, model: str, threads: int, told: SimpleQueue[dict[str, Any]]
) -> None:
    """Do a small raster in this process and then the one in question; tell what that took."""
    keep_freed_memory()  # as the command does
    torch.set_num_threads(threads)
    forget_peak()  # importing held more for a moment
    libraries = peak_resident_bytes()
    WAYS[way](small, small.parent, model)()
    work = WAYS[way](raster, raster.parent, model)
    forget_peak()
    started, worked = time.perf_counter(), time.process_time()
    facts = work()
    taken = {"seconds": time.perf_counter() - started, "processor_seconds": time.process_time() - worked}
    peak = peak_resident_bytes()
    if peak is not None and libraries is not None:
        taken |= {"peak_mib": peak / 2**20, "libraries_mib": libraries / 2**20}
    told.put(taken | facts)


def alone(way: str, raster: Path, small: Path, model: str, threads: int) -> dict[str, Any] | None:
    """Run in a process of its own; None where that ended before its time."""
    context = multiprocessing.get_context("spawn")
    told: SimpleQueue[dict[str, Any]] = context.SimpleQueue()
    child = context.Process(target=run, args=(way, raster, small, model, threads, told))
    child.start()
    child.join()
    if child.exitcode:
        click.echo(f"{way} of {raster.name} ended with {child.exitcode}", err=True)
        return None
    return told.get()


def measure(folder: Path, side: int, models: Sequence[str], runs: int, threads: int) -> Iterator[Measured]:
    """All comparisons on one raster."""
    raster = write_raster(folder / f"{side}.tif", side)
    groups = [(model, ways) for model in models for ways in TURNS]
    groups += [("pixelwise", ways) for ways in PIXELWISE_TURNS]
    for model, ways in groups:
        window_px = recipes.network(model).config.window_px
        few = min(side, 2 * window_px - window_px // 4)  # two windows a side make a whole batch
        small = folder / f"small-{few}.tif"
        if not small.exists():
            write_raster(small, few)
        taken: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
        for number in range(runs):
            for way in ways:
                click.echo(f"{side} px, {model}: {way}, run {number + 1} of {runs}", err=True)
                told = alone(way, raster, small, model, threads)
                taken[way] += [] if told is None else [told]
        yield from (Measured(side, model, way, found) for way, found in taken.items())
    raster.unlink()


def ratios(measured: Sequence[Measured]) -> Iterator[dict[str, Any]]:
    """Our rates over those of others, with what is wanted of them; None where one of both has no rate."""
    rates = {(each.side, each.model, each.way): each.rate for each in measured}
    for (ours, theirs, model), target in TARGETS.items():
        for side in sorted({each.side for each in measured if (each.model, each.way) == (model, ours)}):
            first, second = rates[side, model, ours], rates[side, model, theirs]
            value = first / second if first and second else None
            yield {"side_px": side, "model": model, "ours": ours, "theirs": theirs, "ratio": value,
                   "target": target}  # fmt: skip


def told_figures(measured: Sequence[Measured]) -> Iterator[str]:
    """The table of all ways, and that of the stages."""
    yield "| side | model | way | seconds | rate | processor s | peak MiB | libraries MiB | polygons |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for each in measured:
        figures = [each.figure(key) for key in ("processor_seconds", "peak_mib", "libraries_mib", "polygons")]
        rate = "–" if each.rate is None else f"{each.rate:,.2f} {each.unit}"
        cells = [_number(each.figure("seconds"), 2), rate, _number(figures[0], 2), *map(_number, figures[1:])]
        yield f"| {each.side:,} px | {each.model} | {each.way} | {' | '.join(cells)} |"
    yield ""
    yield f"| side | model | {' | '.join(f'{stage} s' for stage in STAGES)} |"
    yield "|---|---|" + "---|" * len(STAGES)
    for each in measured:
        if each.way == "in stages":
            cells = [_number(each.figure(f"{stage}_s"), 3) for stage in STAGES]
            yield f"| {each.side:,} px | {each.model} | {' | '.join(cells)} |"


def told_ratios(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The table of the ratios."""
    yield "| rate of | over that of | model | side | ratio | target |"
    yield "|---|---|---|---|---|---|"
    for each in found:
        wanted = "–" if each["target"] is None else f"≥ {each['target']:.2f}"
        sides = f"{each['ours']} | {each['theirs']} | {each['model']} | {each['side_px']:,} px"
        yield f"| {sides} | {_number(each['ratio'], 2)} | {wanted} |"


def _number(value: float | None, digits: int = 0) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def plot(measured: Sequence[Measured], path: Path) -> None:
    """Draw time and memory against pixels."""
    from matplotlib.figure import Figure  # the extra `plot`

    figure = Figure(figsize=(11, 4.5), layout="constrained")
    panels = (("seconds", "seconds", "log"), ("peak_mib", "peak memory, MiB", "linear"))
    for axes, (key, label, scale) in zip(figure.subplots(1, 2), panels, strict=True):
        lines: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for each in measured:
            value = each.figure(key)
            if each.way in PLOTTED and value is not None:
                lines.setdefault((each.way, each.model), []).append((each.side**2 / 1e6, value))
        for (way, model), points in lines.items():
            axes.plot(*zip(*sorted(points), strict=True), marker="o", label=f"{way}, {model}")
        axes.set(xscale="log", yscale=scale, xlabel="megapixels", ylabel=label)
        axes.grid(alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    figure.savefig(path, dpi=150)


@click.command()
@click.option("--side", "sides", multiple=True, type=click.IntRange(min=1), default=(1000, 2000, 4000),
              show_default=True, help="Pixels a side; several times for several.")  # fmt: skip
@click.option(
    "--model", "models", multiple=True, type=click.Choice(MODELS), default=MODELS, show_default=True
)
@click.option("--runs", default=3, show_default=True, type=click.IntRange(min=1), help="Runs of each way.")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(min=1), help="Torch's threads.")
@click.option("--json", "out", type=click.Path(path_type=Path), help="Also write the figures here.")
@click.option("--plot", "picture", type=click.Path(path_type=Path), help="Draw time and memory here.")
def main(
    sides: Sequence[int],
    models: Sequence[str],
    runs: int,
    threads: int,
    out: Path | None,
    picture: Path | None,
) -> None:
    """Make the rasters, run everything in turn, and print."""
    with tempfile.TemporaryDirectory() as folder:
        measured = [each for side in sides for each in measure(Path(folder), side, models, runs, threads)]
    found, machine = list(ratios(measured)), machine_facts("cpu") | {"threads": threads, "runs": runs}
    lines = [*told_figures(measured), "", *told_ratios(found), ""]
    lines.append(", ".join(f"{key} {value}" for key, value in machine.items()))
    click.echo("\n".join(lines))
    if out is not None:
        figures = [vars(each) | {"rate": each.rate, "unit": each.unit} for each in measured]
        told = {"machine": machine, "measured": figures, "ratios": found}
        out.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    if picture is not None:
        plot(measured, picture)


if __name__ == "__main__":
    main()
