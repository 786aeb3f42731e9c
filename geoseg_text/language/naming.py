"""Which nouns fit a scene: those whose referents are known for sure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from geoseg_text.language.description import referents
from geoseg_text.language.lexicon import NOUNS, SUPER_CATEGORIES, Noun, expand
from geoseg_text.language.measures import Indices, Measures


def _sense(noun: Noun) -> tuple[object, ...]:
    return (
        noun.means,
        noun.maybe,
        noun.mass,
        noun.min_m2,
        noun.max_m2,
        noun.only_many,
        noun.attribute,
        noun.values,
    )


def _grouped(nouns: Iterable[Noun]) -> tuple[tuple[Noun, ...], ...]:
    groups: dict[tuple[object, ...], list[Noun]] = {}
    for noun in nouns:
        groups.setdefault(_sense(noun), []).append(noun)
    return tuple(tuple(group) for group in groups.values())


_SENSES = _grouped(NOUNS)


@dataclass(frozen=True)
class Target:
    """Nouns of one sense with the objects that they name in a scene.

    Attributes:
        nouns: interchangeable nouns.
        where: positions in the scene's measures of the objects named.
    """

    nouns: tuple[Noun, ...]
    where: Indices

    @property
    def means(self) -> frozenset[str]:
        """Categories that the nouns name."""
        return self.nouns[0].means

    def noun(self, rng: np.random.Generator) -> Noun:
        """One of the nouns, common ones more often."""
        return self.nouns[int(len(self.nouns) * rng.random() ** 1.5)]


class Naming:
    """The nouns that fit a scene.

    Attributes:
        present: targets with at least one visible object.
        absent: nouns, by sense, for kinds of which the scene surely holds nothing.
    """

    def __init__(self, m: Measures) -> None:
        self.present: list[Target] = []
        self.absent: list[tuple[Noun, ...]] = []
        for nouns in _SENSES:
            noun = nouns[0]
            if not all(m.known(name) for name in noun.means):
                continue
            if any(m.present(name) for name in expand(noun.maybe)) or self._vague(m, noun):
                continue
            where = referents(m, noun, ())
            if where is not None and len(where):
                self.present.append(Target(nouns, where))
            elif where is not None and all(m.known(name) for name in noun.maybe):
                self.absent.append(nouns)
        weights = np.array([_weight(target) for target in self.present])
        self._odds = np.cumsum(weights)
        # Where a phrase picks some of a kind, kinds with many objects teach the most.
        self._crowd_odds = np.cumsum(weights * [min(len(t.where), 8) ** 2 for t in self.present])

    @staticmethod
    def _vague(m: Measures, noun: Noun) -> bool:
        """True where an object labelled by a super-category alone might also be maybe meant."""
        vague = {s for s, members in SUPER_CATEGORIES.items() if members & noun.maybe}
        return any(m.present(s) for s in vague - noun.means)

    def draw(self, rng: np.random.Generator, crowd: bool = False) -> Target | None:
        """A target, or None where nothing can be named; ``crowd`` prefers kinds of many objects."""
        if not self.present:
            return None
        odds = self._crowd_odds if crowd else self._odds
        return self.present[int(np.searchsorted(odds, rng.random() * odds[-1] * 0.999999, side="right"))]

    def absent_noun(self, rng: np.random.Generator) -> Noun | None:
        """A noun for something that is surely not in the scene."""
        if not self.absent:
            return None
        group = self.absent[int(rng.integers(len(self.absent)))]
        return group[int(len(group) * rng.random() ** 1.5)]


def _weight(target: Target) -> float:
    noun = target.nouns[0]
    if noun.narrow or noun.only_many:
        return 0.3
    if len(noun.means) > 1 or noun.means & SUPER_CATEGORIES.keys():
        return 0.5
    return (3.0 if noun.means == {"building"} else 1.0) * (0.35 if noun.mass or noun.maybe else 1.0)
