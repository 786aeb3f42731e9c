# SPDX-License-Identifier: GPL-2.0-or-later
"""How long work will go on, from how far it came. Standard library only."""

from __future__ import annotations

_WARM_UP = 2
"""Steps after which a guess is worth something: the first one loads the network."""


class TimeLeft:
    """Guesses from the steps of one stage; a new stage begins anew."""

    def __init__(self) -> None:
        self._stage = ""
        self._begun = (0, 0.0)

    def seconds(self, stage: str, done: int, total: int, now: float) -> float | None:
        """Hear how far it is, and guess the seconds left in this stage; None while nothing can be said.

        Args:
            stage: name of what is being done.
            done: steps finished.
            total: steps in all.
            now: seconds of a clock that never goes back.
        """
        if stage != self._stage or done < self._begun[0]:
            self._stage, self._begun = stage, (done, now)
        if self._begun[0] < _WARM_UP <= done:
            self._begun = (done, now)
        first, since = self._begun
        if done <= max(first, _WARM_UP) or now <= since:
            return None
        return (total - done) * (now - since) / (done - first)
