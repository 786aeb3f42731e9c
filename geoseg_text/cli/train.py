"""`geoseg-text train`: the recipe of the embedded model. Its flags stand beside the recipe."""

from __future__ import annotations

import click


@click.command(
    "train",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    short_help="Train the embedded model.",
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def command(words: tuple[str, ...]) -> None:
    """Train the embedded model on pools of labelled scenes; `geoseg-text train --help` lists its flags."""
    from geoseg_text.training.embedded import main

    main(words, prog_name="geoseg-text train", standalone_mode=False)
