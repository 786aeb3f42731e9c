"""A split of a referring benchmark as a map-style dataset of torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from torch.utils.data import Dataset

from geoseg_text.datasets.faults import Fault
from geoseg_text.datasets.listing import Layout
from geoseg_text.datasets.sample import SPLITS, Reference, ReferringSample, Split, read_sample
from geoseg_text.errors import InputError


class ReferringDataset(Dataset[ReferringSample]):
    """Samples of one benchmark and split, read when they are asked for.

    Images differ in size, so batches need a `collate_fn` of the caller's. A part of the references makes a
    dataset too, e.g. those that a model is sure of::

        sure = [r for r in whole.references if r.predicted_iou is None or r.predicted_iou >= 0.9]
        part = ReferringDataset(sure)

    Attributes:
        references: the samples without their pixels, in the order of the benchmark's files.
    """

    def __init__(self, references: Sequence[Reference], *, advice: str = "unpack the copy again") -> None:
        """Hold references.

        Args:
            references: what to read.
            advice: the way out, for the error at a sample that cannot be read.
        """
        self.references = tuple(references)
        self._advice = advice

    @classmethod
    def open(cls, layout: Layout, title: str, root: Path, split: Split) -> ReferringDataset:
        """List a split.

        Raises:
            InputError: no such split or folder, or the lists have a fault that would leave samples out.
        """
        if split not in SPLITS:
            raise InputError(f"split {split!r} is none of {', '.join(SPLITS)}")
        listing = layout.list_references(root, (split,))
        advice = f"'geoseg-text dataset check {title} {root}' lists every fault of the copy"
        costly = [fault for fault in listing.faults if fault.kind != "expression-unread"]
        if costly:
            more = f", and {len(costly) - 1} more faults like it" if len(costly) > 1 else ""
            raise InputError(f"{costly[0]}{more}; {advice}")
        if not listing.references:
            raise InputError(f"{root}: no sample of {title} is in split {split!r}; {advice}")
        return cls(listing.references, advice=advice)

    def __len__(self) -> int:
        """How many samples."""
        return len(self.references)

    def __getitem__(self, index: int) -> ReferringSample:
        """Read a sample.

        Raises:
            InputError: its image or mask is missing or cannot be read.
        """
        sample = read_sample(self.references[index])
        if isinstance(sample, Fault):
            raise InputError(f"{sample}; {self._advice}")
        return sample
