"""What is known of every registered system: data, so that listing the systems loads no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_MODEL = "mafn-tiny"
"""The embedded model that `load_model` gives without a name."""

EMBEDDED = Path(__file__).parents[1] / "embedded"


@dataclass(frozen=True)
class SystemCard:
    """What is known of a system or of a variant of it."""

    system: str
    paper: str
    year: int
    code_licence: str
    weights_licence: str
    weights: str
    """Where weights can be had."""


SYSTEMS: Mapping[str, SystemCard] = {
    "mafn": SystemCard(
        system="mafn",
        paper="MAFN, IEEE Geoscience and Remote Sensing Letters",
        year=2025,
        code_licence="none stated (this implementation is independent: Apache-2.0)",
        weights_licence="none stated",
        weights="linked from github.com/Roaxy/MAFN; then: "
        "geoseg-text models convert CKPT --system mafn -o FOLDER",
    ),
    "mafn-tiny": SystemCard(
        system="mafn",
        paper="MAFN, IEEE Geoscience and Remote Sensing Letters",
        year=2025,
        code_licence="Apache-2.0",
        weights_licence="Apache-2.0",
        weights="embedded in this package",
    ),
}
"""Registered names; data that loads no torch."""
