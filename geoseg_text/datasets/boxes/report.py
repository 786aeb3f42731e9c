"""What became of the boxes, counted: as JSON for programs and as Markdown for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from geoseg_text.datasets.boxes.doubt import MEANINGS
from geoseg_text.datasets.boxes.judged import FATES, Judged
from geoseg_text.datasets.building.record import WindowRecord
from geoseg_text.datasets.building.report import (
    foreground_counts,
    histogram,
    matrix,
    per_split,
    plain,
    table,
    word_counts,
    wording,
)


def count(
    judged: Sequence[Judged], records: Sequence[WindowRecord], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The report, as plain values.

    Args:
        judged: all things.
        records: what the data set holds, by image.
        facts: what the masks were drawn with.
    """
    pairs = [(record, one) for record in records for one in record.triplets]
    fates = Counter(one.fate for one in judged)
    return {
        **facts,
        "boxes": len(judged),
        "images": per_split(record.split for record in records if record.triplets),
        "triplets": per_split(record.split for record, _ in pairs),
        "masks": {fate: fates[fate] for fate in FATES},
        "reasons": {
            name: _reasons(one for one in judged if one.fate in fates_of)
            for name, fates_of in (("doubtful", {"doubtful"}), ("kept", {"kept"}), ("dropped", {"dropped"}))
        },
        "categories": table((one.category, record.split) for record, one in pairs),
        "words": word_counts([one.phrase for _, one in pairs]),
        "foreground": foreground_counts(pairs),
    }


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report as a page of Markdown."""
    lines = [
        "# Referring data from boxes",
        "",
        f"{sum(report['triplets'].values()):,} triplets of image, phrase and mask over "
        f"{sum(report['images'].values()):,} images, of {report['boxes']:,} boxes. Masks were drawn by "
        f"{plain(report['segmenter'])}; they are doubtful below a predicted IoU of {report['sure']:g} and "
        f"for the other reasons below. Splits: {plain(report['splits by'])}.",
        "",
        *matrix("", {"images": report["images"], "triplets": report["triplets"]}),
        "## Masks",
        "",
        *_listed(report["masks"], FATES),
        "## Reasons for doubt",
        "",
        "Masks that wait for a person; a mask may have several.",
        "",
        *_listed(report["reasons"]["doubtful"], MEANINGS),
        *matrix("Categories", report["categories"]),
        *wording(report["words"]),
        *histogram(report["foreground"]),
    ]
    return "\n".join(lines) + "\n"


def _reasons(judged: Any) -> dict[str, int]:
    found = Counter(doubt.kind for one in judged for doubt in one.doubts)
    return {kind: found[kind] for kind in MEANINGS}


def _listed(counts: Mapping[str, int], meanings: Mapping[Any, str]) -> list[str]:
    lines = ["| | masks | |", "|---|---:|---|"]
    return [*lines, *(f"| {name} | {number:,} | {meanings[name]} |" for name, number in counts.items()), ""]
