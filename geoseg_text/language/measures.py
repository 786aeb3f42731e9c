"""What can be measured of a scene's objects: areas, places, shapes, gaps between them, what lies under them.

Measured once per scene; whatever needs a distance transform is measured when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geoseg_text.language.lexicon import SUPER_CATEGORIES, expand
from geoseg_text.values.scene import Scene

CELLS = 12
"""Regions of the image are measured on this many cells a side."""

_DRIVES = frozenset({"car", "truck", "bus", "vehicle"})

Ids = tuple[int, ...]
Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Measures:
    """Geometry of the visible objects of one scene, as parallel arrays in the order of ``ids``.

    Attributes:
        ids: ids of the visible objects.
        categories: their categories.
        area_px: visible pixels.
        row, col: centroids in pixels.
        box: (n, 4) first row, first column, last row, last column.
        cells: (n, 12, 12) share of the object's pixels in each cell of the image.
        elongation: ratio of the principal axes, at least 1.
        cut: True where the object meets the image's border.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.gsd_m = scene.gsd_m
        self.rows, self.cols = (int(size) for size in scene.ground.shape)
        by_id = {thing.id: thing for thing in scene.objects}
        drives = [thing.id for thing in scene.objects if thing.category in _DRIVES]
        self._pixels, starts, ids = self._group(drives)
        known = np.array([int(i) in by_id for i in ids], dtype=bool)
        self._starts = starts
        self._all_ids = ids
        self._known = known
        self.ids = ids[known]
        self.objects = [by_id[int(i)] for i in self.ids]
        self.categories = [thing.category for thing in self.objects]
        self._names = frozenset(self.categories)
        self._members: dict[frozenset[str], Indices] = {}
        self._measure()
        self._position = {int(i): k for k, i in enumerate(self.ids)}
        self._gaps: dict[Ids, tuple[Floats, Floats, Floats]] = {}

    def _group(self, drives: list[int]) -> tuple[Indices, Indices, NDArray[np.uint16]]:
        """Flat indices of visible pixels sorted by object, where each object starts, and the objects' ids."""
        top = self.scene.top
        seen = (
            np.where((top == 0) | np.isin(top, drives), self.scene.ground, 0)
            if drives
            else np.where(top == 0, self.scene.ground, 0)
        )
        self.shown = np.stack([seen, top])
        labels = self.shown.reshape(-1)
        order = np.argsort(labels, kind="stable")
        first = int(np.searchsorted(labels[order], 1))
        order = order[first:]
        ids, starts = np.unique(labels[order], return_index=True)
        return order % (self.rows * self.cols), starts, ids

    def _measure(self) -> None:
        rows, cols = np.divmod(self._pixels, self.cols)
        if not len(self._starts):
            self._pixels = np.zeros(1, dtype=np.intp)
            rows = cols = self._pixels
        count = np.diff(np.append(self._starts, len(rows))).astype(float)
        owner = np.repeat(np.arange(len(self._starts)), count.astype(int))

        def total(values: Floats) -> Floats:
            return np.bincount(owner, weights=values, minlength=len(count))

        keep = self._known
        y, x = rows[: len(owner)].astype(float), cols[: len(owner)].astype(float)
        self.area_px = count[keep]
        mean_y, mean_x = total(y) / count, total(x) / count
        var_y = total(y * y) / count - mean_y**2 + 1 / 12
        var_x = total(x * x) / count - mean_x**2 + 1 / 12
        cov = total(x * y) / count - mean_x * mean_y
        self.row, self.col = mean_y[keep], mean_x[keep]
        spread = np.sqrt((var_y - var_x) ** 2 + 4 * cov**2)
        small = np.maximum(var_y + var_x - spread, 1 / 12)
        self.elongation = np.sqrt((var_y + var_x + spread) / small)[keep]
        self.box = self._boxes(rows, cols)[keep]
        cell = (rows * CELLS // self.rows) * CELLS + cols * CELLS // self.cols
        counts = np.bincount(owner * CELLS**2 + cell[: len(owner)], minlength=len(count) * CELLS**2)
        self.cells = (counts.reshape(-1, CELLS, CELLS) / count[:, None, None])[keep]
        last = np.array([self.rows - 1, self.cols - 1])
        self.cut = (self.box[:, :2] == 0).any(1) | (self.box[:, 2:] == last).any(1)

    def _boxes(self, rows: Indices, cols: Indices) -> Indices:
        if not len(self._starts):
            return np.zeros((0, 4), dtype=np.intp)
        ends = [np.minimum.reduceat(rows, self._starts), np.minimum.reduceat(cols, self._starts)]
        ends += [np.maximum.reduceat(rows, self._starts), np.maximum.reduceat(cols, self._starts)]
        return np.stack(ends, axis=1)

    @property
    def area_m2(self) -> Floats:
        """Visible area in square metres."""
        return np.asarray(self.area_px * self.gsd_m**2, dtype=np.float64)

    def of(self, names: Iterable[str]) -> Indices:
        """Positions of the visible objects that fall under one of the categories or super-categories."""
        wanted = expand(names)
        if wanted not in self._members:
            self._members[wanted] = np.flatnonzero([name in wanted for name in self.categories])
        return self._members[wanted]

    def present(self, name: str) -> bool:
        """True where an object of exactly this category is visible."""
        return name in self._names

    def known(self, name: str) -> bool:
        """True where every object of the category is labelled as such.

        A data set may declare a super-category complete: its members are then known only in images that hold
        nothing of it, and a super-category is known when all its members are.
        """
        complete = self.scene.complete
        members = SUPER_CATEGORIES.get(name)
        if members is not None:
            return name in complete or members <= complete
        vague = [s for s, members in SUPER_CATEGORIES.items() if name in members]
        if any(self.present(s) for s in vague):
            return False
        return name in complete or any(s in complete and not len(self.of([s])) for s in vague)

    def ids_at(self, where: Indices) -> Ids:
        """Ids of the objects at these positions."""
        return tuple(int(i) for i in self.ids[where])

    def gap_m(self, anchor: Ids) -> Floats:
        """Shortest distance in metres from each object's pixels to the anchors' (0 where they touch)."""
        return self._reach(anchor)[0]

    def toward(self, anchor: Ids) -> tuple[Floats, Floats]:
        """Rows and columns from each object's centroid to the nearest pixel of the anchors."""
        _, rows, cols = self._reach(anchor)
        return rows, cols

    def _reach(self, anchor: Ids) -> tuple[Floats, Floats, Floats]:
        if anchor not in self._gaps:
            self._gaps[anchor] = self._measure_reach(anchor)
        return self._gaps[anchor]

    def _measure_reach(self, anchor: Ids) -> tuple[Floats, Floats, Floats]:
        # At half the resolution: four times as fast, and every judgement leaves more room than its error.
        mask = np.isin(self.shown, anchor).any(0)
        mask = np.pad(mask, ((0, self.rows % 2), (0, self.cols % 2)))
        half = mask.reshape(mask.shape[0] // 2, 2, mask.shape[1] // 2, 2).any((1, 3))
        distance, nearest = ndimage.distance_transform_edt(~half, return_indices=True)
        rows, cols = np.divmod(self._pixels, self.cols)
        gaps = np.minimum.reduceat(distance[rows // 2, cols // 2], self._starts)[self._known]
        r, c = (self.row / 2).astype(int), (self.col / 2).astype(int)
        to_row = nearest[0][r, c] * 2.0 + 0.5 - self.row
        to_col = nearest[1][r, c] * 2.0 + 0.5 - self.col
        gaps = np.maximum(gaps * 2 - 2, 0) * self.gsd_m
        return gaps, to_row, to_col

    def share_on(self, anchor: Ids) -> Floats:
        """Share of each standing object's pixels whose ground is one of the anchors; NaN for ground objects."""
        key = self.scene.top.reshape(-1)
        on = np.isin(self.scene.ground, anchor).reshape(-1)
        bare = (self.scene.ground == 0).reshape(-1)
        size = int(max(key.max(initial=0), self.ids.max(initial=0))) + 1
        hit = np.bincount(key[on], minlength=size)[self.ids].astype(float)
        empty = np.bincount(key[bare], minlength=size)[self.ids]
        all_px = np.bincount(key, minlength=size)[self.ids].astype(float)
        share = np.full(len(self.ids), np.nan)
        # Where the ground under most of an object is not labelled nobody knows what it stands on.
        fit = (all_px > 0) & (empty <= 0.2 * all_px)
        share[fit] = hit[fit] / all_px[fit]
        return share

    def share_around(self, which: int, anchor: Ids, ring_px: int = 4) -> float:
        """Share of the ring around one object that the anchors fill."""
        first_row, first_col, last_row, last_col = (int(v) for v in self.box[which])
        pad = ring_px + 1
        window = (
            slice(max(first_row - pad, 0), min(last_row + pad + 1, self.rows)),
            slice(max(first_col - pad, 0), min(last_col + pad + 1, self.cols)),
        )
        own = (self.shown[(slice(None), *window)] == self.ids[which]).any(0)
        ring = ndimage.binary_dilation(own, iterations=ring_px) & ~ndimage.binary_dilation(own)
        inside = np.isin(self.shown[(slice(None), *window)], anchor).any(0)
        return float(inside[ring].mean()) if ring.any() else 0.0
