"""What becomes of each drawn thing: taken, left for a person to look at, or dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from geoseg_text.datasets.boxes.doubt import Doubt, Limits, doubts
from geoseg_text.datasets.boxes.plan import BoxedImage, BoxedInstance
from geoseg_text.datasets.boxes.record import Candidate, Drawing
from geoseg_text.datasets.boxes.verdicts import Verdicts

Fate = Literal["sure", "guided", "kept", "doubtful", "dropped"]

FATES: Mapping[Fate, str] = {
    "sure": "drawn from the box, without doubt",
    "guided": "drawn with points, without doubt",
    "kept": "kept by a person",
    "doubtful": "waiting for a person, not in the data set",
    "dropped": "dropped by a person",
}
"""What may become of a thing."""


@dataclass(frozen=True)
class Judged:
    """A drawn thing and what becomes of it.

    Attributes:
        image: it is in.
        thing: its box and phrase.
        drawing: its candidates.
        chosen: position of the candidate that is taken.
        fate: see `FATES`.
        doubts: why it is doubtful, whatever a person said of it.
        number: of the drawing, from 0: how often people had it drawn again.
    """

    image: BoxedImage
    thing: BoxedInstance
    drawing: Drawing
    chosen: int
    fate: Fate
    doubts: tuple[Doubt, ...]
    number: int = 0

    @property
    def mask(self) -> Candidate:
        """The candidate that is taken."""
        return self.drawing.candidates[self.chosen]

    @property
    def taken(self) -> bool:
        """Whether it is in the data set."""
        return self.fate in {"sure", "guided", "kept"}


def judge(
    image: BoxedImage, drawings: Mapping[str, Drawing], verdicts: Verdicts, limits: Limits
) -> Iterator[Judged]:
    """Judge all things of an image.

    A person's word counts more than any doubt, but an empty mask cannot be kept.

    Args:
        image: see there.
        drawings: of its things, by their ids.
        verdicts: what people said.
        limits: from where on a mask is doubtful.
    """
    for thing in image.instances:
        drawing, said = drawings[thing.id], verdicts.last(thing.id)
        named = said.guidance.mask if said is not None else 0
        chosen = named - 1 if 0 < named <= len(drawing.candidates) else drawing.best
        taken = drawing.candidates[chosen]
        why = doubts(taken.fit, taken.predicted_iou, drawing.agreement, limits)
        fate: Fate = "doubtful" if why else "guided" if drawing.guidance else "sure"
        if said is not None and said.word == "drop":
            fate = "dropped"
        elif said is not None and taken.fit.pixels:
            fate = "kept"
        yield Judged(image, thing, drawing, chosen, fate, why, verdicts.drawings(thing.id))
