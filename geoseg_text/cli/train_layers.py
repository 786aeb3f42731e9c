"""`geoseg-text train --imagery --labels`: a model for one's own place, from layers to a model folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geoseg_text.cli.messages import say
from geoseg_text.cli.progress_bar import progress_bar
from geoseg_text.cli.tables import show_table
from geoseg_text.errors import InputError

if TYPE_CHECKING:
    from geoseg_text.training.pools.module import Schedule
    from geoseg_text.training.pools.own_layers import OwnLayers


def train_on_layers(
    own: OwnLayers, output: Path, *, start: str, schedule: Schedule, work: Path, resume: bool, seed: int
) -> None:
    """Train on layers, and tell what the model marks on the windows held back, before and after.

    Args:
        own: imagery and layers.
        output: model folder to write.
        start: model folder or registered name of a MAFN to start from.
        schedule: see there.
        work: folder of the pools, the checkpoint and the log.
        resume: go on from the checkpoint under ``work``.
        seed: orders all chance.

    Raises:
        GeosegError: something cannot be used; one line.
    """
    from geoseg_text.models import load_model
    from geoseg_text.models.mafn import MAFN
    from geoseg_text.training.pools.own_layers import SCENES, SHARES, judge, write_own_pool
    from geoseg_text.training.pools.recipe import Recipe, draw_pool, train

    model = load_model(None if start == "default" else start)
    if not isinstance(model, MAFN):
        raise InputError(f"--from {start}: only a MAFN learns from layers; train others with a CONFIG.yaml")
    with progress_bar() as progress:
        write_own_pool(own, work, progress)
    before = judge(model, work)
    say("drawing", f"{SCENES} scenes into {work}, those that are not there yet, so that no word is forgotten")
    draw_pool(work / "scenes", SCENES)
    train(Recipe(work, schedule, shares=SHARES, seed=seed), output, start=model, resume=resume)
    after = judge(load_model(output), work)
    rows = [(phrase, f"{before[phrase]:.3f}", f"{after[phrase]:.3f}") for phrase in before]
    if rows:
        say("judged", "oIoU on the windows that were held back, before and after")
        show_table(("phrase", "before", "after"), rows, right=("before", "after"))
