"""Writing triplets as the published benchmarks lie on disk, so that every loader of theirs reads them.

::

    OUT/RefSegRS/{images,masks}/<window>_<n>.tif, output_phrase_{train,val,test}.txt
    OUT/RefCOCO/rrsisd/{refs(unc).p, instances.json}, images/rrsisd/JPEGImages/<window>.jpg

The second is the layout of RRSIS-D, or by another name that of RRSIS-HR: its annotations have a box of two
corners and call their category ``categories_id``; ``category_id`` stands beside it. A phrase that means
nothing has no place in either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from PIL import Image
from pyproj import CRS

from geoseg_text.datasets.building.folder import whole, write_json
from geoseg_text.datasets.building.pickled import pickled
from geoseg_text.datasets.building.record import TripletRecord, WindowRecord
from geoseg_text.datasets.sample import SPLITS

Picture = NDArray[np.uint8]

_FOREGROUND = 255
_JPEG_QUALITY = 95


class LayoutWriter(Protocol):
    """How triplets lie on disk."""

    def write_window(self, record: WindowRecord, image: Picture) -> None:
        """Write the pictures of a window, (3, rows, cols)."""

    def write_lists(self, records: Sequence[WindowRecord]) -> None:
        """Write what lists the triplets of all windows."""


@dataclass(frozen=True)
class RefSegRSWriter:
    """An image, a mask and a line for each phrase; both pictures are GeoTIFFs.

    Attributes:
        root: the folder of the data set.
        affine: of the run grid.
        crs: of the run grid.
    """

    root: Path
    affine: Affine
    crs: CRS

    @property
    def base(self) -> Path:
        """The folder of the layout."""
        return self.root / "RefSegRS"

    def write_window(self, record: WindowRecord, image: Picture) -> None:
        """Write an image and a mask for each phrase."""
        for number, triplet in _meaning(record):
            name = f"{record.name}_{number:03d}.tif"
            mask = record.mask(triplet).astype(np.uint8) * np.uint8(_FOREGROUND)
            self._write_raster(self.base / "images" / name, image, record)
            self._write_raster(self.base / "masks" / name, mask[None], record)

    def write_lists(self, records: Sequence[WindowRecord]) -> None:
        """Write a line for each phrase into its split's file."""
        for folder in ("images", "masks"):
            (self.base / folder).mkdir(parents=True, exist_ok=True)
        for split in SPLITS:
            lines = [
                f"{record.name}_{number:03d} {triplet.phrase}\n"
                for record in records
                if record.split == split
                for number, triplet in _meaning(record)
            ]
            with whole(self.base / f"output_phrase_{split}.txt") as draft:
                draft.write_bytes("".join(lines).encode("utf-8"))

    def _write_raster(self, path: Path, bands: Picture, record: WindowRecord) -> None:
        profile = {
            "driver": "GTiff",
            "dtype": "uint8",
            "count": len(bands),
            "height": record.shape[0],
            "width": record.shape[1],
            "crs": self.crs.to_wkt(),
            "transform": record.affine(self.affine),
            "compress": "deflate",
            "photometric": "RGB" if len(bands) == 3 else "MINISBLACK",
        }
        with whole(path) as draft, rasterio.open(draft, "w", **profile) as raster:
            raster.write(bands)


@dataclass(frozen=True)
class RefCocoWriter:
    """An image for each window; annotations and references in two files.

    Attributes:
        root: the folder of the data set.
        name: what its folders are called.
    """

    root: Path
    name: str = "rrsisd"

    @property
    def base(self) -> Path:
        """The folder of the layout."""
        return self.root / "RefCOCO"

    @property
    def pictures(self) -> Path:
        """The folder of its images."""
        return self.base / "images" / self.name / "JPEGImages"

    def write_window(self, record: WindowRecord, image: Picture) -> None:
        """Write the window's picture."""
        if _meaning(record):
            write_jpeg(self.pictures / f"{record.name}.jpg", image)

    def write_lists(self, records: Sequence[WindowRecord]) -> None:
        """Write the annotations as JSON and the references as a pickle of plain data."""
        told = [record for record in records if _meaning(record)]
        names = sorted({triplet.category for record in told for _, triplet in _meaning(record)})
        category_ids = {name: number for number, name in enumerate(names)}
        images: list[dict[str, Any]] = []
        annotations: list[dict[str, Any]] = []
        refs: list[dict[str, Any]] = []
        for image_id, record in enumerate(told, start=1):
            rows, cols = record.shape
            file_name = f"{record.name}.jpg"
            images.append({"id": image_id, "file_name": file_name, "height": rows, "width": cols})
            for _, triplet in _meaning(record):
                number = len(annotations) + 1
                ids = {"id": number, "image_id": image_id, "category": category_ids[triplet.category]}
                annotations.append(_annotation(record, triplet, ids))
                refs.append(_reference(record, triplet, ids, file_name))
        categories = [{"id": number, "name": name} for name, number in category_ids.items()]
        content = {"images": images, "annotations": annotations, "categories": categories}
        self.pictures.mkdir(parents=True, exist_ok=True)
        write_json(self.base / self.name / "instances.json", content)
        with whole(self.base / self.name / "refs(unc).p") as draft:
            draft.write_bytes(pickled(refs))


def write_jpeg(path: Path, image: Picture) -> None:
    """Write a picture, (3, rows, cols), with hardly a loss."""
    picture = Image.fromarray(np.ascontiguousarray(np.moveaxis(image, 0, -1)))
    with whole(path) as draft:
        picture.save(draft, format="JPEG", quality=_JPEG_QUALITY, subsampling=0)


def _meaning(record: WindowRecord) -> list[tuple[int, TripletRecord]]:
    """The triplets that mean something, with their numbers in the window."""
    return [(number, one) for number, one in enumerate(record.triplets) if one.pixels]


def _annotation(record: WindowRecord, triplet: TripletRecord, ids: dict[str, int]) -> dict[str, Any]:
    return {
        "id": ids["id"],
        "image_id": ids["image_id"],
        "categories_id": ids["category"],
        "category_id": ids["category"],
        "bbox": list(triplet.box),
        "segmentation": [{"size": list(record.shape), "counts": triplet.counts}],
        "area": triplet.pixels,
        "iscrowd": 0,
    }


def _reference(
    record: WindowRecord, triplet: TripletRecord, ids: dict[str, int], file_name: str
) -> dict[str, Any]:
    number = ids["id"]
    sentence = {
        "tokens": triplet.phrase.split(),
        "raw": triplet.phrase,
        "sent": triplet.phrase.lower(),
        "sent_id": number,
    }
    return {
        "ref_id": number,
        "ann_id": number,
        "image_id": ids["image_id"],
        "category_id": ids["category"],
        "split": record.split,
        "file_name": file_name,
        "sent_ids": [number],
        "sentences": [sentence],
    }
