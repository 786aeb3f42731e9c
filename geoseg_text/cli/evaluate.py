"""`geoseg-text evaluate`: how well a model answers the phrases of a data set, or agrees with a layer."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from geoseg_text.cli import options
from geoseg_text.cli.given import refuse
from geoseg_text.cli.layer_options import placing_options
from geoseg_text.cli.messages import say
from geoseg_text.cli.progress_bar import progress_bar
from geoseg_text.datasets import BENCHMARKS
from geoseg_text.errors import OutputError

if TYPE_CHECKING:
    from geoseg_text.evaluation.answering import Evaluation
    from geoseg_text.evaluation.cases import Asked
    from geoseg_text.evaluation.report import Report
    from geoseg_text.models.base import ReferringModel

SCENES = "scenes"
SCENE_SAMPLES = 1000
"""Samples of the endless held-back scenes where no limit is given."""
FILES = ("report.json", "report.md", "gallery.png")
_OF_DATASETS = ("dataset", "root", "output", "split", "limit", "overwrite")
_OF_LAYERS = (
    "imagery", "labels", "phrase", "where", "width_m", "gsd_m", "bands", "stretch", "aoi", "bounds",
    "bounds_crs", "threshold_low", "min_area_m2", "simplify_m", "square",
)  # fmt: skip
_TAKEN = ("root", "output", "split", "model", "limit", "device", "threshold", "overwrite")


@click.command("evaluate", short_help="Measure a model on a data set or on your own layer.")
@click.argument(
    "dataset",
    metavar="[DATASET]",
    required=False,
    type=click.Choice((*BENCHMARKS, SCENES), case_sensitive=False),
)
@click.argument("root", metavar="[ROOT]", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="DATASET: the folder to make, for report.json, report.md and gallery.png.",
)
@click.option(
    "--split",
    type=click.Choice(("train", "val", "test")),
    default="val",
    show_default=True,
    help="DATASET: which samples.",
)
@options.model_option
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="DATASET: at most so many samples, spread evenly over the split; all by default, of scenes 1000.",
)
@options.device_option
@placing_options
@click.option("-p", "--phrase", metavar="PHRASE", help="With --labels: what its features are.")
@click.option("--bounds", type=options.Numbers(float, 4), metavar="W,S,E,N", help="Look only at this box.")
@click.option(
    "--bounds-crs", metavar="CRS", help="CRS of --bounds, e.g. EPSG:4326; that of the imagery by default."
)
@options.cutting_options
@options.overwrite_option
@options.json_option
@options.loudness_options
def command(dataset: str | None, as_json: bool, **given: Any) -> None:
    """Ask a model, and count how its answers overlap with the truth: of a data set, or a layer of yours.

    A vector layer with all there is of what a phrase means is compared with the polygons of segment by the
    same settings, wherever the imagery is valid: IoU, precision and recall of the ground, the share of
    features that were found (covered by half or more) and of polygons that are right.

    \b
    geoseg-text evaluate --imagery town.tif --labels buildings.gpkg --phrase "the buildings"

    Of a data set every phrase is asked. DATASET is RefSegRS, RRSIS-D, RRSIS-HR or RISORS, unpacked in ROOT;
    or scenes: synthetic scenes that no training has seen, drawn on the way, without ROOT.

    \b
    geoseg-text evaluate RRSIS-D /data --split test --model rmsin-rrsisd -o rmsin-test
    geoseg-text evaluate RefSegRS /data/RefSegRS --limit 100 -o quick-look
    geoseg-text evaluate scenes -o scenes

    Of a data set every figure is given twice: as the papers count, with image and mask resized to the square
    that the network sees, and at the images' own sizes, as users see it. Intervals are a bootstrap over
    samples.
    Phrases that mean nothing in their image are counted apart. The gallery shows the best and worst answers.

    The table of all samples, or of the layer, comes on stdout, or with --json all figures but those of single
    cases.

    Exit codes: 0 done, 1 a stated error, 2 usage, 3 done but some windows were not seen, 130 stopped by
    Ctrl-C.
    """
    if given["imagery"] or given["labels"]:
        from geoseg_text.cli.evaluate_layer import evaluate_layer

        refuse(_OF_DATASETS, "goes with a DATASET; a layer takes --imagery, --labels and --phrase")
        evaluate_layer(given, as_json=as_json)
    elif dataset is None:
        raise click.UsageError("Say what to compare with: a DATASET, or --imagery, --labels and --phrase.")
    else:
        refuse(_OF_LAYERS, "goes with --imagery and --labels; leave it out for a DATASET")
        _evaluate_dataset(dataset, as_json=as_json, **{name: given[name] for name in _TAKEN})


def _evaluate_dataset(
    dataset: str,
    *,
    root: Path | None,
    output: Path | None,
    split: str,
    model: str | None,
    limit: int | None,
    device: str,
    threshold: float | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    if output is None:
        raise click.UsageError("Say which folder to make for the report with -o.")
    if (root is None) != (dataset == SCENES):
        wrong = "takes no ROOT: it is drawn" if root else "needs ROOT, the folder it was unpacked into"
        raise click.UsageError(f"{dataset} {wrong}.", click.get_current_context())
    if dataset == SCENES and split != "val":
        raise click.UsageError("scenes are held back: they have the split val alone.")
    _check_folder(output, overwrite)

    from geoseg_text.evaluation.answering import evaluate
    from geoseg_text.models import load_model
    from geoseg_text.predict import choose_device
    from geoseg_text.values.rows import score_level

    network, computer = load_model(model), choose_device(device)
    level = network.config.threshold if threshold is None else threshold
    score_level(level)  # refuses before the work what is no score
    chosen = _chosen(dataset, root, split, limit, network.config.window_px)
    with progress_bar() as progress:
        found = evaluate(
            network, chosen.samples, chosen.total, threshold=level, device=computer, progress=progress
        )
    asked = {"data": dataset, "split": split, "samples": len(found.cases), "samples_in_split": chosen.whole}
    report = _report(found, network, asked, {"threshold": level, "device": str(computer)})
    _write(report, found, output, f"{network.config.name} on {dataset}, {split}")
    _tell(report, found, output, as_json)


class _Chosen(NamedTuple):
    samples: Iterable[Asked]
    total: int
    whole: int | None
    """Samples of the split; None where there is no end of them."""


def _chosen(dataset: str, root: Path | None, split: str, limit: int | None, side_px: int) -> _Chosen:
    """The samples to ask."""
    if root is None:
        from geoseg_text.evaluation.held_back import scene_samples

        total = limit or SCENE_SAMPLES
        return _Chosen(islice(scene_samples(side_px), total), total, None)
    from geoseg_text.datasets import open_benchmark

    whole = open_benchmark(dataset, root, split)  # type: ignore[arg-type]  # one of click's choices
    total = min(limit or len(whole), len(whole))
    places = (number * len(whole) // total for number in range(total))
    return _Chosen((whole[place] for place in places), total, len(whole))


def _report(
    found: Evaluation, network: ReferringModel, asked: dict[str, Any], settings: dict[str, Any]
) -> Report:
    import geoseg_text
    from geoseg_text.evaluation.cost import machine_facts
    from geoseg_text.evaluation.report import Report
    from geoseg_text.evaluation.summary import summarise
    from geoseg_text.results.manifest import weights_hash

    run = {
        **asked,
        "phrases_cut": found.shortened,
        "model": network.config.name,
        "system": network.config.system,
        "weights_sha256": weights_hash(network),
        "network_side_px": network.config.window_px,
        "threshold": settings["threshold"],
        "geoseg_text": geoseg_text.__version__,
        **machine_facts(settings["device"]),
    }
    return Report(run, summarise(found.cases), tuple(found.cases))


def _check_folder(output: Path, overwrite: bool) -> None:
    """Refuse before the work what could not be written after it."""
    if not output.absolute().parent.is_dir():
        raise OutputError(f"{output}: the folder {output.absolute().parent} does not exist; create it first")
    if output.exists() and not output.is_dir():
        raise OutputError(f"{output}: a file; name a folder")
    if output.exists() and not overwrite:
        raise OutputError(f"{output}: already exists; choose another name or allow overwriting (--overwrite)")


def _write(report: Report, found: Evaluation, output: Path, title: str) -> None:
    """Write the folder; it appears once all is in it, and in one that exists each file is replaced whole."""
    from geoseg_text.evaluation.gallery import save_gallery

    text = json.dumps(report.to_json(), indent=1, allow_nan=False)
    parent, name = output.absolute().parent, output.absolute().name
    try:
        with tempfile.TemporaryDirectory(prefix=f".{name[:80]}-", dir=parent) as scratch:
            draft = Path(scratch, name)
            draft.mkdir()
            (draft / "report.json").write_text(text + "\n", encoding="utf-8")
            (draft / "report.md").write_text(report.to_markdown(), encoding="utf-8", errors="replace")
            save_gallery(found.shortlist, draft / "gallery.png", title)
            if not output.exists():
                draft.replace(output)
                return
            for file in FILES:
                (draft / file).replace(output / file)
    except OSError as error:
        raise OutputError(f"{output}: cannot be written: {error}") from error


def _tell(report: Report, found: Evaluation, output: Path, as_json: bool) -> None:
    if as_json:
        figures = {key: value for key, value in report.to_json().items() if key != "cases"}
        click.echo(json.dumps(figures, indent=2, allow_nan=False))
    else:
        click.echo(report.overall_table())
    if options.is_quiet():
        return
    if found.shortened:
        say("note", f"{found.shortened} phrases were cut to what {report.run['model']} reads")
    say("wrote", str(output))
