"""`evaluate_layer`: how well what `segment` finds agrees with a vector layer of what is there."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geoseg_text import outputs
from geoseg_text.datasets.building.geometry import Geometries, place, widened
from geoseg_text.datasets.building.labels import span_of
from geoseg_text.datasets.building.sources import all_sources, read_table
from geoseg_text.errors import InputError, RasterError
from geoseg_text.evaluation.covering import Areas, Overlap
from geoseg_text.imagery.area import Area
from geoseg_text.imagery.radiometry import StretchOption
from geoseg_text.imagery.sources import Inputs
from geoseg_text.jobs import BLOCK_PX, Request, blocks_of
from geoseg_text.models import ReferringModel
from geoseg_text.pipeline import segment
from geoseg_text.progress import Cancellation, ProgressCallback, ProgressEvent
from geoseg_text.results import Result
from geoseg_text.values.grid import Grid
from geoseg_text.values.windows import Window


@dataclass(frozen=True)
class LayerReport:
    """How well polygons agree with a layer, where the imagery is valid; see `to_json` for the names.

    Attributes:
        phrase: what was asked.
        model: who was asked.
        threshold: score from which a pixel counted.
        overlap: what was counted.
        pixel_m2: ground of a pixel in the middle of the imagery.
        repaired: invalid geometries of the layer that were mended.
        unusable: features of the layer without a geometry that could be used.
        not_seen: what could not be read or answered, a line each.
    """

    phrase: str
    model: str
    threshold: float
    overlap: Overlap
    pixel_m2: float
    repaired: int = 0
    unusable: int = 0
    not_seen: tuple[str, ...] = ()

    @property
    def iou(self) -> float | None:
        """Intersection over union; None where both are empty."""
        union = self.overlap.truth_px + self.overlap.found_px - self.overlap.both_px
        return _share(self.overlap.both_px, union)

    @property
    def precision(self) -> float | None:
        """Share of what was found that is true; None where nothing was found."""
        return _share(self.overlap.both_px, self.overlap.found_px)

    @property
    def recall(self) -> float | None:
        """Share of what is true that was found; None where nothing is true."""
        return _share(self.overlap.both_px, self.overlap.truth_px)

    @property
    def feature_recall(self) -> float | None:
        """Share of the layer's features that are covered at least by half."""
        return _share(self.overlap.truth.mostly_covered, self.overlap.truth.judged)

    @property
    def polygon_precision(self) -> float | None:
        """Share of the polygons found that lie at least by half on the layer."""
        return _share(self.overlap.found.mostly_covered, self.overlap.found.judged)

    def to_json(self) -> dict[str, Any]:
        """The figures, as JSON can hold them: shares 0..1 or null, areas in square metres, counts."""
        counted = self.overlap
        return {
            "phrase": self.phrase,
            "model": self.model,
            "threshold": self.threshold,
            "iou": self.iou,
            "precision": self.precision,
            "recall": self.recall,
            "feature_recall": self.feature_recall,
            "features": counted.truth.judged,
            "features_found": counted.truth.mostly_covered,
            "polygon_precision": self.polygon_precision,
            "polygons": counted.found.judged,
            "polygons_right": counted.found.mostly_covered,
            "seen_m2": counted.seen_px * self.pixel_m2,
            "truth_m2": counted.truth_px * self.pixel_m2,
            "found_m2": counted.found_px * self.pixel_m2,
            "both_m2": counted.both_px * self.pixel_m2,
            "repaired": self.repaired,
            "unusable": self.unusable,
            "not_seen": list(self.not_seen),
        }


def evaluate_layer(  # noqa: PLR0913 - as `segment`, it names every choice
    inputs: Inputs,
    labels: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    phrase: str,
    *,
    where: str | None = None,
    width_m: float | None = None,
    model: str | os.PathLike[str] | ReferringModel | None = None,
    threshold: float | None = None,
    threshold_low: float | None = None,
    min_area_m2: float = 0.0,
    simplify_m: float | None = None,
    square: bool = False,
    bands: Sequence[int] | None = None,
    stretch: StretchOption = None,
    gsd: float | None = None,
    bounds: tuple[float, float, float, float] | None = None,
    bounds_crs: str | None = None,
    aoi: Area | None = None,
    window_px: int | None = None,
    overlap_px: int | None = None,
    device: str = "auto",
    batch: int | None = None,
    progress: ProgressCallback | None = None,
    cancellation: Cancellation | None = None,
) -> LayerReport:
    """Find what a phrase means, as `geoseg_text.segment` does, and compare it with what a layer holds.

    The layer must hold all there is of what the phrase means. Compared are the polygons that `segment` would
    write, pixel by pixel of its run grid (a pixel belongs to an area if its centre does), wherever the
    imagery is valid and inside of `bounds` and `aoi`. A feature and a polygon count by what is seen of them.

    Args:
        inputs: imagery; see `segment`.
        labels: vector layers in any CRS, ``PATH`` or ``PATH:LAYER`` each.
        phrase: what the features of the layers are.
        where: which features, as a condition of SQL on the columns; all of them if None.
        width_m: width of lines and points on the ground; without it areas alone are taken.
        model: see `segment`, as for every other choice.
        threshold: see there.
        threshold_low: see there.
        min_area_m2: see there.
        simplify_m: see there.
        square: see there.
        bands: see there.
        stretch: see there.
        gsd: see there.
        bounds: see there.
        bounds_crs: see there.
        aoi: see there.
        window_px: see there.
        overlap_px: see there.
        device: see there.
        batch: see there.
        progress: called with the stages of `segment`, and with 'compare'.
        cancellation: stops the run at the next window.

    Raises:
        InputError: an argument cannot be used, or no feature of the layers lies on the imagery.
        RasterError: the imagery cannot be used or has no CRS.
        ModelError: the model cannot be loaded.
        Cancelled: the caller asked to stop.
    """
    named = [labels] if isinstance(labels, str | os.PathLike) else labels
    layers = [os.fspath(one) for one in named]
    request = Request(
        inputs=inputs, phrases=phrase, model=model, threshold=threshold, threshold_low=threshold_low,
        min_area_m2=min_area_m2, simplify_m=simplify_m, square=square, bands=bands, stretch=stretch, gsd=gsd,
        bounds=bounds, bounds_crs=bounds_crs, aoi=aoi, window_px=window_px, overlap_px=overlap_px,
        device=device, batch=batch,
    )  # fmt: skip
    with warnings.catch_warnings(action="ignore"), request.opened(cancellation) as run:
        # what is wrong with a layer is said before the work; warnings come with it
        truth, network = _read(layers, run.survey.imagery.grid, where, width_m), run.network
        (prompt,) = run.prompts
    asked = {field.name: getattr(request, field.name) for field in fields(request)} | {"model": network}
    with tempfile.TemporaryDirectory(prefix="geoseg-text-") as scratch:
        scores = Path(scratch) / "scores.tif"
        result = segment(**asked, score_raster=scores, progress=progress, cancellation=cancellation)
        overlap = _compared(truth.shapes, result, scores, progress, cancellation)
    return LayerReport(
        phrase=prompt.phrase,
        model=network.config.name,
        threshold=float(prompt.threshold or 0.0),
        overlap=overlap,
        pixel_m2=(result.grid.gsd_m or 1.0) ** 2,
        repaired=truth.repaired,
        unusable=truth.unusable,
        not_seen=tuple(map(str, result.failures)),
    )


@dataclass(frozen=True)
class _Truth:
    """What layers hold.

    Attributes:
        shapes: areas in pixels of the run grid.
        repaired: invalid geometries that were mended.
        unusable: features left out for want of a usable geometry.
    """

    shapes: Geometries
    repaired: int
    unusable: int


def _read(layers: Sequence[str], grid: Grid, where: str | None, width_m: float | None) -> _Truth:
    if grid.crs is None:
        raise RasterError("the imagery has no CRS, so layers have no place on it; assign one")
    if width_m is not None and not 0 < width_m < np.inf:
        raise InputError(f"a width of {width_m:g} m: give more than 0")
    if not layers:
        raise InputError("no layer was given: name a vector file of what is there")
    box = shapely.box(0, 0, grid.shape[1], grid.shape[0])
    shapes: list[shapely.Geometry] = []
    repaired = unusable = 0
    for _, source in all_sources(layers):
        table = read_table(source, grid, where)
        placed = place(table.features.geometry, grid)
        repaired, unusable = repaired + placed.repaired, unusable + placed.unusable
        if len(table.features) and not len(placed.shapes):
            raise InputError(
                f"{source.name}: none of its {len(table.features)} features has a usable geometry"
            )
        if width_m is None and set(placed.forms) - {"area"}:
            raise InputError(
                f"{source.name}: holds lines or points, which cover nothing; give them a width (--width)"
            )
        wide_px = (width_m or 0.0) / (grid.gsd_m or 1.0)
        areas = [
            shape if form == "area" else widened(shape, wide_px)
            for shape, form in zip(placed.shapes, placed.forms, strict=True)
        ]
        here = [shape for shape in areas if shapely.intersects(shape, box)]
        if not here:
            raise InputError(f"{source.name}: no feature lies on the imagery; {span_of(grid)}")
        shapes += here
    return _Truth(np.array(shapes, object), repaired, unusable)


def _compared(
    truth: Geometries,
    result: Result,
    scores: Path,
    progress: ProgressCallback | None,
    cancellation: Cancellation | None,
) -> Overlap:
    """Count over the pixels that have a score: those are the valid ones."""
    grid = result.grid
    overlap = Overlap(Areas(truth), Areas(place(result.polygons.geometry, grid).shapes))
    blocks = blocks_of(grid.shape, BLOCK_PX)
    done, total = 0, sum(block.rows for block in blocks)
    with outputs.kept_scores(scores, grid) as kept:
        for block in blocks:
            for part in kept.rows(kept.phrases, block):
                if cancellation is not None:
                    cancellation.check()
                overlap.add(Window(part.row, block.col, *part.valid.shape), part.valid)
                done += part.valid.shape[0]
                if progress is not None:
                    progress(ProgressEvent("compare", done, total))
    return overlap


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
