"""What a phrase claims of an object, judged with a dead zone: yes, no, or too close to call.

Every predicate judges objects of a scene from its `Measures`. A phrase is only used where nothing is too close
to call, so its referents are true by construction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geoseg_text.language.lexicon import Noun, adjectives
from geoseg_text.language.measures import CELLS, Floats, Ids, Indices, Measures

YES, UNCLEAR, NO = 1, 0, -1
Verdicts: TypeAlias = NDArray[np.int8]
"""One of YES, UNCLEAR, NO for each object asked about."""


class Predicate(Protocol):
    """A claim about objects."""

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """The verdict on each object at the positions ``among``."""


def _verdicts(yes: NDArray[np.bool_], no: NDArray[np.bool_]) -> Verdicts:
    return np.where(yes, YES, np.where(no, NO, UNCLEAR)).astype(np.int8)


def split(values: Floats, low: float, high: float, ratio: float) -> Verdicts:
    """Parts values where they part by themselves: small is YES, large is NO.

    People judge "beside" and "large" by the objects at hand, so the border lies in the widest gap between
    neighbouring values within ``low``..``high``; without a gap of at least ``ratio`` the values between the
    bounds are unclear.
    """
    ordered = np.sort(np.concatenate([[low / ratio], np.maximum(values, 1e-6), [high * ratio]]))
    left, right = ordered[:-1], ordered[1:]
    middle = np.sqrt(np.maximum(left, low / ratio) * np.minimum(right, high * ratio))
    width = right / left
    width = np.where((middle >= low) & (middle <= high), width, 0)
    best = int(np.argmax(width))
    if width[best] < ratio:
        return _verdicts(values < low, values > high)
    return _verdicts(values <= left[best], values >= right[best])


@dataclass(frozen=True)
class Attribute:
    """The object was labelled with this value of an attribute."""

    name: str
    value: str

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes where the value is the one, unclear where the object has no such attribute."""
        values = [m.objects[k].attributes.get(self.name) for k in among]
        return np.array(
            [UNCLEAR if v is None else YES if v == self.value else NO for v in values], dtype=np.int8
        )


@dataclass(frozen=True)
class Tone:
    """The object is dark or light, by its labelled colour."""

    value: str

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes for colours surely of the tone, unclear for those that may pass for it."""
        sure, perhaps = adjectives.TONES[self.value]
        values = [m.objects[k].attributes.get("colour") for k in among]
        return np.array(
            [UNCLEAR if v is None or v in perhaps else YES if v in sure else NO for v in values],
            dtype=np.int8,
        )


@dataclass(frozen=True)
class Size:
    """The object is large (or small) for its kind in this scene."""

    value: str

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Parts the areas at their widest gap; a cut object may be larger than it looks."""
        area = m.area_px[among]
        if len(among) < 2 or area.max() < 2 * np.median(area) and area.min() > 0.5 * np.median(area):
            return np.zeros(len(among), dtype=np.int8)
        typical = float(np.exp(np.mean(np.log(area))))
        verdict = split(area / typical, 0.35, 2.8, 1.5)
        if self.value == "large":
            verdict = -verdict
        cut = m.cut[among] & (area < area[(verdict == YES) == (self.value == "large")].min(initial=np.inf))
        return np.where(cut, UNCLEAR, verdict).astype(np.int8)


@dataclass(frozen=True)
class Slender:
    """The object is much longer than wide."""

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes from a ratio of axes of 3, no to 2."""
        ratio = m.elongation[among]
        return _verdicts(ratio >= 3, ratio <= 2)


@dataclass(frozen=True)
class Spans:
    """The object's area lies in the range that a noun fits ("shed", "warehouse")."""

    noun: Noun

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes within the range, no 1.5 times outside it; unclear where the image cuts a seemingly small object."""
        area, low, high = m.area_m2[among], self.noun.min_m2, self.noun.max_m2
        yes = (area >= low) & (area <= high)
        no = (area < low / 1.5) | (area > high * 1.5)
        cut = m.cut[among] & (area < (low if low else high if high < 100 else 0))
        return _verdicts(yes & ~cut, no & ~cut)


_HALF, _BELOW, _ABOVE = CELLS // 2, CELLS // 2 - 1, CELLS // 2 + 1
_FULL = (0, CELLS)
_SIDES = {"left": (1, 0), "right": (1, 1), "top": (0, 0), "bottom": (0, 1)}


def _range(end: int, depth: int) -> tuple[int, int]:
    return (CELLS - depth, CELLS) if end else (0, depth)


def _regions() -> dict[str, tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]]:
    """Cells surely inside each region and cells perhaps inside, as (rows, columns) ranges."""
    table: dict[str, tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]] = {}
    for name, (axis, end) in _SIDES.items():
        for suffix, sure, perhaps in (("", _BELOW, _ABOVE), ("_half", _HALF, _HALF)):
            ranges = [[_FULL, _FULL], [_FULL, _FULL]]
            ranges[0][axis], ranges[1][axis] = _range(end, sure), _range(end, perhaps)
            table[name + suffix] = tuple(ranges[0]), tuple(ranges[1])
    for vertical, down in (("upper", 0), ("lower", 1)):
        for side, across in (("left", 0), ("right", 1)):
            for suffix, sure, perhaps in (
                ("", _BELOW, _ABOVE),
                ("_quarter", _HALF, _HALF),
                ("_corner", 3, 6),
            ):
                table[f"{vertical}_{side}{suffix}"] = (
                    (_range(down, sure), _range(across, sure)),
                    (_range(down, perhaps), _range(across, perhaps)),
                )
    table["centre"] = (((4, 8), (4, 8)), ((3, 9), (3, 9)))
    return table


REGIONS = _regions()


@dataclass(frozen=True)
class Position:
    """The object lies in a region of the image."""

    region: str

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes with three quarters of the object surely inside, no with less than a quarter perhaps inside."""
        (r, c), (rr, cc) = REGIONS[self.region]
        cells = m.cells[among]
        sure = cells[:, r[0] : r[1], c[0] : c[1]].sum((1, 2))
        perhaps = cells[:, rr[0] : rr[1], cc[0] : cc[1]].sum((1, 2))
        return _verdicts(sure >= 0.75, perhaps <= 0.25)


@dataclass(frozen=True)
class Anchor:
    """What a relation relates to: a described set of objects.

    Attributes:
        ids: the objects.
        noun: how they are called.
        predicates: what else is said of them.
    """

    ids: Ids
    noun: Noun
    predicates: tuple[Predicate, ...] = ()


def _reach_m(m: Measures, among: Indices) -> Floats:
    """How far "beside" reaches for each object: its own size, within 4 to 14 metres and at least 4 pixels."""
    return np.maximum(np.clip(np.sqrt(m.area_m2[among]), 4, 14), 4 * m.gsd_m)


@dataclass(frozen=True)
class Beside:
    """The object stands next to the anchor, not on it."""

    anchor: Anchor

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Parts the gaps, in units of the object's size, at their widest step."""
        gaps = (m.gap_m(self.anchor.ids)[among] + 0.25 * m.gsd_m) / _reach_m(m, among)
        on = np.nan_to_num(m.share_on(self.anchor.ids)[among])
        verdict = np.where(on > 0.1, UNCLEAR, split(gaps, 0.4, 1.3, 1.35))
        return np.where(on > 0.7, NO, verdict).astype(np.int8)


@dataclass(frozen=True)
class FarFrom:
    """The object stands far from the anchor."""

    anchor: Anchor

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Parts the gaps, in units of the object's size, at their widest step beyond twice that size."""
        gaps = (m.gap_m(self.anchor.ids)[among] + 0.25 * m.gsd_m) / _reach_m(m, among)
        return (-split(gaps, 2.0, 6.0, 1.35)).astype(np.int8)


@dataclass(frozen=True)
class Inside:
    """The object stands on ground that belongs to the anchor."""

    anchor: Anchor

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes with four fifths on it, no with less than a tenth."""
        share = m.share_on(self.anchor.ids)[among]
        return _verdicts(share >= 0.8, share <= 0.1)


@dataclass(frozen=True)
class Surrounded:
    """The anchor fills the ring around the object."""

    anchor: Anchor

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes with four fifths of the ring, no with less than half; unclear at the image's border."""
        gaps = m.gap_m(self.anchor.ids)[among]
        share = np.array([m.share_around(int(k), self.anchor.ids) if g < 4 * m.gsd_m else 0.0
                          for k, g in zip(among, gaps, strict=True)])  # fmt: skip
        return _verdicts((share >= 0.8) & ~m.cut[among], share <= 0.5)


@dataclass(frozen=True)
class Between:
    """The object lies between two anchors."""

    first: Anchor
    second: Anchor

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """By the angle at the object between the ways to both anchors: yes from 145 degrees, no to 100."""
        away = [m.toward(anchor.ids) for anchor in (self.first, self.second)]
        (ay, ax), (by, bx) = ((rows[among], cols[among]) for rows, cols in away)
        length = np.hypot(ay, ax) * np.hypot(by, bx)
        angle = np.degrees(np.arccos(np.clip((ay * by + ax * bx) / np.maximum(length, 1e-6), -1, 1)))
        touching = np.minimum(m.gap_m(self.first.ids)[among], m.gap_m(self.second.ids)[among]) <= 0
        return _verdicts((angle >= 145) & ~touching, (angle <= 100) & ~touching)


_COMPASS = {
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
        down, right = _COMPASS[self.side]
        where = m.where(self.anchor.ids)[0]
        first_row, first_col, last_row, last_col = m.box[where]
        height, width = (last_row - first_row + 1) / m.rows, (last_col - first_col + 1) / m.cols
        if down and not right and width > 0.95 or right and not down and height > 0.95:
            return self._across(m, among, axis=0 if down else 1, sign=down + right)
        if max(height, width) <= 0.5:
            return self._bearing(m, among, where, np.array([down, right]))
        return np.zeros(len(among), dtype=np.int8)

    def _bearing(self, m: Measures, among: Indices, where: int, side: NDArray[np.int_]) -> Verdicts:
        ways = np.stack([m.row[among] - m.row[where], m.col[among] - m.col[where]], axis=1)
        far = np.hypot(*ways.T)
        along = ways @ side / np.linalg.norm(side)
        angle = np.degrees(np.arccos(np.clip(along / np.maximum(far, 1e-6), -1, 1)))
        first_row, first_col, last_row, last_col = m.box[where]
        row, col = m.row[among], m.col[among]
        beyond = {
            (-1, 0): row < first_row,
            (1, 0): row > last_row,
            (0, -1): col < first_col,
            (0, 1): col > last_col,
        }
        clear = np.ones(len(among), dtype=bool)
        for axis in (0, 1):
            if side[axis]:
                clear &= beyond[(int(side[0]), 0) if axis == 0 else (0, int(side[1]))]
        narrow = bool(side.all())
        yes = (angle <= (28 if narrow else 40)) & clear
        return _verdicts(yes, angle >= (50 if narrow else 68))

    def _across(self, m: Measures, among: Indices, axis: int, sign: int) -> Verdicts:
        mask = m.mask(self.anchor.ids)
        if axis:
            mask = mask.T
        filled = mask.any(0)
        first = np.where(filled, mask.argmax(0), -1)
        last = np.where(filled, mask.shape[0] - 1 - mask[::-1].argmax(0), -1)
        verdicts = np.zeros(len(among), dtype=np.int8)
        for n, k in enumerate(among):
            low, high = (int(m.box[k][axis]), int(m.box[k][axis + 2]))
            side = slice(int(m.box[k][1 - axis]), int(m.box[k][3 - axis]) + 1)
            if not filled[side].any():
                continue
            lines = filled[side]
            before, after = high <= first[side][lines].min() + 1, low >= last[side][lines].max() - 1
            if before or after:
                verdicts[n] = YES if before == (sign < 0) else NO
        return verdicts


_AHEAD = {"largest": 1.25, "smallest": 1.25, "longest": 1.25}


@dataclass(frozen=True)
class Extreme:
    """The object that leads all others in size, length or place; judged among those that remain."""

    which: str

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes for a winner that leads clearly, no for the rest; all unclear without one."""
        if len(among) < 2:
            return np.zeros(len(among), dtype=np.int8)
        if self.which in _AHEAD:
            return self._by_size(m, among)
        down, right = _COMPASS[self.which.removesuffix("ernmost")]
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
            return np.zeros(len(among), dtype=np.int8)
        return verdict


@dataclass(frozen=True)
class Nearest:
    """The object nearest to the anchor, or farthest from it."""

    anchor: Anchor
    farthest: bool = False

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes for a winner that leads by a quarter and by 3 pixels."""
        if len(among) < 2:
            return np.zeros(len(among), dtype=np.int8)
        gaps = m.gap_m(self.anchor.ids)[among] + 2 * m.gsd_m
        sign = 1.0 if self.farthest else -1.0
        verdict = _lead(sign * np.log(gaps), float(np.log(1.25)))
        order = np.sort(gaps)
        step = order[-1] - order[-2] if self.farthest else order[1] - order[0]
        return verdict if step >= 3 * m.gsd_m else np.zeros(len(among), dtype=np.int8)


def _lead(values: Floats, ahead: float, also: Floats | None = None) -> Verdicts:
    """Yes for the highest value if it leads the second by ``ahead`` (and leads in ``also`` too)."""
    order = np.argsort(values)
    winner = int(order[-1])
    if values[winner] - values[order[-2]] < ahead or (also is not None and also[winner] < also.max()):
        return np.zeros(len(values), dtype=np.int8)
    verdict = np.full(len(values), NO, dtype=np.int8)
    verdict[winner] = YES
    return verdict


@dataclass(frozen=True)
class Not:
    """The opposite of a claim."""

    claim: Predicate

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """The verdict turned round."""
        return (-self.claim.judge(m, among)).astype(np.int8)


@dataclass(frozen=True)
class Description:
    """A noun and what is said of it; its last predicate may be a superlative over what the others leave.

    Attributes:
        noun: how the objects are called.
        predicates: claims in the order in which they narrow the choice.
        number: how many objects the wording says there are, 0 for unsaid.
    """

    noun: Noun
    predicates: tuple[Predicate, ...] = ()
    number: int = 0


SUPERLATIVES = (Extreme, Nearest)


def _anchored(predicate: Predicate) -> Ids:
    """Ids of the objects that a predicate relates to."""
    match predicate:
        case Beside(a) | FarFrom(a) | Inside(a) | Surrounded(a) | Nearest(a) | Direction(_, a):
            return a.ids
        case Between(a, b):
            return (*a.ids, *b.ids)
        case Not(claim):
            return _anchored(claim)
    return ()


def referents(m: Measures, noun: Noun, predicates: Sequence[Predicate]) -> Indices | None:
    """Positions of the objects that a description means, or None where some object is too close to call."""
    among = m.of(noun.means)
    if noun.sized:
        predicates = (Spans(noun), *predicates)
    verdict = np.ones(len(among), dtype=np.int8)
    for predicate in predicates:
        # What a phrase relates to is not itself among its referents ("the roof beside the red roof").
        anchored = _anchored(predicate)
        if anchored:
            verdict[np.isin(among, m.where(anchored))] = NO
        if isinstance(predicate, SUPERLATIVES):
            if (verdict == UNCLEAR).any():
                return None
            among = among[verdict == YES]
            verdict = predicate.judge(m, among)
        else:
            verdict = np.minimum(verdict, predicate.judge(m, among))
    return None if (verdict == UNCLEAR).any() else among[verdict == YES]
