"""What is known of one raster before its pixels are read."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp, Interleaving, MaskFlags
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader

from geoseg_text.errors import InputError, RasterError
from geoseg_text.imagery.environment import gdal_env
from geoseg_text.imagery.fingerprint import Fingerprint, fingerprint
from geoseg_text.imagery.georeference import Georeference, georeference
from geoseg_text.imagery.guard import refuse_hostile, refuse_leading_tags
from geoseg_text.imagery.sources import is_remote
from geoseg_text.values.grid import Grid

# What GDAL raises: rasterio's own errors, and now and then one of GDAL's that rasterio did not translate.
READ_ERRORS = (RasterioError, CPLE_BaseError, OSError)
_MOST_BLOCK_BYTES = 2**30
# Formats that hold pixels themselves. Services, catalogues and databases are left out.
_DRIVERS = [
    *(
        "GTiff",
        "VRT",
        "JP2OpenJPEG",
        "HFA",
        "ENVI",
        "EHdr",
        "NITF",
        "PCIDSK",
        "PNG",
        "JPEG",
        "WEBP",
        "BMP",
        "GIF",
    ),
    *("AAIGrid", "GPKG", "MBTiles"),
]


@dataclass(frozen=True)
class Raster:
    """Facts of a raster.

    Attributes:
        name: what GDAL opens.
        shape: rows and columns as stored.
        place: how its pixels lie on the ground.
        dtypes: numpy's name of each band's type.
        nodata: each band's nodata value, or None.
        colours: what each band shows, as GDAL names it: ``"red"``, ``"gray"``, ``"alpha"``...
        descriptions: what each band is called, lower case, or ``""``.
        masked: whether a mask beside the bands says which pixels are valid.
        palette: colours (entries, 3) that a single band of numbers stands for, or None.
        overviews: by what each overview is smaller.
        block: rows and columns of the blocks in which it is stored.
        fingerprints: of the file and of those it consists of.
    """

    name: str
    shape: tuple[int, int]
    place: Georeference
    dtypes: tuple[str, ...]
    nodata: tuple[float | None, ...]
    colours: tuple[str, ...]
    descriptions: tuple[str, ...]
    masked: bool
    palette: NDArray[np.uint8] | None
    overviews: tuple[int, ...]
    block: tuple[int, int]
    fingerprints: tuple[Fingerprint, ...]

    @property
    def grid(self) -> Grid:
        """Its own grid; of one placed by points, the upright grid that they suggest."""
        return self.place.grid

    @property
    def alpha(self) -> int | None:
        """Number of the alpha band, from 1, or None."""
        return self.colours.index("alpha") + 1 if "alpha" in self.colours else None

    @property
    def may_be_empty(self) -> bool:
        """Whether some of its pixels could be invalid."""
        numbers = any(np.issubdtype(np.dtype(dtype), np.inexact) for dtype in self.dtypes)
        return (
            numbers
            or self.masked
            or self.alpha is not None
            or any(value is not None for value in self.nodata)
        )


@contextmanager
def open_dataset(name: str, level: int | None = None) -> Iterator[DatasetReader]:
    """Open a raster, or one of its overviews, for as long as the context lasts.

    Args:
        name: what GDAL opens.
        level: number of the overview, from 0, or None for the raster itself.

    Raises:
        READ_ERRORS: it cannot be opened.
    """
    dataset = hold_dataset(name, level)
    try:
        yield dataset
    finally:
        dataset.close()


def hold_dataset(name: str, level: int | None = None) -> DatasetReader:
    """Open as `open_dataset` does; the caller closes it."""
    options = {} if level is None else {"overview_level": level}
    with gdal_env(remote=is_remote(name)), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # its absence is an error of ours
        # `rasterio.open` takes one driver, the class behind it a list of those allowed.
        return DatasetReader(name, driver=_DRIVERS, sharing=False, **options)


def examine(name: str, *, trust_vrt: bool = False) -> Raster:
    """Open a raster, note what it is, and close it.

    Args:
        name: what GDAL opens.
        trust_vrt: whether a VRT may reach files outside its folder.

    Raises:
        RasterError: it cannot be read, is hostile, of another planet or not placed on the ground.
    """
    if not is_remote(name) and Path(name).is_file():
        refuse_hostile(name, trusted=trust_vrt)
    try:
        with open_dataset(name) as dataset:
            if dataset.driver == "VRT" and is_remote(name) and not trust_vrt:
                raise RasterError(
                    f"{name}: a VRT by URL may lead anywhere; list its rasters in a text file, or trust it "
                    "(--trust-vrt, trust_vrt=True)"
                )
            refuse_leading_tags(name, dataset.tags(ns="OVERVIEWS"))
            return _facts(name, dataset)
    except (RasterError, InputError):
        raise
    except READ_ERRORS as error:
        raise RasterError(
            f"{name}: cannot be read as a raster ({explain(error)}); check it with gdalinfo"
        ) from error


def _facts(name: str, dataset: DatasetReader) -> Raster:
    if dataset.count == 0:
        raise RasterError(
            f"{name}: holds several rasters and no bands of its own; export one of them to a GeoTIFF"
        )
    if any(dtype.startswith("complex") for dtype in dataset.dtypes):
        raise RasterError(f"{name}: complex numbers are no picture; write their magnitude to a GeoTIFF first")
    _refuse_giant_blocks(name, dataset)
    flags = dataset.mask_flag_enums
    alpha = ColorInterp.alpha in dataset.colorinterp
    return Raster(
        name=name,
        shape=(dataset.height, dataset.width),
        place=georeference(name, dataset),
        dtypes=tuple(dataset.dtypes),
        nodata=tuple(dataset.nodatavals),
        colours=tuple(colour.name for colour in dataset.colorinterp),
        descriptions=tuple((text or "").strip().lower() for text in dataset.descriptions),
        masked=not alpha and MaskFlags.per_dataset in flags[0],
        palette=_palette(dataset),
        overviews=tuple(dataset.overviews(1)),
        block=tuple(dataset.block_shapes[0]),
        fingerprints=tuple(fingerprint(file) for file in dataset.files or [name]),
    )


def _refuse_giant_blocks(name: str, dataset: DatasetReader) -> None:
    """GDAL holds whole blocks, however little of one is asked for."""
    rows, cols = dataset.block_shapes[0]
    bands = dataset.count if dataset.interleaving is Interleaving.pixel else 1
    size = rows * cols * bands * np.dtype(dataset.dtypes[0]).itemsize
    if size > _MOST_BLOCK_BYTES:
        raise RasterError(
            f"{name}: is stored in blocks of {size >> 20} MB, more than {_MOST_BLOCK_BYTES >> 20}; "
            f"rewrite it with: gdal_translate -co TILED=YES -co BIGTIFF=IF_SAFER {name} tiled.tif"
        )


def _palette(dataset: DatasetReader) -> NDArray[np.uint8] | None:
    if dataset.count != 1 or dataset.colorinterp[0] is not ColorInterp.palette:
        return None
    entries = dataset.colormap(1)
    colours = np.zeros((np.iinfo(dataset.dtypes[0]).max + 1, 3), dtype=np.uint8)
    for number, colour in entries.items():
        colours[number] = colour[:3]
    return colours


def explain(error: BaseException) -> str:
    """Return what GDAL says of an error, on one line."""
    cause = error.__cause__ or error
    return " ".join(str(cause).split())[:200]
