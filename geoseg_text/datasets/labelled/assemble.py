"""Masks and points of one image as a `Scene`: ids, components, tiles."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from affine import Affine
from scipy import ndimage

from geoseg_text.datasets.labelled.reading import Ids, Pixels, resize_ids, resize_image
from geoseg_text.values.scene import Scene, SceneObject

Mask = npt.NDArray[np.bool_]


def components(mask: Mask, min_px: int = 1) -> npt.NDArray[np.int32]:
    """4-connected components numbered from 1; 0 is outside.

    Specks under `min_px` pixels join the nearest larger component, so that the mask stays what it was and
    yet "the smallest building" is not a slip of the annotator's pen. With no larger component they stay as
    they are.
    """
    found, count = ndimage.label(mask)
    labels: npt.NDArray[np.int32] = found.astype(np.int32)
    if count == 0 or min_px <= 1:
        return labels
    large = np.bincount(labels.ravel(), minlength=count + 1) >= min_px
    large[0] = False
    if not large.any():
        return labels
    kept = large[labels]
    rows, cols = ndimage.distance_transform_edt(~kept, return_distances=False, return_indices=True)
    labels = np.where(mask, labels[rows, cols], 0)
    return (np.cumsum(large) * large)[labels].astype(np.int32)


class SceneBuilder:
    """Collects an image's labels layer by layer and hands back a `Scene`.

    Later layers lie over earlier ones of the same level (ground or top).
    """

    def __init__(self, image: Pixels, gsd_m: float) -> None:
        self.image = image
        self.gsd_m = gsd_m
        self.ground: npt.NDArray[np.uint16] = np.zeros(image.shape[1:], np.uint16)
        self.top: npt.NDArray[np.uint16] = np.zeros(image.shape[1:], np.uint16)
        self._objects: list[SceneObject] = []

    def add_ground(self, category: str, labels: Ids) -> None:
        """Ground objects from labels (rows, cols): each value above 0 is one object."""
        self._add(self.ground, category, labels)

    def add_top(self, category: str, labels: Ids) -> None:
        """Things that stand on the ground, from labels (rows, cols): each value above 0 is one object."""
        self._add(self.top, category, labels)

    def build(self, complete: frozenset[str], affine: Affine | None = None, crs: str | None = None) -> Scene:
        """The scene; objects that later layers hid altogether are left out."""
        seen = set(np.unique(self.ground).tolist()) | set(np.unique(self.top).tolist())
        objects = tuple(thing for thing in self._objects if thing.id in seen)
        return Scene(self.image, self.ground, self.top, objects, self.gsd_m, complete, affine, crs)

    def _add(self, raster: npt.NDArray[np.uint16], category: str, labels: Ids) -> None:
        values = np.unique(labels)
        values = values[values > 0]
        first = len(self._objects) + 1
        ids = np.zeros(int(values[-1]) + 1 if len(values) else 1, np.uint16)
        ids[values] = np.arange(first, first + len(values), dtype=np.uint16)
        self._objects += [SceneObject(first + n, category, {}) for n in range(len(values))]
        inside = labels > 0
        raster[inside] = ids[labels[inside]]


def resampled(scene: Scene, gsd_m: float) -> Scene:
    """The scene at a coarser GSD: image area-averaged, ids nearest; objects left without a pixel go."""
    scale = scene.gsd_m / gsd_m
    rows, cols = (max(1, round(n * scale)) for n in scene.image.shape[1:])
    ground, top = resize_ids(scene.ground, rows, cols), resize_ids(scene.top, rows, cols)
    seen = set(np.unique(ground).tolist()) | set(np.unique(top).tolist())
    affine = scene.affine
    if affine is not None:
        affine = affine @ Affine.scale(scene.image.shape[2] / cols, scene.image.shape[1] / rows)
    return Scene(
        resize_image(scene.image, rows, cols),
        ground.astype(np.uint16),
        top.astype(np.uint16),
        tuple(thing for thing in scene.objects if thing.id in seen),
        gsd_m,
        scene.complete,
        affine,
        scene.crs,
    )


def tiles(scene: Scene, max_px: int) -> Iterator[Scene]:
    """The scene cut into near-equal tiles of at most `max_px` on a side, row-major, none overlapping."""
    rows, cols = scene.image.shape[1:]
    for row, height in _spans(rows, max_px):
        for col, width in _spans(cols, max_px):
            yield scene if (height, width) == (rows, cols) else scene.crop(row, col, height, width)


def _spans(length: int, max_px: int) -> list[tuple[int, int]]:
    count = -(-length // max_px)
    edges = [round(n * length / count) for n in range(count + 1)]
    return [(start, stop - start) for start, stop in pairwise(edges)]
