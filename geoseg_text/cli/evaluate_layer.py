"""`geoseg-text evaluate --imagery --labels --phrase`: how well polygons agree with a layer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from geoseg_text.cli import options
from geoseg_text.cli.found import SOME_WINDOWS_FAILED
from geoseg_text.cli.messages import say
from geoseg_text.cli.progress_bar import progress_bar
from geoseg_text.cli.tables import show_table

if TYPE_CHECKING:
    from geoseg_text.evaluation.layer import LayerReport

_SHARED = (
    "where", "width_m", "model", "threshold", "threshold_low", "min_area_m2", "simplify_m", "square", "bands",
    "stretch", "bounds", "bounds_crs", "aoi", "device",
)  # fmt: skip
"""Flags that the library calls by the same name."""


def evaluate_layer(given: Mapping[str, Any], *, as_json: bool) -> None:
    """Compare what a phrase finds with a layer, and tell the figures.

    Args:
        given: the flags of the command.
        as_json: print them as JSON.

    Raises:
        GeosegError: something cannot be used; one line.
    """
    for name in ("imagery", "labels", "phrase"):
        if not given[name]:
            raise click.UsageError(f"A layer is compared by --imagery, --labels and --phrase: give --{name}.")
    from geoseg_text.evaluation.layer import evaluate_layer as evaluate

    with progress_bar() as progress:
        choices = {name: given[name] for name in _SHARED}
        report = evaluate(
            given["imagery"],
            given["labels"],
            given["phrase"],
            gsd=given["gsd_m"],
            progress=progress,
            **choices,
        )
    if as_json:
        click.echo(json.dumps(report.to_json(), indent=2, allow_nan=False))
    else:
        show_table(("", "share", "of"), _rows(report), right=("share",))
    if not options.is_quiet():
        for text, count in (
            ("mended", report.repaired),
            ("left out for want of a geometry", report.unusable),
        ):
            if count:
                say("note", f"{count} features of the layer were {text}")
        for line in report.not_seen:
            say("not seen", line)
    if report.not_seen:
        click.get_current_context().exit(SOME_WINDOWS_FAILED)


def _rows(report: LayerReport) -> list[tuple[str, str, str]]:
    told = report.to_json()
    found, truth, both = (f"{told[name]:,.0f} m2" for name in ("found_m2", "truth_m2", "both_m2"))
    features = f"{told['features_found']} of {told['features']} features, covered by half or more"
    polygons = f"{told['polygons_right']} of {told['polygons']} polygons, true by half or more"
    return [
        ("IoU", _percent(report.iou), f"{both} in both, threshold {report.threshold:g}"),
        ("precision", _percent(report.precision), f"{found} found"),
        ("recall", _percent(report.recall), f"{truth} in the layer, of {told['seen_m2']:,.0f} m2 seen"),
        ("features found", _percent(report.feature_recall), features),
        ("polygons right", _percent(report.polygon_precision), polygons),
    ]


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
