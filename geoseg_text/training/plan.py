"""Which samples each step sees, and after which steps a training is judged and kept: all from its settings.

Samples come from an endless stream: one shuffled epoch after another, each order following from the seed and
the epoch alone. A step takes the next samples of the stream, whatever portions they are read in; no sample is
dropped and no batch is smaller. A training that goes on from a kept step therefore sees what it would have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

from geoseg_text.training.config import TrainingConfig

Place = tuple[int, int]
"""Epoch and index of a sample."""


@dataclass(frozen=True)
class Plan:
    """The steps of a training.

    Attributes:
        samples: size of the training split.
        batch: samples that a device sees at once.
        accumulation: batches in a step, on each device.
        devices: how many share a step.
        seed: what every order follows from.
        total: steps in all.
        judged: steps after which the network is judged, in order.
        kept: steps after which it is kept, in order; each of those judged among them.
    """

    samples: int
    batch: int
    accumulation: int
    devices: int
    seed: int
    total: int
    judged: tuple[int, ...]
    kept: tuple[int, ...]

    @classmethod
    def of(cls, config: TrainingConfig, samples: int) -> Plan:
        """Plan the steps over so many samples."""
        run, validation = config.run, config.validation
        at_once = run.batch * run.accumulation * run.devices

        def epoch_end(epoch: int) -> int:
            return -(-epoch * samples // at_once)

        total = run.steps if run.steps is not None else epoch_end(run.epochs or 1)
        ends: list[int] = []
        while (end := epoch_end(len(ends) + 1)) < total:
            ends.append(end)
        judged: set[int] = set()
        if validation is not None:
            if validation.every_steps is not None:
                judged = set(range(validation.every_steps, total, validation.every_steps))
            else:
                every = validation.every_epochs or 1
                judged = set(ends[every - 1 :: every])
            judged.add(total)
        often = run.checkpoint_steps or total
        kept = judged | {*ends, total} | set(range(often, total, often))
        return cls(
            samples=samples,
            batch=run.batch,
            accumulation=run.accumulation,
            devices=run.devices,
            seed=run.seed,
            total=total,
            judged=tuple(sorted(judged)),
            kept=tuple(sorted(kept)),
        )

    def leg(self, number: int) -> range:
        """Steps between two that are kept; the last leg where there are no more, as a loader may ask."""
        number = min(number, len(self.kept) - 1)
        return range(self.kept[number - 1] if number else 0, self.kept[number])

    def batch_of(self, step: int, part: int, rank: int) -> list[Place]:
        """What a device sees in one part of a step.

        Args:
            step: from 0.
            part: which of the step's accumulated batches.
            rank: which of the devices.
        """
        at = ((step * self.accumulation + part) * self.devices + rank) * self.batch
        return [self._place(position) for position in range(at, at + self.batch)]

    def _place(self, position: int) -> Place:
        epoch, within = divmod(position, self.samples)
        return epoch, int(_order(self.seed, epoch, self.samples)[within])


@lru_cache(maxsize=4)
def _order(seed: int, epoch: int, samples: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, epoch)).permutation(samples)


class LegSampler(Sampler[list[Place]]):
    """The batches of a leg, as one device sees them.

    Args:
        plan: of the training.
        leg: which leg.
        rank: which device.
    """

    def __init__(self, plan: Plan, leg: int, rank: int) -> None:
        self._plan = plan
        self._steps = plan.leg(leg)
        self._rank = rank

    def __len__(self) -> int:
        """How many batches."""
        return len(self._steps) * self._plan.accumulation

    def __iter__(self) -> Iterator[list[Place]]:
        """Batches in order."""
        for step in self._steps:
            for part in range(self._plan.accumulation):
                yield self._plan.batch_of(step, part, self._rank)
