"""Whole components -> a batch of polygons."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoseg_text.values.rows import FULL_SCORE, PolygonBatch
from geoseg_text.vectorize.components import FIRST_SHIFT, Measures
from geoseg_text.vectorize.rings import build_polygons


def polygons_of(
    phrase_index: int, components: Measures, corners: NDArray[np.int64], label: NDArray[np.int32]
) -> PolygonBatch:
    """The polygons of the components that corners were given of.

    Args:
        phrase_index: goes into each.
        components: what is known of each component.
        corners: every corner of some of them, in any order, on the run grid.
        label: which component each corner belongs to.
    """
    geometry, which = build_polygons(corners, label)
    measured = components.take(which)
    return PolygonBatch(
        phrase_index=np.full(len(which), phrase_index, np.int64),
        geometry=geometry,
        score=measured.total / measured.area / FULL_SCORE,
        score_max=measured.peak / FULL_SCORE,
        area_px=measured.area,
        first_row=measured.first >> FIRST_SHIFT,
        first_col=measured.first & ((1 << FIRST_SHIFT) - 1),
    )
