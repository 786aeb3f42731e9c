"""RISORS: a miniature copy with every fault, and a sound one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from geoseg_text.datasets import open_benchmark
from geoseg_text.datasets.check import check_benchmark
from geoseg_text.datasets.referring import ReferringDataset
from geoseg_text.datasets.rle import encode_mask

BLOCK = np.zeros((8, 8), bool)
BLOCK[2:5, 1:4] = True


def instance(phrase: str, mask: np.ndarray = BLOCK, **more: Any) -> dict[str, Any]:
    return {
        "id": 1, "name": "ship", "description": phrase, "area": int(mask.sum()), "bbox": [1, 2, 3, 3],
        "point_coords": [[2, 3]], "point_labels": [1], "predicted_iou": 0.93,
        "segmentation": {"size": list(mask.shape), "counts": encode_mask(mask)},
    } | more  # fmt: skip


class Copy:
    """A copy that a test writes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("JPEGImages", "Annotations"):
            (root / folder).mkdir(parents=True)
        for split in ("train", "val", "test"):
            self.path(split).touch()

    def path(self, split: str) -> Path:
        return self.root / f"RISORS_{split}.txt"

    def put(self, name: str, *annotations: Any, split: str | None = "train", line: str | None = None) -> None:
        rng = np.random.default_rng(list(name.encode()))
        Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)).save(self.root / f"JPEGImages/{name}.jpg")
        text = json.dumps({"annotations": annotations})
        (self.root / f"Annotations/{name}.json").write_text(text, encoding="utf-8")
        if split is not None:
            with self.path(split).open("a", encoding="utf-8") as lines:
                lines.write(f"{line or name}\n")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "RISORS")


def found(copy: Copy) -> list[tuple[str, str]]:
    return [(fault.kind, fault.where) for fault in check_benchmark("RISORS", copy.root).faults]


def test_an_annotation_is_a_sample(copy: Copy) -> None:
    other = np.eye(8, dtype=bool)
    copy.put("train_00001", instance("the ship\n"), instance("the slender dam", other, name="dam"))
    copy.put("2", instance("the ship", predicted_iou=None), line="2.jpg")
    copy.put("3", instance("the ship"), split="test", line="3.json ")
    train = open_benchmark("risors", copy.root.parent, "train")
    assert [(s.image_id, s.phrase, s.category, s.predicted_iou) for s in train] == [
        ("train_00001", "the ship", "ship", 0.93),
        ("train_00001", "the slender dam", "dam", 0.93),
        ("2", "the ship", "ship", None),
    ]
    assert np.array_equal(train[0].mask, BLOCK)
    assert np.array_equal(train[1].mask, other)
    assert train[1].image.shape == (3, 8, 8)
    assert len(open_benchmark("RISORS", copy.root, "test")) == 1
    assert found(copy) == []


def test_the_sure_samples_make_a_dataset_too(copy: Copy) -> None:
    copy.put("1", instance("the ship"), instance("the dam", predicted_iou=0.4))
    whole = open_benchmark("RISORS", copy.root, "train")
    sure = ReferringDataset([r for r in whole.references if (r.predicted_iou or 1) >= 0.9])
    assert [sample.phrase for sample in sure] == ["the ship"]


def test_every_fault_is_found_once(copy: Copy) -> None:
    copy.put("1", instance("the ship"), instance("the faint ship", area=0))
    copy.put("2", instance("the ship"))
    copy.put("3", instance("the ship"))
    copy.put("4", instance("the ship"))
    copy.put(
        "5",
        {"area": 3},
        instance(""),
        instance("no area", area="9"),
        instance("odd", predicted_iou="high"),
        7,
    )
    copy.put("6", instance("wide", np.ones((8, 9), bool)), instance("empty", np.zeros((8, 8), bool), area=1))
    copy.put("7", instance("short", segmentation={"size": [8, 8], "counts": "3"}))
    copy.put("8", instance("none", segmentation=None), instance("bad", segmentation={"size": [8, 8]}))
    copy.put("9", instance("twice"), split="val")
    copy.put("10")
    copy.put("11", instance("unlisted"), instance("too"), split=None)
    (copy.root / "JPEGImages/2.jpg").unlink()
    (copy.root / "JPEGImages/3.jpg").write_bytes(b"no picture")
    (copy.root / "Annotations/4.json").unlink()
    (copy.root / "Annotations/10.json").write_text("{", encoding="utf-8")
    with copy.path("val").open("a", encoding="utf-8") as lines:
        lines.write("\n9\nship_a\n../1\n")
    copy.path("test").unlink()
    with copy.path("val").open("a", encoding="utf-8") as lines:
        lines.write("1\n")
    assert found(copy) == [
        ("list-missing", "RISORS_test.txt"),
        ("malformed", "Annotations/10.json"),
        *(("malformed", f"Annotations/5.json annotation {number}") for number in (1, 2, 3, 4, 5)),
        ("malformed", "RISORS_val.txt:3"),
        ("malformed", "RISORS_val.txt:4"),
        ("malformed", "RISORS_val.txt:5"),
        ("image-missing", "JPEGImages/2.jpg"),
        ("image-unreadable", "JPEGImages/3.jpg"),
        ("mask-missing", "Annotations/4.json"),
        ("mask-missing", "Annotations/8.json annotation 1"),
        ("mask-unreadable", "Annotations/8.json annotation 2"),
        ("rle-size", "Annotations/7.json annotation 1"),
        ("mask-empty", "Annotations/6.json annotation 2"),
        ("size-differs", "Annotations/6.json annotation 1"),
        ("expression-unread", "Annotations/1.json annotation 2"),
        ("expression-unread", "Annotations/11.json annotation 1"),
        ("expression-unread", "Annotations/11.json annotation 2"),
        ("split-shared", "1"),
    ]
