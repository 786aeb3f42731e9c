"""What a data set holds, counted: as JSON for programs and as Markdown for people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
    words = [re.findall(r"[\w'-]+", one.phrase.lower()) for _, one in pairs]
    told = [record for record in records if record.triplets]
    return {
        "grid": dict(grid),
        "windows": _per_split(record.split for record in told),
        "windows without phrases": len(records) - len(told),
        "triplets": _per_split(record.split for record, _ in pairs),
        "kinds": _table(((one.kind, record.split) for record, one in pairs), KINDS),
        "categories": _table((one.category or "nothing", record.split) for record, one in pairs),
        "words": _words(words),
        "foreground": _foreground(pairs),
        "layers": [asdict(layer) for layer in layers],
    }


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report as a page of Markdown."""
    grid, words = report["grid"], report["words"]
    lines = [
        "# Referring data",
        "",
        f"{sum(report['triplets'].values()):,} triplets of image, phrase and mask over "
        f"{sum(report['windows'].values()):,} windows of {grid['gsd_m']:.3g} m per pixel in {grid['crs']}; "
        f"{report['windows without phrases']:,} windows gave no phrase.",
        "",
        *_matrix("", {"windows": report["windows"], "triplets": report["triplets"]}),
        *_matrix("Kinds", report["kinds"]),
        *_matrix("Categories", report["categories"]),
        "## Words",
        "",
        f"{words['fewest']} to {words['most']} words a phrase, {words['mean']:.1f} on average; "
        f"{words['different']:,} different words, {words['different phrases']:,} different phrases.",
        "",
        "Most common: " + ", ".join(f"{_cell(word)} ({n})" for word, n in words["common"].items()),
        "",
        "## Foreground",
        "",
        "Share of the image that the mask covers.",
        "",
        *_histogram(report["foreground"]),
        "## Layers",
        "",
        *_layers(report["layers"]),
    ]
    return "\n".join(lines) + "\n"


def _per_split(splits: Iterator[str]) -> dict[str, int]:
    found = Counter(splits)
    return {split: found[split] for split in SPLITS}


def _table(pairs: Iterator[tuple[str, str]], names: Sequence[str] = ()) -> Counts:
    """Counts by name and split; given names in their order, others by their number."""
    found = Counter(pairs)
    totals: Counter[str] = Counter()
    for (name, _), number in found.items():
        totals[name] += number
    order = [name for name in names if totals[name]] or sorted(totals, key=lambda name: (-totals[name], name))
    return {name: {split: found[name, split] for split in SPLITS} for name in order}


def _words(phrases: Sequence[Sequence[str]]) -> dict[str, Any]:
    lengths = [len(phrase) for phrase in phrases] or [0]
    found = Counter(word for phrase in phrases for word in phrase)
    common = sorted(found, key=lambda word: (-found[word], word))[:_COMMON_WORDS]
    return {
        "fewest": min(lengths),
        "mean": round(sum(lengths) / len(lengths), 3),
        "most": max(lengths),
        "different": len(found),
        "different phrases": len({tuple(phrase) for phrase in phrases}),
        "common": {word: found[word] for word in common},
    }


def _foreground(pairs: Sequence[tuple[WindowRecord, TripletRecord]]) -> dict[str, Any]:
    """Phrases by the share of the image that their mask covers; a bin holds its lower end."""
    counts = {split: [0] * _BINS for split in SPLITS}
    for record, one in pairs:
        if one.pixels:
            share = one.pixels / (record.shape[0] * record.shape[1])
            counts[record.split][min(int(share / FOREGROUND_STEP), _BINS - 1)] += 1
    edges = [round(number * FOREGROUND_STEP, 2) for number in range(_BINS + 1)]
    return {"edges": edges, "counts": counts}


def _matrix(title: str, table: Mapping[str, Mapping[str, int]]) -> list[str]:
    lines = [f"## {title}", ""] if title else []
    lines += [f"| | {' | '.join(SPLITS)} | all |", f"|---|{'---:|' * (len(SPLITS) + 1)}"]
    for name, row in table.items():
        cells = [*(row[split] for split in SPLITS), sum(row.values())]
        lines.append(f"| {_cell(name)} | " + " | ".join(f"{cell:,}" for cell in cells) + " |")
    return [*lines, ""]


def _histogram(foreground: Mapping[str, Any]) -> list[str]:
    edges = foreground["edges"]
    totals = [sum(column) for column in zip(*foreground["counts"].values(), strict=True)]
    most = max([*totals, 1])
    last = max((number for number, total in enumerate(totals) if total), default=0)
    lines = ["```"]
    for number in range(last + 1):
        bar = "#" * -(-totals[number] * _BAR // most)
        lines.append(f"{edges[number]:4.0%} - {edges[number + 1]:4.0%} {totals[number]:7,} {bar}".rstrip())
    return [*lines, "```", ""]


def _layers(layers: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for layer in layers:
        used = ", ".join(f"{n:,} {name}" for name, n in layer["used"].items()) or "nothing"
        yield (
            f"- **{_cell(layer['name'])}**: {used}; of {layer['features']:,} features about the imagery "
            + (
                f"{layer['repaired']:,} were mended, {layer['unusable']:,} had no usable geometry, "
                f"{layer['unnamed']:,} were of no kind known or asked for, {layer['outside']:,} lay outside."
            )
        )
        for category, keys in layer["attributes"].items():
            yield f"  - {category}: " + ", ".join(f"{name} from `{_cell(key)}`" for name, key in keys.items())
        for name, values in layer["values"].items():
            yield f"  - {name}: " + ", ".join(f"{_cell(value)} {n:,}" for value, n in values.items())


def _cell(text: str) -> str:
    """Text of a stranger's that stays in its cell."""
    return "".join(letter if letter.isprintable() and letter not in "|`<>" else "?" for letter in text)
