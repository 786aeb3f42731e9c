"""A network in training, judged on data that it does not learn from."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from geoseg_text.datasets.referring import ReferringDataset
from geoseg_text.evaluation.answering import evaluate
from geoseg_text.models.base import ReferringNetwork
from geoseg_text.progress import ProgressCallback, ProgressEvent


@dataclass(frozen=True)
class Sums:
    """What the papers' figures are quotients of, counted at the network's size.

    Attributes:
        cases: samples with a referent.
        iou: sum of their IoUs.
        intersection: pixels that are marked and true.
        union: pixels that are marked, true, or both.
    """

    cases: float
    iou: float
    intersection: float
    union: float

    def figures(self) -> dict[str, float]:
        """MIoU and oIoU, 0..1; 0 without a case."""
        return {
            "mIoU": self.iou / self.cases if self.cases else 0.0,
            "oIoU": self.intersection / self.union if self.union else 0.0,
        }


def judge_network(
    network: ReferringNetwork,
    samples: ReferringDataset,
    limit: int | None,
    device: torch.device,
    share: tuple[int, int] = (0, 1),
    progress: ProgressCallback | None = None,
) -> Sums:
    """Ask a network about samples, and count.

    Args:
        network: is left in evaluation mode, on the device.
        samples: the split.
        limit: at most so many, spread evenly; all where None.
        device: where to compute.
        share: which of several processes this is, and how many there are; each takes every so-many-th.
        progress: called with the stage 'validate'.
    """
    total = min(limit or len(samples), len(samples))
    places = [number * len(samples) // total for number in range(total)][share[0] :: share[1]]

    def tell(event: ProgressEvent) -> None:
        if progress is not None:
            progress(ProgressEvent("validate", event.done, event.total))

    found = evaluate(
        network,
        (samples[place] for place in places),
        len(places),
        threshold=network.config.threshold,
        device=device,
        progress=tell,
    )
    counts = [case.network for case in found.cases if case.has_referent]
    return Sums(
        cases=len(counts),
        iou=sum(count.iou for count in counts),
        intersection=sum(count.intersection for count in counts),
        union=sum(count.union for count in counts),
    )
