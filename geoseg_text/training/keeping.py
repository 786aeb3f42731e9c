"""What a training leaves on disk after each leg: a checkpoint to go on from, and the best weights so far."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import lightning as L
import torch
from safetensors.torch import save_file

from geoseg_text.datasets.referring import ReferringDataset
from geoseg_text.models.base import ReferringNetwork
from geoseg_text.progress import ProgressCallback, ProgressEvent
from geoseg_text.training.averaging import WeightAverage
from geoseg_text.training.judging import Sums, judge_network
from geoseg_text.training.learner import Learner

LAST = "last.ckpt"
BEST = "best.safetensors"


class Keeper(L.Callback):
    """Judges and keeps a network after each leg of its plan; every file appears whole.

    Args:
        work: folder to keep in.
        held_back: what the network is judged on; nothing where None, and the last weights are the best.
        progress: called after each step.
    """

    def __init__(
        self, work: Path, held_back: ReferringDataset | None, progress: ProgressCallback | None
    ) -> None:
        self._work = work
        self._held_back = held_back
        self._progress = progress

    def on_train_batch_end(
        self, trainer: L.Trainer, learner: Any, outputs: Any, batch: Any, batch_index: int
    ) -> None:
        """Tell how far the training is."""
        if self._progress is not None:
            self._progress(ProgressEvent("train", trainer.global_step, learner.plan.total))

    def on_train_epoch_end(self, trainer: L.Trainer, learner: Any) -> None:
        """Judge where the plan says so, then keep."""
        step = trainer.global_step
        if self._held_back is not None and step in learner.plan.judged:
            self._judge(trainer, learner, self._held_back)
        elif self._held_back is None:
            self._keep_best(trainer, learner)
        partial = self._work / f".{LAST}.part"
        trainer.save_checkpoint(partial)
        if trainer.is_global_zero:
            os.replace(partial, self._work / LAST)

    def _judge(self, trainer: L.Trainer, learner: Learner, held_back: ReferringDataset) -> None:
        choice = learner.config.validation
        share = (trainer.global_rank, trainer.world_size)
        limit = None if choice is None else choice.limit
        with _averaged(learner.average, learner.network):
            own = judge_network(learner.network, held_back, limit, learner.device, share, self._progress)
        figures = _together(trainer, own, learner.device).figures()
        trainer.logger.log_metrics(figures, step=trainer.global_step)  # type: ignore[union-attr]
        measure = figures["mIoU" if choice is None else choice.measure]
        if learner.best is None or measure > learner.best:
            learner.best = measure
            self._keep_best(trainer, learner)
        if self._progress is not None:
            told = ", ".join(f"{name} {100 * value:.2f} %" for name, value in figures.items())
            step, total = trainer.global_step, learner.plan.total
            self._progress(ProgressEvent("train", step, total, f"step {step}: {told}"))

    def _keep_best(self, trainer: L.Trainer, learner: Learner) -> None:
        if trainer.is_global_zero:
            partial = self._work / f".{BEST}.part"
            with _averaged(learner.average, learner.network):
                save_file(_state(learner.network), partial, metadata={"format": "pt"})
            os.replace(partial, self._work / BEST)


def _state(network: ReferringNetwork) -> dict[str, torch.Tensor]:
    return {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}


def _averaged(average: WeightAverage | None, network: ReferringNetwork) -> AbstractContextManager[None]:
    return nullcontext() if average is None else average.worn_by(network)


def _together(trainer: L.Trainer, own: Sums, device: torch.device) -> Sums:
    """The sums of all processes."""
    if trainer.world_size == 1:
        return own
    values = torch.tensor([own.cases, own.iou, own.intersection, own.union], dtype=torch.float64)
    summed: torch.Tensor = trainer.strategy.reduce(values.to(device), reduce_op="sum")
    return Sums(*summed.tolist())
