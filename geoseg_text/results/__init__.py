"""What a run gives back: polygons, a picture, files, and the manifest that says how they came about."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import geopandas as gpd

from geoseg_text.errors import InputError
from geoseg_text.results.picture import Picture, draw
from geoseg_text.values.grid import Grid
from geoseg_text.values.polygon_table import PolygonTable
from geoseg_text.values.prompts import Prompt
from geoseg_text.values.rows import WindowFailure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Result", "Save"]


class Save(Protocol):
    """Writes polygons to a file: `geoseg_text.outputs.save`."""

    def __call__(
        self,
        table: PolygonTable,
        path: str | os.PathLike[str],
        *,
        manifest: Mapping[str, Any],
        phrases: tuple[str, ...],
        gsd_m: float | None,
        overwrite: bool,
    ) -> Path:
        """Write `table` to `path`."""
        ...


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """Polygons and where they come from.

    Attributes:
        table: the polygons, which may be too many for memory; `polygons` is all of them. None where scores
            alone were asked for.
        polygons: one row for each referent in the CRS of the imagery, by first pixel, row by row; columns
            ``id``, ``phrase``, ``score`` (mean over its pixels, 0..1), ``score_max``, ``area_m2`` (geodesic),
            ``source``, ``model``, ``created`` (UTC) and ``geometry``.
        prompts: what was asked for, thresholds filled in.
        failures: windows that could not be read or predicted: their pixels are missing from the polygons.
        manifest: settings, versions, input fingerprints and the model's hash, as JSON can hold them.
        grid: the run grid.
        picture: the imagery, as the network saw it, thinned to the size of a screen.
        save: what writes a file.
    """

    table: PolygonTable | None
    prompts: tuple[Prompt, ...]
    failures: tuple[WindowFailure, ...]
    manifest: Mapping[str, Any]
    grid: Grid
    picture: Picture
    save: Save

    def __repr__(self) -> str:
        asked = ", ".join(repr(phrase) for phrase in self.phrases)
        unseen = f", {len(self.failures)} parts not seen" if self.failures else ""
        found = "scores" if self.table is None else f"{len(self.table)} polygons"
        return f"<Result: {found} for {asked}{unseen}>"

    @cached_property
    def polygons(self) -> gpd.GeoDataFrame:
        """One row for each referent; see the class.

        Raises:
            InputError: scores alone were asked for.
        """
        return self._traced().whole()

    @property
    def phrases(self) -> tuple[str, ...]:
        """What was asked for, in order."""
        return tuple(prompt.phrase for prompt in self.prompts)

    @property
    def found(self) -> dict[str, dict[str, float]]:
        """Polygons and their area in square metres for each phrase, in order; empty of scores alone."""
        if self.table is None:
            return {}
        counts, areas_m2 = self.table.counts, self.table.areas_m2
        return {
            phrase: {"polygons": counts.get(phrase, 0), "area_m2": round(areas_m2.get(phrase, 0.0), 2)}
            for phrase in self.phrases
        }

    def to_file(self, path: str | os.PathLike[str], overwrite: bool = False) -> Path:
        """Write the polygons, and the manifest beside them.

        Args:
            path: ``.geojson`` or ``.geojsonl`` (longitude and latitude, RFC 7946), ``.gpkg``, ``.fgb`` or
                ``.parquet`` (CRS of the imagery).
            overwrite: whether the file may exist.

        Returns:
            The path.

        Raises:
            InputError: scores alone were asked for.
            OutputError: the suffix names no format, the folder is missing, or the file exists.
        """
        return self.save(
            self._traced(),
            path,
            manifest=self.manifest,
            phrases=self.phrases,
            gsd_m=self.grid.gsd_m,
            overwrite=overwrite,
        )

    def plot(
        self, path: str | os.PathLike[str] | None = None, ax: Axes | None = None, overwrite: bool = False
    ) -> Axes:
        """Draw the polygons over the imagery, with a legend of the phrases.

        Args:
            path: picture file to write (``.png``, ``.pdf``, ...), or None.
            ax: axes of matplotlib to draw on; new ones if None.
            overwrite: whether the picture file may exist.

        Returns:
            The axes drawn on.

        Raises:
            MissingDependencyError: matplotlib is not installed.
            OutputError: the folder of `path` is missing, or it exists.
        """
        return draw(self.picture, self.polygons, self.phrases, path=path, ax=ax, overwrite=overwrite)

    def _traced(self) -> PolygonTable:
        if self.table is None:
            raise InputError("this result has scores alone: segment again with polygons=True")
        return self.table
