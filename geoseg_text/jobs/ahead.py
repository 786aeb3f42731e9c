"""Work that goes on before its results are asked for: reading, while the network computes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

T = TypeVar("T")

_PATIENCE_S = 0.05
"""How soon a thread that waits for room notices that nobody wants more."""


@dataclass(frozen=True)
class _End(Generic[T]):
    """The last thing to come: why there is no more."""

    error: BaseException | None = None


def ahead(items: Iterable[T], most: int) -> Generator[T]:
    """Draw items in a thread of their own, before they are asked for.

    Whoever stops early closes the generator (a ``for`` loop that is left does); the thread has ended then.

    Args:
        items: drawn in their order, in one thread.
        most: items that wait at the same time, which bounds memory.

    Yields:
        The items, in the same order.

    Raises:
        Exception: whatever drawing raised, after the items before it.
    """
    waiting: Queue[T | _End[T]] = Queue(most)
    unwanted = threading.Event()
    thread = threading.Thread(target=_draw, args=(items, waiting, unwanted.is_set), daemon=True)
    thread.start()
    try:
        while not isinstance(item := waiting.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        unwanted.set()
        while thread.is_alive():
            _empty(waiting)
            thread.join(_PATIENCE_S)


def _draw(items: Iterable[T], waiting: Queue[T | _End[T]], unwanted: Callable[[], bool]) -> None:
    end: _End[T] = _End()
    try:
        for item in items:
            if not _put(waiting, item, unwanted):
                return
    except BaseException as error:  # noqa: BLE001 - it is raised again where the items are wanted
        end = _End(error)
    _put(waiting, end, unwanted)


def _put(waiting: Queue[T | _End[T]], item: T | _End[T], unwanted: Callable[[], bool]) -> bool:
    """Put where there is room; give up where nobody wants it."""
    while not unwanted():
        try:
            waiting.put(item, timeout=_PATIENCE_S)
        except Full:
            continue
        return True
    return False


def _empty(waiting: Queue[T | _End[T]]) -> None:
    try:
        while True:
            waiting.get_nowait()
    except Empty:
        pass
