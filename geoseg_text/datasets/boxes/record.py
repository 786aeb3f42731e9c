"""An image that was drawn, with all candidates as run lengths, as it is kept on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from geoseg_text.datasets.boxes.doubt import Fit, fit, likeness
from geoseg_text.datasets.boxes.drawing import Candidates, Guidance
from geoseg_text.datasets.boxes.plan import BoxedInstance
from geoseg_text.datasets.boxes.points import parse_points, written
from geoseg_text.datasets.rle import decode_mask, encode_mask
from geoseg_text.datasets.sample import Mask


@dataclass(frozen=True)
class Candidate:
    """A mask.

    Attributes:
        counts: COCO's compressed run lengths.
        predicted_iou: the IoU that the model gives itself.
        fit: how it lies in its box.
    """

    counts: str
    predicted_iou: float
    fit: Fit


@dataclass(frozen=True)
class Drawing:
    """What was drawn for a thing.

    Attributes:
        id: of the thing.
        guidance: that it was drawn with, in order.
        candidates: one or several.
        agreement: of the candidates with one another, see `likeness`.
    """

    id: str
    guidance: tuple[Guidance, ...]
    candidates: tuple[Candidate, ...]
    agreement: float

    @classmethod
    def of(cls, thing: BoxedInstance, guidance: Sequence[Guidance], found: Candidates) -> Drawing:
        """What is kept of candidates."""
        kept = (
            Candidate(encode_mask(mask), round(float(iou), 4), fit(mask, thing.box))
            for mask, iou in zip(found.masks, found.predicted_iou, strict=True)
        )
        return cls(thing.id, tuple(guidance), tuple(kept), round(likeness(list(found.masks)), 4))

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Drawing:
        """What `to_json` gave."""
        return cls(
            kept["id"],
            tuple(guidance_from_json(one) for one in kept["guidance"]),
            tuple(Candidate(**{**one, "fit": Fit(**one["fit"])}) for one in kept["candidates"]),
            kept["agreement"],
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "id": self.id,
            "guidance": [guidance_to_json(one) for one in self.guidance],
            "candidates": [asdict(one) for one in self.candidates],
            "agreement": self.agreement,
        }

    @property
    def best(self) -> int:
        """Position of the candidate with the largest predicted IoU, the first of equals."""
        return max(range(len(self.candidates)), key=lambda place: self.candidates[place].predicted_iou)

    def masks(self, shape: tuple[int, int]) -> list[Mask]:
        """The candidates, each (rows, cols)."""
        return [decode_mask(one.counts, shape) for one in self.candidates]


def guidance_to_json(guidance: Guidance) -> dict[str, Any]:
    """Plain values."""
    return {"points": written(guidance.points), "mask": guidance.mask}


def guidance_from_json(kept: Mapping[str, Any]) -> Guidance:
    """What `guidance_to_json` gave."""
    return Guidance(parse_points(kept["points"]), kept["mask"])
