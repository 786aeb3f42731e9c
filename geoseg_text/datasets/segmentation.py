"""A mask as the annotations of the COCO family hold it: run lengths, several of them, or polygons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geoseg_text.datasets.faults import Fault
from geoseg_text.datasets.listing import MalformedError, entry
from geoseg_text.datasets.rle import MOST_PX, RunLengthSizeError, decode_mask, fill
from geoseg_text.datasets.sample import Mask


@dataclass(frozen=True, eq=False)
class CocoMask:
    """The mask of one annotation.

    A record ``{"size": [rows, cols], "counts": ...}`` with compressed text or plain runs, a list of such
    records, or a list of polygons. Several parts are united.

    Attributes:
        place: the annotation, from the copy's root.
        segmentation: what the annotation holds, unchecked.
        shape: rows and columns of the image, on which polygons are drawn.
    """

    place: str
    segmentation: object
    shape: tuple[int, int] = (0, 0)

    def read(self) -> Mask | Fault:
        """Boolean (rows, cols), or why it cannot be had."""
        if self.segmentation is None:
            return Fault("mask-missing", self.place, "no segmentation")
        try:
            return self._united()
        except RunLengthSizeError as error:
            return Fault("rle-size", self.place, str(error))
        except (ValueError, TypeError, OverflowError) as error:
            what = str(error) if isinstance(error, MalformedError) else "not run lengths and not polygons"
            return Fault("mask-unreadable", self.place, what)

    def _united(self) -> Mask:
        parts = self.segmentation if isinstance(self.segmentation, list) else [self.segmentation]
        if not parts:
            raise MalformedError("'segmentation' is empty")
        if isinstance(parts[0], list):
            return _drawn(parts, self.shape)
        masks = [_decoded(part) for part in parts]
        if len({mask.shape for mask in masks}) > 1:
            raise MalformedError("the parts of the mask differ in size")
        return np.asarray(np.logical_or.reduce(masks), dtype=np.bool_)


def _decoded(record: object) -> Mask:
    """The mask of one record of run lengths."""
    size = entry(record, "size", list)
    if len(size) != 2 or not all(isinstance(side, int) for side in size):
        raise MalformedError("'size' is not rows and columns")
    counts = entry(record, "counts", object)
    shape = (size[0], size[1])
    return (
        decode_mask(counts, shape) if isinstance(counts, str) else fill(entry(record, "counts", list), shape)
    )


def _drawn(rings: list[object], shape: tuple[int, int]) -> Mask:
    """Polygons, each x, y, x, y ...: the pixels whose centre lies in one of them."""
    if min(shape) < 1 or shape[0] * shape[1] > MOST_PX:
        raise MalformedError("polygons, and no size of their image")
    from rasterio.features import rasterize  # GDAL takes a second to load, and no known copy has polygons

    shapes = []
    for ring in rings:
        points = np.asarray(ring, dtype=np.float64)
        if points.ndim != 1 or points.size < 6 or points.size % 2 or not np.isfinite(points).all():
            raise MalformedError("a polygon without three points")
        corners = [*points.reshape(-1, 2).tolist(), points[:2].tolist()]
        shapes.append({"type": "Polygon", "coordinates": [corners]})
    return np.asarray(rasterize(shapes, out_shape=shape, dtype="uint8") > 0)
