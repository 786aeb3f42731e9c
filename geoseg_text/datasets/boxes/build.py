"""Building referring data from boxes: a model draws the masks, people look at the doubtful ones.

::

    OUT/build.json, OUT/drawn/<name>.json    the settings; all candidates of an image that is done
    OUT/verdicts.json                        what people said
    OUT/review.csv, OUT/review.png           what waits for a person
    OUT/RISORS, OUT/RefCOCO                  the data set, without what waits
    OUT/report.md, OUT/report.json           comes last
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from geoseg_text.datasets.boxes import report
from geoseg_text.datasets.boxes.doubt import Limits
from geoseg_text.datasets.boxes.drawing import Drawer, draw_guided
from geoseg_text.datasets.boxes.judged import Judged, judge
from geoseg_text.datasets.boxes.plan import BoxedImage, BoxedInstance, BoxPlan, plan_boxes
from geoseg_text.datasets.boxes.record import Drawing
from geoseg_text.datasets.boxes.review import FILE as REVIEW
from geoseg_text.datasets.boxes.review import with_review, write_review
from geoseg_text.datasets.boxes.review_sheet import save_review
from geoseg_text.datasets.boxes.sam2_drawer import Sam2Drawer
from geoseg_text.datasets.boxes.verdicts import Verdicts
from geoseg_text.datasets.boxes.writing import Layout, pixels_of, write_layouts
from geoseg_text.datasets.building import sheet
from geoseg_text.datasets.building.folder import FINISHED, BuildFolder, whole
from geoseg_text.datasets.building.plan import PlanChoices
from geoseg_text.datasets.listing import told
from geoseg_text.errors import OutputError
from geoseg_text.models.layers.sam2 import LARGE_PLACE
from geoseg_text.progress import ProgressCallback

_DRAWN, _REPORT = "drawn", "report.md"


@dataclass(frozen=True)
class BoxChoices:
    """All that decides what a data set holds, but for what people say of its masks.

    Attributes:
        annotations: a folder of XML files or a CSV file.
        images: the folder of the pictures.
        segmenter: hub id or folder of the SAM 2 that draws.
        layout: how it is written.
        shares: of the images, for 'val' and 'test', where no file states the splits.
        seed: orders their draw.
        limits: from where on a mask is doubtful; may be changed later, nothing is drawn again for it.
    """

    annotations: Path
    images: Path
    segmenter: str = LARGE_PLACE
    layout: Layout = "risors"
    shares: tuple[float, float] = (0.1, 0.1)
    seed: int = 0
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        PlanChoices(shares=self.shares)  # the same shares are sound for windows and for images


def build_from_boxes(
    root: str | Path,
    choices: BoxChoices,
    *,
    review: str | Path | None = None,
    load: Callable[[], Drawer] | None = None,
    progress: ProgressCallback | None = None,
) -> dict[str, Any]:
    """Build a data set, go on with one that was stopped, or with what people said of its masks.

    Args:
        root: its folder: new, empty, or that of a build with the same choices and inputs.
        choices: see there.
        review: a review file with verdicts.
        load: gives what draws, once and only if something is to be drawn; SAM 2 on the CPU if None.
        progress: hears of the stages 'list' and 'images'.

    Returns:
        The report, as it is written to ``report.json``.

    Raises:
        InputError: boxes, images, the review or a choice cannot be used.
        ModelError: the segmenter cannot be loaded.
        OutputError: the folder is finished and nothing new was said, or it is not one of this build.
    """
    folder = BuildFolder(Path(root), _DRAWN)
    plan = plan_boxes(choices.annotations, choices.images, choices.shares, choices.seed, progress)
    settings = _settings(choices, plan)
    folder.refuse(settings, finished=False)
    before = Verdicts.read(folder.root)
    verdicts = before if review is None else with_review(before, Path(review), plan)
    if verdicts == before:
        _refuse_finished(folder.root, choices.limits, review)
    drawn = _Drawn(folder, verdicts, load or partial(Sam2Drawer.load, choices.segmenter))
    drawn.prepare(plan.images)
    folder.begin(settings)
    verdicts.write(folder.root)
    judged = [
        one
        for image in told(plan.images, "images", progress)
        for one in judge(image, drawn.drawings(image), verdicts, choices.limits)
    ]
    return _finished(folder, choices, plan, judged, verdicts)


@dataclass
class _Drawn:
    """Gives what was drawn for an image: as kept, or drawn now.

    Attributes:
        folder: keeps it.
        verdicts: say how each thing is guided.
        load: gives what draws.
    """

    folder: BuildFolder
    verdicts: Verdicts
    load: Callable[[], Drawer]
    _drawer: Drawer | None = None

    def prepare(self, images: Sequence[BoxedImage]) -> None:
        """Load what draws if something is to be drawn, before anything is written.

        Raises:
            OutputError: a picture is another one than was drawn on.
            ModelError: what draws cannot be loaded.
        """
        waiting = False
        for image in images:
            kept = self.folder.done(image.name)
            if kept is not None and kept["picture"] != image.sha256:
                raise OutputError(
                    f"{image.source}: has changed since its masks were drawn; put it back, or give another "
                    "folder"
                )
            waiting = waiting or bool(self._stale(image, _found(kept)))
        if waiting:
            self._drawer = self.load()

    def drawings(self, image: BoxedImage) -> dict[str, Drawing]:
        """The drawings of an image's things, by their ids."""
        found = _found(self.folder.done(image.name))
        stale = self._stale(image, found)
        if stale:
            self._drawer = self._drawer or self.load()
            sight = self._drawer.look(pixels_of(image))
            for thing in stale:
                guidance = self.verdicts.guidance(thing)
                found[thing.id] = Drawing.of(thing, guidance, draw_guided(sight, thing, guidance))
            things = [found[thing.id].to_json() for thing in image.instances]
            self.folder.keep(image.name, {"picture": image.sha256, "things": things})
        return found

    def _stale(self, image: BoxedImage, found: Mapping[str, Drawing]) -> list[BoxedInstance]:
        """The things that are to be drawn, for the first time or with other guidance."""
        return [
            thing
            for thing in image.instances
            if thing.id not in found or found[thing.id].guidance != self.verdicts.guidance(thing)
        ]


def _found(kept: Mapping[str, Any] | None) -> dict[str, Drawing]:
    """What was kept of an image, by the ids of its things."""
    things = [] if kept is None else kept["things"]
    return {one["id"]: Drawing.from_json(one) for one in things}


def _settings(choices: BoxChoices, plan: BoxPlan) -> dict[str, Any]:
    """What must be the same where a build goes on."""
    return {
        "boxes": str(choices.annotations),
        "images": str(choices.images),
        "segmenter": choices.segmenter,
        "layout": choices.layout,
        "shares": list(choices.shares),
        "seed": choices.seed,
        "content of boxes": plan.digest,
    }


def _refuse_finished(root: Path, limits: Limits, review: str | Path | None) -> None:
    """Refuse a finished data set of which nothing new is said.

    Raises:
        OutputError: it is one.
    """
    path = root / FINISHED
    if not path.is_file():
        return
    try:
        old = json.loads(path.read_text(encoding="utf-8"))
        waiting, sure = int(old["masks"]["doubtful"]), old["sure"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(f"{path}: cannot be read; give another folder") from error
    if sure != limits.sure:
        return
    if review is not None:
        raise OutputError(
            f"{review}: no verdict in it that is new; write keep, drop or again into its column 'verdict'"
        )
    way = (
        f"write what you think of {waiting:,} doubtful masks into {root / REVIEW} and give it with --review"
        if waiting
        else "give another folder, or remove it first"
    )
    raise OutputError(f"{root}: a finished data set; {way}")


def _finished(
    folder: BuildFolder,
    choices: BoxChoices,
    plan: BoxPlan,
    judged: Sequence[Judged],
    verdicts: Verdicts,
) -> dict[str, Any]:
    """Write the data set, what waits for a person, and what sums it all up."""
    taken: dict[str, list[Judged]] = {image.name: [] for image in plan.images}
    for one in judged:
        if one.taken:
            taken[one.image.name].append(one)
    records = write_layouts(folder.root, choices.layout, plan.images, taken)
    waiting = [one for one in judged if one.fate == "doubtful"]
    write_review(folder.root, waiting, verdicts)
    save_review(folder.root, waiting)
    (folder.root / sheet.NAME).unlink(missing_ok=True)
    if any(taken.values()):
        sheet.save_sheet(folder.root, records)
    facts = {"segmenter": choices.segmenter, "sure": choices.limits.sure, "splits by": plan.splits_by}
    content = report.count(judged, records, facts)
    with whole(folder.root / _REPORT) as draft:
        draft.write_text(report.as_markdown(content), encoding="utf-8")
    folder.finish(content, again=True)
    return content
