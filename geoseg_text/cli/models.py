"""`geoseg-text models`: which networks there are, what is in one, and where weights come from."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geoseg_text.cli import models_bench, options
from geoseg_text.cli.messages import say
from geoseg_text.cli.tables import show_table

if TYPE_CHECKING:
    from geoseg_text.models.card import SystemCard
    from geoseg_text.models.folder import FolderContents


@click.group("models", short_help="List, show, fetch, convert and time models.")
def command() -> None:
    """List and show models; fetch or convert their weights; measure what each costs."""


command.add_command(models_bench.command)


@command.command("list", short_help="List the registered models.")
@options.json_option
def list_models(as_json: bool) -> None:
    """List the registered models: size, published figures, where weights can be had, and their licence.

    RRSIS-D: mIoU and oIoU on the test split, in percent, as the first paper reports them. Weights: embedded
    in this package, on the Hugging Face hub (models pull), linked from the authors' page, or none published.
    """
    from geoseg_text.models import DEFAULT_MODEL, SYSTEMS
    from geoseg_text.models.cards import availability

    if as_json:
        click.echo(json.dumps({name: _card_as_json(name) for name in SYSTEMS}, indent=2))
        return
    rows = [
        (
            f"{name} (default)" if name == DEFAULT_MODEL else name,
            str(card.year),
            f"{card.input_px} px",
            str(card.tokens),
            f"{card.parameters / 1e6:.1f} M",
            _first_figures(card),
            availability(name),
            card.weights_licence,
        )
        for name, card in SYSTEMS.items()
    ]
    head = ("name", "year", "input", "tokens", "parameters", "RRSIS-D", "weights", "licence of the weights")
    show_table(head, rows, right=("input", "tokens", "parameters"))


@command.command("show", short_help="Show a model's card, and what its folder holds.")
@click.argument("model", metavar="NAME_OR_FOLDER", required=False)
@options.json_option
def show_model(model: str | None, as_json: bool) -> None:
    """Show the card of a model and, where its weights are there, what the model folder holds.

    NAME_OR_FOLDER is a registered name, a model folder or a hub id (owner/name); the default model without.
    """
    from geoseg_text.models import DEFAULT_MODEL, SYSTEMS
    from geoseg_text.models.cards import availability
    from geoseg_text.models.folder import read_contents
    from geoseg_text.models.registry import find_folder

    name, contents = model or DEFAULT_MODEL, None
    if name not in SYSTEMS or Path(name).is_dir() or availability(name) == "embedded":
        contents = read_contents(find_folder(name))
        name = next((known for known in _names_in(contents) if known in SYSTEMS), name)
    if as_json:
        card = _card_as_json(name) if name in SYSTEMS else None
        folder = dataclasses.asdict(contents) if contents else None
        click.echo(json.dumps({"name": name, "card": card, "folder": folder}, indent=2))
        return
    for line in (*_card_as_text(name), *_contents_as_text(contents)):
        click.echo(line)


@command.command("pull", short_help="Fetch weights from the hub.")
@click.argument("name", metavar="NAME")
@options.folder_option
@options.loudness_options
def pull(name: str, output: Path) -> None:
    """Fetch the weights of the registered model NAME from the Hugging Face hub into a model folder.

    Every file is checked by its SHA-256. An interrupted fetch goes on where it stopped; the folder is made
    once all is there.

    \b
    geoseg-text models pull remotesam -o remotesam
    geoseg-text segment town.tif -p "the blue roof" -o roof.gpkg --model remotesam
    """
    from huggingface_hub.utils import disable_progress_bars  # type: ignore[attr-defined]

    from geoseg_text.models.pull import pull_model

    if options.is_quiet() or not sys.stderr.isatty():
        disable_progress_bars()
    for place in pull_model(name, output):
        say("note", f"fetched {place.file} of {place.repository}, SHA-256 {place.sha256}")
    say("note", f"wrote {output}")


@command.command("convert", short_help="Turn a published checkpoint into a model folder.")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "--system", required=True, metavar="NAME", help="The published system it belongs to, e.g. mafn."
)
@options.folder_option
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
    if not report.tokenizer:
        say(
            "note",
            f"{output} has no tokenizer yet, for want of a connection; put vocab.txt or tokenizer.json of "
            "bert-base-uncased into it",
        )


def _first_figures(card: SystemCard) -> str:
    """The mIoU and oIoU on RRSIS-D's test split, as the first paper reports them."""
    found = (
        f"{m.miou:.2f} / {m.oiou:.2f}" for m in card.metrics if (m.dataset, m.split) == ("RRSIS-D", "test")
    )
    return next(found, "")


def _card_as_json(name: str) -> dict[str, Any]:
    from geoseg_text.models import DEFAULT_MODEL, SYSTEMS
    from geoseg_text.models.cards import availability

    derived = {
        "gsd_range_m": SYSTEMS[name].gsd_range_m,
        "availability": availability(name),
        "default": name == DEFAULT_MODEL,
    }
    return dataclasses.asdict(SYSTEMS[name]) | derived


def _names_in(contents: FolderContents) -> tuple[str, str]:
    """What a folder's configuration calls its variant, and its system."""
    return str(contents.config.get("name")), str(contents.config["system"])


def _card_as_text(name: str) -> Iterator[str]:
    from geoseg_text.models import SYSTEMS

    card = SYSTEMS.get(name)
    if card is None:
        return
    gsd = card.gsd_range_m
    yield f"{name} (system {card.system})"
    yield f"paper: {card.paper}, {card.venue} {card.year}, {card.reference}"
    yield f"authors' code: {card.repository or 'not published'}, licence {card.code_licence}"
    yield f"weights: {card.weights}; licence {card.weights_licence}"
    yield f"input: {card.input_px} px, {card.tokens} tokens"
    yield f"trained on: {', '.join(card.trained_on)}"
    yield f"ground sample distance: {f'{gsd[0]:g} to {gsd[1]:g} m' if gsd else 'unknown'}"
    yield f"parameters: {card.parameters:,}"
    if card.published_parameters is not None:
        yield f"parameters as published: {card.published_parameters:,}"
    if card.deviation:
        yield f"why they differ: {card.deviation}"
    for m in card.metrics:
        yield f"{m.dataset} {m.split}: mIoU {m.miou:.2f}, oIoU {m.oiou:.2f} (reported by {m.source})"


def _contents_as_text(contents: FolderContents | None) -> Iterator[str]:
    if contents is None:
        return
    kinds = ", ".join(f"{count} {kind}" for kind, count in contents.precisions.items())
    yield f"folder: {contents.folder}"
    yield f"  weights: {contents.numbers:,} numbers in {contents.tensors} tensors ({kinds})"
    yield f"  weights on disk: {contents.weights_bytes / 2**20:.1f} MiB"
    yield f"  tokenizer: {'there' if contents.tokenizer else 'missing'}"
    for key, value in contents.config.items():
        yield f"  {key}: {value}"
