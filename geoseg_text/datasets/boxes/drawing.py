"""Drawing masks from boxes: what draws, and how a thing is drawn from its box and guided by points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geoseg_text.datasets.boxes.plan import BoxedInstance
from geoseg_text.datasets.boxes.points import Box, Point
from geoseg_text.datasets.labelled.reading import Pixels
from geoseg_text.errors import InputError

Logits = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Candidates:
    """The masks that were drawn for one prompt.

    Attributes:
        masks: bool (K, rows, cols), in the image's own pixels.
        predicted_iou: (K,) the IoU that the model gives itself.
        logits: (K, h, w) of the masks in the model's own size, as it takes an earlier mask.
    """

    masks: NDArray[np.bool_]
    predicted_iou: NDArray[np.float32]
    logits: Logits

    @property
    def best(self) -> int:
        """Position of the one with the largest predicted IoU, the first of equals."""
        return int(self.predicted_iou.argmax())


class Sight(Protocol):
    """An image that was looked at once, for all its boxes."""

    def draw(self, box: Box, points: Sequence[Point] = (), earlier: Logits | None = None) -> Candidates:
        """Draw what a box holds.

        Args:
            box: in pixels of the image.
            points: on the thing and beside it.
            earlier: logits (h, w) of a mask that is to be mended.

        Returns:
            Several candidates for a box alone; one where points guide.
        """
        ...


class Drawer(Protocol):
    """A model that draws masks from boxes and points."""

    def look(self, image: Pixels) -> Sight:
        """Look at an image, uint8 (3, rows, cols)."""
        ...


@dataclass(frozen=True)
class Guidance:
    """How a mask is to be mended.

    Attributes:
        points: on the thing and beside it, added to those of earlier guidance.
        mask: number of the candidate to begin with, from 1; 0 for the best.
    """

    points: tuple[Point, ...]
    mask: int = 0


def draw_guided(sight: Sight, thing: BoxedInstance, guidance: Sequence[Guidance]) -> Candidates:
    """Draw a thing from its box, then as often as it is guided.

    Every drawing begins from the box, so that it depends on the image and on the guidance alone.

    Raises:
        InputError: a guidance begins with a candidate that there is not.
    """
    found = sight.draw(thing.box)
    points: tuple[Point, ...] = ()
    for step in guidance:
        if step.mask > len(found.masks):
            raise InputError(
                f"{thing.id}: no mask {step.mask} to begin with; it has {len(found.masks)}, and 'again' "
                "alone means the best"
            )
        points += step.points
        start = step.mask - 1 if step.mask else found.best
        found = sight.draw(thing.box, points, found.logits[start])
    return found
