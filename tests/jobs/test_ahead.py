"""Drawing ahead: the same items in the same order, bounded, and nothing left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from geoseg_text.jobs.ahead import ahead


def counting(drawn: list[int], stop: int) -> Iterator[int]:
    for number in range(stop):
        drawn.append(number)
        yield number


@pytest.mark.parametrize("most", [1, 3, 100])
def test_items_come_in_their_order(most: int) -> None:
    assert list(ahead(range(50), most)) == [*range(50)]
    assert list(ahead([], most)) == []


def test_no_more_than_asked_for_wait() -> None:
    drawn: list[int] = []
    stream = ahead(counting(drawn, 100), 4)
    assert next(stream) == 0
    time.sleep(0.3)
    assert 2 <= len(drawn) <= 6  # one was given, four wait, one is held by who has no room for it
    stream.close()


def test_drawing_and_using_go_on_at_once() -> None:
    met = threading.Barrier(2, timeout=10)

    def items() -> Iterator[int]:
        yield 0
        met.wait()  # passes only while the other side is busy with the first
        yield 1

    stream = ahead(items(), 1)
    assert next(stream) == 0
    met.wait()
    assert next(stream) == 1


def test_an_error_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("the disk is gone")

    stream = ahead(items(), 8)
    assert next(stream) == 1
    with pytest.raises(ValueError, match="the disk is gone"):
        next(stream)


def test_whoever_leaves_early_leaves_no_thread() -> None:
    before, drawn = threading.active_count(), []
    for number in ahead(counting(drawn, 1000), 2):
        if number == 3:
            break
    stream = ahead(counting(drawn, 1000), 2)
    next(stream)
    stream.close()
    assert threading.active_count() == before
    assert len(drawn) < 20
