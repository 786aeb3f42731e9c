"""Claims about the side of an anchor on which an object lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoseg_text.language.measures import Indices, Measures
from geoseg_text.language.relations import Anchor
from geoseg_text.language.verdicts import NO, YES, Verdicts, undecided, verdicts

COMPASS = {
    "north": (-1, 0), "south": (1, 0), "west": (0, -1), "east": (0, 1),
    "northwest": (-1, -1), "northeast": (-1, 1), "southwest": (1, -1), "southeast": (1, 1),
}  # fmt: skip


@dataclass(frozen=True)
class Direction:
    """The object lies to one side of a single anchor."""

    side: str
    anchor: Anchor

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """By columns (or rows) for an anchor across the whole image, by bearing for a compact one."""
        down, right = COMPASS[self.side]
        where = m.where(self.anchor.ids)[0]
        first_row, first_col, last_row, last_col = m.box[where]
        height, width = (last_row - first_row + 1) / m.rows, (last_col - first_col + 1) / m.cols
        if (down and not right and width > 0.95) or (right and not down and height > 0.95):
            return self._across(m, among, axis=0 if down else 1, sign=down + right)
        if max(height, width) <= 0.5:
            return self._bearing(m, among, where, np.array([down, right]))
        return undecided(among)

    def _bearing(self, m: Measures, among: Indices, where: int, side: NDArray[np.int_]) -> Verdicts:
        ways = np.stack([m.row[among] - m.row[where], m.col[among] - m.col[where]], axis=1)
        along = ways @ side / np.linalg.norm(side)
        angle = np.degrees(np.arccos(np.clip(along / np.maximum(np.hypot(*ways.T), 1e-6), -1, 1)))
        middle = np.stack([m.row[among], m.col[among]], axis=1)
        clear, whole, none = (np.ones(len(among), dtype=bool) for _ in range(3))
        for axis in np.flatnonzero(side):
            sign, back = int(side[axis]), 0 if side[axis] > 0 else 2
            edge = m.box[where, axis + 2 - back] * sign
            near, far = m.box[among, axis + back] * sign, m.box[among, axis + 2 - back] * sign
            clear &= middle[:, axis] * sign > edge
            whole &= near > edge
            none &= far <= edge
        narrow = bool(side.all())
        yes = (angle <= (28 if narrow else 40)) & clear
        no = angle >= (50 if narrow else 68)
        # Where a large object's middle lies says little: it must lie on that side whole, or not at all.
        box = m.box[among]
        large = ((box[:, 2] - box[:, 0]) > 0.3 * m.rows) | ((box[:, 3] - box[:, 1]) > 0.3 * m.cols)
        return verdicts(yes & (whole | ~large), no & (none | ~large))

    def _across(self, m: Measures, among: Indices, axis: int, sign: int) -> Verdicts:
        mask = m.mask(self.anchor.ids).T if axis else m.mask(self.anchor.ids)
        filled = np.asarray(mask.any(0))
        first = np.where(filled, mask.argmax(0), -1)
        last = np.where(filled, mask.shape[0] - 1 - mask[::-1].argmax(0), -1)
        found = undecided(among)
        for n, k in enumerate(among):
            low, high = (int(m.box[k][axis]), int(m.box[k][axis + 2]))
            side = slice(int(m.box[k][1 - axis]), int(m.box[k][3 - axis]) + 1)
            if not filled[side].any():
                continue
            lines = filled[side]
            before, after = high <= first[side][lines].min() + 1, low >= last[side][lines].max() - 1
            if before or after:
                found[n] = YES if before == (sign < 0) else NO
        return found
