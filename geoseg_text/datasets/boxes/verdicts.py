"""What people said of masks. It is kept in a file of its own and never thrown away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from geoseg_text.datasets.boxes.drawing import Guidance
from geoseg_text.datasets.boxes.plan import BoxedInstance
from geoseg_text.datasets.boxes.record import guidance_from_json, guidance_to_json
from geoseg_text.datasets.building.folder import write_json
from geoseg_text.errors import OutputError

Word = Literal["keep", "drop", "again"]
WORDS: tuple[Word, ...] = ("keep", "drop", "again")

FILE = "verdicts.json"


@dataclass(frozen=True)
class Verdict:
    """What a person says of a drawing.

    Attributes:
        word: keep it, drop it, or draw it again.
        guidance: which mask is meant, and the points that guide it where it is drawn again.
    """

    word: Word
    guidance: Guidance = field(default_factory=lambda: Guidance(()))


@dataclass(frozen=True)
class Verdicts:
    """All verdicts, and what of the review was written by the build itself.

    Attributes:
        given: for each thing its verdicts, the first of its first drawing; all but the last say 'again'.
        reviews: hashes of the review files that the build wrote: any other was edited by a person.
    """

    given: Mapping[str, tuple[Verdict, ...]] = field(default_factory=dict)
    reviews: tuple[str, ...] = ()

    @classmethod
    def read(cls, root: Path) -> Verdicts:
        """Those of a data set; none where there are none yet.

        Raises:
            OutputError: the file is damaged.
        """
        path = root / FILE
        if not path.is_file():
            return cls()
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            given = {key: tuple(map(_from_json, some)) for key, some in kept["given"].items()}
            return cls(given, tuple(kept["reviews"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise OutputError(f"{path}: cannot be read; put it back from a copy, or begin anew") from error

    def write(self, root: Path) -> None:
        """Keep them in the folder of a data set."""
        given = {key: [_to_json(one) for one in some] for key, some in sorted(self.given.items())}
        write_json(root / FILE, {"given": given, "reviews": list(self.reviews)})

    def drawings(self, key: str) -> int:
        """How often a thing was drawn again: the number of its present drawing, from 0."""
        return sum(verdict.word == "again" for verdict in self.given.get(key, ()))

    def guidance(self, thing: BoxedInstance) -> tuple[Guidance, ...]:
        """What guides the present drawing of a thing: the points of its file, then those of people."""
        stated = (Guidance(thing.points),) if thing.points else ()
        again = (one.guidance for one in self.given.get(thing.id, ()) if one.word == "again")
        return (*stated, *again)

    def last(self, key: str) -> Verdict | None:
        """The verdict of the present drawing, if there is one."""
        given = self.given.get(key, ())
        return given[-1] if given and given[-1].word != "again" else None

    def with_one(self, key: str, drawing: int, verdict: Verdict) -> Verdicts:
        """With the verdict of a drawing; one that differs from an earlier one replaces what followed."""
        before = self.given.get(key, ())
        if drawing < len(before) and before[drawing] == verdict:
            return self
        return Verdicts({**self.given, key: (*before[:drawing], verdict)}, self.reviews)


def _to_json(verdict: Verdict) -> dict[str, Any]:
    return {"verdict": verdict.word, **guidance_to_json(verdict.guidance)}


def _from_json(kept: Mapping[str, Any]) -> Verdict:
    return Verdict(kept["verdict"], guidance_from_json(kept))
