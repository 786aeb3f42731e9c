"""Synthetic scenes that no training has seen, as samples: one window each, with a phrase of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from geoseg_text.evaluation.metrics import Mask
from geoseg_text.language.lexicon import expand
from geoseg_text.language.referring import KINDS, Case, Kind, compose
from geoseg_text.scenes import render_scene
from geoseg_text.values.scene import Scene

FIRST_SEED = 900_000
"""Seeds from here on are never trained on."""


@dataclass(frozen=True, eq=False)
class SceneSample:
    """A phrase over a scene, and its truth.

    Attributes:
        image: uint8 (3, rows, cols).
        mask: bool (rows, cols); empty for the kind "none".
        phrase: the words.
        category: of all objects meant, or None where they differ or there are none.
        image_id: name of the scene.
        kind: what the phrase turns on.
    """

    image: NDArray[np.uint8]
    mask: Mask
    phrase: str
    category: str | None
    image_id: str
    kind: Kind


def held_back_scene(index: int, side_px: int) -> Scene:
    """One window, of a ground sample distance drawn from 0.2 to 1 m."""
    rng = np.random.default_rng((FIRST_SEED, index))
    return render_scene(FIRST_SEED + index, (side_px, side_px), float(np.exp(rng.uniform(np.log(0.2), 0.0))))


def scene_samples(side_px: int) -> Iterator[SceneSample]:
    """Samples without end: of each scene one phrase of every kind that it has, in the order of `KINDS`.

    A phrase of look, place or relation leaves at least four objects of its kind out.

    Args:
        side_px: side of the scenes.
    """
    for index in count():
        scene = held_back_scene(index, side_px)
        rng = np.random.default_rng((1, index))
        for kind in KINDS:
            for case in compose(scene, rng, 1, [kind], crowded=True):
                if case.kind == kind:  # where a scene has none of a kind, another takes its place
                    yield _sample(scene, case, f"scene {FIRST_SEED + index}")


def category_sample(scene: Scene, category: str, phrase: str, image_id: str) -> SceneSample:
    """A phrase for everything of a category, or of a super-category's members, that a scene shows."""
    members = expand([category])
    truth = scene.mask([thing.id for thing in scene.objects if thing.category in members])
    return SceneSample(scene.image, truth, phrase, category, image_id, "category")


def _sample(scene: Scene, case: Case, image_id: str) -> SceneSample:
    meant = set(case.referents)
    categories = {thing.category for thing in scene.objects if thing.id in meant}
    category = categories.pop() if len(categories) == 1 else None
    return SceneSample(scene.image, scene.mask(case.referents), case.phrase, category, image_id, case.kind)
