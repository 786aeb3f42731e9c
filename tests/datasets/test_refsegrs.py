"""RefSegRS: a miniature copy with every fault, a sound one, and one made of a real image and mask."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoseg_text.datasets import open_benchmark
from geoseg_text.datasets.check import check_benchmark
from geoseg_text.errors import InputError
from geoseg_text.progress import ProgressEvent

BLOCK = np.zeros((8, 8), np.uint8)
BLOCK[2:5, 1:4] = 255


class Copy:
    """A copy that a test writes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("images", "masks"):
            (root / folder).mkdir(parents=True)
        for split in ("train", "val", "test"):
            self.path(split).touch()

    def path(self, split: str) -> Path:
        return self.root / f"output_phrase_{split}.txt"

    def say(self, split: str, line: bytes) -> None:
        with self.path(split).open("ab") as lines:
            lines.write(line)

    def put(self, name: str, mask: np.ndarray = BLOCK, shape: tuple[int, int] = (8, 8)) -> None:
        rng = np.random.default_rng(list(name.encode()))
        Image.fromarray(rng.integers(0, 256, (*shape, 3), np.uint8)).save(self.root / f"images/{name}.tif")
        Image.fromarray(mask).save(self.root / f"masks/{name}.tif")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "RefSegRS")


def found(copy: Copy) -> list[tuple[str, str]]:
    return [(fault.kind, fault.where) for fault in check_benchmark("RefSegRS", copy.root).faults]


def test_a_line_is_a_sample(copy: Copy) -> None:
    mask = np.array([[0, 50, 51, 255]], np.uint8).repeat(2, axis=0)
    copy.put("1", mask, shape=(2, 4))
    copy.say("train", b"\xef\xbb\xbf1 the  car on the\tright \r\n\n")
    (sample,) = open_benchmark("refsegrs", copy.root, "train")
    assert sample.phrase == "the car on the right"
    assert sample.mask.tolist() == [[False, False, True, True]] * 2
    with Image.open(copy.root / "images/1.tif") as picture:
        assert np.array_equal(sample.image, np.moveaxis(np.asarray(picture), -1, 0))
    assert (sample.image.dtype, sample.mask.dtype) == (np.uint8, np.bool_)
    assert (sample.category, sample.predicted_iou) == (None, None)
    assert (sample.image_id, sample.split) == ("1", "train")


def test_the_folder_above_will_do(copy: Copy) -> None:
    copy.put("1")
    copy.say("val", b"1 the car")
    assert len(open_benchmark("RefSegRS", copy.root.parent, "val")) == 1


def test_a_mask_of_another_size_is_resized_to_the_image_by_nearest(copy: Copy) -> None:
    halves = np.zeros((4, 4), np.uint8)
    halves[:, 2:] = 255
    copy.put("1", halves, shape=(8, 9))
    copy.say("test", b"1 the right half\n")
    (sample,) = open_benchmark("RefSegRS", copy.root, "test")
    assert sample.mask.shape == sample.image.shape[1:] == (8, 9)
    # The centres of columns 0 to 3 lie left of 4.5, that of column 4 on it: 4.5 * 4 / 9 = 2.
    assert sample.mask.tolist() == [[False] * 4 + [True] * 5] * 8


def test_a_sound_copy_has_no_fault_and_its_counts_are_told(copy: Copy) -> None:
    for name, split in (("1", "train"), ("2", "train"), ("3", "test")):
        copy.put(name)
        copy.say(split, f"{name} the car\n".encode())
    copy.say("train", b"2 the cars on the road\n")
    told: list[ProgressEvent] = []
    report = check_benchmark("RefSegRS", copy.root, progress=told.append)
    assert report.faults == ()
    assert set(report.counts.values()) == {0}
    assert {split: (counts.images, counts.samples) for split, counts in report.splits.items()} == {
        "train": (2, 3), "val": (0, 0), "test": (1, 1)
    }  # fmt: skip
    assert [(event.done, event.total) for event in told if event.stage == "check"] == [(1, 3), (2, 3), (3, 3)]


def test_every_fault_is_found_once(copy: Copy) -> None:
    for name in ("1", "2", "3", "4", "5", "6", "7"):
        copy.put(name)
    copy.put("8", np.zeros((8, 8), np.uint8))
    copy.put("9", shape=(8, 9))
    (copy.root / "images/2.tif").unlink()
    (copy.root / "images/3.tif").write_bytes(b"no picture")
    (copy.root / "masks/4.tif").unlink()
    (copy.root / "masks/5.tif").write_bytes(b"no picture")
    shutil.copyfile(copy.root / "images/1.tif", copy.root / "images/7.tif")
    for name in "12345689":
        copy.say("train", f"{name} the car\n".encode())
    copy.say("train", b"8 the same empty mask again\n")
    copy.say("train", b"1\n\xff\xfe the car\n../../etc/passwd the car\nC:\\x the car\n\x1b[2J the car\n")
    copy.say("test", b"6 the van\n7 the same picture by another name\n")
    copy.path("val").unlink()
    assert found(copy) == [
        ("list-missing", "output_phrase_val.txt"),
        ("malformed", "output_phrase_train.txt:10"),
        ("malformed", "output_phrase_train.txt:11"),
        ("malformed", "output_phrase_train.txt:12"),
        ("malformed", "output_phrase_train.txt:13"),
        ("malformed", "output_phrase_train.txt:14"),
        ("image-missing", "images/2.tif"),
        ("image-unreadable", "images/3.tif"),
        ("mask-missing", "masks/4.tif"),
        ("mask-unreadable", "masks/5.tif"),
        ("mask-empty", "masks/8.tif"),
        ("size-differs", "masks/9.tif"),
        ("split-shared", "1"),
        ("split-shared", "6"),
    ]


def test_a_faulty_list_is_not_opened_and_a_missing_image_is_one_line(copy: Copy) -> None:
    copy.put("1")
    copy.say("train", b"1 the car\n2 the van\n")
    with pytest.raises(InputError, match=r"images/2.tif: no such file; .*geoseg-text dataset check RefSegRS"):
        open_benchmark("RefSegRS", copy.root, "train")[1]
    copy.say("train", b"3\n4\n")
    with pytest.raises(InputError, match=r"train.txt:3: .* and 1 more .*dataset check RefSegRS"):
        open_benchmark("RefSegRS", copy.root, "train")
    with pytest.raises(InputError, match="no sample of RefSegRS is in split 'val'"):
        open_benchmark("RefSegRS", copy.root, "val")
    with pytest.raises(InputError, match="split 'all' is none of train, val, test"):
        open_benchmark("RefSegRS", copy.root, "all")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no 'images' in it"):
        open_benchmark("RefSegRS", copy.root / "nowhere", "train")


def test_a_real_image_and_mask_come_back_pixel_for_pixel(copy: Copy, shared: Path) -> None:
    folder = shared / "data/labelled/kampala_buildings"
    names = [path.stem for path in sorted((folder / "masks").glob("*.png"))[:3]]
    if not names:
        pytest.skip(f"needs the labelled set {folder}")
    for name in names:
        with Image.open(folder / f"masks/{name}.png") as raw:
            mask = np.asarray(raw.convert("L"))
        Image.fromarray(mask).save(copy.root / f"masks/{name}.tif")
        with Image.open(next((folder / "images").glob(f"{name}.*[gf]"))) as raw:
            raw.convert("RGB").save(copy.root / f"images/{name}.tif")
        copy.say("test", f"{name} the buildings\n".encode())
    for name, sample in zip(names, open_benchmark("RefSegRS", copy.root, "test"), strict=True):
        with Image.open(folder / f"masks/{name}.png") as raw:
            assert np.array_equal(sample.mask, np.asarray(raw.convert("L")) > 50)
        assert sample.image.shape == (3, 256, 256)
