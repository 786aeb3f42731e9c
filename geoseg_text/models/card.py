"""What a card of a system holds."""

from __future__ import annotations

from dataclasses import dataclass

from geoseg_text.models.published import DATASET_IMAGERY, Metric


@dataclass(frozen=True)
class HubFile:
    """Where weights lie on the Hugging Face hub."""

    repository: str
    """``owner/name``."""
    file: str | None = None
    """The file; None for the only checkpoint there."""
    sha256: str | None = None
    """What the file must be; what the hub states where None."""


@dataclass(frozen=True, kw_only=True)
class SystemCard:
    """What is known of a system or of a variant of it."""

    system: str
    paper: str
    """Title of the paper."""
    venue: str
    year: int
    reference: str
    """DOI or arXiv number of the paper."""
    repository: str = ""
    """Where the authors' code is; empty where none is known."""
    code_licence: str
    """Licence of the authors' code, of which nothing is in here."""
    weights_licence: str
    weights: str
    """Where weights can be had, and how they become a model folder."""
    link: str = ""
    """Page that links weights which are not on the hub."""
    hub: tuple[HubFile, ...] = ()
    """Weights on the hub, which ``models pull`` fetches."""
    input_px: int
    """Side of the square it was published with."""
    tokens: int
    """Most tokens of a phrase."""
    trained_on: tuple[str, ...]
    """Data sets of the paper."""
    own_gsd_range_m: tuple[float, float] | None = None
    """Ground sample distances learnt, where `trained_on` does not say."""
    parameters: int
    """Parameters of this implementation."""
    published_parameters: int | None = None
    """Parameters of the release, or as the paper states them; None where neither does."""
    deviation: str = ""
    """Why the two counts differ."""
    metrics: tuple[Metric, ...] = ()
    """Published figures."""

    @property
    def gsd_range_m(self) -> tuple[float, float] | None:
        """Finest and coarsest ground sample distance it saw in training, metres; None where unknown.

        Images are resized to its input, which makes their pixels coarser or finer.
        """
        known = [DATASET_IMAGERY[name] for name in self.trained_on if name in DATASET_IMAGERY]
        ranges = [imagery.seen_at(self.input_px) for imagery in known]
        if self.own_gsd_range_m is not None or not ranges:
            return self.own_gsd_range_m
        return min(fine for fine, _ in ranges), max(coarse for _, coarse in ranges)
