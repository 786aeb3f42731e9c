"""Claims about how an object looks: labelled attributes, size for its kind, and what a noun fits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geoseg_text.language.lexicon import Noun, adjectives
from geoseg_text.language.measures import Indices, Measures
from geoseg_text.language.verdicts import NO, UNCLEAR, YES, Verdicts, split, undecided, verdicts


@dataclass(frozen=True)
class Attribute:
    """The object was labelled with this value of an attribute."""

    name: str
    value: str

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes where the value is the one, unclear where the object has no such attribute."""
        values = [m.objects[k].attributes.get(self.name) for k in among]
        return np.array(
            [UNCLEAR if v is None else YES if v == self.value else NO for v in values], dtype=np.int8
        )


@dataclass(frozen=True)
class Tone:
    """The object is dark or light, by its labelled colour."""

    value: str

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes for colours surely of the tone, unclear for those that may pass for it."""
        sure, perhaps = adjectives.TONES[self.value]
        values = [m.objects[k].attributes.get("colour") for k in among]
        return np.array(
            [UNCLEAR if v is None or v in perhaps else YES if v in sure else NO for v in values],
            dtype=np.int8,
        )


@dataclass(frozen=True)
class Size:
    """The object is large (or small) for its kind in this scene."""

    value: str

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Parts the areas at their widest gap above (below) the typical one; at most half can be large."""
        if len(among) < 2:
            return undecided(among)
        area, large = m.area_px[among], self.value == "large"
        typical = float(np.exp(np.mean(np.log(area))))
        low, high = (1.1, 3.0) if large else (0.33, 0.91)
        verdict = split(area / typical, low, high, 1.45, open_ended=False) * (-1 if large else 1)
        if (verdict == YES).sum() * 2 > len(among):
            return undecided(among)
        # What the border cuts may be larger than it looks.
        return (
            verdict if large else np.where(m.cut[among] & (verdict == YES), UNCLEAR, verdict).astype(np.int8)
        )


@dataclass(frozen=True)
class Slender:
    """The object is much longer than wide."""

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """Yes from a ratio of axes of 3, no to 2."""
        ratio = m.elongation[among]
        return verdicts(ratio >= 3, ratio <= 2)


@dataclass(frozen=True)
class Fits:
    """The object is of the size and make that a noun asks for ("shed", "warehouse", "dirt road")."""

    noun: Noun

    def judge(self, m: Measures, among: Indices) -> Verdicts:
        """By area with a dead zone of a half more or less, and by the labelled attribute."""
        area, low, high = m.area_m2[among], self.noun.min_m2, self.noun.max_m2
        yes = (area >= low) & (area <= high)
        no = (area < low / 1.5) | (area > high * 1.5)
        # What the border cuts to the size of a shed may be a house.
        hidden = m.cut[among] & (area < (low or (high if high < 100 else 0)))
        verdict = verdicts(yes & ~hidden, no & ~hidden)
        if not self.noun.attribute:
            return verdict
        known = [m.objects[k].attributes.get(self.noun.attribute) for k in among]
        missing = YES if self.noun.assumed else UNCLEAR
        made = [missing if v is None else YES if v in self.noun.values else NO for v in known]
        return np.minimum(verdict, np.array(made, dtype=np.int8))
