"""What can be measured of a scene's objects: areas, places, shapes, gaps between them, what lies under them.

Measured once per scene, because phrases are composed inside training loops; whatever only some phrases ask
for (gaps, shapes, what lies under) is measured when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geoseg_text.language.lexicon import SUPER_CATEGORIES, expand
from geoseg_text.values.scene import Scene

CELLS = 12
"""Regions of the image are measured on this many cells a side."""

SEEN_PX, SEEN_CUT_PX = 12, 60
"""Visible pixels from which a phrase may single an object out, whole or cut by the image's border."""

_DRIVES = frozenset({"car", "truck", "bus", "vehicle"})
_WHOLE_PX = 300
"""Objects up to this size give all their pixels to the search for gaps, larger ones a quarter."""

Ids: TypeAlias = tuple[int, ...]
Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.intp]


class Measures:
    """Geometry of the visible objects of one scene, as parallel arrays in the order of ``ids``.

    Visible means as in `Scene.mask`: what stands hides the ground, except that vehicles do not.

    Attributes:
        ids: ids of the visible objects, rising.
        objects: the objects.
        categories: their categories.
        area_px: visible pixels.
        row, col: centroids in pixels.
        box: (n, 4) first row, first column, last row, last column.
        cut: True where the object meets the image's border.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.gsd_m = scene.gsd_m
        self.rows, self.cols = (int(size) for size in scene.ground.shape)
        by_id = {thing.id: thing for thing in scene.objects}
        self._number(sorted(by_id), [i for i, thing in by_id.items() if thing.category in _DRIVES])
        self.objects = [by_id[int(i)] for i in self.ids]
        self.categories = [thing.category for thing in self.objects]
        self._names = frozenset(self.categories)
        self._members: dict[frozenset[str], Indices] = {}
        self._where = {int(i): k for k, i in enumerate(self.ids)}
        self._gaps: dict[Ids, tuple[Floats, Floats, Floats]] = {}
        self._locate()

    def _number(self, ids: list[int], drives: list[int]) -> None:
        """Numbers the visible objects 1..n in both layers; 0 is nothing."""
        table = np.zeros(65536, dtype=np.int32)
        table[ids] = np.arange(1, len(ids) + 1)
        ground, top = table[self.scene.ground].reshape(-1), table[self.scene.top].reshape(-1)
        hides = np.ones(len(ids) + 1, dtype=bool)
        hides[0] = False
        hides[table[drives]] = False
        seen = np.where(hides[top], 0, ground)
        # An id unknown to the scene's objects still stands in the way.
        stranger = (top == 0) & (self.scene.top.reshape(-1) != 0)
        seen[stranger] = 0
        counts = np.bincount(seen, minlength=len(ids) + 1) + np.bincount(top, minlength=len(ids) + 1)
        counts[0] = 0
        kept = np.flatnonzero(counts)
        renumber = np.zeros(len(ids) + 1, dtype=np.int32)
        renumber[kept] = np.arange(1, len(kept) + 1)
        self.ids = np.array(ids, dtype=np.int64)[kept - 1] if len(kept) else np.zeros(0, dtype=np.int64)
        self.area_px = counts[kept].astype(np.float64)
        self._under = renumber[ground]
        self._layers = np.stack([renumber[seen], renumber[top]])

    def _locate(self) -> None:
        row_of, col_of, cell_of = _places(self.rows, self.cols)
        by_row, by_col = self._tally(row_of, self.rows), self._tally(col_of, self.cols)
        self.cells = self._tally(cell_of, CELLS**2).reshape(-1, CELLS, CELLS) / self.area_px[:, None, None]
        rows, cols = np.arange(self.rows), np.arange(self.cols)
        self.row, self.col = by_row @ rows / self.area_px, by_col @ cols / self.area_px
        self._variance = (
            by_row @ rows**2 / self.area_px - self.row**2,
            by_col @ cols**2 / self.area_px - self.col**2,
        )
        self.box = np.stack([_first(by_row), _first(by_col), _last(by_row), _last(by_col)], axis=1)
        edge = np.array([self.rows - 1, self.cols - 1])
        self.cut = (self.box[:, :2] == 0).any(1) | (self.box[:, 2:] == edge).any(1)

    def _tally(self, places: NDArray[np.int32], size: int) -> Indices:
        """(n, size): how many pixels of each object lie in each place."""
        total = (len(self.ids) + 1) * size
        seen, top = (np.bincount(layer * np.int32(size) + places, minlength=total) for layer in self._layers)
        return np.asarray((seen + top).reshape(-1, size)[1:], dtype=np.intp)

    @cached_property
    def elongation(self) -> Floats:
        """Ratio of each object's principal axes, at least 1."""
        row_of, col_of, _ = _places(self.rows, self.cols)
        product = row_of.astype(np.float64) * col_of
        n = len(self.ids) + 1
        seen, top = (np.bincount(layer, weights=product, minlength=n) for layer in self._layers)
        covariance = (seen + top)[1:] / self.area_px - self.row * self.col
        # A pixel is a square, not a point: its own variance keeps a line of pixels from having no width.
        down, across = (variance + 1 / 12 for variance in self._variance)
        spread = np.sqrt((down - across) ** 2 + 4 * covariance**2)
        return np.asarray(np.sqrt((down + across + spread) / np.maximum(down + across - spread, 1 / 12)))

    @property
    def area_m2(self) -> Floats:
        """Visible area in square metres."""
        return self.area_px * self.gsd_m**2

    @cached_property
    def clear(self) -> NDArray[np.bool_]:
        """True where enough of an object is visible to speak of it alone; what the border cuts needs more."""
        return self.area_px >= np.where(self.cut, SEEN_CUT_PX, SEEN_PX)

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
        above = [s for s, members in SUPER_CATEGORIES.items() if name in members]
        if any(self.present(s) for s in above):
            return False
        return name in complete or any(s in complete and not len(self.of([s])) for s in above)

    def ids_at(self, where: Indices) -> Ids:
        """Ids of the objects at these positions."""
        return tuple(int(i) for i in self.ids[where])

    def where(self, ids: Ids) -> list[int]:
        """Positions of the visible ones among these ids."""
        return [self._where[i] for i in ids if i in self._where]

    def mask(self, ids: Ids) -> NDArray[np.bool_]:
        """(rows, cols) visible pixels of the objects."""
        wanted = np.zeros(len(self.ids) + 1, dtype=bool)
        wanted[[k + 1 for k in self.where(ids)]] = True
        return np.asarray(wanted[self._layers].any(0).reshape(self.rows, self.cols))

    def gap_m(self, anchor: Ids) -> Floats:
        """Shortest distance in metres from each object's pixels to the anchors' (0 where they touch)."""
        return self._reach(anchor)[0]

    def toward(self, anchor: Ids) -> tuple[Floats, Floats]:
        """Rows and columns from each object's centroid to the nearest pixel of the anchors."""
        return self._reach(anchor)[1:]

    def _reach(self, anchor: Ids) -> tuple[Floats, Floats, Floats]:
        if anchor not in self._gaps:
            self._gaps[anchor] = self._measure_reach(anchor)
        return self._gaps[anchor]

    def _measure_reach(self, anchor: Ids) -> tuple[Floats, Floats, Floats]:
        # At half the resolution: four times as fast, and every judgement leaves more room than its error.
        mask = self.mask(anchor)
        if self.rows % 2 or self.cols % 2:
            mask = np.pad(mask, ((0, self.rows % 2), (0, self.cols % 2)))
        half = mask[::2, ::2] | mask[1::2, ::2] | mask[::2, 1::2] | mask[1::2, 1::2]
        distance, nearest = ndimage.distance_transform_edt(~half, return_indices=True)
        pixels, starts = self._outposts
        gaps = np.minimum.reduceat(distance.reshape(-1)[pixels], starts)
        row, col = (self.row / 2).astype(int), (self.col / 2).astype(int)
        to_row = nearest[0][row, col] * 2.0 + 0.5 - self.row
        to_col = nearest[1][row, col] * 2.0 + 0.5 - self.col
        return np.maximum(gaps * 2 - 2, 0) * self.gsd_m, to_row, to_col

    @cached_property
    def _outposts(self) -> tuple[Indices, Indices]:
        """Pixels that stand for each object, as indices at half resolution, and where each object starts."""
        row_of, col_of, _ = _places(self.rows, self.cols)
        half_of = (row_of // 2) * ((self.cols + 1) // 2) + col_of // 2
        even = (row_of % 2 == 0) & (col_of % 2 == 0)
        small = np.concatenate([[False], self.area_px <= _WHOLE_PX])
        labels, places = [], []
        for layer in self._layers:
            used = np.flatnonzero(((layer > 0) & even) | small[layer])
            labels.append(layer[used])
            places.append(half_of[used])
        # An object may be thinner than the even rows and columns: its centroid then stands for it.
        labels.append(np.arange(1, len(self.ids) + 1, dtype=np.int32))
        centre = (self.row / 2).astype(np.int32) * ((self.cols + 1) // 2) + (self.col / 2).astype(np.int32)
        thin = np.isin(labels[-1], np.concatenate(labels[:2]), invert=True)
        labels[-1] = labels[-1][thin]
        places.append(centre[thin].astype(np.int32))
        label, place = np.concatenate(labels), np.concatenate(places)
        order = np.argsort(label.astype(np.uint16), kind="stable")
        return place[order], np.searchsorted(label[order], np.arange(1, len(self.ids) + 1))

    @cached_property
    def _touching(self) -> NDArray[np.bool_]:
        """(n, n) True where two ground objects come within two pixels of each other, up, down or sideways."""
        n = len(self.ids) + 1
        seen = self._layers[0].reshape(self.rows, self.cols)
        touching = np.zeros(n * n, dtype=bool)
        for step in (1, 3):
            for here, there in ((seen[step:], seen[:-step]), (seen[:, step:], seen[:, :-step])):
                border = (here != there) & (here > 0) & (there > 0)
                touching[here[border] * np.int64(n) + there[border]] = True
        pairs = touching.reshape(n, n)[1:, 1:]
        return np.asarray(pairs | pairs.T)

    def fused(self, where: Indices) -> bool:
        """True where some of these ground objects touch: nobody could tell them apart."""
        return len(where) > 1 and bool(self._touching[np.ix_(where, where)].any())

    @cached_property
    def _stands_on(self) -> tuple[Floats, Floats]:
        """(n, n + 1) share of each standing object over each ground object (0: none), and its pixels."""
        n = len(self.ids) + 1
        pairs = np.bincount(self._layers[1] * np.int32(n) + self._under, minlength=n * n).reshape(n, n)[1:]
        total = pairs.sum(1)
        return pairs / np.maximum(total, 1)[:, None], total.astype(np.float64)

    def share_on(self, anchor: Ids) -> Floats:
        """Share of each standing object whose ground is one of the anchors; NaN where that is unknown."""
        shares, total = self._stands_on
        share = shares[:, [k + 1 for k in self.where(anchor)]].sum(1)
        # Where the ground under an object is not labelled nobody knows what it stands on.
        return np.where((total > 0) & (shares[:, 0] <= 0.2), share, np.nan)

    def share_around(self, which: int, anchor: Ids, ring_px: int = 4) -> float:
        """Share of the ring around one object that the anchors fill."""
        first_row, first_col, last_row, last_col = (int(v) for v in self.box[which])
        pad = ring_px + 1
        window = (
            slice(max(first_row - pad, 0), min(last_row + pad + 1, self.rows)),
            slice(max(first_col - pad, 0), min(last_col + pad + 1, self.cols)),
        )
        layers = self._layers.reshape(2, self.rows, self.cols)[(slice(None), *window)]
        own = (layers == which + 1).any(0)
        ring = ndimage.binary_dilation(own, iterations=ring_px) & ~ndimage.binary_dilation(own)
        inside = np.asarray(np.isin(layers, [k + 1 for k in self.where(anchor)]).any(0))
        return float(inside[ring].mean()) if ring.any() else 0.0


@lru_cache(maxsize=8)
def _places(rows: int, cols: int) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Row, column and cell of every pixel, flat."""
    row, col = np.divmod(np.arange(rows * cols, dtype=np.int32), np.int32(cols))
    return row, col, (row * CELLS // rows) * CELLS + col * CELLS // cols


def _first(tally: Indices) -> Indices:
    return np.asarray((tally > 0).argmax(1), dtype=np.intp)


def _last(tally: Indices) -> Indices:
    return np.asarray(tally.shape[1] - 1 - (tally[:, ::-1] > 0).argmax(1), dtype=np.intp)
