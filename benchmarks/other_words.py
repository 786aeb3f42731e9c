"""Does the model know words that no template has? Held-back scenes, asked in trained words and in others.

For each category that a scene shows, its trained noun and nouns that the lexicon lacks are asked about the
same scene. The mIoU of both is averaged over the categories, each counted alike.

Run: ``python benchmarks/other_words.py [--model FOLDER] [--scenes 100] [--json OUT]``
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import torch

from geoseg_text.evaluation.answering import answers
from geoseg_text.evaluation.held_back import SceneSample, category_sample, held_back_scene
from geoseg_text.evaluation.metrics import iou
from geoseg_text.language.lexicon import expand, wordlist
from geoseg_text.models import load_model

OTHER = {
    "building": ("buildings", ("premises", "mansions", "abodes")),
    "road": ("roads", ("boulevards", "causeways", "alleys")),
    "car": ("cars", ("limousines", "taxis", "coupes")),
    "tree": ("trees", ("saplings", "oaks", "conifers")),
    "lawn": ("lawns", ("sward", "greensward", "turfgrass")),
    "lake": ("lakes", ("tarns", "meres", "pools of fresh water")),
    "river": ("rivers", ("tributaries", "flowing water", "bourns")),
    "field": ("fields", ("paddocks", "tillage", "plantations")),
}
"""Of each category the trained phrase, and phrases that no template makes."""


def samples(scenes: int, side_px: int) -> Iterator[SceneSample]:
    """Every phrase for every category that a scene shows and knows all of."""
    for index in range(scenes):
        scene = held_back_scene(index, side_px)
        for category, (trained, others) in OTHER.items():
            asked = [
                category_sample(scene, category, phrase, f"scene {index}") for phrase in (trained, *others)
            ]
            if expand([category]) <= scene.complete and asked[0].mask.any():
                yield from asked


def measure(folder: str | None, scenes: int) -> dict[str, dict[str, float]]:
    """Of every phrase its mIoU, by category."""
    model = load_model(folder)
    ious: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for answer in answers(model, samples(scenes, model.config.window_px), torch.device("cpu")):
        sample = answer.sample
        marked = answer.scores >= model.config.threshold
        ious[str(sample.category)][sample.phrase].append(iou(marked, sample.mask))
    return {
        category: {phrase: float(np.mean(values)) for phrase, values in phrases.items()}
        for category, phrases in ious.items()
    }


@click.command()
@click.option("--model", "folder", default=None, help="Model folder; the embedded model by default.")
@click.option("--scenes", default=100, show_default=True)
@click.option("--json", "out", type=click.Path(path_type=Path), help="Write the figures here too.")
def main(folder: str | None, scenes: int, out: Path | None) -> None:
    """Print the figures as Markdown."""
    trained_words = " ".join(wordlist()).split()
    told = [
        phrase for _, others in OTHER.values() for phrase in others if set(phrase.split()) <= {*trained_words}
    ]
    if told:
        raise click.ClickException(f"the templates can make {', '.join(told)}: choose other words")
    figures = measure(folder, scenes)
    click.echo("| category | trained | mIoU | other words | mIoU |\n|---|---|---|---|---|")
    before, after = [], []
    for category, phrases in figures.items():
        trained, others = OTHER[category]
        mean = float(np.mean([phrases[word] for word in others]))
        click.echo(f"| {category} | {trained} | {phrases[trained]:.3f} | {', '.join(others)} | {mean:.3f} |")
        before.append(phrases[trained])
        after.append(mean)
    click.echo(f"| mean | | {np.mean(before):.3f} | | {np.mean(after):.3f} |")
    if out is not None:
        out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
