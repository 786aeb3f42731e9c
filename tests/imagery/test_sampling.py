"""Imagery through torchgeo: the windows of the plan, in its order, with their pixels."""

from __future__ import annotations

import pytest
import torch
from torch.utils.data import DataLoader
from torchgeo.datasets import GeoDataset
from torchgeo.samplers import GeoSampler

from geoseg_text.imagery import open_imagery
from geoseg_text.imagery.sampling import ImageryDataset, PlanSampler, collate
from geoseg_text.values.windows import Window, WindowPlan

from .conftest import LEFT, TOP, WriteRaster, speckle, upright


def test_the_sampler_follows_the_plan_and_the_dataset_gives_its_pixels(write_raster: WriteRaster) -> None:
    pixels = speckle()
    pixels[:, :5] = 0
    # An origin and a pixel size that no binary fraction holds.
    path = write_raster("a.tif", pixels, upright(0.3, 333_333.333, 4_444_444.444), nodata=0)
    with open_imagery(path) as imagery:
        dataset = ImageryDataset(imagery)
        plan = WindowPlan.for_grid(imagery.grid.shape, 128, 32)
        sampler = PlanSampler(dataset, plan)
        assert isinstance(dataset, GeoDataset)
        assert isinstance(sampler, GeoSampler)
        assert len(sampler) == len(plan)
        samples = [dataset[place] for place in sampler]
        assert [sample["window"] for sample in samples] == list(plan)
        for sample in samples:
            window = sample["window"]
            assert sample["image"].dtype == torch.uint8
            assert (sample["image"].numpy() == pixels[:, *window.slices]).all()
            assert (sample["valid"].numpy() == (pixels[0][window.slices] > 0)).all()


def test_a_grid_smaller_than_a_window_is_sampled_once(write_raster: WriteRaster) -> None:
    with open_imagery(write_raster("a.tif", speckle((3, 20, 30)))) as imagery:
        dataset = ImageryDataset(imagery)
        (place,) = PlanSampler(dataset, WindowPlan.for_grid(imagery.grid.shape, 64, 16))
        sample = dataset[place]
        assert sample["image"].shape == (3, 64, 64)
        assert sample["valid"].sum() == 20 * 30


def test_what_torchgeo_asks_of_a_dataset(write_raster: WriteRaster) -> None:
    paths = [
        write_raster("a.tif", speckle((3, 20, 20))),
        write_raster("b.tif", speckle((3, 20, 20)), upright(left=LEFT + 15)),
    ]
    with open_imagery(paths) as imagery:
        dataset = ImageryDataset(imagery)
        assert dataset.crs == imagery.grid.crs
        assert dataset.res == (1.0, 1.0)
        assert len(dataset) == 2
        x, y, _ = dataset.bounds
        assert (x.start, x.stop, y.start, y.stop) == (LEFT, LEFT + 35, TOP - 20, TOP)
        assert list(dataset.index["filepath"]) == [str(path.resolve()) for path in paths]
        assert dataset[:, :]["window"] == imagery.grid.window
        assert dataset[LEFT + 3 : LEFT + 7, TOP - 6 : TOP]["window"] == Window(0, 3, 6, 4)
        with pytest.raises(IndexError, match="pixel edges"):
            dataset[LEFT + 3.5 : LEFT + 7, TOP - 6 : TOP]


@pytest.mark.parametrize("workers", [0, 1])
def test_a_loader_batches_windows_in_order(workers: int, write_raster: WriteRaster) -> None:
    pixels = speckle()
    with open_imagery(write_raster("a.tif", pixels)) as imagery:
        imagery.read(imagery.grid.window)  # workers must not share the handle that is open here
        dataset = ImageryDataset(imagery)
        plan = WindowPlan.for_grid(imagery.grid.shape, 128, 32)
        loader = DataLoader(
            dataset,
            sampler=PlanSampler(dataset, plan),
            batch_size=4,
            collate_fn=collate,
            num_workers=workers,
            multiprocessing_context="spawn" if workers else None,
        )
        seen: list[Window] = []
        for batch, windows in zip(loader, plan.batches(4), strict=True):
            assert batch["windows"] == windows
            assert batch["image"].shape == (len(windows), 3, 128, 128)
            for image, window in zip(batch["image"], windows, strict=True):
                assert (image.numpy() == pixels[:, *window.slices]).all()
            seen += windows
        assert seen == list(plan)
