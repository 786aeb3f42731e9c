"""What a rule is: how the keys of a release become ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Rename = tuple[str, str | Callable[[re.Match[str]], str]]


@dataclass(frozen=True)
class KeyRules:
    """How the keys of a release become ours."""

    renames: Sequence[Rename]
    """Regular expressions and replacements, applied in order to the whole key."""
    dead: str
    """Pattern of keys that the released network holds and never lets reach its answer."""
    splits: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Ending of a stacked weight, and where its equal parts along dimension 0 go; "" for a dead part."""
    first_rows: Sequence[str] = ()
    """Endings of tables of which only row 0 is read."""
