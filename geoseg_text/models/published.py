"""What papers report of the systems, and the imagery they learnt from: figures as data, no torch.

One system's figures differ by up to six points of mIoU between papers, so each names who ran it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """Two figures of one system on one split, in percent."""

    dataset: str
    split: str
    miou: float
    """Mean of the phrases' IoU."""
    oiou: float
    """All intersections over all unions."""
    source: str
    """Paper that reports the run: the system's own, or another's that ran it again."""


@dataclass(frozen=True)
class Imagery:
    """Images of a data set, as its paper states them."""

    side_px: int
    gsd_m: tuple[float, float]
    """Finest and coarsest ground sample distance."""

    def seen_at(self, input_px: int) -> tuple[float, float]:
        """Ground sample distances that a network sees whose input each whole image is resized to."""
        fine, coarse = (round(gsd * self.side_px / input_px, 3) for gsd in self.gsd_m)
        return fine, coarse


DATASET_IMAGERY: Mapping[str, Imagery] = {
    "RefSegRS": Imagery(512, (0.305, 0.305)),  # crops of 1200 px at 0.13 m, shrunk to 512 px
    "RRSIS-D": Imagery(800, (0.5, 30.0)),
    "RRSIS-HR": Imagery(1024, (0.24, 4.9)),  # which cover 0.06 to 25 km2
    "RISORS": Imagery(800, (0.5, 30.0)),  # those of RRSIS-D's source, DIOR-RSVG
}
"""The imagery of each data set."""

METRICS: Mapping[str, tuple[Metric, ...]] = {
    "lavt": (
        Metric("RRSIS-D", "val", 61.46, 77.59, "RMSIN"),
        Metric("RRSIS-D", "test", 61.04, 77.19, "RMSIN"),
        Metric("RRSIS-D", "test", 59.05, 76.58, "FIANet"),
        Metric("RRSIS-D", "test", 55.48, 74.68, "CADFormer"),
        Metric("RefSegRS", "test", 57.74, 76.46, "LGCE"),
        Metric("RefSegRS", "test", 57.30, 76.21, "RSAM"),
        Metric("RRSIS-HR", "test", 22.78, 27.94, "CADFormer"),
    ),
    "lgce": (
        Metric("RefSegRS", "test", 59.96, 76.81, "LGCE"),
        Metric("RefSegRS", "test", 61.90, 77.62, "FIANet"),
        Metric("RRSIS-D", "val", 60.16, 76.68, "RMSIN"),
        Metric("RRSIS-D", "test", 59.37, 76.34, "RMSIN"),
        Metric("RRSIS-D", "test", 61.02, 76.24, "FIANet"),
        Metric("RRSIS-D", "test", 61.01, 76.55, "CADFormer"),
        Metric("RRSIS-HR", "test", 33.48, 38.20, "CADFormer"),
    ),
    "rmsin": (
        Metric("RRSIS-D", "val", 65.10, 78.27, "RMSIN"),
        Metric("RRSIS-D", "test", 64.20, 77.79, "RMSIN"),
        Metric("RRSIS-D", "test", 62.62, 76.21, "FIANet"),
        Metric("RRSIS-D", "test", 62.35, 76.67, "CADFormer"),
        Metric("RefSegRS", "test", 59.63, 76.29, "SBANet"),
        Metric("RefSegRS", "test", 59.07, 72.64, "RSAM"),
        Metric("RRSIS-HR", "test", 43.70, 45.97, "CADFormer"),
        Metric("RISORS", "test", 67.15, 80.38, "RSAM"),
    ),
    "fianet": (
        Metric("RRSIS-D", "test", 64.01, 76.91, "FIANet"),
        Metric("RRSIS-D", "test", 63.41, 76.88, "RSAM"),
        Metric("RRSIS-D", "test", 62.58, 76.48, "CADFormer"),
        Metric("RRSIS-HR", "test", 27.13, 28.89, "CADFormer"),
        Metric("RISORS", "test", 67.04, 79.59, "RSAM"),
    ),
    "fianet-refsegrs": (Metric("RefSegRS", "test", 64.12, 75.85, "FIANet"),),
    "mafn": (
        Metric("RRSIS-D", "val", 66.03, 78.33, "MAFN"),
        Metric("RRSIS-D", "test", 64.76, 77.41, "MAFN"),
    ),
    "cadformer": (
        Metric("RRSIS-D", "test", 63.77, 77.26, "CADFormer"),
        Metric("RRSIS-HR", "test", 54.71, 53.29, "CADFormer"),
    ),
    "sbanet": (
        Metric("RRSIS-D", "val", 66.71, 80.02, "SBANet"),
        Metric("RRSIS-D", "test", 65.52, 79.22, "SBANet"),
        Metric("RefSegRS", "test", 62.73, 79.86, "SBANet"),
    ),
    "rsam": (
        Metric("RRSIS-D", "test", 67.58, 78.25, "RSAM"),
        Metric("RefSegRS", "test", 68.48, 76.21, "RSAM"),
        Metric("RISORS", "test", 72.80, 81.84, "RSAM"),
    ),
    "rsam-large": (
        Metric("RRSIS-D", "test", 64.85, 74.26, "RSAM"),
        Metric("RefSegRS", "test", 71.65, 76.66, "RSAM"),
        Metric("RISORS", "test", 72.22, 80.70, "RSAM"),
    ),
}
"""Figures by registered name; a system of which nothing comparable is published is left out."""
