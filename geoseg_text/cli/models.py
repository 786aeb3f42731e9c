"""`geoseg-text models`: which networks there are, what is in one, published checkpoints to model folders."""

from __future__ import annotations

import json
from pathlib import Path

import click

from geoseg_text.cli import options
from geoseg_text.cli.messages import say


@click.group("models", short_help="List, show and convert models.")
def command() -> None:
    """List and show models; turn a published checkpoint into a model folder."""


@command.command("list")
@options.json_option
def list_models(as_json: bool) -> None:
    """List the registered models: name, year, licence of the weights, and where weights can be had."""
    from geoseg_text.models import DEFAULT_MODEL, SYSTEMS

    if as_json:
        found = {name: vars(card) | {"default": name == DEFAULT_MODEL} for name, card in SYSTEMS.items()}
        click.echo(json.dumps(found, indent=2))
        return
    for name, card in SYSTEMS.items():
        mark = " (default)" if name == DEFAULT_MODEL else ""
        click.echo(f"{name}{mark}: {card.paper}, {card.year}; weights {card.weights_licence}, {card.weights}")


@command.command("show")
@click.argument("model", metavar="MODEL", required=False)
@options.json_option
def show_model(model: str | None, as_json: bool) -> None:
    """Show what a model with its weights is made of; the default one without MODEL.

    MODEL is a registered name, a model folder or a hub id (owner/name).
    """
    from geoseg_text.models import load_model

    network = load_model(model)
    facts = network.config.to_dict() | {"parameters": sum(weight.numel() for weight in network.parameters())}
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    for key, value in facts.items():
        click.echo(f"{key}: {value}")


@command.command("convert")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "--system", required=True, metavar="NAME", help="The published system it belongs to, e.g. mafn."
)
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="The model folder to make.",
)
def convert(checkpoint: Path, system: str, output: Path) -> None:
    """Turn a published CHECKPOINT (.pth, .safetensors) into a model folder that `segment --model` takes.

    The file is read without executing code from it. A checkpoint that does not fill the network is refused.

    \b
    geoseg-text models convert mafn_rrsisd.pth --system mafn -o mafn-rrsisd
    geoseg-text segment town.tif -p "the blue roof" -o roof.gpkg --model mafn-rrsisd
    """
    from geoseg_text.models.convert import convert_checkpoint

    report = convert_checkpoint(checkpoint, system, output)
    say("note", f"{report.loaded} entries converted, {len(report.dead)} unused ones left out; wrote {output}")
