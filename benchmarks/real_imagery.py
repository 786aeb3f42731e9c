"""What a model marks on real validation imagery that it never saw.

    python benchmarks/real_imagery.py --model FOLDER --data ROOT [--json OUT] [--limit N] [--sets ...]

ROOT holds the labelled sets' folders. Windows of the model's size overlap by a quarter and their scores are
averaged; images are read at the GSD their set states or estimates. Intersections and unions are summed over a
set before they are divided (oIoU). Dubai counts every pixel: what it labels "unlabeled" is not the class
asked for.
"""

import argparse
import dataclasses
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from geoseg_text.datasets.labelled import labelled_scenes
from geoseg_text.datasets.labelled.kampala import zoomed_scenes
from geoseg_text.datasets.labelled.urban_trees import labelled_points
from geoseg_text.errors import GeosegError
from geoseg_text.models import ReferringModel, load_model
from geoseg_text.values.scene import Scene
from geoseg_text.values.windows import WindowPlan

Mask = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float32]

CLASSES = {
    "dubai": (
        "Dubai tile 1",
        {"buildings": "building", "roads": "road", "vegetation": "vegetation", "water": "water"},
    ),
    "estonia": ("Estonia", {"cars": "car"}),
    "neon_trees": ("Zurich", {"trees": "tree"}),
    "aerial_cars": ("Munich", {"cars": "car"}),
    "gsi_road": ("Japan, roads", {"roads": "road"}),
    "gsi_solar": ("Japan, panels", {"solar panels": "solar_panel"}),
}
SETS = ("dubai", "kampala", "estonia", "urban_trees", "neon_trees", "aerial_cars", "gsi_road", "gsi_solar")
PLURALS = {
    "aircraft": "aeroplanes",
    "bare_ground": "bare ground",
    "building": "buildings",
    "bus": "buses",
    "car": "cars",
    "court": "sports courts",
    "field": "fields",
    "lake": "lakes",
    "pool": "swimming pools",
    "river": "rivers",
    "road": "roads",
    "sea": "the sea",
    "ship": "ships",
    "solar_panel": "solar panels",
    "storage_tank": "storage tanks",
    "tree": "trees",
    "truck": "trucks",
    "vegetation": "vegetation",
    "water": "water",
    "wood": "woods",
}
ABSENT = "absent: share of area marked"
ALWAYS_ASKED = ("ship", "aircraft")  # where a scene says they are not there


@dataclasses.dataclass
class Tally:
    """Pixels of one phrase over many images."""

    both: int = 0
    marked: int = 0
    true: int = 0
    area: int = 0
    images: int = 0

    def add(self, marked: Mask, truth: Mask) -> None:
        """Counts one image."""
        self.both += int(np.count_nonzero(marked & truth))
        self.marked += int(np.count_nonzero(marked))
        self.true += int(np.count_nonzero(truth))
        self.area += marked.size
        self.images += 1

    @property
    def iou(self) -> float:
        """Intersection over union, 1 where neither has a pixel."""
        union = self.marked + self.true - self.both
        return self.both / union if union else 1.0


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the report; shares and IoUs in 0..1."""

    data: str
    phrase: str
    measure: str
    value: float
    images: int


class Marker:
    """A model that marks phrases on images of any size."""

    def __init__(self, model: ReferringModel, batch: int = 4) -> None:
        self.model = model
        self.batch = batch

    def scores(self, image: npt.NDArray[np.uint8], phrases: Sequence[str]) -> Scores:
        """Scores 0..1 (phrases, rows, cols) of an image (3, rows, cols), averaged where windows overlap."""
        side = self.model.config.window_px
        rows, cols = image.shape[1:]
        plan = WindowPlan.for_grid((rows, cols), side, side // 4)
        padded = np.pad(image, ((0, 0), (0, max(0, side - rows)), (0, max(0, side - cols))), mode="edge")
        total = np.zeros((len(phrases), *padded.shape[1:]), np.float32)
        count = np.zeros(padded.shape[1:], np.float32)
        with torch.inference_mode():
            text = self.model.encode_text(phrases)
            for windows in plan.batches(self.batch):
                places = [(slice(w.row, w.row + side), slice(w.col, w.col + side)) for w in windows]
                stack = np.stack([padded[:, r, c] for r, c in places])
                found = torch.sigmoid(self.model(self._normalised(stack), text).float()).cpu().numpy()
                for place, score in zip(places, found, strict=True):
                    total[:, *place] += score
                    count[place] += 1
        return np.asarray((total / count)[:, :rows, :cols], np.float32)

    def marks(self, image: npt.NDArray[np.uint8], phrases: Sequence[str]) -> Mask:
        """Pixels marked (phrases, rows, cols) at the model's threshold."""
        return np.asarray(self.scores(image, phrases) >= self.model.config.threshold)

    def _normalised(self, images: npt.NDArray[np.uint8]) -> torch.Tensor:
        mean = torch.tensor(self.model.config.mean).view(1, 3, 1, 1)
        std = torch.tensor(self.model.config.std).view(1, 3, 1, 1)
        return (torch.from_numpy(images).float() / 255 - mean) / std


class Report:
    """Runs the sets through a model and collects rows."""

    def __init__(self, marker: Marker, root: Path, limit: int | None) -> None:
        self.marker = marker
        self.root = root
        self.limit = limit
        self.rows: list[Row] = []
        self._absent: dict[tuple[str, str], Tally] = defaultdict(Tally)

    def run(self, names: Sequence[str]) -> list[Row]:
        """The named sets in turn, then what was asked of them and is not there."""
        for name in names:
            if name == "kampala":
                self.kampala()
            elif name == "urban_trees":
                self.trees()
            else:
                title, phrases = CLASSES[name]
                self.classes(title, self._scenes(name), phrases, mean=len(phrases) > 1)
        self.absences()
        return self.rows

    def kampala(self) -> None:
        """Buildings at each of the three zooms the places come in."""
        for zoom in (19, 20, 21):
            places = zoomed_scenes(self.root / "kampala_buildings", "val")
            chosen = (scene for level, scene in places if level == zoom)
            self.classes(f"Kampala z{zoom}", islice(chosen, self.limit), {"buildings": "building"})

    def classes(
        self, data: str, scenes: Iterable[Scene], phrases: dict[str, str], mean: bool = False
    ) -> None:
        """Dataset-level IoU, precision and recall of each phrase; what is absent is asked along."""
        tallies = {phrase: Tally() for phrase in phrases}
        for scene in scenes:
            absent = _absent_categories(scene, phrases.values())
            marks = self.marker.marks(scene.image, [*phrases, *(PLURALS[name] for name in absent)])
            for mark, (phrase, category) in zip(marks, phrases.items(), strict=False):
                tallies[phrase].add(mark, _truth(scene, category))
            self._note_absences(data, scene, absent, marks[len(phrases) :])
        for phrase, tally in tallies.items():
            self.rows.append(Row(data, phrase, "oIoU", tally.iou, tally.images))
            self.rows.append(Row(data, phrase, "precision", tally.both / max(tally.marked, 1), tally.images))
            self.rows.append(Row(data, phrase, "recall", tally.both / max(tally.true, 1), tally.images))
        if mean:
            average = sum(tally.iou for tally in tallies.values()) / len(tallies)
            self.rows.append(Row(data, " ".join(phrases), "mean of the oIoUs", average, tally.images))

    def trees(self) -> None:
        """Share of the true points hit and share of the area marked, on the Californian trees."""
        hit = points_seen = marked = area = images = 0
        source = zip(
            labelled_points(self.root / "urban_trees_naip", "val"), self._scenes("urban_trees"), strict=False
        )
        for (image, points), scene in source:
            marks = self.marker.marks(image, ["trees", *(PLURALS[name] for name in ALWAYS_ASKED)])
            col, row = np.clip(points.astype(np.intp), 0, np.array(image.shape[:0:-1]) - 1).T
            hit += int(np.count_nonzero(marks[0, row, col]))
            points_seen += len(points)
            images += 1
            marked += int(np.count_nonzero(marks[0]))
            area += marks[0].size
            self._note_absences("California", scene, ALWAYS_ASKED, marks[1:])
        self.rows.append(Row("California", "trees", "share of points hit", hit / max(points_seen, 1), images))
        self.rows.append(Row("California", "trees", "share of area marked", marked / max(area, 1), images))

    def absences(self) -> None:
        """Share of area marked for things that are not there: by set and phrase, and over all asked."""
        everything = Tally()
        for (data, category), tally in sorted(self._absent.items()):
            share = tally.marked / tally.area
            self.rows.append(Row(data, PLURALS[category], ABSENT, share, tally.images))
            everything.marked += tally.marked
            everything.area += tally.area
            everything.images += tally.images
        share = everything.marked / max(everything.area, 1)
        self.rows.append(Row("all sets", "all absent", ABSENT, share, everything.images))

    def _scenes(self, name: str) -> Iterator[Scene]:
        return islice(labelled_scenes(name, self.root, "val"), self.limit)

    def _note_absences(self, data: str, scene: Scene, absent: Sequence[str], marks: Mask) -> None:
        for category, mark in zip(absent, marks, strict=True):
            self._absent[data, category].add(mark, np.zeros(scene.shape, bool))


def _truth(scene: Scene, category: str) -> Mask:
    return scene.mask([thing.id for thing in scene.objects if thing.category == category])


def _absent_categories(scene: Scene, asked: Iterable[str]) -> list[str]:
    """Of the categories asked for, and of ships and aircraft, those known not to be in the scene."""
    there = {thing.category for thing in scene.objects}
    return [name for name in dict.fromkeys((*asked, *ALWAYS_ASKED)) if name in scene.complete - there]


def _markdown(rows: Sequence[Row]) -> str:
    lines = ["| data | phrase | measure | value | images |", "|---|---|---|---|---|"]
    lines += [f"| {r.data} | {r.phrase} | {r.measure} | {r.value:.4f} | {r.images} |" for r in rows]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Measure a model on real validation imagery.")
    parser.add_argument("--model", required=True, help="model folder or registered name")
    parser.add_argument(
        "--data", required=True, type=Path, help="folder that holds the labelled sets' folders"
    )
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    parser.add_argument("--limit", type=int, help="at most so many images of each set, for a quick look")
    parser.add_argument(
        "--sets", nargs="+", choices=SETS, default=SETS, help="sets to measure; all by default"
    )
    parser.add_argument("--threads", type=int, help="threads of torch")
    options = parser.parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        report = Report(Marker(load_model(options.model)), options.data, options.limit)
        rows = report.run(options.sets)
    except GeosegError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(_markdown(rows))
    if options.json:
        options.json.write_text(
            json.dumps([dataclasses.asdict(row) for row in rows], indent=1), encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
