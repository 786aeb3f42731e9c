"""The review file: what people may write into it, and that none of it is lost."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from geoseg_text.datasets.boxes import BoxChoices, Limits, build_from_boxes
from geoseg_text.datasets.boxes.judged import judge
from geoseg_text.datasets.boxes.plan import plan_boxes
from geoseg_text.datasets.boxes.record import Drawing
from geoseg_text.datasets.boxes.review_sheet import save_review
from geoseg_text.datasets.boxes.verdicts import Verdicts
from geoseg_text.errors import InputError, OutputError

from .conftest import paint, row, write_csv

HEADER = "id,image,phrase,box,predicted_iou,reasons,drawing,verdict,points\n"


@pytest.fixture
def built(world, bright, tmp_path: Path) -> Path:
    build_from_boxes(tmp_path / "out", world.choices, load=bright)
    return tmp_path / "out"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("99,,,,,,,keep,", r"mine\.csv:2: id '99' is of no box"),
        ("2,,,,,,,perhaps,", r"mine\.csv:2: verdict 'perhaps' is none of keep, drop, again; 'keep 2' takes"),
        ("2,,,,,,,keep 4,", r"mine\.csv:2: verdict 'keep 4' is none of"),
        ("2,,,,,,,again,", r"mine\.csv:2: again needs points"),
        ('2,,,,,,,again,"1,2"', r"mine\.csv:2: '1,2' is no point"),
        ('2,,,,,,,again,"99,2,+"', r"point 99,2 is not on the image, 64 x 48 px"),
        ('2,,,,,,,,"9,2,+"', r"points without a verdict; write again"),
        ('2,,,,,,1,again,"9,2,+"', r"drawing '1' is none of 0 to 0"),
        ("2,,,,,,,keep,\n2,,,,,,,drop,", r"mine\.csv:3: id '2' stands twice"),
    ],
)
def test_a_line_that_is_not_understood_changes_nothing(
    world, bright, built: Path, tmp_path: Path, line: str, says: str
) -> None:
    before = {path: path.read_bytes() for path in built.rglob("*") if path.is_file()}
    mine = tmp_path / "mine.csv"
    mine.write_text(f"{HEADER}{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=says) as error:
        build_from_boxes(built, world.choices, review=mine, load=bright)
    assert "\n" not in str(error.value)
    assert {path: path.read_bytes() for path in built.rglob("*") if path.is_file()} == before


def test_a_file_that_is_no_review_or_says_nothing(world, bright, built: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("number,word\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column id, verdict; give back the file that the build wrote"):
        build_from_boxes(built, world.choices, review=mine, load=bright)
    with pytest.raises(InputError, match="cannot be read"):
        build_from_boxes(built, world.choices, review=tmp_path / "lost.csv", load=bright)
    with pytest.raises(OutputError, match=r"review\.csv: no verdict in it that is new"):
        build_from_boxes(built, world.choices, review=built / "review.csv", load=bright)


def test_a_spreadsheet_s_file_is_read_and_computes_nothing(
    world, bright, built: Path, tmp_path: Path
) -> None:
    rows = list(csv.reader((built / "review.csv").read_text(encoding="utf-8").splitlines()))
    for line in rows[1:]:
        line[7] = "DROP" if line[0] == "2" else ""
    with (built / "review.csv").open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    mine = (built / "review.csv").read_bytes()
    report = build_from_boxes(built, world.choices, review=built / "review.csv", load=bright)
    assert report["masks"]["dropped"] == 1
    assert (built / "review-1.csv").read_bytes() == mine
    # A sure one whose phrase begins as a formula does: made doubtful, it is shown as text.
    lines = world.boxes.read_text(encoding="utf-8").replace(",32,16,48,40", ",32,16,40,40").splitlines()
    world.boxes.write_text("\n".join(lines) + "\n", encoding="utf-8")
    build_from_boxes(tmp_path / "other", world.choices, load=bright)
    text = (tmp_path / "other/review.csv").read_text(encoding="utf-8")
    assert "'=the lower, larger field" in text
    assert ",=the" not in text


def test_an_edited_file_survives_builds_that_were_not_given_it(
    world, bright, built: Path, tmp_path: Path
) -> None:
    edits = []
    for number, key in enumerate(("2", "6"), start=1):
        with (built / "review.csv").open("a", encoding="utf-8") as file:
            file.write(f"a note of mine {number},,,,,,,,\n")
        edits.append((built / "review.csv").read_bytes())
        mine = tmp_path / "mine.csv"
        mine.write_text(f"id,verdict\n{key},keep\n", encoding="utf-8")
        build_from_boxes(built, world.choices, review=mine, load=bright)
    assert [(built / f"review-{number}.csv").read_bytes() for number in (1, 2)] == edits
    assert not (built / "review-3.csv").exists()
    given = json.loads((built / "verdicts.json").read_text(encoding="utf-8"))["given"]
    assert {key: [one["verdict"] for one in some] for key, some in given.items()} == {
        "2": ["keep"],
        "6": ["keep"],
    }


def test_a_verdict_may_name_the_mask(bright, tmp_path: Path) -> None:
    """A bright core in a pale frame: the first mask is both, the second and third are the core."""
    paint(tmp_path / "images/1.png", ((8, 8, 40, 40), 120, 230), ((20, 20, 28, 28), 255, 230))
    boxes = write_csv(tmp_path / "boxes.csv", [row("1.png", (8, 8, 40, 40), "it")])
    choices = BoxChoices(boxes, tmp_path / "images", shares=(0.0, 0.0))
    root, mine = tmp_path / "out", tmp_path / "mine.csv"
    build_from_boxes(root, choices, load=bright)
    (line,) = csv.DictReader((root / "review.csv").read_text(encoding="utf-8").splitlines())
    assert line["reasons"] == "IoU 0.38 among the candidates"  # 1/16, 1/16 and 1
    areas = []
    for word in ("keep", "keep 3", "keep: 2"):
        mine.write_text(f"id,verdict\n1,{word}\n", encoding="utf-8")
        build_from_boxes(root, choices, review=mine, load=bright)
        content = json.loads((root / "RISORS/Annotations/1.json").read_text(encoding="utf-8"))
        areas.append((content["annotations"][0]["area"], content["annotations"][0]["predicted_iou"]))
    assert areas == [(32 * 32, 0.902), (64, 0.882), (64, 0.892)]
    # Again from the second mask, the core, with a point on dark ground that adds nothing.
    mine.write_text('id,verdict,points\n1,again 2,"2,2,+"\n', encoding="utf-8")
    assert build_from_boxes(root, choices, review=mine, load=bright)["masks"]["doubtful"] == 1
    kept = json.loads((root / "drawn/1.json").read_text(encoding="utf-8"))["things"][0]["candidates"]
    assert [one["fit"]["pixels"] for one in kept] == [64]
    mine.write_text("id,verdict\n1,keep 2\n", encoding="utf-8")
    with pytest.raises(InputError, match="'keep 2': guided by points it has one mask alone"):
        build_from_boxes(root, choices, review=mine, load=bright)


def test_damaged_verdicts_are_not_written_over(world, bright, built: Path) -> None:
    (built / "verdicts.json").write_text("{", encoding="utf-8")
    with pytest.raises(OutputError, match=r"verdicts\.json: cannot be read; put it back from a copy"):
        build_from_boxes(built, world.choices, review=built / "review.csv", load=bright)
    assert (built / "verdicts.json").read_text(encoding="utf-8") == "{"


def test_pages_are_as_many_as_are_needed(world, bright, built: Path, tmp_path: Path) -> None:
    plan = plan_boxes(world.boxes, world.images, (0.0, 0.0), 0)
    judged = []
    for image in plan.images:
        kept = json.loads((built / f"drawn/{image.name}.json").read_text(encoding="utf-8"))
        drawings = {one["id"]: Drawing.from_json(one) for one in kept["things"]}
        judged += judge(image, drawings, Verdicts(), Limits(sure=1.0))
    for count, pages in ((8, 3), (4, 2), (0, 0), (3, 1)):
        save_review(tmp_path, judged[:count], per_page=3)
        assert len(list(tmp_path.glob("review*.png"))) == pages
