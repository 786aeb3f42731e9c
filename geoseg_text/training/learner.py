"""The Lightning module that trains any system of the library by a `TrainingConfig`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, Self, runtime_checkable

import lightning as L
import numpy as np
import torch
from torch import Tensor

from geoseg_text.datasets.referring import ReferringDataset
from geoseg_text.errors import InputError
from geoseg_text.evaluation.answering import as_read
from geoseg_text.models.base import ImageFeatures, ReferringNetwork, TextFeatures
from geoseg_text.models.hints import Hints
from geoseg_text.models.layers.presence import both, resized
from geoseg_text.models.rsam import Judgement
from geoseg_text.tensors import to_tensor
from geoseg_text.training.averaging import WeightAverage
from geoseg_text.training.config import FocalDiceIouPresence, TrainingConfig
from geoseg_text.training.guidance import guided
from geoseg_text.training.losses import Answered, penalise
from geoseg_text.training.optimisers import build_optimiser, build_schedule
from geoseg_text.training.parts import check_parts, freeze, rest
from geoseg_text.training.plan import LegSampler, Plan
from geoseg_text.training.referring_data import Batch, TrainingSamples, leg_loader


@runtime_checkable
class JudgingNetwork(Protocol):
    """A network that judges mask, presence and quality apart, and takes points."""

    def encode_image(self, images: Tensor) -> ImageFeatures:
        """What is kept of images (B, 3, H, W)."""
        ...

    def judge(
        self, image: ImageFeatures, text: TextFeatures, hints: Sequence[Hints | None] | None = None
    ) -> Judgement:
        """What is said of N phrases; masks may be smaller than the images."""
        ...


class Learner(L.LightningModule):
    """A network that learns; one Lightning epoch is one leg of the plan.

    Args:
        network: with its tokenizer.
        config: see `TrainingConfig`.
        plan: the steps.
        samples: the training split.

    Raises:
        InputError: the network has no such part, reads no phrases, or cannot do what the config asks.
    """

    def __init__(
        self, network: ReferringNetwork, config: TrainingConfig, plan: Plan, samples: ReferringDataset
    ) -> None:
        super().__init__()
        self.network = network
        self.config = config
        self.plan = plan
        self.best: float | None = None
        """Highest measure of a validation so far."""
        side, squares = network.config.window_px, config.augmentation.black_squares
        self._samples = TrainingSamples(samples, side, squares, config.run.seed)
        check_parts(network, config.frozen, "frozen")
        freeze(network, config.frozen)
        self._judging = self._asks_judgement()
        decay = config.run.average_decay
        self.average = WeightAverage(network, decay) if decay is not None else None

    def _asks_judgement(self) -> bool:
        """Whether the loss or the points need a network that judges."""
        asking = {
            f"loss.name: {self.config.loss.name}": isinstance(self.config.loss, FocalDiceIouPresence),
            "augmentation.points": self.config.augmentation.points is not None,
        }
        for place, asks in asking.items():
            if asks and not isinstance(self.network, JudgingNetwork):
                system = self.network.config.system
                raise InputError(f"{place} needs a network with RSAM's decoder, and {system} has none")
        return any(asking.values())

    def train(self, mode: bool = True) -> Self:
        """Training mode for all but the frozen parts."""
        super().train(mode)
        rest(self.network, self.config.frozen)
        return self

    def train_dataloader(self) -> Any:
        """The batches of the leg that begins."""
        sampler = LegSampler(self.plan, self.trainer.current_epoch, self.global_rank)
        return leg_loader(self._samples, sampler, self.config.data.workers)

    def on_train_epoch_start(self) -> None:
        """Learn again after a validation."""
        self.train()

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """Draw chance from seed, step, part and device alone: a resumed training meets the same."""
        part = batch_idx % self.plan.accumulation
        words = (self.config.run.seed, self.trainer.global_step, part, self.global_rank)
        torch.manual_seed(int(np.random.SeedSequence(words).generate_state(1)[0]))

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Loss of a batch."""
        truth = batch["truth"]
        parts = penalise(self.config.loss, self.answer(batch), truth)
        loss = torch.stack(list(parts.values())).sum()
        values = {"loss": loss, **parts} if len(parts) > 1 else {"loss": loss}
        self.log_dict({name: value.detach() for name, value in values.items()}, batch_size=len(truth))
        self.log("rate", self.trainer.optimizers[0].param_groups[0]["lr"], batch_size=len(truth))
        return loss

    def answer(self, batch: Batch) -> Answered:
        """What the network says of a batch's phrases."""
        settings = self.network.config
        images = to_tensor(batch["images"], settings.mean, settings.std, self.device)
        text = self.network.encode_text([as_read(self.network, phrase) for phrase in batch["phrases"]])
        if not self._judging:
            return Answered(self.network.forward_matched(images, text))
        judgement = self._judge(images, text, batch["truth"])
        presence = judgement.presence[:, None, None].expand_as(judgement.masks)
        return Answered(both(judgement.masks, presence), judgement)

    def _judge(self, images: Tensor, text: TextFeatures, truth: Tensor) -> Judgement:
        """The judgement, its masks at the images' size; with points where some are drawn."""
        network: Any = self.network
        seen: ImageFeatures = network.encode_image(images)
        hints, points = None, self.config.augmentation.points
        if points is not None:
            with torch.no_grad():
                first = network.judge(seen.changed(Tensor.detach), text)
            hints = guided(points, resized(first.masks, seen.shape) > 0, truth)
        judgement: Judgement = network.judge(seen, text, hints)
        return judgement._replace(masks=resized(judgement.masks, seen.shape))

    def configure_optimizers(self) -> Any:
        """Optimiser and schedule of the config."""
        optimiser = build_optimiser(self.network, self.config.optimiser)
        schedule = build_schedule(optimiser, self.config.schedule, self.plan.total)
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def optimizer_step(self, *arguments: Any, **options: Any) -> None:
        """A step, and the average of the weights after it."""
        super().optimizer_step(*arguments, **options)
        if self.average is not None:
            self.average.update(self.network)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep what a resumed training goes on from beside the weights."""
        checkpoint["best"] = self.best
        checkpoint["average"] = None if self.average is None else self.average.state_dict()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take it up again."""
        self.best = checkpoint["best"]
        if self.average is not None:
            self.average.load_state_dict(checkpoint["average"])
