"""Boxes as their files hold them: what is read, and what is one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoseg_text.datasets.boxes.plan import plan_boxes
from geoseg_text.datasets.boxes.points import Point, parse_points, written
from geoseg_text.datasets.boxes.rows import read_rows
from geoseg_text.errors import InputError

from .conftest import paint, row, write_csv

BOX = (8, 8, 24, 20)


def xml(image: str, *things: tuple[str, tuple[float, ...], str], head: str = "") -> str:
    objects = "".join(
        f"<object><name>{name}</name><bndbox><xmin>{box[0]}</xmin><ymin>{box[1]}</ymin><xmax>{box[2]}</xmax>"
        f"<ymax>{box[3]}</ymax></bndbox><description>{phrase}</description></object>"
        for name, box, phrase in things
    )
    return f"{head}<annotation><filename>{image}</filename>{objects}</annotation>"


def plan(place: Path, images: Path, shares: tuple[float, float] = (0.0, 0.0), seed: int = 0):
    return plan_boxes(place, images, shares, seed)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    for name in ("00001.png", "00002.png", "00003.png", "00004.png"):
        paint(tmp_path / "images" / name)
    return tmp_path / "images"


@pytest.fixture
def voc(tmp_path: Path, images: Path) -> Path:
    """A folder of annotations as DIOR-RSVG has them."""
    folder = tmp_path / "Annotations"
    folder.mkdir()
    for number in (1, 2, 3, 4):
        things = [("ship", BOX, f" the  ship\n of {number}"), ("ship", (1, 2, 3.5, 4), "another")][
            : 1 + number % 2
        ]
        (folder / f"{number:05d}.xml").write_text(xml(f"{number:05d}.png", *things), encoding="utf-8")
    return folder


def test_xml_of_voc_with_descriptions(voc: Path, images: Path) -> None:
    found = plan(voc, images)
    assert [image.name for image in found.images] == ["00001", "00002", "00003", "00004"]
    first = found.images[0]
    assert first.shape == (48, 64)
    assert [(one.id, one.phrase, one.category, one.box) for one in first.instances] == [
        ("1", "the ship of 1", "ship", (8, 8, 24, 20)),
        ("2", "another", "ship", (1, 2, 3.5, 4)),
    ]
    assert list(found.instances) == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_no_document_type_is_let_in_whatever_the_encoding(
    tmp_path: Path, images: Path, encoding: str
) -> None:
    head = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY x "xxxx"><!ENTITY y "&x;&x;">'
        f'<!ENTITY z SYSTEM "file:///etc/hostname">]>'
    )
    folder = tmp_path / "hostile"
    folder.mkdir()
    text = xml("00001.png", ("ship", BOX, "the &y; &z;"), head=head)
    (folder / "1.xml").write_text(text, encoding=encoding)
    with pytest.raises(
        InputError, match=r"1\.xml: not the XML of an image's boxes \(a document type"
    ) as error:
        plan(folder, images)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"no xml", r"1\.xml: not the XML of an image's boxes"),
        (b"", r"1\.xml: not the XML"),
        (b'<?xml version="1.0" encoding="klingon"?><annotation/>', r"1\.xml: not the XML"),
        (xml("../../secret.png", ("ship", BOX, "x")).encode(), r"1\.xml: .*'\.\.' is not the name of a file"),
        (xml("", ("ship", BOX, "x")).encode(), r"1\.xml: .*'' is not the name of a file"),
        (xml("00001.png", ("ship", BOX, "  ")).encode(), r"1\.xml object 1: it has no phrase"),
        (b"<annotation><filename>00001.png</filename><object/></annotation>", r"object 1: .*|its box is not"),
        (xml("00001.png").encode(), r"holds no box with a phrase"),
        (xml("00001.png", ("ship", ("nan", 1, 2, 3), "x")).encode(), r"not four finite numbers"),
        (xml("lost.png", ("ship", BOX, "x")).encode(), r"1\.xml object 1: no image lost\.png in "),
    ],
)
def test_xml_that_cannot_be_used(tmp_path: Path, images: Path, content: bytes, says: str) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "1.xml").write_bytes(content)
    with pytest.raises(InputError, match=says) as error:
        plan(folder, images)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"xmin": 30}, r"boxes\.csv:2: its box \(30, 8, 24, 20\) is empty"),
        ({"xmax": 66}, r"boxes\.csv:2: its box \(8, 8, 66, 20\) reaches out of 00001\.png, 64 x 48 px"),
        ({"xmin": 64, "xmax": 65}, r"holds no pixel"),
        ({"xmin": "left"}, r"boxes\.csv:2: its box is not four numbers \('left, 8, 24, 20'\)"),
        ({"phrase": " "}, r"boxes\.csv:2: it has no phrase"),
        ({"image": "lost.png"}, r"boxes\.csv:2: no image lost\.png in "),
        ({"image": "/etc/passwd"}, r"boxes\.csv:2: '' is not the name of a file"),
        ({"image": "note.png"}, r"boxes\.csv:2: .*note\.png cannot be read as a picture"),
        ({"points": "9,9"}, r"'9,9' is no point; write x,y,\+ on the thing"),
        ({"points": "9,inf,+"}, r"'9,inf,\+' is no point"),
        ({"points": "9,49,+"}, r"its point 9,49 is not on 00001\.png"),
        ({"id": "=1"}, r"id '=1' is not of letters"),
        ({"id": "b"}, r"boxes\.csv:3: id 'b' stands twice"),
        ({"split": "training"}, r"boxes\.csv:2: split 'training' is none of train, val, test"),
        ({"split": "val", "image": "00002.png"}, r"00002\.png is in val already; an image has one split"),
    ],
)
def test_a_line_that_cannot_be_used(
    tmp_path: Path, images: Path, change: dict[str, object], says: str
) -> None:
    (images / "note.png").write_bytes(b"no picture")
    plain = {"id": "a", "split": "train", "points": ""}
    rows = [
        row("00001.png", BOX, "the ship", **plain) | change,
        row("00002.png", BOX, "it", **plain | {"id": "b"}),
    ]
    with pytest.raises(InputError, match=says) as error:
        plan(write_csv(tmp_path / "boxes.csv", rows), images)
    assert "\n" not in str(error.value)


def test_all_faults_are_looked_for_and_the_first_is_told(tmp_path: Path, images: Path) -> None:
    rows = [row("00001.png", (5, 5, 5, 9), "a"), row("00001.png", BOX, ""), row("00001.png", BOX, "good")]
    with pytest.raises(InputError, match=r"boxes\.csv:2: .* is empty.* \(and 1 more fault\)"):
        read_rows(write_csv(tmp_path / "boxes.csv", rows))


def test_files_that_are_no_boxes(tmp_path: Path, images: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "few.csv").write_text("image,xmin,ymin,phrase\n", encoding="utf-8")
    (tmp_path / "none.csv").write_text("image,xmin,ymin,xmax,ymax,phrase\n\n", encoding="utf-8")
    (tmp_path / "wide.csv").write_text(
        "image,xmin,ymin,xmax,ymax,phrase\n1.png,1,2,3,4,the red, large ship\n", encoding="utf-8"
    )
    (tmp_path / "latin.csv").write_bytes("image,xmin,ymin,xmax,ymax,phrase\n1,1,1,2,2,é".encode("latin-1"))
    for name, says in (
        ("empty", "no XML file in it"),
        ("few.csv", "no column xmax, ymax; the first line must name image, xmin"),
        ("none.csv", "holds no box"),
        ("wide.csv", r"wide\.csv:2: 7 cells for 6 columns; put quotes"),
        ("latin.csv", "not UTF-8 text; save it as CSV in UTF-8"),
        ("lost", "no such file or folder"),
    ):
        with pytest.raises(InputError, match=says):
            plan(tmp_path / name, images)
    with pytest.raises(InputError, match="give the folder of the images"):
        plan(write_csv(tmp_path / "boxes.csv", [row("00001.png", BOX, "a")]), tmp_path / "lost")


def test_spreadsheets_write_marks_semicolons_and_other_cases(tmp_path: Path, images: Path) -> None:
    text = "\ufeffImage;XMIN;ymin;xmax;ymax;Phrase;points\r\n00001.png;8;8;24;20;the ship, red;9,9,+;\r\n"
    (tmp_path / "boxes.csv").write_bytes(text.replace("9,9,+;", '"9,9,+;1,2,-"').encode("utf-8"))
    (image,) = plan(tmp_path / "boxes.csv", images).images
    (one,) = image.instances
    assert (one.phrase, one.points) == ("the ship, red", (Point(9, 9, True), Point(1, 2, False)))
    assert one.category == "object"


def test_a_box_that_counts_from_one_is_cut_to_its_image(tmp_path: Path, images: Path) -> None:
    rows = [row("00001.png", (-1, 1, 65, 48), "all")]
    (image,) = plan(write_csv(tmp_path / "boxes.csv", rows), images).images
    assert image.instances[0].box == (0, 1, 64, 48)


def test_points_are_written_as_they_are_read() -> None:
    points = (Point(1.0, 2.5, True), Point(1234.5678901, 0.1 + 0.2, False))
    assert parse_points(written(points)) == points
    assert written(points[:1]) == "1,2.5,+"
    assert parse_points(" ; 1 , 2 , - ;") == (Point(1, 2, False),)


def test_lists_say_the_splits_by_names_with_or_without_suffix(voc: Path, images: Path) -> None:
    for split, content in (("train", "00001\n00003.png\n"), ("val", "00002\n"), ("test", "00004\n99999\n")):
        (voc.parent / f"{split}.txt").write_text(content, encoding="utf-8")
    found = plan(voc, images, (0.1, 0.1))
    assert [image.split for image in found.images] == ["train", "val", "train", "test"]
    assert found.splits_by == "train.txt, val.txt and test.txt"
    (voc.parent / "test.txt").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"00004\.xml object 1: 00004\.png is in none of train\.txt, val"):
        plan(voc, images)
    (voc.parent / "test.txt").write_text("00004\n00001\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"test\.txt:2: 00001\.png is in train already"):
        plan(voc, images)


def test_lists_that_number_expressions_are_left_aside(voc: Path, images: Path) -> None:
    for split, content in (("train", "0\n1\n2\n5\n"), ("val", "3\n"), ("test", "4\n")):
        (voc.parent / f"{split}.txt").write_text(content, encoding="utf-8")
    found = plan(voc, images, (0.25, 0.25))
    assert found.splits_by == "drawn"
    assert sorted(image.split for image in found.images) == ["test", "train", "train", "val"]


def test_splits_are_drawn_by_seed_and_one_picture_is_in_one(voc: Path, images: Path) -> None:
    (images / "00003.png").write_bytes((images / "00001.png").read_bytes())
    draws = [plan(voc, images, (0.3, 0.3), seed) for seed in range(12)]
    for found in draws:
        splits = [image.split for image in found.images]
        assert splits[0] == splits[2]
        assert set(splits) == {"train", "val", "test"}
    assert len({tuple(image.split for image in found.images) for found in draws}) > 2
    assert plan(voc, images, (0.3, 0.3), 5) == draws[5]
    assert len({found.digest for found in draws}) > 2
    assert {image.split for image in plan(voc, images).images} == {"train"}
    for name in ("00002.png", "00004.png"):
        (images / name).write_bytes((images / "00001.png").read_bytes())
    with pytest.raises(InputError, match=r"1 different image\(s\) for 3 splits; give --val 0"):
        plan(voc, images, (0.3, 0.3))


def test_names_end_in_numbers_that_are_unlike(tmp_path: Path) -> None:
    files = ("a_1.png", "b_1.png", "sub/a_1.png", "1.png", "my town.v2.png", "é_12.png", "12.png")
    for file in files:
        paint(tmp_path / "images" / file)
    boxes = write_csv(tmp_path / "boxes.csv", [row(file, BOX, "it") for file in files])
    names = [image.name for image in plan(boxes, tmp_path / "images").images]
    assert names == ["a_1", "b_1_000002", "a_1_000003", "1_000004", "my_town_v2_000005", "é_12", "12_000006"]
