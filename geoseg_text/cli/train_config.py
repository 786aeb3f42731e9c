"""`geoseg-text train CONFIG.yaml`: any system of the library, from a file of settings to a model folder."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from geoseg_text.cli import options
from geoseg_text.cli.messages import say
from geoseg_text.cli.progress_bar import progress_bar


def train_from_config(
    config: Path,
    output: Path,
    *,
    work: Path | None = None,
    root: Path | None = None,
    devices: int | None = None,
    resume: bool = False,
) -> None:
    """Train as a file says, and tell where the model went.

    Args:
        config: the YAML file.
        output: model folder to write.
        work: folder of the checkpoints; beside the output where None.
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

    kept = work or Path(f"{output}-training")
    say("training", f"checkpoints and logs go to {kept}")
    with progress_bar() as progress:
        fit(settings, output, kept, resume=resume, progress=progress)
    say("wrote", str(output))


@click.command("train-config", short_help="Train any system from a file of settings.")
@click.argument("config", metavar="CONFIG.yaml", type=click.Path(path_type=Path))
@options.folder_option
@click.option(
    "--work",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Folder of checkpoints and logs; OUTPUT-training by default.",
)
@click.option(
    "--root",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Folder of the data; the file's by default.",
)
@click.option("--devices", type=click.IntRange(min=1), help="GPUs that share a step; the file's by default.")
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint.")
@options.loudness_options
def command(
    config: Path, output: Path, work: Path | None, root: Path | None, devices: int | None, resume: bool
) -> None:
    """Train any system of the library as CONFIG.yaml says, and write a model folder.

    \b
    geoseg-text train-config recipes/rmsin-rrsisd.yaml --root /data -o rmsin-rrsisd
    geoseg-text train-config recipes/rmsin-rrsisd.yaml --root /data -o rmsin-rrsisd --resume

    recipes/ holds a file for each published system and data set, with where each value comes from. The
    weights that do best on the validation split are written; the test split neither teaches nor chooses. A
    training that was stopped or killed goes on with --resume and ends, on a CPU, with the weights that it
    would have had.
    """
    train_from_config(config, output, work=work, root=root, devices=devices, resume=resume)
