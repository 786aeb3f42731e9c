"""Rows of scores -> polygons, exact across every seam.

Pixels that share an edge belong to one polygon. Rows come in bands of any height; a polygon is given as soon
as no later row can touch it, and is the same whatever the bands were: what is kept of an open polygon is the
corners of its outline, and each corner depends on the four pixels around it alone.

A run may be traced in regions, each by itself. What reaches a seam between two is left open as fragments,
and `SeamJoin` makes of them the polygons that one tracing of all would have given, corner for corner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from geoseg_text.values.rows import PolygonBatch, ScoreRows
from geoseg_text.values.windows import Window
from geoseg_text.vectorize.cut import Cut
from geoseg_text.vectorize.fragments import Fragments
from geoseg_text.vectorize.joining import SeamJoin
from geoseg_text.vectorize.tracer import Tracer

__all__ = ["Cut", "Fragments", "SeamJoin", "trace", "vectorize"]


def vectorize(
    rows: Iterable[ScoreRows], cuts: Sequence[Cut], shape: tuple[int, int]
) -> Iterator[PolygonBatch]:
    """Trace what each phrase's cut leaves.

    Args:
        rows: bands from top to bottom without gaps.
        cuts: of each phrase.
        shape: rows and columns of the run grid.

    Yields:
        Polygons as they close, in pixels of the run grid, exteriors counter-clockwise on a north-up map;
        `PolygonBatch.join` puts them in the run's order.
    """
    for found in trace(rows, cuts, Window(0, 0, *shape), shape):
        if isinstance(found, PolygonBatch):  # a whole grid has no seams, so its fragments are empty
            yield found


def trace(
    rows: Iterable[ScoreRows],
    cuts: Sequence[Cut],
    region: Window,
    shape: tuple[int, int],
) -> Iterator[PolygonBatch | Fragments]:
    """Trace a region of the run grid; see `vectorize`.

    Args:
        rows: bands of the region from top to bottom without gaps.
        cuts: of each phrase; what reaches a seam is kept for `SeamJoin`, which knows all of it.
        region: which pixels of the run grid.
        shape: rows and columns of the run grid.

    Yields:
        Polygons that touch no seam, as they close; in the end each phrase's fragments.

    Raises:
        InputError: the region reaches past the grid.
    """
    tracers = [Tracer(index, cut, region, shape) for index, cut in enumerate(cuts)]
    for band in rows:
        for tracer, scores in zip(tracers, band.scores, strict=True):
            yield from tracer.feed(scores, band.valid)
    for tracer in tracers:
        yield from tracer.finish()
        yield tracer.fragments()
