"""Rows of scores -> polygons, exact across every seam.

Pixels that share an edge belong to one polygon. Rows come in bands of any height; a polygon is given as soon
as no later row can touch it, and is the same whatever the bands were: what is kept of an open polygon is the
corners of its outline, and each corner depends on the four pixels around it alone.

A run may be traced in regions, each by itself. What reaches a seam between two is left open as fragments,
and `SeamJoin` makes of them the polygons that one tracing of all would have given, corner for corner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from geoseg_text.values.rows import PolygonBatch, ScoreRows, score_level
from geoseg_text.values.windows import Window
from geoseg_text.vectorize.fragments import Fragments
from geoseg_text.vectorize.joining import SeamJoin
from geoseg_text.vectorize.tracer import Tracer

__all__ = ["Fragments", "SeamJoin", "trace", "vectorize"]


def vectorize(
    rows: Iterable[ScoreRows], thresholds: Sequence[float], shape: tuple[int, int], min_area_px: int = 1
) -> Iterator[PolygonBatch]:
    """Trace what reaches its phrase's threshold.

    Args:
        rows: bands from top to bottom without gaps.
        thresholds: score 0..1 of each phrase; a pixel that equals it belongs.
        shape: rows and columns of the run grid.
        min_area_px: smaller polygons are dropped before they are traced.

    Yields:
        Polygons as they close, in pixels of the run grid, exteriors counter-clockwise on a north-up map;
        `PolygonBatch.join` puts them in the run's order.

    Raises:
        InputError: a threshold is outside 0..1.
    """
    for found in trace(rows, thresholds, Window(0, 0, *shape), shape, min_area_px):
        if isinstance(found, PolygonBatch):  # a whole grid has no seams, so its fragments are empty
            yield found


def trace(
    rows: Iterable[ScoreRows],
    thresholds: Sequence[float],
    region: Window,
    shape: tuple[int, int],
    min_area_px: int = 1,
) -> Iterator[PolygonBatch | Fragments]:
    """Trace a region of the run grid; see `vectorize`.

    Args:
        rows: bands of the region from top to bottom without gaps.
        thresholds: see `vectorize`.
        region: which pixels of the run grid.
        shape: rows and columns of the run grid.
        min_area_px: see `vectorize`; what reaches a seam is kept whatever its size.

    Yields:
        Polygons that touch no seam, as they close; in the end each phrase's fragments.

    Raises:
        InputError: a threshold is outside 0..1, or the region reaches past the grid.
    """
    tracers = [
        Tracer(index, score_level(threshold), region, shape, min_area_px)
        for index, threshold in enumerate(thresholds)
    ]
    for band in rows:
        for tracer, scores in zip(tracers, band.scores, strict=True):
            yield from tracer.feed(scores, band.valid)
    for tracer in tracers:
        yield from tracer.finish()
        yield tracer.fragments()
