"""Imagery through torchgeo: a dataset that is asked by place, and a sampler that follows a plan of windows.

torchgeo's own raster dataset warps by nearest neighbour and returns nodata as pixels, and its grid sampler
starts at the bottom left, pads at the far edges and passes over rasters smaller than a chip. So the pixels
here come from `Imagery`, the windows from `WindowPlan`, and torchgeo's classes lend what others build on: an
index of footprints, `crs`, `res`, `bounds`, slicing by coordinates, and samplers and loaders for any dataset.

Nothing here rests on what torchgeo changed from 0.8 to 0.9, the types of `bounds` and `crs` in a sample: what
a sample is about is its window. `ImageryDataset.window_of` is the one place that knows the form of a query.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypedDict

import geopandas
import pandas as pd
import shapely
import torch
from torch import Tensor
from torchgeo.datasets import GeoDataset
from torchgeo.samplers import GeoSampler

from geoseg_text.errors import InputError
from geoseg_text.imagery.reader import Imagery
from geoseg_text.values.rows import WindowFailure
from geoseg_text.values.windows import Window, WindowPlan

_SNAP_PX = 0.01

GeoSlices = tuple[slice, slice, slice]


class Sample(TypedDict):
    """A window of imagery.

    Attributes:
        image: uint8 (3, rows, cols), a constant where invalid.
        valid: bool (rows, cols).
        window: which pixels of the run grid.
        failures: what could not be read.
    """

    image: Tensor
    valid: Tensor
    window: Window
    failures: tuple[WindowFailure, ...]


class Batch(TypedDict):
    """Samples of one size, stacked.

    Attributes:
        image: uint8 (B, 3, rows, cols).
        valid: bool (B, rows, cols).
        windows: of each.
        failures: of each.
    """

    image: Tensor
    valid: Tensor
    windows: tuple[Window, ...]
    failures: tuple[tuple[WindowFailure, ...], ...]


class ImageryDataset(GeoDataset):
    """Imagery on its run grid, asked by coordinates.

    Attributes:
        imagery: where the pixels come from.
        index: one row per raster that reaches the run grid: its path and the box it fills there.
    """

    def __init__(self, imagery: Imagery) -> None:
        """Take open imagery; closing it stays with whoever opened it.

        Raises:
            InputError: the imagery's grid has no CRS.
        """
        if imagery.grid.crs is None:
            raise InputError("imagery without a CRS has no coordinates to be asked by")
        self.imagery = imagery
        self.paths = list(imagery.names)
        affine = imagery.grid.affine
        self._res = (affine.a, -affine.e)
        # torchgeo joins datasets in time as well as in space; imagery here is taken as of all time.
        extents = imagery.extents
        always = [pd.Interval(pd.Timestamp.min, pd.Timestamp.max, closed="both")] * len(extents)
        self.index = geopandas.GeoDataFrame(
            {"filepath": [name for name, _ in extents]},
            index=pd.IntervalIndex(always, name="datetime"),
            geometry=[shapely.box(*bounds) for _, bounds in extents],
            crs=imagery.grid.crs,
        )

    def __getitem__(self, query: Any) -> dict[str, Any]:
        """Read the window at ``[left:right, bottom:top]``, in the CRS of the run grid; see `Sample`.

        Raises:
            IndexError: the coordinates do not fall on pixel edges of the run grid.
        """
        chip = self.imagery.read(self.window_of(query))
        sample = Sample(
            image=torch.from_numpy(chip.image),
            valid=torch.from_numpy(chip.valid),
            window=chip.window,
            failures=chip.failures,
        )
        return dict(sample)

    def window_of(self, query: slice | tuple[slice, ...]) -> Window:
        """Return the window at ``[left:right, bottom:top]``; an open end means the edge of the grid.

        Raises:
            IndexError: the coordinates do not fall on pixel edges of the run grid.
        """
        slices = (query,) if isinstance(query, slice) else query
        x, y = (*slices[:2], *[slice(None)] * 2)[:2]
        left, bottom, right, top = self.imagery.grid.bounds
        inverse = ~self.imagery.grid.affine
        col, row = inverse @ (left if x.start is None else x.start, top if y.stop is None else y.stop)
        col_stop, row_stop = inverse @ (
            right if x.stop is None else x.stop,
            bottom if y.start is None else y.start,
        )
        edges = (row, col, row_stop, col_stop)
        whole = [round(edge) for edge in edges]
        apart = max(abs(edge - number) for edge, number in zip(edges, whole, strict=True))
        if apart > _SNAP_PX or whole[2] <= whole[0] or whole[3] <= whole[1]:
            raise IndexError(f"{query} does not fall on pixel edges of the run grid")
        return Window(whole[0], whole[1], whole[2] - whole[0], whole[3] - whole[1])


class PlanSampler(GeoSampler):
    """The windows of a plan, in its order."""

    def __init__(self, dataset: ImageryDataset, plan: WindowPlan | Sequence[Window]) -> None:
        """Follow a plan, or some windows of one.

        Args:
            dataset: what the windows are counted on.
            plan: windows of its run grid.
        """
        super().__init__(dataset)
        self._grid = dataset.imagery.grid
        self.plan = plan

    def __len__(self) -> int:
        return len(self.plan)

    def __iter__(self) -> Iterator[GeoSlices]:
        """Yield the coordinates of each window: ``[left:right:xres, bottom:top:yres, all time]``."""
        affine = self._grid.affine
        time = slice(pd.Timestamp.min, pd.Timestamp.max)
        for window in self.plan:
            left, top = affine @ (window.col, window.row)
            right, bottom = affine @ (window.col_stop, window.row_stop)
            yield slice(left, right, affine.a), slice(bottom, top, -affine.e), time


def collate(samples: Sequence[Sample]) -> Batch:
    """Stack samples of one size; a `collate_fn` for torch's DataLoader."""
    return Batch(
        image=torch.stack([sample["image"] for sample in samples]),
        valid=torch.stack([sample["valid"] for sample in samples]),
        windows=tuple(sample["window"] for sample in samples),
        failures=tuple(sample["failures"] for sample in samples),
    )
