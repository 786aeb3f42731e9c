"""What is sure is written, what is doubtful waits for a person; stopped at any moment, it ends the same."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoseg_text.datasets import open_benchmark
from geoseg_text.datasets.boxes import Limits, build_from_boxes
from geoseg_text.datasets.check import check_benchmark
from geoseg_text.datasets.rle import decode_mask
from geoseg_text.errors import InputError, OutputError
from geoseg_text.progress import ProgressEvent


def files(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def fill_in(path: Path, said: dict[str, tuple[str, str]]) -> Path:
    """Write verdicts and points into a review file, as a person does."""
    rows = lines(path)
    for row in rows:
        row["verdict"], row["points"] = said.get(row["id"], ("", ""))
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def rectangle(box: tuple[int, int, int, int], shape: tuple[int, int] = (48, 64)) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[box[1] : box[3], box[0] : box[2]] = True
    return mask


def masks(
    root: Path, benchmark: str, folder: str, expected: dict[str, tuple[np.ndarray, str, str]]
) -> dict[str, tuple[np.ndarray, str, str | None]]:
    """Mask, split and category of each phrase, as the reader of the benchmark gives them."""
    found = {}
    for split in ("train", "val", "test"):
        if not any(split == one[1] for one in expected.values()):
            with pytest.raises(InputError, match="no sample"):
                open_benchmark(benchmark, root / folder, split)
            continue
        samples = open_benchmark(benchmark, root / folder, split)
        for number in range(len(samples)):
            one = samples[number]
            found[one.phrase] = (one.mask, one.split, one.category)
    return found


SURE = {
    "the bright roof": (rectangle((8, 8, 24, 20)), "train", "roof"),
    "the pond on the right": (rectangle((40, 24, 56, 40)), "train", "pond"),
    "the upper field": (rectangle((8, 8, 24, 24)), "val", "field"),
    "=the lower, larger field": (rectangle((32, 16, 48, 40)), "val", "field"),
}


def assert_holds(root: Path, expected: dict[str, tuple[np.ndarray, str, str]]) -> None:
    for benchmark, folder in (("RISORS", "RISORS"), ("RRSIS-HR", "RefCOCO")):
        found = masks(root, benchmark, folder, expected)
        assert found.keys() == expected.keys()
        for phrase, (mask, split, category) in expected.items():
            assert np.array_equal(found[phrase][0], mask), phrase
            assert found[phrase][1:] == (split, category)
        assert check_benchmark(benchmark, root / folder).faults == ()


def test_what_is_sure_is_written_and_the_doubtful_waits(world, bright, tmp_path: Path) -> None:
    root = tmp_path / "out"
    report = build_from_boxes(root, world.choices, load=bright)
    assert_holds(root, SURE)
    assert bright().looks == 4  # each picture once, whatever its boxes
    assert report["masks"] == {"sure": 4, "guided": 0, "kept": 0, "doubtful": 4, "dropped": 0}
    assert report["triplets"] == {"train": 2, "val": 2, "test": 0}
    assert report["images"] == {"train": 2, "val": 1, "test": 0}
    assert report["splits by"] == "the column 'split'"
    waiting = {row["id"]: row for row in lines(root / "review.csv")}
    assert {key: row["reasons"] for key, row in waiting.items()} == {
        "2": "predicted IoU 0.50",
        "6": "50% outside of the box",
        "7": "empty",
        "8": "fills 1% of the box; IoU 0.01 of its own box with the box",
    }
    assert list(waiting["6"]) == [
        "id", "image", "phrase", "box", "predicted_iou", "reasons", "drawing", "verdict", "points",
    ]  # fmt: skip
    assert waiting["6"]["box"] == "4,4,20,20"
    assert report["reasons"]["doubtful"] == {
        "unsure": 1, "empty": 1, "spills": 1, "sparse": 1, "short": 1, "differ": 0,
    }  # fmt: skip
    for name in ("review.png", "contact_sheet.png"):
        with Image.open(root / name) as page:
            assert min(page.size) > 256
    assert "waiting for a person" in (root / "report.md").read_text(encoding="utf-8")


def test_annotations_of_risors_have_all_their_fields(world, bright, tmp_path: Path) -> None:
    root = tmp_path / "out"
    build_from_boxes(root, world.choices, load=bright)
    base = root / "RISORS"
    assert (base / "RISORS_val.txt").read_text(encoding="utf-8") == "c_7\n"
    train = (base / "RISORS_train.txt").read_text(encoding="utf-8").split()
    assert train == ["a_000001", "b_000002"]
    content = json.loads((base / "Annotations/a_000001.json").read_text(encoding="utf-8"))
    assert content["image"] == {"file_name": "a_000001.jpg", "height": 48, "width": 64, "source": "a.png"}
    (one,) = content["annotations"]
    mask = decode_mask(one.pop("segmentation")["counts"], (48, 64))
    assert np.array_equal(mask, rectangle((8, 8, 24, 20)))
    assert one == {
        "id": 1, "name": "roof", "description": "the bright roof", "area": 16 * 12, "bbox": [8, 8, 16, 12],
        "point_coords": [], "point_labels": [], "predicted_iou": round(230 / 255, 4),
    }  # fmt: skip
    # A JPEG is taken over as it is.
    copies = (base / "JPEGImages/c_7.jpg", root / "RefCOCO/images/rrsishr/JPEGImages/c_7.jpg")
    assert {path.read_bytes() for path in copies} == {(world.images / "c_7.jpg").read_bytes()}


def test_verdicts_come_back_and_what_stays_doubtful_is_listed_again(world, bright, tmp_path: Path) -> None:
    root = tmp_path / "out"
    build_from_boxes(root, world.choices, load=bright)
    review = fill_in(
        root / "review.csv",
        {"2": ("keep", ""), "6": ("drop", ""), "7": ("again", "50,20,+"), "8": ("Again", "11,11,-;62,2,+")},
    )
    edited = review.read_bytes()
    looks = bright().looks
    report = build_from_boxes(root, world.choices, review=review, load=bright)
    assert bright().looks == looks + 1  # d.png alone was drawn again
    assert report["masks"] == {"sure": 4, "guided": 0, "kept": 1, "doubtful": 2, "dropped": 1}
    assert_holds(root, SURE | {"the pale roof": (rectangle((40, 10, 56, 30)), "train", "roof")})
    assert {row["id"]: (row["reasons"], row["drawing"]) for row in lines(review)} == {
        "7": ("empty", "1"), "8": ("empty", "1"),
    }  # fmt: skip
    assert (root / "review-1.csv").read_bytes() == edited  # what a person wrote is not written over

    # Points on the next drawing are added to the first ones, and a person may think again of any.
    fill_in(review, {"8": ("again", "11,11,+"), "7": ("drop", "")})
    with review.open("a", encoding="utf-8") as file:
        file.write("6,,,,,,,keep 1,\n1,,,,,,,drop,\n")
    report = build_from_boxes(root, world.choices, review=review, load=bright)
    assert report["masks"] == {"sure": 3, "guided": 0, "kept": 2, "doubtful": 1, "dropped": 2}
    left = dict(SURE)
    del left["the bright roof"]
    left["the pale roof"] = (rectangle((40, 10, 56, 30)), "train", "roof")
    left["the left half"] = (rectangle((4, 4, 36, 20)), "train", "roof")
    assert_holds(root, left)
    (speck,) = lines(review)
    assert (speck["id"], speck["drawing"]) == ("8", "2")
    assert speck["reasons"].startswith("fills 1% of the box")

    fill_in(review, {"8": ("keep", "")})
    build_from_boxes(root, world.choices, review=review, load=bright)
    assert lines(review) == []
    assert not (root / "review.png").exists()
    assert_holds(root, left | {"the speck": (rectangle((10, 10, 12, 12)), "test", "object")})
    content = json.loads(next((root / "RISORS/Annotations").glob("d_*.json")).read_text(encoding="utf-8"))
    (one,) = content["annotations"]
    assert one["point_coords"] == [[11, 11], [62, 2], [11, 11]]
    assert one["point_labels"] == [0, 1, 1]


def test_the_same_review_twice_changes_nothing(world, bright, tmp_path: Path) -> None:
    root = tmp_path / "out"
    build_from_boxes(root, world.choices, load=bright)
    mine = tmp_path / "mine.csv"
    mine.write_bytes(fill_in(root / "review.csv", {"8": ("again", "11,11,+")}).read_bytes())
    build_from_boxes(root, world.choices, review=mine, load=bright)
    before = files(root)
    with pytest.raises(OutputError, match="no verdict in it that is new"):
        build_from_boxes(root, world.choices, review=mine, load=bright)
    assert files(root) == before
    # Another word for the first drawing takes the place of the old one.
    fill_in(mine, {"8": ("keep", "")})
    report = build_from_boxes(root, world.choices, review=mine, load=bright)
    assert report["masks"]["kept"] == 1


def test_points_of_the_file_guide_from_the_start(world, bright, tmp_path: Path) -> None:
    rows = lines(world.boxes)
    for row in rows:
        row["points"] = "10,10,+" if row["phrase"] == "the bright roof" else ""
    with world.boxes.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    report = build_from_boxes(tmp_path / "out", world.choices, load=bright)
    assert report["masks"] == {"sure": 3, "guided": 1, "kept": 0, "doubtful": 4, "dropped": 0}
    assert_holds(tmp_path / "out", SURE)


def test_what_is_sure_may_be_changed_without_drawing_again(world, bright, tmp_path: Path) -> None:
    root = tmp_path / "out"
    build_from_boxes(root, world.choices, load=bright)
    looks = bright().looks
    lower = replace(world.choices, limits=Limits(sure=0.4))
    report = build_from_boxes(root, lower, load=bright)
    assert report["masks"]["sure"] == 5
    assert bright().looks == looks
    assert {row["id"] for row in lines(root / "review.csv")} == {"6", "7", "8"}


class Stop:
    """Ctrl-C after so many images."""

    def __init__(self, after: int) -> None:
        self.after = after

    def __call__(self, event: ProgressEvent) -> None:
        if event.stage == "images" and event.done == self.after:
            raise KeyboardInterrupt


def test_a_stopped_build_goes_on_to_the_same_files(world, bright, tmp_path: Path) -> None:
    whole, root = tmp_path / "whole", tmp_path / "out"
    said = {"2": ("keep", ""), "8": ("again", "11,11,+")}
    mine = tmp_path / "mine.csv"
    build_from_boxes(whole, world.choices, load=bright)
    first = files(whole)
    mine.write_bytes(fill_in(whole / "review.csv", said).read_bytes())
    build_from_boxes(whole, world.choices, review=mine, load=bright)
    (whole / "review-1.csv").unlink()  # this one was edited in place

    for after in (1, 2, 3):
        with pytest.raises(KeyboardInterrupt):
            build_from_boxes(root, world.choices, load=bright, progress=Stop(after))
        assert not (root / "report.json").exists()
    assert len(list((root / "drawn").iterdir())) == 3
    (root / "drawn/.d_000003.part.json").write_bytes(b"half")
    looks = bright().looks
    build_from_boxes(root, world.choices, load=bright)
    assert bright().looks == looks + 1
    assert files(root) == first
    with pytest.raises(KeyboardInterrupt):
        build_from_boxes(root, world.choices, review=mine, load=bright, progress=Stop(3))
    assert not (root / "report.json").exists()
    build_from_boxes(root, world.choices, load=bright)  # the verdicts are kept already
    assert files(root) == files(whole)


def test_a_broken_picture_is_told_and_mended(world, bright, tmp_path: Path) -> None:
    root, picture = tmp_path / "out", world.images / "c_7.jpg"
    sound = picture.read_bytes()
    picture.write_bytes(sound[:-60])
    with pytest.raises(InputError, match=r"c_7\.jpg: not a readable picture; mend it, and the same command"):
        build_from_boxes(root, world.choices, load=bright)
    picture.write_bytes(sound)
    build_from_boxes(root, world.choices, load=bright)
    assert bright().looks == 4
    assert_holds(root, SURE)


def test_another_build_s_folder_and_a_finished_one_are_refused(world, bright, tmp_path: Path) -> None:
    root = tmp_path / "out"
    build_from_boxes(root, world.choices, load=bright)
    before = files(root)
    with pytest.raises(OutputError, match=r"4 doubtful masks into .*review.csv and give it with --review"):
        build_from_boxes(root, world.choices, load=bright)
    lower = replace(world.choices, limits=Limits(sure=0.4))
    for other, key in (
        (replace(world.choices, segmenter="another"), "segmenter"),
        (replace(world.choices, layout="risors"), "layout"),
    ):
        with pytest.raises(OutputError, match=f"begun with another {key}"):
            build_from_boxes(root, other, load=bright)
    with Image.open(world.images / "d.png") as picture:
        changed = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    changed.save(world.images / "d.png")
    with pytest.raises(OutputError, match=r"d\.png: has changed since its masks were drawn"):
        build_from_boxes(root, lower, load=bright)
    text = world.boxes.read_text(encoding="utf-8")
    world.boxes.write_text(text.replace("the speck", "the dot"), encoding="utf-8")
    with pytest.raises(OutputError, match="begun with another content of boxes"):
        build_from_boxes(root, world.choices, load=bright)
    assert files(root) == before
