"""A pool of labelled scenes as samples: a view, its phrases, their masks and what each pixel may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import Value
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from geoseg_text.errors import InputError
from geoseg_text.language.lexicon import CATEGORIES, SUPER_CATEGORIES, expand, nouns_of
from geoseg_text.language.referring import Case, Kind, compose, contrast_pairs
from geoseg_text.language.tokenizer import PhraseTokenizer
from geoseg_text.training.pools.augment import random_view, seen_otherwise
from geoseg_text.values.scene import Scene

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

CLASSES = (*CATEGORIES, "other")
"""What a pixel may be, for the auxiliary head; the last is anything unnamed."""


class Sample(TypedDict):
    """One view with P phrases."""

    image: Tensor
    """(3, side, side) uint8."""
    ids: Tensor
    """(P, L) token ids."""
    mask: Tensor
    """(P, L) bool."""
    truth: Tensor
    """(P, side, side) bool."""
    allowed: Tensor
    """(side / 4, side / 4) int32, bit c set where the pixel may be ``CLASSES[c]``."""


@dataclass(frozen=True)
class Source:
    """Scenes of one origin and how often they are drawn."""

    paths: Sequence[Path]
    share: float
    zoom: tuple[float, float] = (0.8, 1.4)
    """Smallest and largest scene pixels per view pixel."""
    light: float = 1.0
    """How far the light may differ from the scene's; colours keep their names up to 1."""


@dataclass(frozen=True)
class Asking:
    """How views are asked."""

    phrases: int = 4
    """P, phrases of a view."""
    plain: float = 0.45
    """Share of phrases that are a plain noun, as users type it most."""
    paired: float = 0.85
    """Share of views that ask, where they can, two phrases which one word sets apart."""
    kinds: Sequence[Kind] | None = None
    """Kinds of the other phrases; all where None."""
    tokens: int = 32
    """Length phrases are padded to."""
    shuffled: bool = False
    """Whether a view is asked the phrases of the view before it, which say nothing of it: an ablation."""


@dataclass(frozen=True)
class Pace:
    """What a training changes on the way; the module decides, the workers that draw read it."""

    side_px: Synchronized[int]
    """Side of the views."""
    asks: Synchronized[int]
    """0 while the trunk learns alone, so that no phrase is made."""

    @classmethod
    def start(cls, side_px: int) -> Pace:
        """No phrases yet."""
        return cls(cast("Synchronized[int]", Value("i", side_px)), cast("Synchronized[int]", Value("i", 0)))


class PhraseSamples(IterableDataset[Sample]):
    """Endless samples from scene files.

    Args:
        sources: where scenes come from, with their shares.
        tokenizer: reads the phrases.
        asking: see `Asking`.
        pace: see `Pace`.
        seed: with the worker's number, the source of every choice.
    """

    def __init__(
        self, sources: Sequence[Source], tokenizer: PhraseTokenizer, asking: Asking, pace: Pace, seed: int
    ) -> None:
        self.sources = [source for source in sources if source.paths]
        if not self.sources:
            raise InputError("the pool holds no scenes; write one first")
        self.tokenizer = tokenizer
        self.asking = asking
        self.pace = pace
        self.seed = seed

    def __iter__(self) -> PhraseSamples:
        """Start the stream of this worker."""
        worker = get_worker_info()
        self.rng = np.random.default_rng((self.seed, 0 if worker is None else worker.id))
        shares = np.array([source.share for source in self.sources])
        self.odds = shares / shares.sum()
        self.former: tuple[Tensor, Tensor] | None = None
        return self

    def __next__(self) -> Sample:
        """The next sample; the stream does not end."""
        source = self.sources[int(self.rng.choice(len(self.sources), p=self.odds))]
        path = source.paths[int(self.rng.integers(len(source.paths)))]
        view = random_view(Scene.load(path), self.pace.side_px.value, self.rng, source.zoom)
        sample = self.sample(view, source.light)
        if self.asking.shuffled:
            said = sample["ids"], sample["mask"]
            sample["ids"], sample["mask"] = said if self.former is None else self.former
            self.former = said
        return sample

    def sample(self, view: Scene, light: float = 1.0) -> Sample:
        """A view with phrases, read by the tokenizer, and their masks; blank phrases while none is wanted."""
        cases = self._cases(view) if self.pace.asks.value else []
        blank = [Case("", "none", ())] * (self.asking.phrases - len(cases))
        ids, mask = self.tokenizer.encode(
            [case.phrase for case in cases + blank], self.asking.tokens, pad_to=self.asking.tokens
        )
        truth = np.stack([view.mask(case.referents) for case in cases + blank])
        return Sample(
            image=torch.from_numpy(seen_otherwise(view, self.rng, light).copy()),
            ids=torch.from_numpy(ids),
            mask=torch.from_numpy(mask),
            truth=torch.from_numpy(truth),
            allowed=torch.from_numpy(allowed_classes(view)[2::4, 2::4].copy()),
        )

    def _cases(self, view: Scene) -> list[Case]:
        cases = [
            case
            for case in compose(view, self.rng, self.asking.phrases, self.asking.kinds)
            if self._fits(case.phrase)
        ]
        pairs = contrast_pairs(view, self.rng, 1) if self.rng.random() < self.asking.paired else []
        contrasting = [case for pair in pairs for case in pair if self._fits(case.phrase)]
        plain = (
            plain_case(view, self.rng)
            for _ in range(self.rng.binomial(self.asking.phrases, self.asking.plain))
        )
        first = {case.phrase.split()[-1]: case for case in plain if case is not None}
        cases = [*contrasting, *first.values(), *cases][: self.asking.phrases]
        while len(cases) < self.asking.phrases:
            cases += [
                case for case in compose(view, self.rng, 1, ["category", "none"]) if self._fits(case.phrase)
            ]
        return cases

    def _fits(self, phrase: str) -> bool:
        return self.tokenizer.count(phrase) <= self.asking.tokens


def plain_case(scene: Scene, rng: np.random.Generator) -> Case | None:
    """The commonest noun of a category that is seen or surely absent; None where none is sure."""
    seen = {thing.category for thing in scene.objects}
    names = {
        name: frozenset(expand([name]))
        for name in (*CATEGORIES, *SUPER_CATEGORIES)
        if name in scene.complete or SUPER_CATEGORIES.get(name, frozenset({"unknown"})) <= scene.complete
    }
    present = [name for name, members in names.items() if members & seen]
    absent = [name for name, members in names.items() if not members & seen]
    choice = present if present and (rng.random() < 0.75 or not absent) else absent
    if not choice:
        return None
    name = choice[int(rng.integers(len(choice)))]
    noun = next(iter(nouns_of(name)), None)
    if noun is None or noun.maybe & seen:
        return None
    referents = tuple(
        thing.id
        for thing in scene.objects
        if thing.category in names[name]
        and not (name == "vegetation" and thing.attributes.get("crop") == "bare")
    )
    opening = ("", "", "the ", "all ", "all the ")[int(rng.integers(5))]
    return Case(opening + noun.many, "category" if referents else "none", referents)


def allowed_classes(scene: Scene) -> NDArray[np.int32]:
    """What the labels let each pixel be, (rows, cols), bit c for ``CLASSES[c]``.

    A labelled pixel is its object's category, or any member of a super-category; an unlabelled one is
    anything whose labels are not complete.
    """
    known = set(scene.complete)
    for name, members in SUPER_CATEGORIES.items():
        known |= members if name in scene.complete else set()
    unlabelled = sum(1 << i for i, name in enumerate(CLASSES) if name not in known)
    table = np.full(65536, unlabelled, dtype=np.int32)
    for thing in scene.objects:
        members = SUPER_CATEGORIES.get(thing.category, frozenset({thing.category}))
        table[thing.id] = sum(1 << CLASSES.index(name) for name in members if name in CLASSES) or unlabelled
    visible = np.where(scene.top > 0, scene.top, scene.ground)
    return table[visible]


def pool_sources(
    folders: Sequence[Path],
    shares: Mapping[str, float],
    zooms: Mapping[str, tuple[float, float]],
    lights: Mapping[str, float],
) -> list[Source]:
    """Scene files ``<origin>_<number>.npz`` of folders, grouped by origin.

    Args:
        folders: where the files lie.
        shares: share of each origin; origins without one are not drawn.
        zooms: range of zoom of origins, where not the usual one.
        lights: how far the light may differ in origins, where not as usual.
    """
    files: dict[str, list[Path]] = {}
    for path in sorted(p for folder in folders for p in folder.glob("*.npz")):
        files.setdefault(path.stem.rsplit("_", 1)[0], []).append(path)
    return [
        Source(paths, shares[origin], zooms.get(origin, Source.zoom), lights.get(origin, Source.light))
        for origin, paths in files.items()
        if shares.get(origin, 0) > 0
    ]
