"""What a data set holds, counted: as JSON for programs and as Markdown for people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from geoseg_text.datasets.building.labels import LayerFacts
from geoseg_text.datasets.building.record import TripletRecord, WindowRecord
from geoseg_text.datasets.sample import SPLITS
from geoseg_text.language.cases import KINDS

FOREGROUND_STEP = 0.05
"""Width of a bin of the histogram of foreground proportions, a share of the image."""

_BINS = round(1 / FOREGROUND_STEP)
_COMMON_WORDS = 30
_BAR = 40

Counts = dict[str, dict[str, int]]


def count(
    records: Sequence[WindowRecord], layers: Sequence[LayerFacts], grid: Mapping[str, Any]
) -> dict[str, Any]:
    """The report, as plain values.

    Args:
        records: the windows that are done.
        layers: what became of the layers.
        grid: CRS, shape and ground sample distance of the run grid.
    """
    pairs = [(record, one) for record in records for one in record.triplets]
    told = [record for record in records if record.triplets]
    return {
        "grid": dict(grid),
        "windows": per_split(record.split for record in told),
        "windows without phrases": len(records) - len(told),
        "triplets": per_split(record.split for record, _ in pairs),
        "kinds": table(((one.kind, record.split) for record, one in pairs if one.kind), KINDS),
        "categories": table((one.category or "nothing", record.split) for record, one in pairs),
        "words": word_counts([one.phrase for _, one in pairs]),
        "foreground": foreground_counts(pairs),
        "layers": [asdict(layer) for layer in layers],
    }


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report as a page of Markdown."""
    grid = report["grid"]
    lines = [
        "# Referring data",
        "",
        f"{sum(report['triplets'].values()):,} triplets of image, phrase and mask over "
        f"{sum(report['windows'].values()):,} windows of {grid['gsd_m']:.3g} m per pixel in {grid['crs']}; "
        f"{report['windows without phrases']:,} windows gave no phrase.",
        "",
        *matrix("", {"windows": report["windows"], "triplets": report["triplets"]}),
        *matrix("Kinds", report["kinds"]),
        *matrix("Categories", report["categories"]),
        *wording(report["words"]),
        *histogram(report["foreground"]),
        "## Layers",
        "",
        *_layers(report["layers"]),
    ]
    return "\n".join(lines) + "\n"


def per_split(splits: Iterable[str]) -> dict[str, int]:
    """How often each split occurs."""
    found = Counter(splits)
    return {split: found[split] for split in SPLITS}


def table(pairs: Iterable[tuple[str, str]], names: Sequence[str] = ()) -> Counts:
    """Counts by name and split; given names in their order, others by their number."""
    found = Counter(pairs)
    totals: Counter[str] = Counter()
    for (name, _), number in found.items():
        totals[name] += number
    order = [name for name in names if totals[name]] or sorted(totals, key=lambda name: (-totals[name], name))
    return {name: {split: found[name, split] for split in SPLITS} for name in order}


def word_counts(phrases: Sequence[str]) -> dict[str, Any]:
    """Lengths of phrases in words, and their words."""
    told = [re.findall(r"[\w'-]+", phrase.lower()) for phrase in phrases]
    lengths = [len(words) for words in told] or [0]
    found = Counter(word for words in told for word in words)
    common = sorted(found, key=lambda word: (-found[word], word))[:_COMMON_WORDS]
    return {
        "fewest": min(lengths),
        "mean": round(sum(lengths) / len(lengths), 3),
        "most": max(lengths),
        "different": len(found),
        "different phrases": len({tuple(words) for words in told}),
        "common": {word: found[word] for word in common},
    }


def foreground_counts(pairs: Sequence[tuple[WindowRecord, TripletRecord]]) -> dict[str, Any]:
    """Phrases by the share of the image that their mask covers; a bin holds its lower end."""
    counts = {split: [0] * _BINS for split in SPLITS}
    for record, one in pairs:
        if one.pixels:
            share = one.pixels / (record.shape[0] * record.shape[1])
            counts[record.split][min(int(share / FOREGROUND_STEP), _BINS - 1)] += 1
    edges = [round(number * FOREGROUND_STEP, 2) for number in range(_BINS + 1)]
    return {"edges": edges, "counts": counts}


def wording(words: Mapping[str, Any]) -> list[str]:
    """The words as lines of Markdown."""
    return [
        "## Words",
        "",
        f"{words['fewest']} to {words['most']} words a phrase, {words['mean']:.1f} on average; "
        f"{words['different']:,} different words, {words['different phrases']:,} different phrases.",
        "",
        "Most common: " + ", ".join(f"{plain(word)} ({n})" for word, n in words["common"].items()),
        "",
    ]


def matrix(title: str, rows: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Counts by split as a table of Markdown."""
    lines = [f"## {title}", ""] if title else []
    lines += [f"| | {' | '.join(SPLITS)} | all |", f"|---|{'---:|' * (len(SPLITS) + 1)}"]
    for name, row in rows.items():
        cells = [*(row[split] for split in SPLITS), sum(row.values())]
        lines.append(f"| {plain(name)} | " + " | ".join(f"{cell:,}" for cell in cells) + " |")
    return [*lines, ""]


def histogram(foreground: Mapping[str, Any]) -> list[str]:
    """The shares of the image that masks cover, as lines of Markdown."""
    edges = foreground["edges"]
    totals = [sum(column) for column in zip(*foreground["counts"].values(), strict=True)]
    most = max([*totals, 1])
    last = max((number for number, total in enumerate(totals) if total), default=0)
    lines = ["## Foreground", "", "Share of the image that the mask covers.", "", "```"]
    for number in range(last + 1):
        bar = "#" * -(-totals[number] * _BAR // most)
        lines.append(f"{edges[number]:4.0%} - {edges[number + 1]:4.0%} {totals[number]:7,} {bar}".rstrip())
    return [*lines, "```", ""]


def _layers(layers: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for layer in layers:
        used = ", ".join(f"{n:,} {name}" for name, n in layer["used"].items()) or "nothing"
        yield (
            f"- **{plain(layer['name'])}**: {used}; of {layer['features']:,} features about the imagery "
            + (
                f"{layer['repaired']:,} were mended, {layer['unusable']:,} had no usable geometry, "
                f"{layer['unnamed']:,} were of no kind known or asked for, {layer['outside']:,} lay outside."
            )
        )
        for category, keys in layer["attributes"].items():
            yield f"  - {category}: " + ", ".join(f"{name} from `{plain(key)}`" for name, key in keys.items())
        for name, values in layer["values"].items():
            yield f"  - {name}: " + ", ".join(f"{plain(value)} {n:,}" for value, n in values.items())


def plain(text: str) -> str:
    """Text of a stranger's that stays in its cell."""
    return "".join(letter if letter.isprintable() and letter not in "|`<>" else "?" for letter in text)
