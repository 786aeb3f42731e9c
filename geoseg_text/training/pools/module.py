"""The Lightning module: one step, one optimizer, an average of the weights."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import lightning as L
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from geoseg_text.models.mafn import MAFN, Stage
from geoseg_text.training.pools.heads import AuxiliaryHead, DeepSupervision, WordAlignment
from geoseg_text.training.pools.losses import allowed_loss, contrast_loss, referring_loss
from geoseg_text.training.pools.samples import Pace, Sample
from geoseg_text.training.pools.teacher import Imitation, Seen, Teacher, naming_loss


@dataclass(frozen=True)
class Schedule:
    """How long a training lasts and what it shows when."""

    minutes: float
    """Wall-clock length; rates and sides follow the clock, so any machine ends on time."""
    rate: float = 1e-3
    """Highest learning rate."""
    text_share: float = 0.1
    """Learning rate of the text encoder, as a share of the others'."""
    weight_decay: float = 0.03
    warmup: float = 0.02
    """Share of the time in which the rate rises."""
    small_px: int = 128
    """Side of the views at first."""
    large_px: int = 256
    """Side of the views towards the end."""
    large_from: float = 0.75
    """Share of the time after which views are large."""
    dice_weight: float = 0.5
    contrast_weight: float = 1.5
    auxiliary_weight: float = 0.3
    deep_weight: float = 0.5
    trunk_share: float = 0.2
    """Share of the time in which only the trunk learns, to name what each pixel shows: eyes before words."""
    average: float = 0.998
    """Decay per step of the averaged weights."""


class ReferringModule(L.LightningModule):
    """Trains a MAFN by the clock.

    Args:
        model: the network, with its tokenizer.
        schedule: see `Schedule`.
        pace: side of the views and whether they are asked, shared with the samples.
        teacher: whom the trunk imitates, tuned and frozen; labels alone teach it where None.
    """

    def __init__(self, model: MAFN, schedule: Schedule, pace: Pace, teacher: Teacher | None = None) -> None:
        super().__init__()
        self.model = model
        self.teacher = teacher
        self.schedule = schedule
        self.pace = pace
        self.auxiliary = AuxiliaryHead(model.config.widths)
        self.deep = DeepSupervision(model.config.widths)
        self.alignment = WordAlignment(len(model.config.widths))
        self.imitation = Imitation(model.config.widths)
        self.average = AveragedModel(model, avg_fn=self._averaged, use_buffers=True)
        self.started: float | None = None
        self.spent_s = 0.0
        mean, std = (torch.tensor(v).view(3, 1, 1) for v in (model.config.mean, model.config.std))
        self.register_buffer("mean", mean * 255, persistent=False)
        self.register_buffer("std", std * 255, persistent=False)
        self._trunk: list[Tensor] = []
        self._fused: list[Tensor] = []
        self._queries: list[Tensor] = []
        self._keys: list[Tensor] = []
        for stage in cast(Sequence[Stage], model.stages):
            stage.register_forward_hook(lambda _module, _inputs, output: self._trunk.append(output))
            stage.norm.register_forward_hook(lambda _module, _inputs, output: self._fused.append(output))
            stage.words.query.register_forward_hook(
                lambda _module, _inputs, output: self._queries.append(output)
            )
            stage.words.key.register_forward_hook(lambda _module, _inputs, output: self._keys.append(output))

    @property
    def progress(self) -> float:
        """Share of the time that has passed, 0 to 1."""
        now = 0.0 if self.started is None else time.monotonic() - self.started
        return min(1.0, (self.spent_s + now) / (60 * self.schedule.minutes))

    def training_step(self, batch: Sample, batch_index: int) -> Tensor:
        """Loss of a batch of views, each with its own phrases."""
        for kept in (self._trunk, self._fused, self._queries, self._keys):
            kept.clear()
        images = (batch["image"].float() - self.get_buffer("mean")) / self.get_buffer("std")
        seen = self.teacher(images) if self.teacher is not None else None
        if not batch["mask"].sum(dim=2).gt(2).any():  # views without phrases: the trunk learns alone
            return self._look(self.model.trunk(images), batch["allowed"], seen)
        text = self.model.text_encoder(batch["ids"].flatten(0, 1), batch["mask"].flatten(0, 1))
        truth = batch["truth"].flatten(0, 1)
        logits = self.model.forward_matched(images, text).float()
        loss = referring_loss(logits, truth, self.schedule.dice_weight)
        phrases = batch["ids"].shape[1]
        contrast = contrast_loss(logits.unflatten(0, (-1, phrases)), batch["truth"])
        first, *later = self._trunk
        maps = [first.repeat_interleave(phrases, dim=0), *later]
        named = self._name(maps, batch["allowed"], seen)
        deep = self.deep(self._fused, truth, self.schedule.dice_weight)
        aligned = self.alignment(self._queries, self._keys, text.mask, truth)
        self._report(logits.detach(), truth, loss.detach(), named.detach())
        self.log_dict({"deep": deep.detach(), "aligned": aligned.detach(), "contrast": contrast.detach()})
        total: Tensor = loss + self.schedule.deep_weight * deep + aligned
        total = total + self.schedule.contrast_weight * contrast
        total = total + self.schedule.auxiliary_weight * named
        return total

    def _look(self, maps: list[Tensor], allowed: Tensor, seen: Seen | None) -> Tensor:
        """Loss of vision alone."""
        loss = self._name(maps, allowed, seen)
        values = {"named": loss.detach(), "progress": torch.as_tensor(self.progress)}
        if seen is not None:
            imitated = self.imitation(maps, seen)
            values["imitated"] = imitated.detach()
            loss = loss + imitated
        self.log_dict(values)
        return loss

    def _name(self, maps: list[Tensor], allowed: Tensor, seen: Seen | None) -> Tensor:
        """Loss of what the trunk's maps say that each pixel shows, to its labels and to the teacher's word.

        Args:
            maps: (B * P, H_i, W_i, C_i), the P phrases of a view consecutive.
            allowed: (B, H_0, W_0) bits.
            seen: of the B views.
        """
        logits = self.auxiliary(maps)
        phrases = len(logits) // len(allowed)
        loss = allowed_loss(logits, allowed.repeat_interleave(phrases, dim=0))
        if seen is not None:
            loss = loss + naming_loss(logits, seen.logits.repeat_interleave(phrases, dim=0))
        return loss

    def _report(self, logits: Tensor, truth: Tensor, loss: Tensor, named: Tensor) -> None:
        found = logits > 0
        overlap = (found & truth).sum(dim=(1, 2)).float()
        union = (found | truth).sum(dim=(1, 2)).float()
        present = truth.any(dim=2).any(dim=1)
        iou = (overlap / union.clamp(min=1))[present].mean() if present.any() else torch.tensor(0.0)
        marked = found[~present].float().mean() if (~present).any() else torch.tensor(0.0)
        values = {"loss": loss, "named": named, "iou": iou, "marked": marked, "progress": self.progress}
        self.log_dict({name: torch.as_tensor(value) for name, value in values.items()})

    def on_train_batch_start(self, batch: Any, batch_index: int) -> None:
        """Set the rate and the side by the clock."""
        if self.started is None:
            self.started = time.monotonic()
        at = self.progress
        rise = min(1.0, at / self.schedule.warmup) if self.schedule.warmup else 1.0
        rate = self.schedule.rate * rise * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * at)))
        for group in self.trainer.optimizers[0].param_groups:
            group["lr"] = rate * group["share"]
        self.pace.asks.value = int(at >= self.schedule.trunk_share)
        large = at >= self.schedule.large_from
        self.pace.side_px.value = self.schedule.large_px if large else self.schedule.small_px
        if at >= 1.0:
            self.trainer.should_stop = True

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_index: int) -> None:
        """Fold the weights into their average."""
        self.average.update_parameters(self.model)

    def _averaged(self, average: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
        if not average.is_floating_point():
            return current
        decay = min(self.schedule.average, (1 + int(count)) / (10 + int(count)))
        return average.lerp(current, 1 - decay)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW; the pretrained text encoder slower, norms and biases without weight decay."""
        groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
        for name, parameter in self.named_parameters():
            if parameter.requires_grad and not name.startswith("average."):
                kind = (name.startswith("model.text_encoder."), parameter.ndim > 1)
                groups.setdefault(kind, []).append(parameter)
        options = [
            {
                "params": parameters,
                "weight_decay": self.schedule.weight_decay if matrix else 0.0,
                "share": self.schedule.text_share if text else 1.0,
            }
            for (text, matrix), parameters in groups.items()
        ]
        return torch.optim.AdamW(options, lr=self.schedule.rate, betas=(0.9, 0.98))

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the time spent."""
        now = 0.0 if self.started is None else time.monotonic() - self.started
        checkpoint["spent_s"] = self.spent_s + now

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Go on from the time spent."""
        self.spent_s = checkpoint["spent_s"]
