"""`geoseg-text train --imagery --labels`: a model for one's own place, from layers to a model folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from geoseg_text.cli.messages import say
from geoseg_text.cli.progress_bar import progress_bar
from geoseg_text.cli.tables import show_table


def train_on_layers(output: Path, work: Path, given: Mapping[str, Any], *, resume: bool) -> None:
    """Train on layers, and tell what the model marks on the windows held back, before and after.

    Args:
        output: model folder to write.
        work: folder of the pools, the checkpoint and the log.
        given: the flags of the command.
        resume: go on from the checkpoint under ``work``.

    Raises:
        GeosegError: something cannot be used; one line.
    """
    if not given["imagery"]:
        raise click.UsageError("Labels lie over imagery: name it with --imagery.")
    if not given["labels"]:
        raise click.UsageError("Imagery alone teaches nothing: name a layer over it with --labels.")
    from geoseg_text.training.fine_tuning import fine_tune

    with progress_bar() as progress:
        trained = fine_tune(
            given["imagery"],
            given["labels"],
            output,
            categories=given["categories"],
            attributes=given["attributes"],
            where=given["where"],
            width_m=given["width_m"],
            start=given["start"],
            minutes=given["minutes"],
            rate=given["rate"],
            work=work,
            resume=resume,
            bands=given["bands"],
            stretch=given["stretch"],
            gsd=given["gsd_m"],
            aoi=given["aoi"],
            seed=given["seed"],
            progress=progress,
        )
    rows = [(phrase, _figure(gain.before), _figure(gain.after)) for phrase, gain in trained.gains.items()]
    if rows:
        say("judged", "oIoU on the windows that were held back, before and after")
        show_table(("phrase", "before", "after"), rows, right=("before", "after"))


def _figure(iou: float | None) -> str:
    return "-" if iou is None else f"{iou:.3f}"
