"""Building referring data: imagery and layers go in, triplets of image, phrase and mask come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from geoseg_text.datasets.building import parquet, report, sheet
from geoseg_text.datasets.building.folder import BuildFolder, whole
from geoseg_text.datasets.building.imagery import ImageryChoices, read_whole
from geoseg_text.datasets.building.labels import LabelChoices, Labels, read_labels
from geoseg_text.datasets.building.layouts import LayoutWriter, RefCocoWriter, RefSegRSWriter
from geoseg_text.datasets.building.plan import PlanChoices, PlannedWindow
from geoseg_text.datasets.building.record import WindowRecord
from geoseg_text.datasets.building.scenes import labelled_windows, scene_of
from geoseg_text.datasets.building.semantic import Semantic, read_semantic
from geoseg_text.datasets.building.sources import all_sources
from geoseg_text.datasets.building.triplets import PhraseChoices, triplets_of
from geoseg_text.datasets.listing import told
from geoseg_text.errors import InputError
from geoseg_text.imagery import Imagery
from geoseg_text.imagery.fingerprint import fingerprint
from geoseg_text.progress import ProgressCallback
from geoseg_text.values.grid import Grid

Layout = Literal["refsegrs", "refcoco", "both"]

REPORT = "report.md"


@dataclass(frozen=True)
class BuildChoices:
    """All that decides what a data set holds.

    Attributes:
        imagery: what is seen.
        labels: what is known of it.
        plan: which windows, and their splits.
        phrases: which phrases.
        layout: how it is written beside GeoParquet.
        semantic: rasters of classes, beside the layers of `labels` or instead of them.
    """

    imagery: ImageryChoices
    labels: LabelChoices
    plan: PlanChoices = field(default_factory=PlanChoices)
    phrases: PhraseChoices = field(default_factory=PhraseChoices)
    layout: Layout = "refsegrs"
    semantic: tuple[Semantic, ...] = ()

    def __post_init__(self) -> None:
        if not self.labels.layers and not self.semantic:
            raise InputError(
                "no labels were given: name a vector layer with --labels, or a raster with --semantic"
            )


def build_dataset(
    root: str | Path, choices: BuildChoices, *, progress: ProgressCallback | None = None
) -> dict[str, Any]:
    """Build a data set, or go on with one that was stopped.

    Args:
        root: its folder: new, empty, or that of a build with the same choices and inputs.
        choices: see there.
        progress: hears of the stage 'windows'.

    Returns:
        The report, as it is written to ``report.json``.

    Raises:
        InputError: imagery, labels or a choice cannot be used, or they give no phrase at all.
        RasterError: imagery cannot be read or has no CRS.
        OutputError: the folder is finished, or not one of this build.
    """
    folder = BuildFolder(Path(root))
    with ExitStack() as closing:
        imagery = closing.enter_context(choices.imagery.open())
        settings = _settings(choices, imagery)
        folder.refuse(settings)
        labels = _labels(choices, imagery.grid)
        plan = labelled_windows(imagery, labels, choices.plan)
        folder.begin(settings)
        writers = _writers(folder.root, choices.layout, imagery)
        records = [
            _window(folder, planned, imagery, labels, choices.phrases, writers)
            for planned in told(plan, "windows", progress)
        ]
        return _finished(folder, records, labels, imagery, writers)


def _labels(choices: BuildChoices, grid: Grid) -> Labels:
    """Everything that is known of the imagery."""
    vector = read_labels(choices.labels, grid)
    items, layers = list(vector.items), list(vector.layers)
    for semantic in choices.semantic:
        found, fact = read_semantic(semantic, grid)
        items += found
        layers.append(fact)
    return Labels.of(items, layers)


def _settings(choices: BuildChoices, imagery: Imagery) -> dict[str, Any]:
    """What must be the same where a build goes on: each choice, and the files it is made from."""
    paths = {str(source.path) for _, source in all_sources(choices.labels.layers)}
    paths |= {semantic.path for semantic in choices.semantic}
    return {
        **asdict(choices),
        "imagery files": [asdict(mark) for mark in imagery.fingerprints],
        "label files": [asdict(fingerprint(path)) for path in sorted(paths)],
    }


def _writers(root: Path, layout: Layout, imagery: Imagery) -> tuple[LayoutWriter, ...]:
    crs = imagery.grid.crs or imagery.source_crs
    all_writers: Mapping[str, LayoutWriter] = {
        "refsegrs": RefSegRSWriter(root, imagery.grid.affine, crs),
        "refcoco": RefCocoWriter(root),
    }
    return tuple(writer for name, writer in all_writers.items() if layout in {name, "both"})


def _window(
    folder: BuildFolder,
    planned: PlannedWindow,
    imagery: Imagery,
    labels: Labels,
    phrases: PhraseChoices,
    writers: Sequence[LayoutWriter],
) -> WindowRecord:
    """The record of a window: as kept, or made now with its pictures written."""
    kept = folder.done(planned.name)
    if kept is not None:
        return WindowRecord.from_json(kept)
    chip = read_whole(imagery, planned.window)
    labelled = scene_of(chip, labels, imagery.grid)
    at = (planned.window.row, planned.window.col)
    record = WindowRecord.of(planned, triplets_of(labelled, phrases, at) if labelled else ())
    for writer in writers:
        writer.write_window(record, chip.image)
    folder.keep(planned.name, record.to_json())
    return record


def _finished(
    folder: BuildFolder,
    records: Sequence[WindowRecord],
    labels: Labels,
    imagery: Imagery,
    writers: Sequence[LayoutWriter],
) -> dict[str, Any]:
    """Write what lists and sums up all windows."""
    if not any(record.triplets for record in records):
        raise InputError(
            f"{folder.root}: no window gives a phrase of these kinds; remove the folder and ask for others, "
            "or give a larger --window"
        )
    for writer in writers:
        writer.write_lists(records)
    parquet.write_triplets(folder.root, records, imagery.grid, imagery.source_crs)
    if any(one.pixels for record in records for one in record.triplets):
        sheet.save_sheet(folder.root, records)
    grid = imagery.grid
    place = {
        "crs": grid.crs.name if grid.crs else "",
        "rows": grid.shape[0],
        "cols": grid.shape[1],
        "gsd_m": grid.gsd_m,
    }
    content = report.count(records, labels.layers, place)
    with whole(folder.root / REPORT) as draft:
        draft.write_text(report.as_markdown(content), encoding="utf-8")
    folder.finish(content)
    return content
