"""Building referring data from anyone's own imagery and layers.

layers -> labels -> scenes of windows -> triplets -> files of a layout -> report

>>> from geoseg_text.datasets.building import BuildChoices, ImageryChoices, LabelChoices, build_dataset
>>> choices = BuildChoices(ImageryChoices(("town.tif",)), LabelChoices(("buildings.gpkg",)))
>>> build_dataset("town-phrases", choices)  # doctest: +SKIP
"""

from geoseg_text.datasets.building.build import BuildChoices, Layout, build_dataset
from geoseg_text.datasets.building.imagery import ImageryChoices
from geoseg_text.datasets.building.labels import LabelChoices
from geoseg_text.datasets.building.plan import PlanChoices
from geoseg_text.datasets.building.semantic import Semantic
from geoseg_text.datasets.building.triplets import PhraseChoices

__all__ = [
    "BuildChoices",
    "ImageryChoices",
    "LabelChoices",
    "Layout",
    "PhraseChoices",
    "PlanChoices",
    "Semantic",
    "build_dataset",
]
