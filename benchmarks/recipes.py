"""What `end_to_end.py` measures: this package's ways from a raster to scores and polygons, and its peers'.

A way is given a raster, a folder to write into and the name of a model. It makes ready what is not to be
timed (the network, arrays, open imagery) and returns the work that is, which says what it found.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import islice
from math import ceil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.features
import shapely.geometry
import torch
from any_size import Pixelwise
from numpy.typing import NDArray
from torch.utils.data import DataLoader
from torchgeo.datasets import RasterDataset, stack_samples
from torchgeo.samplers import GridGeoSampler

from geoseg_text.imagery import open_imagery
from geoseg_text.imagery.sampling import ImageryDataset, PlanSampler, collate
from geoseg_text.jobs import Request
from geoseg_text.models import ReferringModel, load_model
from geoseg_text.pipeline import segment
from geoseg_text.tensors import to_tensor
from geoseg_text.values.rows import FULL_SCORE, ScoreRows, score_level
from geoseg_text.values.windows import WindowPlan
from geoseg_text.vectorize import Cut, vectorize

Facts = dict[str, Any]
Work = Callable[[], Facts]
Way = Callable[[Path, Path, str], Work]

PHRASE = "the red roofs"
THRESHOLD = Pixelwise.config.threshold
TILE_PX = 512
"""Tiles of our raster of scores, and so of rasterio's."""

BATCH = 4
"""As many windows as the package puts in a batch on a CPU."""

READY_BATCHES = 8
"""Batches held ready for the bare network, which takes them in turn."""

_LEVELS = (FULL_SCORE / (1 + np.exp(8 - np.arange(256) / 255 * 16))).round().astype(np.uint16)
"""What the pixelwise model answers to each red, as a raster of scores stores it."""


@cache
def network(name: str) -> ReferringModel:
    """The model that ships, or the one of `any_size.py`."""
    return Pixelwise() if name == "pixelwise" else load_model()


def request(raster: Path, model: str) -> Request:
    """What each way is asked."""
    return Request(inputs=raster, phrases=PHRASE, model=network(model), device="cpu")


def segmented(raster: Path, folder: Path, model: str) -> Work:
    """The whole flow, to a FlatGeobuf file."""

    def work() -> Facts:
        output = folder / f"{raster.stem}.fgb"
        result = segment(raster, PHRASE, model=network(model), output=output, device="cpu", overwrite=True)
        return {"polygons": sum(result.manifest["polygons"].values())}

    return work


def score_raster(raster: Path, folder: Path, model: str) -> Work:
    """The whole flow, to a raster of scores alone."""

    def work() -> Facts:
        output = folder / f"{raster.stem}-scores.tif"
        segment(
            raster, PHRASE, model=network(model), score_raster=output, polygons=False, device="cpu",
            overwrite=True,
        )  # fmt: skip
        return {}

    return work


def bare_network(raster: Path, _folder: Path, model: str) -> Work:
    """The network alone, on tensors of the raster's first windows in turn, for as many batches as the run."""
    asked = network(model)
    with request(raster, model).opened() as run:
        plan, batch = run.survey.plan, int(run.settings["batch"])
        whole = islice(plan.batches(batch), min(READY_BATCHES, len(plan) // batch))
        ready = [_tensor(model, [run.survey.imagery.read(window).image for window in part]) for part in whole]
    text = asked.encode_text([PHRASE])

    @torch.inference_mode()
    def work() -> Facts:
        for number in range(ceil(len(plan) / batch)):
            asked(ready[number % len(ready)], text)
        return {}

    return work


def whole_array(raster: Path, folder: Path, model: str) -> Work:
    """All in memory, as recipes have it: read, predict, mean of float32 scores, shapes of all, geopandas."""
    asked = network(model)
    side = asked.config.window_px
    text = asked.encode_text([PHRASE])

    @torch.inference_mode()
    def work() -> Facts:
        with rasterio.open(raster) as source:
            image, crs, transform = source.read([1, 2, 3]), source.crs, source.transform
        rows, cols = image.shape[1:]
        image = np.pad(image, ((0, 0), (0, max(0, side - rows)), (0, max(0, side - cols))))
        sums, counts = (np.zeros(image.shape[1:], np.float32) for _ in range(2))
        for windows in WindowPlan.for_grid((rows, cols), side, side // 4).batches(BATCH):
            images = _tensor(model, [image[:, *window.slices] for window in windows])
            scores = asked(images, text)[:, 0].sigmoid().numpy()
            for window, score in zip(windows, scores, strict=True):
                sums[window.slices] += score
                counts[window.slices] += 1
        mask = (sums / counts)[:rows, :cols] >= asked.config.threshold
        found = rasterio.features.shapes(mask.astype(np.uint8), mask=mask, transform=transform)
        outlines = [shapely.geometry.shape(outline) for outline, _ in found]
        frame = gpd.GeoDataFrame({"phrase": [PHRASE] * len(outlines)}, geometry=outlines, crs=crs)
        frame.to_file(folder / f"{raster.stem}-whole.fgb", driver="FlatGeobuf")
        return {"polygons": len(frame)}

    return work


def _tensor(model: str, images: list[NDArray[np.uint8]]) -> torch.Tensor:
    config = network(model).config
    return to_tensor(np.stack(images), config.mean, config.std)


def rasterio_copy(raster: Path, folder: Path, _model: str) -> Work:
    """Tiles read, three bands, and written as one: what the pixelwise model answers, stored as ours is."""

    def work() -> Facts:
        with rasterio.open(raster) as source:
            form = {
                "driver": "GTiff", "dtype": "uint16", "count": 1, "width": source.width, "nodata": 0,
                "height": source.height, "crs": source.crs, "transform": source.transform, "tiled": True,
                "blockxsize": TILE_PX, "blockysize": TILE_PX, "compress": "DEFLATE", "predictor": 2,
                "BIGTIFF": "IF_SAFER",
            }  # fmt: skip
            with rasterio.open(folder / f"{raster.stem}-copy.tif", "w", **form) as target:
                for _, window in source.block_windows(1):
                    target.write(_LEVELS[source.read([1, 2, 3], window=window)[0]], 1, window=window)
        return {}

    return work


def our_reading(raster: Path, _folder: Path, model: str) -> Work:
    """Our dataset and sampler in torch's loader, in its own process."""
    config = network(model).config
    imagery = open_imagery(raster, gsd_range_m=config.gsd_range_m)
    dataset = ImageryDataset(imagery)
    plan = WindowPlan.for_grid(imagery.grid.shape, config.window_px, config.window_px // 4)
    loader = DataLoader(dataset, BATCH, sampler=PlanSampler(dataset, plan), collate_fn=collate)

    def work() -> Facts:
        with imagery:
            return {"windows": sum(len(batch["windows"]) for batch in loader)}

    return work


def torchgeo_reading(raster: Path, _folder: Path, model: str) -> Work:
    """Torchgeo's dataset and sampler in torch's loader, in its own process.

    The windows are as large and overlap as much. Its grid begins at the bottom left and reaches past the
    other edges, so their number may be another, and a raster smaller than a window has none.
    """
    side = network(model).config.window_px
    dataset = RasterDataset([raster])
    sampler = GridGeoSampler(dataset, side, side - side // 4)
    loader = DataLoader(dataset, BATCH, sampler=sampler, collate_fn=stack_samples)
    return lambda: {"windows": sum(len(batch["image"]) for batch in loader)}


def our_polygons(raster: Path, _folder: Path, _model: str) -> Work:
    """`vectorize` on one array of scores."""
    scores = _scores(raster)
    rows = ScoreRows(0, scores[None], np.ones(scores.shape, np.bool_))
    cuts = [Cut.at(THRESHOLD)]
    return lambda: {"polygons": sum(len(found) for found in vectorize([rows], cuts, scores.shape))}


def rasterio_shapes(raster: Path, _folder: Path, _model: str) -> Work:
    """`rasterio.features.shapes` on the same mask, whose outlines stay the dictionaries that it gives."""
    mask = _scores(raster) >= score_level(THRESHOLD)
    return lambda: {"polygons": sum(1 for _ in rasterio.features.shapes(mask.astype(np.uint8), mask=mask))}


def _scores(raster: Path) -> NDArray[np.uint16]:
    with rasterio.open(raster) as source:
        scores: NDArray[np.uint16] = _LEVELS[source.read(1)]
    return scores
