"""Work that goes on before its results are asked for: reading, while the network computes."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from queue import Full, Queue
from typing import Final, TypeVar

T = TypeVar("T")

_PATIENCE_S = 0.05
"""How soon a thread that waits for room notices that nobody wants more."""


class _End(Enum):
    """What comes after the last item."""

    END = 0


_END: Final = _End.END


def ahead(items: Iterable[T], most: int) -> Generator[T]:
    """Draw items in a thread of their own, before they are asked for.

    Whoever stops early closes the generator (a ``for`` loop that is left does); the thread has ended then.

    Args:
        items: drawn in their order, in one thread.
        most: items that wait at the same time, which bounds memory.

    Yields:
        The items, in the same order. What drawing raises is raised here, after the items before it.
    """
    waiting: Queue[T | _End] = Queue(most)
    unwanted = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(_draw, items, waiting, unwanted)
        try:
            while not isinstance(item := waiting.get(), _End):
                yield item
            drawing.result()
        finally:
            unwanted.set()


def _draw(items: Iterable[T], waiting: Queue[T | _End], unwanted: threading.Event) -> None:
    try:
        for item in items:
            if not _put(waiting, item, unwanted):
                return
    finally:
        _put(waiting, _END, unwanted)


def _put(waiting: Queue[T | _End], item: T | _End, unwanted: threading.Event) -> bool:
    """Put where there is room; give up where nobody wants it."""
    while not unwanted.is_set():
        try:
            waiting.put(item, timeout=_PATIENCE_S)
        except Full:
            continue
        return True
    return False
