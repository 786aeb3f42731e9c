"""What a training by the clock tells its caller on the way, and how the caller ends it."""

from __future__ import annotations

from typing import Any

import lightning as L

from geoseg_text.progress import Cancellation, ProgressCallback, ProgressEvent
from geoseg_text.training.pools.module import ReferringModule

STAGE = "train"


class Watch(L.Callback):
    """Tells how many of the planned seconds have passed, and ends a training that is no longer wanted.

    Args:
        progress: called after each step.
        cancellation: looked at after each step.
    """

    def __init__(self, progress: ProgressCallback | None, cancellation: Cancellation | None) -> None:
        self._progress = progress
        self._cancellation = cancellation

    def on_train_batch_end(self, trainer: L.Trainer, pl_module: L.LightningModule, *_step: Any) -> None:
        """Tell, and look whether to go on."""
        if self._progress is not None and isinstance(pl_module, ReferringModule):
            planned_s = max(1, round(60 * pl_module.schedule.minutes))
            self._progress(ProgressEvent(STAGE, int(pl_module.progress * planned_s), planned_s))
        if self._cancellation is not None and self._cancellation.cancelled:
            trainer.should_stop = True


def heeding(progress: ProgressCallback | None, cancellation: Cancellation | None) -> ProgressCallback | None:
    """A callback that also stops, wherever it is told how far the work is, work that is no longer wanted."""
    if cancellation is None:
        return progress

    def tell(event: ProgressEvent) -> None:
        cancellation.check()
        if progress is not None:
            progress(event)

    return tell
