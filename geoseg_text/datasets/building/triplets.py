"""Phrases over a window's scene, each with what it means: the language package judges, nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from geoseg_text.datasets.building.distances import within
from geoseg_text.datasets.building.scenes import LabelledWindow
from geoseg_text.datasets.sample import Mask
from geoseg_text.errors import InputError
from geoseg_text.language.cases import KINDS, Case, Kind
from geoseg_text.language.referring import compose

MEANT: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind != "none")
"""The kinds that mean something."""

_SPARE = 2  # drawn for each wanted: some say in other words what was said


@dataclass(frozen=True)
class PhraseChoices:
    """Which phrases are wanted.

    Attributes:
        count: of each window, at most.
        kinds: of these kinds; all that mean something if empty.
        seed: orders all chance.
    """

    count: int = 8
    kinds: tuple[Kind, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        if self.count < 1:
            raise InputError(f"--phrases {self.count}: give 1 or more for a window")
        unknown = [kind for kind in self.kinds if kind not in KINDS]
        if unknown:
            raise InputError(f"--kind {unknown[0]!r} is not known; choose of {', '.join(KINDS)}")


@dataclass(frozen=True, eq=False)
class Triplet:
    """A phrase over a window with its truth.

    Attributes:
        phrase: the words.
        kind: what it turns on.
        category: of what it means, joined with " + " where that are several; empty for the kind "none".
        features: the layers' features that it means.
        mask: (rows, cols) their visible pixels.
    """

    phrase: str
    kind: Kind
    category: str
    features: tuple[str, ...]
    mask: Mask


def triplets_of(labelled: LabelledWindow, choices: PhraseChoices, at: tuple[int, int]) -> list[Triplet]:
    """Compose the triplets of a window.

    Phrases of look, place and relation leave at least four objects of their kind out, so that the noun alone
    is no answer. What is meant is asked for once a kind.

    Args:
        labelled: the window's scene.
        choices: see there.
        at: row and column of the window: with the seed they order its chance, so that the phrases of a window
            do not depend on which windows came before.
    """
    scene = labelled.scene
    rng = np.random.default_rng([choices.seed, *at])
    kinds = choices.kinds or MEANT
    found = []
    for case in _told_apart(_drawn(labelled, choices, kinds, rng)):
        if case.kind not in kinds:
            continue  # other kinds take the place of those that a scene has no phrase of
        mask = scene.mask(case.referents)
        if not mask.any() and case.referents:
            continue
        names = sorted({scene.by_id[i].category for i in case.referents})
        features = tuple(labelled.features[i] for i in case.referents)
        found.append(Triplet(case.phrase, case.kind, " + ".join(names), features, mask))
    return found[: choices.count]


def _drawn(
    labelled: LabelledWindow, choices: PhraseChoices, kinds: Sequence[Kind], rng: np.random.Generator
) -> Iterator[Case]:
    if "relation" in kinds:
        yield from within(labelled.scene, rng)
    yield from compose(labelled.scene, rng, _SPARE * choices.count, kinds, crowded=True)


def _told_apart(cases: Iterator[Case]) -> Iterator[Case]:
    """The cases without those that ask in the same way for the same, or in the same words."""
    meant: set[tuple[Kind, tuple[int, ...]]] = set()
    said: set[str] = set()
    for case in cases:
        key = (case.kind, case.referents)
        if (key in meant and case.referents) or case.phrase.lower() in said:
            continue
        meant.add(key)
        said.add(case.phrase.lower())
        yield case
