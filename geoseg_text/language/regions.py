"""Claims about where in the image an object lies."""

from __future__ import annotations

from dataclasses import dataclass

from geoseg_text.language.measures import CELLS, Indices, Measures
from geoseg_text.language.verdicts import Verdicts, verdicts

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
        return verdicts(sure >= 0.75, perhaps <= 0.25)
