"""Corners -> polygons: corners pair up along rows and columns, pairs link into rings, rings into polygons."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from geoseg_text.vectorize.corners import COL_SHIFT, DOWNWARDS, LEVEL, ROW_SHIFT, column_of, line_of


def build_polygons(
    corners: NDArray[np.int64], component: NDArray[np.int32]
) -> tuple[NDArray[np.object_], NDArray[np.int32]]:
    """Build the polygons of whole components.

    Args:
        corners: all corners of some components, in any order (N,).
        component: which component each belongs to (N,).

    Returns:
        Valid polygons in pixels (x is a column, y a row), by their first pixel, row by row; and the component
        of each.
    """
    order = np.argsort(corners, kind="stable")  # stable finds the runs that are sorted already
    corners, component = corners[order], component[order]
    follower = _follow(_part_where_touching(corners, component))
    walk, starts = _walk(follower)
    ring = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(walk)))
    visited = corners[walk]
    points = np.column_stack((column_of(visited), line_of(visited))).astype(np.float64)
    rings = shapely.linearrings(points, indices=ring)
    # The first corner of a ring is its topmost, leftmost: inside the mask below it, or outside, which makes
    # it a hole.
    first = walk[starts]
    hole = (corners[first] & LEVEL).astype(bool)
    owner = component[first]
    components = owner[~hole]
    rank = np.empty(int(owner.max(initial=-1)) + 1, np.int64)
    rank[components] = np.arange(len(components))
    by_polygon = np.lexsort((first, hole, rank[owner]))
    return shapely.polygons(rings[by_polygon], indices=rank[owner][by_polygon]), components


def _part_where_touching(corners: NDArray[np.int64], component: NDArray[np.int32]) -> NDArray[np.int64]:
    """Part the rings of a component that touches itself diagonally.

    There the two corners at one point exchange their vertical edges, so that shell and hole meet in a point
    instead of being one ring that crosses itself, which no polygon may.
    """
    same_point = corners[1:] >> COL_SHIFT == corners[:-1] >> COL_SHIFT
    touching = np.flatnonzero(same_point & (component[1:] == component[:-1]))
    parted = corners.copy()
    parted[touching] ^= DOWNWARDS
    parted[touching + 1] ^= DOWNWARDS
    return parted


def _follow(corners: NDArray[np.int64]) -> NDArray[np.int32]:
    """For each corner, the next one of its ring with the mask on the left hand."""
    across = np.arange(len(corners), dtype=np.int32) ^ 1  # sorted by row and column, pairs stand side by side
    col, row = column_of(corners), line_of(corners)
    by_column = np.argsort(col << ROW_SHIFT | row << 1 | (corners & DOWNWARDS) >> 1)
    along = np.empty(len(corners), np.int32)
    along[by_column[0::2]] = by_column[1::2]
    along[by_column[1::2]] = by_column[0::2]
    return np.where(corners & LEVEL, across, along)


def _walk(follower: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Corners ring after ring, each ring from its first corner, and where each ring starts."""
    count = len(follower)
    if not count:
        return follower, np.empty(0, np.int64)
    every = np.arange(count + 1, dtype=np.int32)
    weight = np.ones(count, np.int8)
    _, ring = connected_components(
        csr_array((weight, follower, every), (count, count)), directed=True, connection="weak"
    )
    heads = np.sort(np.unique(ring, return_index=True)[1])
    # Joined end to end the rings are one path, which scipy walks in compiled code.
    path = follower.copy()
    last = np.empty(count, np.int32)
    last[follower] = every[:-1]
    path[last[heads]] = np.append(heads[1:], heads[-1])
    walk = breadth_first_order(
        csr_array((weight, path, every), (count, count)), heads[0], return_predecessors=False
    )
    is_head = np.zeros(count, bool)
    is_head[heads] = True
    return walk, np.flatnonzero(is_head[walk])
