# SPDX-License-Identifier: GPL-2.0-or-later
"""Phrases as people type them. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_KEPT = 20
"""Phrases that the history keeps."""

EXAMPLES = (
    "the buildings",
    "the red roofs",
    "the lake in the north",
    "the white cars",
    "the solar panels",
    "the largest building",
    "the trees along the road",
    "the red roofs beside the road",
)


def phrases_of(text: str) -> list[str]:
    """Give the phrases of a text, one on each line, without what is empty or said twice."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def remembered(history: Sequence[str], phrases: Sequence[str]) -> list[str]:
    """Give the history with phrases that were just asked in front."""
    return list(dict.fromkeys([*phrases, *history]))[:MOST_KEPT]


def file_stem(phrase: str) -> str:
    """Give a name for the file of a phrase; any script, no sign that a file system minds."""
    return re.sub(r"\W+", "_", phrase).strip("_")[:40] or "phrase"
