"""Where streets run: the scene's frame is split into blocks by roads, main roads first."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Street:
    """A straight street of the layout frame.

    Attributes:
        along_u: Whether it runs along u (at a fixed v) or along v.
        at: The fixed coordinate of its centre line.
        start: Where it begins on the other coordinate.
        stop: Where it ends.
        width_m: Carriageway.
        kind: "main", "motorway", "residential", "lane", "dirt", "track" or "path".
        pavement_m: Width of the pavement on each side; 0 for none.
    """

    along_u: bool
    at: float
    start: float
    stop: float
    width_m: float
    kind: str
    pavement_m: float = 0.0

    @property
    def half_m(self) -> float:
        """From the centre line to where the block begins."""
        return self.width_m / 2.0 + self.pavement_m


@dataclass(frozen=True)
class Block:
    """A rectangle of the layout frame between streets."""

    u0: float
    v0: float
    u1: float
    v1: float

    @property
    def size(self) -> tuple[float, float]:
        """Metres along u and v."""
        return self.u1 - self.u0, self.v1 - self.v0

    @property
    def middle(self) -> tuple[float, float]:
        """The (u, v) of its centre."""
        return (self.u0 + self.u1) / 2, (self.v0 + self.v1) / 2

    def inset(self, metres: float) -> Block:
        """The block less a margin all around."""
        return Block(self.u0 + metres, self.v0 + metres, self.u1 - metres, self.v1 - metres)


@dataclass(frozen=True)
class StreetPlan:
    """How a place divides its ground.

    Attributes:
        block_m: Depth and length at which a block is split no further.
        kinds: Street kinds by level of splitting; the last one repeats.
        motorway: Chance that the first street is a motorway.
    """

    block_m: tuple[float, float]
    kinds: tuple[str, ...]
    motorway: float = 0.0

    def scaled(self, factor: float) -> StreetPlan:
        """The same plan with larger or smaller blocks."""
        return replace(self, block_m=(self.block_m[0] * factor, self.block_m[1] * factor))


WIDTHS_M: dict[str, tuple[float, float, float]] = {
    "motorway": (19.0, 28.0, 0.0),
    "main": (8.0, 12.0, 2.0),
    "residential": (4.8, 6.8, 1.5),
    "lane": (3.5, 4.5, 0.0),
    "dirt": (3.5, 6.5, 0.0),
    "track": (2.2, 3.2, 0.0),
    "path": (1.2, 2.2, 0.0),
    "hedge": (0.0, 0.6, 0.0),
}
"""Least and greatest width and the pavement of each kind, metres; a hedge is a boundary without a road."""


def split(block: Block, plan: StreetPlan, rng: np.random.Generator) -> tuple[list[Block], list[Street]]:
    """Divides a block by streets until every piece is small enough.

    Returns:
        The pieces (street widths taken off) and the streets, main ones first.
    """
    blocks: list[Block] = []
    streets: list[Street] = []
    queue = [(block, 0)]
    while queue:
        piece, level = queue.pop(0)
        length, depth = piece.size
        goal = np.array(plan.block_m) * rng.uniform(0.8, 1.3, 2)
        long_side, short_side = max(length, depth), min(length, depth)
        if short_side < 8.0:
            continue
        if long_side <= goal[1] and short_side <= goal[0] * 1.6:
            blocks.append(piece)
            continue
        along_u = depth > length if long_side > 1.35 * short_side else bool(rng.random() < 0.5)
        kind = plan.kinds[min(level, len(plan.kinds) - 1)]
        if level == 0 and rng.random() < plan.motorway:
            kind = "motorway"
        low, high, pavement = WIDTHS_M[kind]
        if kind == "residential" and rng.random() < 0.3:
            pavement = 0.0
        lo, hi = (piece.v0, piece.v1) if along_u else (piece.u0, piece.u1)
        at = lo + (hi - lo) * float(rng.uniform(0.36, 0.64))
        ends = (piece.u0, piece.u1) if along_u else (piece.v0, piece.v1)
        street = Street(along_u, at, *ends, float(rng.uniform(low, high)), kind, pavement)
        if kind != "hedge":
            streets.append(street)
        half = street.half_m
        if along_u:
            halves = (
                Block(piece.u0, piece.v0, piece.u1, at - half),
                Block(piece.u0, at + half, piece.u1, piece.v1),
            )
        else:
            halves = (
                Block(piece.u0, piece.v0, at - half, piece.v1),
                Block(at + half, piece.v0, piece.u1, piece.v1),
            )
        queue += [(half_block, level + 1) for half_block in halves]
    return blocks, streets
