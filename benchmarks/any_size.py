"""Does memory stay where it is? A large raster, a model that looks at one pixel at a time, and a limit.

The raster has no nodata value and holds something in one of a hundred of its tiles (the others are not stored
and read as black), so that every pixel is looked at. The run is a process of its own, with the limit on its
data segment (Linux) and two threads; what is told is that of the process: pixels of the raster by its time,
and its largest resident size.

Run: ``python benchmarks/any_size.py [--side 100000] [--limit 3] [--json OUT]``
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
import rasterio
import torch
from affine import Affine
from rasterio.windows import Window
from torch import Tensor

from geoseg_text.models.base import ModelConfig, TextFeatures
from geoseg_text.pipeline import segment
from geoseg_text.process_memory import keep_freed_memory

TILE_PX = 512
WINDOW_PX = 1024


class Pixelwise:
    """Answers by the red of each pixel alone."""

    late_fusion = True
    config = ModelConfig(
        system="pixelwise", name="pixelwise", window_px=WINDOW_PX, tokens=8, mean=(0.0,) * 3, std=(1.0,) * 3,
        threshold=0.5, licence="CC0-1.0",
    )  # fmt: skip

    def count_tokens(self, phrase: str) -> int:
        """As many as words."""
        return len(phrase.split())

    def encode_text(self, phrases: Sequence[str]) -> TextFeatures:
        """Nothing to read."""
        return TextFeatures(torch.zeros(len(phrases), 1, 1), torch.ones(len(phrases), 1, dtype=torch.bool))

    def __call__(self, images: Tensor, text: TextFeatures) -> Tensor:
        """Logits (B, P, H, W)."""
        return (images[:, :1] * 16 - 8).expand(-1, len(text.tokens), -1, -1)


def write_raster(path: Path, side: int) -> int:
    """Write the raster; return how many of its tiles hold something: blobs that reach over their edges."""
    rng = np.random.default_rng(0)
    tiles = side // TILE_PX
    count = max(tiles * tiles // 100, 1)
    rows, cols = np.indices((TILE_PX, TILE_PX))
    waves = np.sin(rows / 23) + np.cos(cols / 31)
    with rasterio.open(
        path, "w", driver="GTiff", count=3, width=side, height=side, dtype="uint8", tiled=True,
        crs="EPSG:32633", transform=Affine(0.5, 0, 400000, 0, -0.5, 5600000), blockxsize=TILE_PX,
        blockysize=TILE_PX, compress="DEFLATE", zlevel=1, SPARSE_OK=True, BIGTIFF="IF_SAFER",
    ) as dataset:  # fmt: skip
        for place in np.sort(rng.choice(tiles * tiles, count, replace=False)):
            row, col = divmod(int(place), tiles)
            noise = rng.normal(0, 12, (3, TILE_PX, TILE_PX))
            pixels = (118 + 60 * waves + noise).clip(1, 255).astype(np.uint8)
            dataset.write(pixels, window=Window(col * TILE_PX, row * TILE_PX, TILE_PX, TILE_PX))
    return count


def run(path: Path, output: Path, limit_gib: float | None, told: multiprocessing.SimpleQueue[dict]) -> None:
    """Segment in this process, and tell what it took."""
    keep_freed_memory()
    torch.set_num_threads(2)
    if limit_gib is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (int(limit_gib * 2**30),) * 2)
    started, worked = time.perf_counter(), time.process_time()
    result = segment(path, "red", model=Pixelwise(), output=output)
    told.put(
        {
            "seconds": time.perf_counter() - started,
            "processor_seconds": time.process_time() - worked,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "polygons": len(result.table),
        }
    )


@click.command()
@click.option("--side", default=100_000, show_default=True, help="Pixels a side.")
@click.option("--limit", "limit_gib", type=float, default=3.0, show_default=True, help="GiB; 0 for none.")
@click.option("--json", "out", type=click.Path(path_type=Path), help="Also write the figures here.")
def main(side: int, limit_gib: float, out: Path | None) -> None:
    """Make the raster, run, print."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.tif"
        tiles = write_raster(path, side)
        # Arrow's own allocator takes a GiB of addresses at its first byte, which a limit on data would count.
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
        context = multiprocessing.get_context("spawn")
        told = context.SimpleQueue()
        child = context.Process(target=run, args=(path, Path(folder) / "found.fgb", limit_gib or None, told))
        child.start()
        child.join()
        if child.exitcode:
            raise click.ClickException(f"the run ended with {child.exitcode}")
        figures = {"side_px": side, "tiles": tiles, "limit_gib": limit_gib, **told.get()}
    figures["mpx_per_second"] = side * side / 1e6 / figures["seconds"]
    click.echo("| side | Mpx/s | seconds | peak MiB | polygons |\n|---|---|---|---|---|")
    click.echo(
        f"| {side:,} px | {figures['mpx_per_second']:.1f} | {figures['seconds']:.0f} | "
        f"{figures['peak_mib']:,.0f} | {figures['polygons']:,} |"
    )
    if out is not None:
        out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
