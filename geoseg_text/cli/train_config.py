"""`geoseg-text train CONFIG.yaml`: any system of the library, from a file of settings to a model folder."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from geoseg_text.cli.messages import say
from geoseg_text.cli.progress_bar import progress_bar


def train_from_config(
    config: Path,
    output: Path,
    *,
    work: Path,
    root: Path | None = None,
    devices: int | None = None,
    resume: bool = False,
) -> None:
    """Train as a file says, and tell where the model went.

    Args:
        config: the YAML file.
        output: model folder to write.
        work: folder of the checkpoints.
        root: folder of the data, instead of the file's.
        devices: how many share a step, instead of the file's.
        resume: go on with the training in the work folder.

    Raises:
        GeosegError: something cannot be used; one line.
    """
    from geoseg_text.training.config import read_config

    settings = read_config(config)
    if root is not None:
        settings = dataclasses.replace(settings, data=dataclasses.replace(settings.data, root=str(root)))
    if devices is not None:
        settings = dataclasses.replace(settings, run=dataclasses.replace(settings.run, devices=devices))
    from geoseg_text.training.fitting import fit

    say("training", f"checkpoints and logs go to {work}")
    with progress_bar() as progress:
        fit(settings, output, work, resume=resume, progress=progress)
