"""Does the phrase matter? Held-back scenes, each phrase kind apart, phrases shuffled, and contrasting pairs.

A pair is two phrases that one word sets apart, asked of one scene, each with a truth of its own. An answer
is right where it matches its own truth better than the other's: its scores by soft IoU, and its mask, at the
model's threshold, by IoU, where a draw (say, two empty masks) counts as wrong.

Run: ``python benchmarks/phrase_matters.py [--model FOLDER] [--scenes 200] [--json OUT]``
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import torch

from geoseg_text.evaluation.held_back import held_back_scene
from geoseg_text.evaluation.metrics import iou
from geoseg_text.language.referring import KINDS, compose, contrast_pairs
from geoseg_text.models import load_model
from geoseg_text.models.mafn import MAFN
from geoseg_text.tensors import to_tensor
from geoseg_text.values.scene import Scene


def answers(model: MAFN, scene: Scene, phrases: list[str]) -> np.ndarray:
    """Scores (P, rows, cols) of phrases over a scene."""
    image = to_tensor(scene.image[None], model.config.mean, model.config.std)
    with torch.inference_mode():
        logits = model(image, model.encode_text(phrases))[0]
    return torch.sigmoid(logits).numpy()


def soft_iou(scores: np.ndarray, truth: np.ndarray) -> float:
    """IoU of scores 0..1 and a truth, both (rows, cols)."""
    both = float((scores * truth).sum())
    return both / (float(scores.sum()) + float(truth.sum()) - both)


def judge_pairs(model: MAFN, scene: Scene, rng: np.random.Generator) -> Iterator[tuple[str, bool, bool]]:
    """Kind, right by scores and right by masks, for both phrases of up to two pairs."""
    for first, second in contrast_pairs(scene, rng, 2):
        truths = [scene.mask(first.referents), scene.mask(second.referents)]
        scores = answers(model, scene, [first.phrase, second.phrase])
        for score, (mine, theirs) in zip(scores, (truths, truths[::-1]), strict=True):
            mask = score >= model.config.threshold
            yield (
                first.kind,
                soft_iou(score, mine) > soft_iou(score, theirs),
                iou(mask, mine) > iou(mask, theirs),
            )


def measure(model: MAFN, scenes: int) -> dict[str, object]:
    """Every figure, on held-back scenes."""
    by_kind: dict[str, list[float]] = defaultdict(list)
    shuffled: dict[str, list[float]] = defaultdict(list)
    marked: list[float] = []
    right: dict[str, list[bool]] = defaultdict(list)
    right_masks: list[bool] = []
    previous: dict[str, str] = {}
    for index in range(scenes):
        scene = held_back_scene(index, model.config.window_px)
        rng = np.random.default_rng((1, index))
        drawn = [case for kind in KINDS for case in compose(scene, rng, 1, [kind], crowded=True)[:1]]
        cases = [case for kind, case in zip(KINDS, drawn, strict=True) if case.kind == kind]
        cases = [case for case in cases if model.count_tokens(case.phrase) <= model.config.tokens]
        strangers = [previous.get(case.kind, case.phrase) for case in cases]
        scores = answers(model, scene, [case.phrase for case in cases] + strangers)
        masks = scores >= model.config.threshold
        for case, own, other in zip(cases, masks, masks[len(cases) :], strict=False):
            truth = scene.mask(case.referents)
            if case.kind == "none":
                marked.append(float(own.mean()))
                continue
            by_kind[case.kind].append(iou(own, truth))
            if case.kind in previous:
                shuffled[case.kind].append(iou(other, truth))
        previous |= {case.kind: case.phrase for case in cases}
        for kind, by_score, by_mask in judge_pairs(model, scene, rng):
            right[kind].append(by_score)
            right_masks.append(by_mask)
    kinds = {kind: float(np.mean(values)) for kind, values in by_kind.items()}
    strange = {kind: float(np.mean(values)) for kind, values in shuffled.items()}
    chosen = [choice for choices in right.values() for choice in choices]
    return {
        "scenes": scenes,
        "miou": float(np.mean(list(kinds.values()))),
        "miou_shuffled": float(np.mean(list(strange.values()))),
        "kinds": kinds,
        "kinds_shuffled": strange,
        "none_marked": float(np.mean(marked)),
        "none_marked_over_2_percent": float(np.mean(np.array(marked) > 0.02)),
        "pairs": {kind: float(np.mean(values)) for kind, values in right.items()},
        "pairs_right": float(np.mean(chosen)),
        "pairs_right_by_mask": float(np.mean(right_masks)),
        "pairs_counted": len(chosen),
    }


@click.command()
@click.option("--model", "folder", default=None, help="Model folder; the embedded model by default.")
@click.option("--scenes", default=200, show_default=True)
@click.option("--json", "out", type=click.Path(path_type=Path), help="Write the figures here too.")
def main(folder: str | None, scenes: int, out: Path | None) -> None:
    """Print the figures as Markdown."""
    figures = measure(load_model(folder), scenes)
    click.echo("| kind | mIoU | phrases shuffled | contrasting pairs right |\n|---|---|---|---|")
    kinds, strange, pairs = (figures[name] for name in ("kinds", "kinds_shuffled", "pairs"))
    for kind in KINDS:
        cells = [f"{table[kind]:.3f}" if kind in table else "" for table in (kinds, strange, pairs)]  # type: ignore[operator,index]
        click.echo(f"| {kind} | " + " | ".join(cells) + " |")
    click.echo(
        f"| mean | {figures['miou']:.3f} | {figures['miou_shuffled']:.3f} | {figures['pairs_right']:.3f} |"
    )
    click.echo(f"\nnone: {figures['none_marked']:.4f} of the area marked")
    click.echo(f"pairs right by their masks at the threshold: {figures['pairs_right_by_mask']:.3f}")
    if out is not None:
        out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
