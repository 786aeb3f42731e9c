"""Rows of scores -> polygons, exact across every seam.

Pixels that share an edge belong to one polygon. Rows come in bands of any height; a polygon is given as soon
as no later row can touch it, and is the same whatever the bands were: what is kept of an open polygon is the
corners of its outline, and each corner depends on the four pixels around it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from geoseg_text.values.rows import PolygonBatch, ScoreRows, score_level
from geoseg_text.vectorize.tracer import Tracer

__all__ = ["vectorize"]


def vectorize(
    rows: Iterable[ScoreRows], thresholds: Sequence[float], cols: int, min_area_px: int = 1
) -> Iterator[PolygonBatch]:
    """Trace what reaches its phrase's threshold.

    Args:
        rows: bands from top to bottom without gaps.
        thresholds: score 0..1 of each phrase; a pixel that equals it belongs.
        cols: width of the run grid in pixels.
        min_area_px: smaller polygons are dropped before they are traced.

    Yields:
        Polygons as they close, in pixels of the run grid, exteriors counter-clockwise on a north-up map;
        `PolygonBatch.join` puts them in the run's order.

    Raises:
        InputError: a threshold is outside 0..1.
    """
    tracers = [
        Tracer(index, score_level(threshold), cols, min_area_px) for index, threshold in enumerate(thresholds)
    ]
    for band in rows:
        for tracer, scores in zip(tracers, band.scores, strict=True):
            yield from tracer.feed(scores, band.valid)
    for tracer in tracers:
        yield from tracer.finish()
