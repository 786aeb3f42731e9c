"""The gallery: which cases are on the page, and what their pictures show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFont

from geoseg_text.evaluation.cases import judge
from geoseg_text.evaluation.gallery import Shortlist, Shown, draw_gallery, picture_of, save_gallery, wrapped

GREY = 100
TRUTH, ANSWER = (255, 200, 0), (0, 158, 255)
TINTED = tuple(round((GREY + part) / 2) for part in ANSWER)


@dataclass(frozen=True, eq=False)
class Sample:
    image: np.ndarray
    mask: np.ndarray
    phrase: str
    category: str | None = None
    image_id: str = "town"


def block(rows: slice, cols: slice, shape: tuple[int, int] = (20, 20)) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[rows, cols] = True
    return mask


def image(shape: tuple[int, int] = (20, 20)) -> np.ndarray:
    return np.full((3, *shape), GREY, np.uint8)


def shortlist_of(overlaps: list[int], each: int = 2) -> Shortlist:
    """Cases whose truth is ten columns of twenty, of which so many are marked; nothing where negative."""
    shortlist = Shortlist(each)
    for number, overlap in enumerate(overlaps):
        truth = block(slice(None), slice(0, 10 if overlap >= 0 else 0))
        answer = block(slice(None), slice(0, abs(overlap)))
        sample = Sample(image(), truth, f"phrase {number}")
        shortlist.add(judge(answer.astype(float), truth, 0.5, 8), sample, answer)
    return shortlist


def phrases(shortlist: Shortlist) -> dict[str, list[str]]:
    return {title: [shown.phrase[7:] for shown in found] for title, found in shortlist.sections().items()}


def test_the_best_and_the_worst_are_chosen_in_order_and_each_once() -> None:
    assert phrases(shortlist_of([5, 9, 1, 7, 3])) == {"Best": ["1", "3"], "Worst": ["2", "4"]}
    assert phrases(shortlist_of([5, 9, 1])) == {"Best": ["1", "0"], "Worst": ["2"]}
    assert phrases(shortlist_of([4, 4, 4, 4])) == {"Best": ["0", "1"]}


def test_where_nothing_is_meant_the_most_marked_are_shown_apart() -> None:
    found = shortlist_of([5, -2, -9, -4])
    assert phrases(found) == {"Best": ["0"], "Nothing is meant: most marked": ["2", "3"]}
    captions = [shown.caption for shown in found.sections()["Nothing is meant: most marked"]]
    assert captions == ["45.0% of the image marked", "20.0% of the image marked"]


def test_what_is_rightly_left_empty_is_not_shown() -> None:
    sample, nothing = Sample(image(), block(slice(0), slice(0)), "ships"), np.zeros((20, 20), bool)
    shortlist = Shortlist()
    shortlist.add(judge(nothing.astype(float), nothing, 0.5, 8), sample, nothing)
    assert shortlist.sections() == {}


def test_the_caption_is_the_iou_at_the_images_own_size() -> None:
    assert shortlist_of([5]).sections()["Best"][0].caption == "IoU 0.500"


def test_a_picture_tints_the_answer_and_outlines_the_truth() -> None:
    shown = Shown(
        image(), block(slice(2, 12), slice(2, 12)), block(slice(0, 20), slice(10, 20)), "road", "IoU"
    )
    picture = np.asarray(picture_of(shown, 20))
    assert tuple(picture[15, 5]) == (GREY,) * 3
    assert tuple(picture[15, 15]) == TINTED
    for row, col in ((2, 2), (3, 7), (11, 11), (7, 10)):  # two pixels wide, inside of the truth
        assert tuple(picture[row, col]) == TRUTH
    assert tuple(picture[7, 7]) == (GREY,) * 3
    assert tuple(picture[1, 7]) == (GREY,) * 3


def test_proportions_are_kept_and_one_pixel_of_many_is_still_seen() -> None:
    truth = block(slice(150, 151), slice(300, 301), (200, 400))
    shown = Shown(image((200, 400)), truth, np.zeros((7, 7), bool), "car", "IoU")
    picture = picture_of(shown, 100)
    assert picture.size == (100, 50)
    marked = np.argwhere((np.asarray(picture) == TRUTH).all(axis=-1))
    assert marked.tolist() == [[37, 75]]


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_page_has_room_for_all(count: int, tmp_path: Path) -> None:
    shortlist = shortlist_of([index + 1 for index in range(count)], each=5)
    save_gallery(shortlist, tmp_path / "page.png", "a model on a data set")
    with Image.open(tmp_path / "page.png") as page:
        assert page.format == "PNG"
        pixels = np.asarray(page)
    assert page.size == draw_gallery(shortlist).size
    outlined = (pixels == TRUTH).all(axis=-1)
    assert outlined.any()  # in the legend, at least
    # two rows of four: the fifth case alone in the second
    rows = np.flatnonzero((pixels == GREY).all(axis=-1).any(axis=1))
    assert len(np.split(rows, np.flatnonzero(np.diff(rows) > 20) + 1)) == max(1, -(-count // 4))


LONG = ["word " * 40, "longword" * 40, "i" * 9999]
HARD = ["", *LONG, "two\nlines\tand\0more", "мост ö 川", "half a \ud800 pair"]


@pytest.mark.parametrize("words", HARD, ids=range(len(HARD)))
def test_words_of_any_kind_fit_their_lines(words: str) -> None:
    font = ImageFont.load_default(13)
    lines = wrapped(words, font, 200, 3)
    assert len(lines) <= 3
    assert all(font.getlength(line) <= 200 for line in lines)
    assert all(lines)
    shown = shortlist_of([3])
    draw_gallery(shown, words)


def test_short_words_are_not_cut() -> None:
    font = ImageFont.load_default(13)
    assert list(wrapped("the red roofs", font, 200, 3)) == ["the red roofs"]
    assert " ".join(wrapped("the red roofs beside the long road", font, 100, 9)) == (
        "the red roofs beside the long road"
    )
