"""How long does it take until a mosaic of many small files is open, and what does each file cost of memory?

The files are tiles of one picture, side by side in one folder. Told are the seconds until a window can
be read, by how much the process has grown then, and how fast a part of the mosaic is read.

Run: ``python benchmarks/many_files.py [--files 10000] [--json OUT]``
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from math import isqrt
from pathlib import Path

import click
import numpy as np
import rasterio
from affine import Affine

from geoseg_text.imagery import open_imagery
from geoseg_text.values.windows import Window

TILE_PX = 128
PART_PX = 4096


def write_tiles(folder: Path, side: int) -> None:
    """Write side x side tiles."""
    rng = np.random.default_rng(0)
    for number in range(side * side):
        row, col = divmod(number, side)
        place = Affine(0.5, 0, 400000 + col * TILE_PX / 2, 0, -0.5, 5600000 - row * TILE_PX / 2)
        with rasterio.open(
            folder / f"{number:05d}.tif", "w", driver="GTiff", count=3, width=TILE_PX, height=TILE_PX,
            dtype="uint8", crs="EPSG:32633", transform=place,
        ) as dataset:  # fmt: skip
            dataset.write(rng.integers(1, 256, (3, TILE_PX, TILE_PX), dtype=np.uint8))


def peak_mib() -> float:
    """The largest resident size of this process so far (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(folder: Path) -> dict[str, float]:
    """Open the mosaic and read a part of it."""
    before, started = peak_mib(), time.perf_counter()
    with open_imagery(folder) as imagery:
        opened, grown = time.perf_counter() - started, peak_mib() - before
        part = imagery.grid.window.intersection(Window(0, 0, PART_PX, PART_PX))
        if part is None:
            raise click.ClickException("the mosaic is empty")
        started = time.perf_counter()
        for row in range(0, part.rows, 1024):
            for col in range(0, part.cols, 1024):
                imagery.read(Window(row, col, 1024, 1024))
        read = time.perf_counter() - started
    return {
        "seconds_to_open": opened,
        "grown_mib": grown,
        "mpx_per_second": part.rows * part.cols / 1e6 / read,
        "read_mib": peak_mib() - before,
    }


@click.command()
@click.option("--files", default=10_000, show_default=True, help="Files; rounded down to a square number.")
@click.option("--json", "out", type=click.Path(path_type=Path), help="Also write the figures here.")
def main(files: int, out: Path | None) -> None:
    """Make the files, open, read, print."""
    with tempfile.TemporaryDirectory() as name:
        write_tiles(Path(name), isqrt(files))
        figures = {"files": isqrt(files) ** 2, **measure(Path(name))}
    click.echo("| files | seconds to open | grown by, MiB | Mpx/s read | grown by then, MiB |")
    click.echo("|---|---|---|---|---|")
    click.echo(
        f"| {figures['files']:,} | {figures['seconds_to_open']:.1f} | {figures['grown_mib']:.0f} | "
        f"{figures['mpx_per_second']:.1f} | {figures['read_mib']:.0f} |"
    )
    if out is not None:
        out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
