"""What the dock says and keeps, without QGIS."""

from __future__ import annotations

import pytest
from geoseg_qgis.dock.phrases import MOST_KEPT, file_stem, phrases_of, remembered
from geoseg_qgis.dock.time_left import TimeLeft


def test_phrases_are_lines_without_repeats():
    text = "  the red  roofs\n\nthe road \n\tthe red roofs\n"
    assert phrases_of(text) == ["the red roofs", "the road"]
    assert phrases_of(" \n\t\n") == []


def test_what_was_asked_last_comes_first_and_the_history_has_an_end():
    history = remembered(["a", "b"], ["b", "c"])
    assert history == ["b", "c", "a"]
    assert len(remembered([str(i) for i in range(100)], ["x"])) == MOST_KEPT


@pytest.mark.parametrize(
    "phrase", ["the roofs / the “road”", "屋根の赤い建物", "../../etc/passwd", "???", "a" * 300]
)
def test_a_file_can_be_named_after_any_phrase(phrase):
    stem = file_stem(phrase)
    assert stem
    assert len(stem) <= 40
    assert not set(stem) & set('/\\:*?"<>|. ')


def test_steady_work_takes_as_long_as_it_took():
    left = TimeLeft()
    guesses = [left.seconds("segment", done, 100, 30.0 + 2.0 * done) for done in range(101)]
    assert guesses[:3] == [None, None, None]  # the first steps load the network
    assert guesses[3:] == pytest.approx([2.0 * (100 - done) for done in range(3, 101)])


def test_a_slow_start_is_not_held_against_the_rest():
    left = TimeLeft()
    left.seconds("segment", 0, 50, 0.0)
    left.seconds("segment", 2, 50, 60.0)
    assert left.seconds("segment", 12, 50, 65.0) == pytest.approx(19.0)


def test_another_stage_begins_anew():
    left = TimeLeft()
    for done in range(11):
        left.seconds("segment", done, 10, float(done))
    assert left.seconds("cut", 1, 10, 11.0) is None
