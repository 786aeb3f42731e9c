"""The raster of scores: a cloud-optimised GeoTIFF on the run grid, one band for each phrase.

A value divided by 65535 is the score (the bands' scale says so); 0 is nodata, and the lowest score is stored
as 1. Rows are written as they come, into a tiled file that is made a COG with overviews in the end.
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader, DatasetWriter
from rasterio.windows import Window as BandWindow

from geoseg_text.errors import OutputError, RasterError, SpaceWarning
from geoseg_text.imagery.environment import gdal_env
from geoseg_text.outputs.destination import check_destination, replacing
from geoseg_text.values.grid import Grid
from geoseg_text.values.rows import FULL_SCORE, ScoreRows
from geoseg_text.values.windows import Window

NODATA = 0
_TILE_PX = 512


class ScoreRaster:
    """An open raster of scores; `score_raster` opens and finishes it."""

    def __init__(self, dataset: DatasetWriter, path: Path) -> None:
        self._dataset = dataset
        self._path = path
        self._held = np.zeros((dataset.count, _TILE_PX, dataset.width), np.uint16)
        self._row = 0

    def write(self, rows: ScoreRows) -> None:
        """Take the next rows; they are written a row of tiles at a time.

        Raises:
            OutputError: the disk is full, or the file cannot be written.
        """
        values = np.where(rows.valid, np.maximum(rows.scores, 1), NODATA).astype(np.uint16)
        while values.shape[1]:
            at = self._row % _TILE_PX
            taken = values[:, : _TILE_PX - at]
            self._held[:, at : at + taken.shape[1]] = taken
            self._row += taken.shape[1]
            if self._row % _TILE_PX == 0:
                self._write_tiles(self._held)
            values = values[:, taken.shape[1] :]

    def finish(self) -> None:
        """Write what is held back."""
        left = self._row % _TILE_PX
        if left:
            self._write_tiles(self._held[:, :left])

    def _write_tiles(self, values: NDArray[np.uint16]) -> None:
        rows = values.shape[1]
        with _stating(self._path):
            self._dataset.write(values, window=BandWindow(0, self._row - rows, values.shape[2], rows))


@contextmanager
def score_raster(
    path: str | os.PathLike[str], grid: Grid, phrases: Sequence[str], *, overwrite: bool = False
) -> Iterator[ScoreRaster]:
    """Open a raster of scores; it appears when the block ends well, and not at all otherwise.

    Args:
        path: the GeoTIFF.
        grid: the run grid.
        phrases: names of the bands.
        overwrite: whether the file may exist.

    Raises:
        OutputError: the destination cannot be written to.
    """
    target = check_destination(path, overwrite=overwrite)
    _warn_of_space(target, grid, len(phrases))
    with replacing(target) as whole:
        tiled = whole.with_name(f"{whole.stem}-rows.tif")
        try:
            with _opened(tiled, grid, phrases, target) as raster:
                yield raster
            with gdal_env(), _stating(target):
                _finish(tiled, whole)
        finally:
            tiled.unlink(missing_ok=True)


@contextmanager
def tiled_scores(path: Path, grid: Grid, phrases: Sequence[str]) -> Iterator[ScoreRaster]:
    """Open a plain tiled GeoTIFF of scores, without overviews; it appears when the block ends well.

    Args:
        path: the file; one that is there is replaced.
        grid: what it covers.
        phrases: names of the bands.

    Raises:
        OutputError: it cannot be written.
    """
    with replacing(path) as draft, _opened(draft, grid, phrases, path) as raster:
        yield raster


def read_scores(
    path: Path, row: int, rows: int, shape: tuple[int, int, int]
) -> tuple[NDArray[np.uint16], NDArray[np.bool_]]:
    """Read rows of a raster of scores.

    Args:
        path: the file.
        row: the first.
        rows: how many.
        shape: phrases, rows and columns that it must have.

    Returns:
        Scores uint16 (phrases, rows, cols), and which pixels are valid (rows, cols).

    Raises:
        OutputError: the file cannot be read.
    """
    try:
        with gdal_env(), rasterio.open(path, driver="GTiff") as dataset:
            found = (dataset.count, dataset.height, dataset.width)
            if found != shape or dataset.dtypes[0] != "uint16":
                raise OutputError(f"{path}: is not what the job has written there; remove its block's answer")
            values = dataset.read(window=BandWindow(0, row, dataset.width, rows))
    except RasterioError as error:
        raise OutputError(
            f"{path}: cannot be read ({error}); remove the block's answer and go on with --resume"
        ) from error
    return values, values[0] != NODATA


@contextmanager
def kept_scores(path: Path, grid: Grid) -> Iterator[KeptScores]:
    """Open a raster of scores that `score_raster` has finished.

    Args:
        path: the file.
        grid: on which it must lie.

    Raises:
        RasterError: it cannot be read, or is no raster of scores on this grid.
    """
    try:
        with gdal_env(), rasterio.open(path, driver="GTiff") as dataset:
            found = (dataset.shape, dataset.transform, set(dataset.dtypes), dataset.nodata)
            if found != (grid.shape, grid.affine, {"uint16"}, NODATA) or None in dataset.descriptions:
                raise RasterError(f"{path}: is not the raster of scores that its manifest speaks of")
            yield KeptScores(dataset)
    except RasterioError as error:
        raise RasterError(f"{path}: cannot be read ({error}); copy or make it again") from error


class KeptScores:
    """An open raster of scores; `kept_scores` opens and checks it.

    Attributes:
        phrases: one for each band.
    """

    def __init__(self, dataset: DatasetReader) -> None:
        self._dataset = dataset
        self.phrases = tuple(dataset.descriptions)

    def rows(self, phrases: Sequence[str], region: Window) -> Iterator[ScoreRows]:
        """Read the scores of some phrases in a region, from top to bottom, a row of tiles at a time."""
        bands = [self.phrases.index(phrase) + 1 for phrase in phrases]
        for row in range(region.row, region.row_stop, _TILE_PX):
            rows = min(_TILE_PX, region.row_stop - row)
            values = self._dataset.read(bands, window=BandWindow(region.col, row, region.cols, rows))
            yield ScoreRows(row, values, values[0] != NODATA)


@contextmanager
def _opened(file: Path, grid: Grid, phrases: Sequence[str], path: Path) -> Iterator[ScoreRaster]:
    """Write a tiled GeoTIFF, which errors call by the name that the user knows."""
    with gdal_env():
        with _stating(path):
            dataset = _create(file, grid, phrases)
        try:
            raster = ScoreRaster(dataset, path)
            yield raster
            raster.finish()
        finally:
            with _stating(path):
                dataset.close()


@contextmanager
def _stating(path: Path) -> Iterator[None]:
    try:
        yield
    except (RasterioError, CPLE_BaseError) as error:
        raise OutputError(f"{path}: cannot be written, perhaps for want of room: {error}") from error


def _warn_of_space(path: Path, grid: Grid, phrases: int) -> None:
    """Say before the work that the disk may turn out too small."""
    # Rows as they come and the COG with its overviews lie side by side for a while.
    most = grid.shape[0] * grid.shape[1] * phrases * 2 * (1 + 4 / 3)
    free = shutil.disk_usage(path.parent).free
    if free < most:
        text = f"{path}: may need up to {most / 2**30:,.1f} GiB, and {free / 2**30:,.1f} GiB are free there"
        warnings.warn(text, SpaceWarning, stacklevel=2)


def _create(path: Path, grid: Grid, phrases: Sequence[str]) -> DatasetWriter:
    dataset = rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=grid.shape[0],
        width=grid.shape[1],
        count=len(phrases),
        dtype="uint16",
        nodata=NODATA,
        crs=grid.crs,
        transform=grid.affine,
        tiled=True,
        blockxsize=_TILE_PX,
        blockysize=_TILE_PX,
        interleave="band",
        compress="DEFLATE",
        zlevel=1,  # read once and thrown away
        num_threads="ALL_CPUS",
        BIGTIFF="IF_SAFER",
        SPARSE_OK=True,
    )
    dataset.descriptions = tuple(phrases)
    dataset.scales = (1 / FULL_SCORE,) * len(phrases)
    return dataset


def _finish(tiled: Path, whole: Path) -> None:
    rasterio.shutil.copy(
        tiled,
        whole,
        driver="COG",
        COMPRESS="DEFLATE",
        LEVEL=1,  # scores of a network grow no smaller with more
        PREDICTOR="YES",
        BLOCKSIZE=_TILE_PX,
        BIGTIFF="IF_SAFER",
        SPARSE_OK=True,
        OVERVIEW_RESAMPLING="AVERAGE",
        NUM_THREADS="ALL_CPUS",  # compression alone; the bytes are the same
    )
