"""RRSIS-D and RRSIS-HR: miniature copies in the files of RefCOCO, with the traps of the published set."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from geoseg_text.datasets import open_benchmark
from geoseg_text.datasets.check import check_benchmark
from geoseg_text.datasets.refcoco import RefCocoLayout
from geoseg_text.datasets.rle import decode_mask, encode_mask
from geoseg_text.errors import InputError

BLOCK = np.zeros((8, 8), bool)
BLOCK[2:5, 1:4] = True
XML = "<annotation><filename>{}</filename>{}</annotation>"
OBJECT = (
    "<object><name>ship</name><pose>Unspecified</pose><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>4</xmax>"
    "<ymax>5</ymax></bndbox><description>{}</description></object>"
)


class Copy:
    """A copy that a test writes; numbers of image, annotation and reference are one, as published."""

    def __init__(self, root: Path, name: str = "rrsisd") -> None:
        self.root, self.name = root, name
        self.images = root / "images" / name / "JPEGImages"
        self.xml = root / "images" / name / "ann_split"
        for folder in (root / name, self.images, self.xml):
            folder.mkdir(parents=True)
        self.refs: list[Any] = []
        self.tables: dict[str, list[Any]] = {"images": [], "annotations": [], "categories": []}
        self.tables["categories"] = [{"id": 0, "name": "ship"}, {"id": 1, "name": "dam"}]

    def put(self, number: int, split: str, phrase: str, mask: np.ndarray = BLOCK, **more: Any) -> None:
        """Add an image of 8 x 8 px unless told, its annotation and its reference."""
        name = f"{number:05d}.jpg"
        rows, cols = more.get("shape", (8, 8))
        pixels = np.random.default_rng(number).integers(0, 256, (rows, cols, 3), np.uint8)
        Image.fromarray(pixels).save(self.images / name)
        segmentation = [{"size": list(mask.shape), "counts": encode_mask(mask)}]
        annotation = {"id": number, "image_id": number, "categories_id": 1, "bbox": [1, 2, 4, 5]}
        self.tables["images"].append({"file_name": name, "height": 800, "width": 800, "id": number})
        self.tables["annotations"].append(
            annotation | {"area": 279213, "segmentation": more.get("segmentation", segmentation)}
        )
        self.refs.append(self.ref(number, split, phrase))

    def ref(self, number: int, split: str, phrase: str) -> dict[str, Any]:
        sentence = {"tokens": phrase.split(), "raw": phrase, "sent": phrase.lower(), "sent_id": number}
        return {
            "image_id": number, "split": split, "sentences": [sentence], "file_name": f"{number:05d}.jpg",
            "category_id": 1, "ann_id": number, "sent_ids": [number], "ref_id": number,
        }  # fmt: skip

    def describe(self, number: int, *phrases: str) -> None:
        objects = "".join(map(OBJECT.format, phrases))
        path = self.xml / f"{number:05d}.xml"
        path.write_text(XML.format(f"{number:05d}.jpg", objects), encoding="utf-8")

    def write(self, protocol: int = 2) -> Path:
        (self.root / self.name / "refs(unc).p").write_bytes(pickle.dumps(self.refs, protocol))
        (self.root / self.name / "instances.json").write_text(json.dumps(self.tables), encoding="utf-8")
        return self.root


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "data")


def found(root: Path, name: str = "RRSIS-D") -> list[tuple[str, str]]:
    return [(fault.kind, fault.where) for fault in check_benchmark(name, root).faults]


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_sentence_is_a_sample(copy: Copy, protocol: int) -> None:
    copy.put(1, "train", "A  Dam on the left\n")
    copy.put(2, "test", "the ship")
    second = copy.ref(1, "train", "")["sentences"][0] | {"raw": "the dam", "sent_id": 9}
    copy.refs[0]["sentences"].append(second)
    train = open_benchmark("rrsis-d", copy.write(protocol), "train")
    assert [sample.phrase for sample in train] == ["A Dam on the left", "the dam"]
    sample = train[0]
    assert np.array_equal(sample.mask, BLOCK)
    with Image.open(copy.images / "00001.jpg") as picture:
        assert np.array_equal(sample.image, np.moveaxis(np.asarray(picture), -1, 0))
    assert (sample.category, sample.image_id, sample.predicted_iou) == ("dam", "00001.jpg", None)
    assert len(open_benchmark("RRSIS-D", copy.root, "test")) == 1


def test_rrsis_hr_lies_in_folders_of_its_own_name(tmp_path: Path) -> None:
    copy = Copy(tmp_path, "rrsishr")
    copy.put(1, "val", " ".join(["dam"] * 41))
    copy.xml.rmdir()
    assert len(open_benchmark("RRSIS-HR", copy.write(), "val")[0].phrase.split()) == 41
    assert found(copy.root, "RRSIS-HR") == []
    with pytest.raises(InputError, match="rrsisd/refs"):
        open_benchmark("RRSIS-D", copy.root, "val")


def test_an_image_larger_than_its_mask_keeps_its_pixels(copy: Copy) -> None:
    """The published 800 x 801 px, ten times smaller."""
    right = np.zeros((80, 80), bool)
    right[:, 40:] = True
    copy.put(1, "train", "the right half", right, shape=(80, 81))
    sample = open_benchmark("RRSIS-D", copy.write(), "train")[0]
    assert sample.image.shape == (3, 80, 81)
    assert sample.mask.shape == (80, 81)
    assert not sample.mask[:, :40].any()
    assert sample.mask[:, 41:].all()
    assert found(copy.root) == [("size-differs", "instances.json annotation 1")]


def test_the_categorys_name_comes_from_the_reference_or_else_from_its_annotation(copy: Copy) -> None:
    copy.put(1, "train", "the ship")
    copy.put(2, "train", "the dam")
    copy.refs[0]["category_id"] = 0
    del copy.refs[1]["category_id"]
    train = open_benchmark("RRSIS-D", copy.write(), "train")
    assert [reference.category for reference in train.references] == ["ship", "dam"]


def test_parts_of_a_mask_are_united_and_polygons_drawn(copy: Copy) -> None:
    other = np.zeros((8, 8), bool)
    other[4:7, 3:6] = True  # overlaps one pixel, which summing would make a 2
    records = [{"size": [8, 8], "counts": encode_mask(mask)} for mask in (BLOCK, other)]
    copy.put(1, "train", "both", segmentation=records)
    copy.put(2, "train", "drawn", segmentation=[[1, 2, 4, 2, 4, 5, 1, 5]])
    copy.tables["images"][1] |= {"height": 8, "width": 8}
    both, drawn = open_benchmark("RRSIS-D", copy.write(), "train")
    assert np.array_equal(both.mask, BLOCK | other)
    assert np.array_equal(drawn.mask, BLOCK)


def test_of_several_expressions_in_an_xml_those_without_a_reference_are_listed(copy: Copy) -> None:
    copy.put(1, "train", "The dam on the left.")
    copy.put(2, "test", "the ship")
    copy.describe(1, "the dam", "the  dam on the right", "the dam on the Left")
    copy.describe(2, "the ship", "the ship")  # one phrase for two objects: one of them has no mask
    copy.describe(3, "the dam in no list")
    (copy.xml / "00004.xml").write_text("<annotation><object>", encoding="utf-8")
    (copy.xml / "00005.xml").write_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', encoding="utf-8")
    assert found(copy.write()) == [
        ("malformed", "ann_split/00004.xml"),
        ("malformed", "ann_split/00005.xml"),
        ("expression-unread", "ann_split/00001.xml object 1"),
        ("expression-unread", "ann_split/00001.xml object 2"),
        ("expression-unread", "ann_split/00002.xml object 2"),
        ("expression-unread", "ann_split/00003.xml object 1"),
    ]
    assert len(open_benchmark("RRSIS-D", copy.root, "train")) == 1  # these cost no sample


def test_every_fault_is_found_once(copy: Copy) -> None:
    for number in range(1, 10):
        copy.put(number, "train", f"the dam {number}")
    annotations, images = copy.tables["annotations"], copy.tables["images"]
    (copy.images / "00002.jpg").unlink()
    (copy.images / "00003.jpg").write_bytes((copy.images / "00003.jpg").read_bytes()[:200])
    del annotations[3]["segmentation"]
    annotations[4]["segmentation"][0]["counts"] = "~"
    annotations[5]["segmentation"][0]["counts"] += "1"
    annotations[6]["segmentation"][0]["counts"] = encode_mask(np.zeros((8, 8), bool))
    annotations[7]["segmentation"][0] = {"size": [8, 9], "counts": encode_mask(np.ones((8, 9), bool))}
    images[8]["file_name"] = "../00009.jpg"
    for number, change in enumerate(
        (
            {"ann_id": 99}, {"ann_id": "1"}, {"image_id": 99}, {"image_id": 2}, {"split": "trial"},
            {"sentences": []}, {"sentences": [{"raw": " "}]}, {"sentences": ["text"]}, {"category_id": 77},
            {"split": "test"}, {"split": "testA"},
        ),
        start=10,
    ):  # fmt: skip
        copy.refs.append(copy.ref(1, "train", f"the dam {number}") | change)
    copy.refs.append("no record")
    annotations += [{"image_id": 1}, dict(annotations[0])]
    assert found(copy.write()) == [
        ("malformed", "instances.json annotations entry 10"),
        ("malformed", "instances.json annotations entry 11"),
        *(
            ("malformed", f"refs(unc).p reference {number}")
            for number in (11, 12, 13, 14, 15, 16, 17, 18, 21, 9)
        ),
        ("annotation-unknown", "refs(unc).p reference 10"),
        ("image-missing", "JPEGImages/00002.jpg"),
        ("image-unreadable", "JPEGImages/00003.jpg"),
        ("mask-missing", "instances.json annotation 4"),
        ("mask-unreadable", "instances.json annotation 5"),
        ("rle-size", "instances.json annotation 6"),
        ("mask-empty", "instances.json annotation 7"),
        ("size-differs", "instances.json annotation 8"),
        ("split-shared", "00001.jpg"),
    ]


def test_a_pickle_that_runs_code_is_refused_before_anything_is_read(copy: Copy, tmp_path: Path) -> None:
    copy.put(1, "train", "the dam")
    copy.write()
    bad = b"cos\nmkdir\n(V" + str(tmp_path / "made").encode() + b"\ntR."
    (copy.root / "rrsisd/refs(unc).p").write_bytes(bad)
    for call in (lambda: open_benchmark("RRSIS-D", copy.root, "train"), lambda: found(copy.root)):
        with pytest.raises(InputError, match=r"without executing code \(it names 'os.mkdir'\)"):
            call()
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("refs", "instances", "words"),
    [
        (b"\x80\x02}.", b"{}", "no list of references"),
        (b"\x80\x02].", b"{}", "no list of images"),
        (b"\x80\x02].", b"[]", "no list of images"),
        (b"\x80\x02].", b"{", "not JSON"),
        (b"\x80\x02].", b"[" * 10**5, "not JSON"),
        (b"", b"{}", "damaged"),
    ],
)
def test_an_index_that_cannot_be_read_is_one_line(
    copy: Copy, refs: bytes, instances: bytes, words: str
) -> None:
    copy.write()
    (copy.root / "rrsisd/refs(unc).p").write_bytes(refs)
    (copy.root / "rrsisd/instances.json").write_bytes(instances)
    with pytest.raises(InputError, match=words):
        RefCocoLayout("rrsisd").list_references(copy.root, ("train",))


def test_the_real_expressions_keep_their_splits_and_categories(copy: Copy, shared: Path) -> None:
    path = shared / "data" / "phrases" / "rrsisd_refs.jsonl"
    if not path.is_file():
        pytest.skip(f"needs the expressions of RRSIS-D: {path} is not there")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[::40]]
    ids = {row["category_id"]: row["category"] for row in rows}
    copy.tables["categories"] = [{"id": key, "name": name} for key, name in ids.items()]
    for row in rows:
        number = row["ref_id"]
        copy.tables["images"].append({"id": number, "file_name": row["file_name"]})
        copy.tables["annotations"].append(
            {"id": number, "image_id": number, "categories_id": row["category_id"]}
        )
        copy.refs.append(copy.ref(number, row["split"], row["sent"]) | {"category_id": row["category_id"]})
    for split in ("train", "val", "test"):
        listing = RefCocoLayout("rrsisd").list_references(copy.write(), (split,))
        assert listing.faults == []
        read = [
            (reference.image_id, reference.category, reference.phrase) for reference in listing.references
        ]
        expected = [(r["file_name"], r["category"], r["sent"]) for r in rows if r["split"] == split]
        assert read == [(name, category, " ".join(phrase.split())) for name, category, phrase in expected]
        assert read


def test_a_mask_of_the_published_size_is_read(copy: Copy) -> None:
    mask = np.zeros((800, 800), bool)
    mask[100:700, 250:260] = True
    copy.put(1, "train", "the slender dam", mask, shape=(800, 800))
    sample = open_benchmark("RRSIS-D", copy.write(), "train")[0]
    assert np.array_equal(sample.mask, mask)
    assert np.array_equal(decode_mask(encode_mask(sample.mask), (800, 800)), mask)
