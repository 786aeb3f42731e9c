"""Claims about where an object lies relative to others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geoseg_text.language.lexicon import Noun
from geoseg_text.language.measures import Floats, Ids, Indices, Measures
from geoseg_text.language.verdicts import NO, UNCLEAR, Predicate, Verdicts, split, verdicts


@dataclass(frozen=True)
class Anchor:
    """What a relation relates to: a described set of objects.

    Attributes:
        ids: the objects.
        noun: how they are called.
        predicates: what else is said of them.
        definite: True where the wording must not leave open which of them is meant.
    """

    ids: Ids
    noun: Noun
    predicates: tuple[Predicate, ...] = ()
    definite: bool = False


def _reach_m(m: Measures, among: Indices) -> Floats:
    """How far "beside" reaches for each object: its own size, within 4 to 14 metres and at least 4 pixels."""
    return np.asarray(np.maximum(np.clip(np.sqrt(m.area_m2[among]), 4, 14), 4 * m.gsd_m))


@dataclass(frozen=True)
class Beside:
    """The object stands next to the anchor, not on it."""

    anchor: Anchor

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Parts the gaps, in units of the object's size, at their widest step."""
        gaps = (m.gap_m(self.anchor.ids)[among] + 0.25 * m.gsd_m) / _reach_m(m, among)
        on = np.nan_to_num(m.share_on(self.anchor.ids)[among])
        verdict = np.where(on > 0.1, UNCLEAR, split(gaps, 0.4, 1.3, 1.35))
        return np.where(on > 0.7, NO, verdict).astype(np.int8)


@dataclass(frozen=True)
class FarFrom:
    """The object stands far from the anchor."""

    anchor: Anchor

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Parts the gaps, in units of the object's size, at their widest step beyond twice that size."""
        gaps = (m.gap_m(self.anchor.ids)[among] + 0.25 * m.gsd_m) / _reach_m(m, among)
        return (-split(gaps, 2.0, 6.0, 1.35)).astype(np.int8)


@dataclass(frozen=True)
class Inside:
    """The object stands on ground that belongs to the anchor."""

    anchor: Anchor

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes with four fifths on it, no with less than a tenth."""
        share = m.share_on(self.anchor.ids)[among]
        return verdicts(share >= 0.8, share <= 0.1)


@dataclass(frozen=True)
class Surrounded:
    """The anchor fills the ring around the object."""

    anchor: Anchor

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes with four fifths of the ring, no with less than half; unclear at the image's border."""
        gaps = m.gap_m(self.anchor.ids)[among]
        share = np.array([m.share_around(int(k), self.anchor.ids) if g < 4 * m.gsd_m else 0.0
                          for k, g in zip(among, gaps, strict=True)])  # fmt: skip
        return verdicts((share >= 0.8) & ~m.cut[among], share <= 0.5)


@dataclass(frozen=True)
class Between:
    """The object lies between two anchors."""

    first: Anchor
    second: Anchor

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """By the angle at the object between the ways to both anchors: yes from 145 degrees, no to 100."""
        away = [m.toward(anchor.ids) for anchor in (self.first, self.second)]
        (ay, ax), (by, bx) = ((rows[among], cols[among]) for rows, cols in away)
        length = np.hypot(ay, ax) * np.hypot(by, bx)
        angle = np.degrees(np.arccos(np.clip((ay * by + ax * bx) / np.maximum(length, 1e-6), -1, 1)))
        touching = np.minimum(m.gap_m(self.first.ids)[among], m.gap_m(self.second.ids)[among]) <= 0
        return verdicts((angle >= 145) & ~touching, (angle <= 100) & ~touching)


@dataclass(frozen=True)
class Not:
    """The opposite of a claim."""

    claim: Predicate

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """The verdict turned round."""
        return (-self.claim.judge(m, among)).astype(np.int8)
