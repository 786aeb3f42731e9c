"""Phrases with a distance in metres: "the houses within 30 m of the road".

Only distances are used at which no object is too close to call, and that leave enough objects out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geoseg_text.language.asking import pick
from geoseg_text.language.bench import DISTRACTORS, Bench
from geoseg_text.language.cases import Case
from geoseg_text.language.description import Description
from geoseg_text.language.measures import Ids, Indices, Measures
from geoseg_text.language.naming import Target
from geoseg_text.language.relating import an_anchor
from geoseg_text.language.relations import Anchor
from geoseg_text.language.wording import word
from geoseg_text.values.scene import Scene

DISTANCES_M = (5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 80, 100, 120, 150, 200, 250, 300, 400, 500, 1000)
"""Distances that people speak of."""

CLEAR = 0.1
"""An object whose distance differs by less than this share, or by two pixels, is too close to call."""

_TRIES = 6
_WITHIN = (
    "within {} {unit} of",
    "no more than {} {unit} from",
    "less than {} {unit} from",
    "up to {} {unit} from",
)
_BEYOND = ("more than {} {unit} from", "at least {} {unit} from", "over {} {unit} away from")
_UNITS = ("metres", "m", "meters")


def within(scene: Scene, rng: np.random.Generator) -> Iterator[Case]:
    """One phrase with a distance over a scene, if it has one that is beyond doubt.

    Args:
        scene: the scene.
        rng: source of every choice.
    """
    bench = Bench(Measures(scene), rng, crowded=True)
    for _ in range(_TRIES):
        target = bench.naming.draw(rng, crowd=True)
        if target is None or not bench.single(target, target.nouns[0]):
            continue
        anchor = an_anchor(bench, target)
        case = None if anchor is None or anchor.predicates else _at_a_distance(bench, target, anchor)
        if case is not None:
            yield case
            return


def _at_a_distance(bench: Bench, target: Target, anchor: Anchor) -> Case | None:
    where = target.where[~np.isin(bench.m.ids[target.where], anchor.ids)]
    gaps = gaps_m(bench.m, where, anchor.ids)
    beyond = bool(bench.rng.random() < 0.2)
    choices = []
    for limit in DISTANCES_M:
        room = max(CLEAR * limit, 2 * bench.m.gsd_m)
        inside = gaps < limit
        meant = where[~inside if beyond else inside]
        told = np.abs(gaps - limit).min(initial=np.inf) >= room
        if told and len(meant) and len(where) - len(meant) >= DISTRACTORS and bench.seen(meant):
            choices.append((limit, meant))
    if not choices:
        return None
    limit, meant = choices[int(bench.rng.integers(len(choices)))]
    return _worded(bench, target, anchor, (limit, beyond), meant)


def _worded(bench: Bench, target: Target, anchor: Anchor, distance: tuple[int, bool], meant: Indices) -> Case:
    rng, (limit, beyond) = bench.rng, distance
    thing, _ = word(Description(target.noun(rng)), len(meant), rng)
    to = _definite(anchor)
    form = pick(rng, _BEYOND if beyond else _WITHIN)
    phrase = f"{thing} {form.format(limit, unit=pick(rng, _UNITS))} {to}"
    return Case(phrase, "relation", tuple(sorted(bench.m.ids_at(meant))))


def _definite(anchor: Anchor) -> str:
    """The anchor in words: the one, or any of several."""
    noun = anchor.noun
    if noun.mass or len(anchor.ids) == 1:
        return f"the {noun.one}"
    return f"the {noun.many}" if noun.only_many else f"any {noun.one}"


def gaps_m(m: Measures, where: Indices, anchor: Ids) -> NDArray[np.float64]:
    """Shortest distance in metres from the pixels of each object to the anchors', 0 where they touch."""
    away = ndimage.distance_transform_edt(~m.mask(anchor))
    gaps = [away[m.mask(m.ids_at(np.array([one])))].min(initial=np.inf) for one in where]
    return np.maximum(np.array(gaps, np.float64) - 1, 0) * m.gsd_m
