"""Writing triplets as RISORS lies on disk.

::

    OUT/RISORS/JPEGImages/<name>.jpg
    OUT/RISORS/Annotations/<name>.json      {"image": ..., "annotations": [...]}, the masks as run lengths
    OUT/RISORS/RISORS_{train,val,test}.txt

An annotation has the fields of the published set. ``bbox`` is the box that was given, as x, y, width and
height, as in SA-1B; ``point_labels`` are 1 on the thing and 0 beside it. Images keep their size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoseg_text.datasets.boxes.judged import Judged
from geoseg_text.datasets.boxes.plan import BoxedImage
from geoseg_text.datasets.building.folder import whole, write_json
from geoseg_text.datasets.sample import SPLITS


@dataclass(frozen=True)
class RisorsWriter:
    """An image and a file of annotations for each image; lists of names.

    Attributes:
        root: the folder of the data set.
    """

    root: Path

    @property
    def base(self) -> Path:
        """The folder of the layout."""
        return self.root / "RISORS"

    @property
    def pictures(self) -> Path:
        """The folder of its images."""
        return self.base / "JPEGImages"

    def write_image(self, image: BoxedImage, taken: Sequence[Judged]) -> None:
        """Write the annotations of an image, or remove those of one that has none left."""
        path = self.base / "Annotations" / f"{image.name}.json"
        if not taken:
            path.unlink(missing_ok=True)
            return
        rows, cols = image.shape
        seen = {"file_name": f"{image.name}.jpg", "height": rows, "width": cols, "source": image.file}
        write_json(path, {"image": seen, "annotations": [_annotation(one) for one in taken]})

    def write_lists(self, images: Sequence[BoxedImage]) -> None:
        """Write the names of each split."""
        for folder in (self.pictures, self.base / "Annotations"):
            folder.mkdir(parents=True, exist_ok=True)
        for split in SPLITS:
            names = "".join(f"{image.name}\n" for image in images if image.split == split)
            with whole(self.base / f"RISORS_{split}.txt") as draft:
                draft.write_bytes(names.encode("utf-8"))


def _annotation(one: Judged) -> dict[str, Any]:
    left, top, right, bottom = one.thing.box
    points = [point for step in one.drawing.guidance for point in step.points]
    key = one.thing.id
    return {
        "id": int(key) if key.isdecimal() else key,
        "name": one.thing.category,
        "description": one.thing.phrase,
        "area": one.mask.fit.pixels,
        "bbox": [left, top, right - left, bottom - top],
        "point_coords": [[point.x, point.y] for point in points],
        "point_labels": [int(point.on) for point in points],
        "segmentation": {"size": list(one.image.shape), "counts": one.mask.counts},
        "predicted_iou": one.mask.predicted_iou,
    }
