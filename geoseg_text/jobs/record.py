"""The record of a run: all that brings its scores to the ground, without the imagery or the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError

from geoseg_text.errors import InputError
from geoseg_text.jobs.request import Opened
from geoseg_text.results.manifest import describe_run
from geoseg_text.results.table import Origin, Target
from geoseg_text.values.grid import Grid
from geoseg_text.values.prompts import Prompt
from geoseg_text.values.windows import WindowPlan


@dataclass(frozen=True, eq=False)
class Record:
    """What is known of a run.

    Attributes:
        grid: the run grid.
        target: where the polygons go back to.
        origin: what each says of where it comes from.
        prompts: what was asked, thresholds filled in.
        plan: the windows.
        threshold: of the model.
        manifest: all of it, as JSON holds it.
    """

    grid: Grid
    target: Target
    origin: Origin
    prompts: tuple[Prompt, ...]
    plan: WindowPlan
    threshold: float
    manifest: Mapping[str, Any]

    @classmethod
    def of(cls, run: Opened, created: datetime) -> Record:
        """Record an opened run that began at `created`."""
        imagery = run.survey.imagery
        grid, target = imagery.grid, Target.of(imagery.source_crs, imagery.source_grid)
        config = run.network.config
        origin = Origin(run.source, config.name, created)
        place = {
            "crs": None if grid.crs is None else grid.crs.to_wkt(),
            "affine": list(grid.affine[:6]),
            "shape": list(grid.shape),
            "target_crs": target.crs.to_wkt(),
            "near_lon": target.near_lon,
            "source": run.source,
        }
        described = describe_run(imagery, run.network, run.prompts, run.settings, created)
        manifest = described | {"place": place}
        return cls(grid, target, origin, run.prompts, run.survey.plan, config.threshold, manifest)

    @classmethod
    def read(cls, manifest: Mapping[str, Any], name: object) -> Record:
        """Read what `of` has written.

        Args:
            manifest: as JSON holds it; it may say more.
            name: of where it was found, for errors.

        Raises:
            InputError: it is the record of no run.
        """
        try:
            place, settings, config = manifest["place"], manifest["settings"], manifest["model"]["config"]
            grid = Grid.of(Affine(*place["affine"]), tuple(place["shape"]), place["crs"])
            return cls(
                grid,
                Target(CRS.from_wkt(place["target_crs"]), place["near_lon"]),
                Origin(place["source"], config["name"], datetime.fromisoformat(manifest["created"])),
                tuple(Prompt(prompt["phrase"], prompt["threshold"]) for prompt in manifest["prompts"]),
                WindowPlan.for_grid(grid.shape, settings["window_px"], settings["overlap_px"]),
                float(config["threshold"]),
                manifest,
            )
        except (KeyError, TypeError, ValueError, CRSError) as error:
            raise InputError(f"{name}: its settings are not those of a run ({error!r})") from error
