"""Run lengths as COCO writes them: by hand, as a property, on real masks, and in hostile hands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoseg_text.datasets.faults import Fault
from geoseg_text.datasets.rle import RunLengthSizeError, decode_mask, encode_mask, fill, read_counts
from geoseg_text.datasets.segmentation import CocoMask


def test_text_derived_by_hand() -> None:
    assert encode_mask(np.array([[0, 1, 1], [1, 1, 0]], bool)) == "141"  # runs 1 4 1
    assert encode_mask(np.ones((2, 3), bool)) == "06"  # the first run, of zeros, is empty
    assert encode_mask(np.zeros((1, 3), bool)) == "3"
    # From the fourth run on, the difference to the run two before: 1 1 1 1 1 1.
    assert encode_mask(np.array([[0, 0, 0], [1, 1, 1]], bool)) == "111000"
    # Runs 0 3 5 1; 1 - 3 is -2, that is group 30 with the sign bit 16: character 48 + 30.
    assert encode_mask(np.array([[1, 0, 0], [1, 0, 0], [1, 0, 1]], bool)) == "035N"
    # 16 has the sign bit set, so a group 0 must follow: characters 48 + 16 + 32 and 48.
    assert encode_mask(np.zeros((4, 4), bool)) == "`0"
    # 640,000 = 19 * 2^15 + 17 * 2^10: groups 0 0 17 19 and, 16 being set in 19, 0.
    assert encode_mask(np.zeros((800, 800), bool)) == "PPac0"


@pytest.mark.parametrize("text", ["141", "06", "111000"])
def test_columns_run_down(text: str) -> None:
    expected = {"141": [[0, 1, 1], [1, 1, 0]], "06": [[1, 1, 1]] * 2, "111000": [[0, 0, 0], [1, 1, 1]]}
    assert decode_mask(text, (2, 3)).tolist() == np.array(expected[text], bool).tolist()


def test_a_mask_survives_its_text() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        shape = tuple(rng.integers(1, 40, 2))
        mask = rng.random(shape) < rng.choice([0.0, 0.02, 0.5, 0.98, 1.0])
        text = encode_mask(mask)
        assert np.array_equal(decode_mask(text, shape), mask)
        assert fill(read_counts(text), shape).flags.c_contiguous
        assert np.array_equal(encode_mask(decode_mask(text, shape)), text)
    blob = np.zeros((800, 800), bool)
    blob[13:790, 250:700] = True  # runs whose differences take several groups, and negative ones
    blob[400:410, 300:320] = False
    assert np.array_equal(decode_mask(encode_mask(blob), (800, 800)), blob)


def test_cocos_own_code_agrees(shared: Path) -> None:
    coco = pytest.importorskip("pycocotools.mask", reason="the extra 'train' brings pycocotools")
    masks = sorted((shared / "data/labelled/kampala_buildings/masks").glob("*.png"))[:10]
    if not masks:
        pytest.skip("needs the masks of kampala_buildings")
    for path in masks:
        mask = np.asarray(Image.open(path)) > 0
        theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
        assert encode_mask(mask) == theirs["counts"].decode("ascii")
        assert np.array_equal(decode_mask(theirs["counts"].decode("ascii"), mask.shape), mask)


@pytest.mark.parametrize("text", ["", " ", "p", "14`", "é", "14\n1", "o" * 9 + "0", "N6"])
def test_what_is_no_run_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        decode_mask(text, (2, 3))
    assert not isinstance(error.value, RunLengthSizeError)


@pytest.mark.parametrize(("text", "shape"), [("141", (2, 4)), ("141", (1, 3)), ("PPac0", (800, 801))])
def test_runs_that_do_not_fill_the_size_are_told_apart(text: str, shape: tuple[int, int]) -> None:
    with pytest.raises(RunLengthSizeError, match=f"{shape[0]} x {shape[1]}"):
        decode_mask(text, shape)


def test_no_memory_is_taken_for_a_size_beyond_all_measure() -> None:
    with pytest.raises(ValueError, match="no runs of a mask"):
        decode_mask("06", (2**20, 2**20))
    with pytest.raises(RunLengthSizeError):
        fill([2**62, 2**62, 2**62, 2**62, 6], (2, 3))  # the sum wraps around to 6


def kind(found: object) -> str:
    return found.kind if isinstance(found, Fault) else "mask"


def test_an_annotation_may_hold_one_record_several_or_polygons() -> None:
    record = {"size": [2, 3], "counts": "141"}
    other = {"size": [2, 3], "counts": [0, 1, 5]}
    expected = np.array([[0, 1, 1], [1, 1, 0]], bool)
    assert np.array_equal(CocoMask("", record).read(), expected)
    assert np.array_equal(CocoMask("", [record]).read(), expected)
    expected[0, 0] = True  # parts are united, where they overlap too
    assert np.array_equal(CocoMask("", [record, other, other]).read(), expected)
    polygons = [[1, 0, 3, 0, 3, 2, 1, 2], [0, 3, 1, 3, 1, 4, 0, 4]]
    drawn = np.zeros((4, 4), bool)
    drawn[0:2, 1:3] = True
    drawn[3, 0] = True
    assert np.array_equal(CocoMask("", polygons, (4, 4)).read(), drawn)


@pytest.mark.parametrize(
    ("segmentation", "fault"),
    [
        (None, "mask-missing"),
        ([], "mask-unreadable"),
        ({}, "mask-unreadable"),
        ("141", "mask-unreadable"),
        ({"size": [2, 3], "counts": "zz"}, "mask-unreadable"),
        ({"size": [2, 3], "counts": None}, "mask-unreadable"),
        ({"size": [2, 3], "counts": [[1, 5]]}, "mask-unreadable"),
        ({"size": [2, 3], "counts": [10**400]}, "mask-unreadable"),
        ({"size": [2], "counts": "141"}, "mask-unreadable"),
        ({"size": ["2", "3"], "counts": "141"}, "mask-unreadable"),
        ([{"size": [2, 3], "counts": "141"}, {"size": [1, 6], "counts": "141"}], "mask-unreadable"),
        ([[0, 0, 1, 1]], "mask-unreadable"),
        ([[0, 0, 1, 1, 2, float("nan")]], "mask-unreadable"),
        ([{"size": [2, 4], "counts": "141"}], "rle-size"),
    ],
    ids=str,
)
def test_a_mask_that_cannot_be_had_says_why(segmentation: object, fault: str) -> None:
    assert kind(CocoMask("annotation 1", segmentation, (4, 4)).read()) == fault
