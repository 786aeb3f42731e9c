"""A window of imagery and the labels on it as a `Scene`, over which phrases are judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize

from geoseg_text.datasets.building.labels import STANDING, Label, Labels
from geoseg_text.datasets.building.plan import PlanChoices, PlannedWindow, plan_windows
from geoseg_text.errors import InputError
from geoseg_text.imagery.reader import Chip, Imagery
from geoseg_text.values.grid import Grid
from geoseg_text.values.scene import Scene, SceneObject
from geoseg_text.values.windows import Window

LEAST_VALID = 0.9
"""Share of a window's pixels that must be valid: what is missing could hold what a phrase means."""

_MOST_OBJECTS = 65535


@dataclass(frozen=True, eq=False)
class LabelledWindow:
    """A scene with the features that its objects are.

    Attributes:
        scene: the scene.
        features: for each object id, the feature it was made from.
    """

    scene: Scene
    features: dict[int, str]


def labelled_windows(imagery: Imagery, labels: Labels, choices: PlanChoices) -> tuple[PlannedWindow, ...]:
    """The windows of a plan that show imagery with something labelled in it.

    Raises:
        InputError: as of `plan_windows`.
    """

    def usable(window: Window) -> bool:
        return imagery.covers(window) and len(labels.touching(window)) > 0

    return plan_windows(imagery.grid.shape, choices, usable)


def scene_of(chip: Chip, labels: Labels, grid: Grid) -> LabelledWindow | None:
    """The scene of a window; None where too few pixels are valid, or nothing labelled is seen.

    A pixel belongs to a feature if its centre does. Nothing is labelled where the imagery is not valid.

    Args:
        chip: the window's pixels.
        labels: all labels, in pixels of the run grid.
        grid: the run grid.

    Raises:
        InputError: more features in the window than a scene can tell apart.
    """
    window = chip.window
    if chip.valid.mean() < LEAST_VALID:
        return None
    items = [labels.items[number] for number in labels.touching(window)]
    if len(items) > _MOST_OBJECTS:
        raise InputError(
            f"{len(items):,} features in one window; smaller ones (--window) hold {_MOST_OBJECTS:,}"
        )
    numbered = list(enumerate(items, start=1))
    ground, top = (
        np.where(chip.valid, _painted([pair for pair in numbered if _stands(pair[1]) == level], window), 0)
        for level in (False, True)
    )
    seen = {*np.unique(ground).tolist(), *np.unique(top).tolist()} - {0}
    if not seen:
        return None
    objects = tuple(SceneObject(i, item.category, item.attributes) for i, item in numbered if i in seen)
    scene = Scene(
        image=chip.image,
        ground=ground.astype(np.uint16),
        top=top.astype(np.uint16),
        objects=objects,
        gsd_m=grid.gsd_m or 1.0,
        complete=labels.categories,
        affine=grid.affine @ Affine.translation(window.col, window.row),
        crs=None if grid.crs is None else grid.crs.to_wkt(),
    )
    return LabelledWindow(scene, {i: item.feature for i, item in numbered if i in seen})


def _stands(label: Label) -> bool:
    return label.category in STANDING


def _painted(numbered: Sequence[tuple[int, Label]], window: Window) -> NDArray[np.uint16]:
    """Ids (rows, cols) of labels, painted one over the other."""
    shapes = [(label.shape, number) for number, label in numbered if not label.shape.is_empty]
    if not shapes:
        return np.zeros(window.shape, np.uint16)
    painted: NDArray[np.uint16] = rasterize(
        shapes,
        out_shape=window.shape,
        transform=Affine.translation(window.col, window.row),
        dtype="uint16",
    )
    return painted
