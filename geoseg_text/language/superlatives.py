"""Superlatives: the one object that leads all others, if it leads clearly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geoseg_text.language.directions import COMPASS
from geoseg_text.language.measures import Floats, Indices, Measures
from geoseg_text.language.relations import Anchor
from geoseg_text.language.verdicts import NO, YES, Verdicts, undecided

EXTREMES = ("largest", "smallest", "northernmost", "southernmost", "westernmost", "easternmost", "longest")
_AHEAD = {"largest": 1.25, "smallest": 1.25, "longest": 1.25}


@dataclass(frozen=True)
class Extreme:
    """The object that leads all others in size, length or place; judged among those that remain."""

    which: str

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes for a winner that leads clearly, no for the rest; all unclear without one."""
        if len(among) < 2:
            return undecided(among)
        if self.which in _AHEAD:
            return self._by_size(m, among)
        down, right = COMPASS[self.which.removesuffix("ernmost")]
        size = m.rows if down else m.cols
        centre = (m.row if down else m.col)[among] * (down + right)
        edge = m.box[among, (2 if down + right > 0 else 0) + (0 if down else 1)] * (down + right)
        return _lead(centre, 0.04 * size, edge)

    def _by_size(self, m: Measures, among: Indices) -> Verdicts:
        box = m.box[among]
        length = np.hypot(box[:, 2] - box[:, 0] + 1, box[:, 3] - box[:, 1] + 1)
        values = length if self.which == "longest" else m.area_px[among]
        sign = -1.0 if self.which == "smallest" else 1.0
        verdict = _lead(sign * np.log(values), float(np.log(_AHEAD[self.which])))
        # What the border cuts may be larger than it looks: it cannot be the smallest.
        if self.which == "smallest" and m.cut[among][verdict == YES].any():
            return undecided(among)
        return verdict


@dataclass(frozen=True)
class Nearest:
    """The object nearest to the anchor, or farthest from it."""

    anchor: Anchor
    farthest: bool = False

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes for a winner that leads by a quarter and by 3 pixels."""
        if len(among) < 2:
            return undecided(among)
        gaps = m.gap_m(self.anchor.ids)[among] + 2 * m.gsd_m
        sign = 1.0 if self.farthest else -1.0
        verdict = _lead(sign * np.log(gaps), float(np.log(1.25)))
        order = np.sort(gaps)
        step = order[-1] - order[-2] if self.farthest else order[1] - order[0]
        return verdict if step >= 3 * m.gsd_m else undecided(among)


def _lead(values: Floats, ahead: float, also: Floats | None = None) -> Verdicts:
    """Yes for the highest value if it leads the second by ``ahead`` (and leads in ``also`` too)."""
    order = np.argsort(values)
    winner = int(order[-1])
    if values[winner] - values[order[-2]] < ahead or (also is not None and also[winner] < also.max()):
        return np.zeros(len(values), dtype=np.int8)
    verdict = np.full(len(values), NO, dtype=np.int8)
    verdict[winner] = YES
    return verdict
