"""`geoseg-text train`: the embedded model, from scenes and labelled imagery to a model folder."""

from __future__ import annotations

from pathlib import Path

import click

from geoseg_text.cli import options
from geoseg_text.cli.messages import say
from geoseg_text.errors import InputError, OutputError


@click.command("train", short_help="Train the embedded model.")
@click.option(
    "--work", type=click.Path(path_type=Path), required=True, help="Folder of pools and checkpoint."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Model folder to write.")
@click.option("--scenes", type=click.IntRange(min=1), default=3000, show_default=True, help="Scenes to draw.")
@click.option(
    "--labelled", type=click.Path(path_type=Path, exists=True), help="Folder of the labelled image sets."
)
@click.option("--minutes", type=float, default=150, show_default=True, help="Length by the clock.")
@click.option("--start", type=click.Path(path_type=Path, exists=True), help="Model folder to start from.")
@click.option("--resume", is_flag=True, help="Go on from the checkpoint in --work.")
@click.option("--rate", type=float, default=1e-3, show_default=True, help="Highest learning rate.")
@click.option("--trunk-share", type=float, default=0.2, show_default=True, help="Time for the eyes alone.")
@click.option(
    "--teacher-minutes",
    type=float,
    default=0,
    show_default=True,
    help="Length of the tuning of a teacher.",
)
@click.option("--plain", type=float, default=0.45, show_default=True, help="Share of plain nouns.")
@click.option("--kind", "kinds", multiple=True, help="Kind of the other phrases; all without it.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Orders all chance.")
@options.loudness_options
def command(
    work: Path,
    output: Path,
    scenes: int,
    labelled: Path | None,
    minutes: float,
    start: Path | None,
    resume: bool,
    rate: float,
    trunk_share: float,
    teacher_minutes: float,
    plain: float,
    kinds: tuple[str, ...],
    seed: int,
) -> None:
    """Train mafn-tiny by the clock and write a model folder that segment takes with --model.

    \b
    geoseg-text train --work train -o my-model --minutes 150
    geoseg-text train --work train -o my-model --minutes 150 --resume

    Scenes are drawn into --work first (a quarter of a second each) and kept for the next training. The trunk
    learns to name what pixels show before words come in. With --teacher-minutes (10 do) it also imitates a
    network that learnt from photographs, tuned to these pools first and kept in --work. The log is
    WORK/log_1/metrics.csv (log_2 once resumed); a checkpoint is kept every 200 steps and at the end, so that
    --resume with more minutes goes on.
    """
    if output.exists():
        raise OutputError(f"{str(output)!r} exists; choose another folder or remove it first")
    if resume and not (work / "last.ckpt").is_file():
        raise InputError(f"no checkpoint in {str(work)!r}; start without --resume")
    from geoseg_text.language.referring import KINDS
    from geoseg_text.training.module import Schedule
    from geoseg_text.training.recipe import Recipe, fill_pools, train
    from geoseg_text.training.samples import Asking

    known = tuple(kind for kind in KINDS if kind in kinds)
    if len(known) < len(set(kinds)):
        raise InputError(f"unknown kind among {', '.join(kinds)}; known are {', '.join(KINDS)}")
    say("drawing", f"{scenes} scenes into {work}, those that are not there yet")
    fill_pools(work, scenes, labelled)
    schedule = Schedule(minutes=minutes, rate=rate, trunk_share=trunk_share)
    asking = Asking(plain=plain, kinds=known or None)
    recipe = Recipe(work, schedule, asking=asking, teacher_minutes=teacher_minutes, seed=seed)
    train(recipe, output, start=start, resume=resume)
    say("wrote", str(output))
