"""How long work tells its caller where it stands, and how the caller stops it. Standard library only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from geoseg_text.errors import Cancelled


@dataclass(frozen=True)
class ProgressEvent:
    """One step of a stage.

    Attributes:
        stage: short name of what is being done, e.g. ``"predict"``.
        done: steps finished, from 0 to `total`.
        total: steps in the stage.
        message: a sentence for the user, or nothing.
    """

    stage: str
    done: int
    total: int
    message: str = ""


ProgressCallback = Callable[[ProgressEvent], None]


class Cancellation:
    """A flag that any thread may raise and that long work looks at between its steps."""

    def __init__(self) -> None:
        """Start as not cancelled."""
        self._event = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._event.is_set()

    def cancel(self) -> None:
        """Ask the work to stop at its next check; asking twice is harmless."""
        self._event.set()

    def check(self) -> None:
        """Return quietly, or stop the work.

        Raises:
            Cancelled: `cancel` was called.
        """
        if self.cancelled:
            raise Cancelled("cancelled: no output was written")
