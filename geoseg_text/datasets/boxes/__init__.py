"""Building referring data from boxes with phrases, as RRSIS-HR and RISORS were made.

boxes -> plan -> masks drawn by SAM 2 -> doubts -> review by people -> files of a layout -> report

>>> from pathlib import Path
>>> from geoseg_text.datasets.boxes import BoxChoices, build_from_boxes
>>> choices = BoxChoices(Path("DIOR-RSVG/Annotations"), Path("DIOR-RSVG/JPEGImages"))
>>> build_from_boxes("ships", choices)  # doctest: +SKIP
>>> build_from_boxes("ships", choices, review="ships/review.csv")  # doctest: +SKIP
"""

from geoseg_text.datasets.boxes.build import BoxChoices, build_from_boxes
from geoseg_text.datasets.boxes.doubt import Limits
from geoseg_text.datasets.boxes.drawing import Candidates, Drawer, Sight
from geoseg_text.datasets.boxes.points import Box, Point
from geoseg_text.datasets.boxes.writing import Layout

__all__ = [
    "Box",
    "BoxChoices",
    "Candidates",
    "Drawer",
    "Layout",
    "Limits",
    "Point",
    "Sight",
    "build_from_boxes",
]
