"""The imagery at the size of a screen, and polygons drawn over it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from math import ceil, floor, log10
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geoseg_text.errors import MissingDependencyError, OutputError
from geoseg_text.imagery import Chip
from geoseg_text.values.colours import phrase_colours
from geoseg_text.values.grid import Grid
from geoseg_text.values.warp import warp_polygons

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURE_PX = 1600
"""Longest side of the picture."""

_LEGEND_WORDS = 60
_WIDTH_IN = 8.0
_BACKGROUND = 245


@dataclass(frozen=True, eq=False)
class Picture:
    """Every `step`-th pixel of the run grid.

    Attributes:
        grid: the run grid.
        step: pixels of the run grid from one pixel of the picture to the next.
        pixels: uint8 (rows, cols, 3); light grey where nothing was seen.
    """

    grid: Grid
    step: int
    pixels: NDArray[np.uint8]

    @classmethod
    def blank(cls, grid: Grid) -> Picture:
        """Nothing seen yet."""
        step = max(1, ceil(max(grid.shape) / PICTURE_PX))
        rows, cols = (ceil(side / step) for side in grid.shape)
        return cls(grid, step, np.full((rows, cols, 3), _BACKGROUND, np.uint8))

    def add(self, seen: Chip) -> None:
        """Put in what the network sees of a window."""
        window, step = seen.window, self.step
        own = (slice(-window.row % step, None, step), slice(-window.col % step, None, step))
        at = self.pixels[ceil(window.row / step) :, ceil(window.col / step) :]
        valid = seen.valid[own][: at.shape[0], : at.shape[1]]  # a window may reach past a small raster
        at = at[: valid.shape[0], : valid.shape[1]]
        fresh = np.moveaxis(seen.image[:, *own], 0, -1)[: at.shape[0], : at.shape[1]]
        np.copyto(at, fresh, where=valid[..., None])


def draw(
    picture: Picture,
    polygons: gpd.GeoDataFrame,
    phrases: tuple[str, ...],
    *,
    path: str | os.PathLike[str] | None = None,
    ax: Axes | None = None,
    overwrite: bool = False,
) -> Axes:
    """Draw polygons over a picture; see `Result.plot`."""
    target = None if path is None else _checked(Path(path), overwrite)
    try:
        from matplotlib.patches import Patch
    except ImportError as error:
        raise MissingDependencyError("drawing needs matplotlib: pip install 'geoseg-text[plot]'") from error
    rows, cols = picture.pixels.shape[:2]
    if ax is None:
        ax = _new_axes(rows / cols, shown=target is None)
    ax.imshow(
        picture.pixels, extent=(0, cols * picture.step, rows * picture.step, 0), interpolation="antialiased"
    )
    handles = []
    outlines = _in_pixels(picture.grid, polygons)
    for phrase, colour in zip(phrases, phrase_colours(len(phrases)), strict=True):
        rgb = (colour[0] / 255, colour[1] / 255, colour[2] / 255)
        found = outlines[outlines["phrase"] == phrase]
        if len(found):
            found.plot(ax=ax, facecolor=(*rgb, 0.25), edgecolor=(1, 1, 1, 0.7), linewidth=2.2, aspect=None)
            found.plot(ax=ax, facecolor="none", edgecolor=rgb, linewidth=1.2, aspect=None)
        words = phrase if len(phrase) <= _LEGEND_WORDS else phrase[: _LEGEND_WORDS - 1] + "…"
        handles.append(Patch(facecolor=(*rgb, 0.35), edgecolor=rgb, label=f"{words} ({len(found)})"))
    ax.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.01),
        frameon=False,
        ncols=min(2, len(handles)),
    )
    _draw_scale(ax, picture.grid)
    ax.set(
        xlim=(0, picture.grid.shape[1]),
        ylim=(picture.grid.shape[0], 0),
        xticks=[],
        yticks=[],
        xlabel="",
        ylabel="",
    )
    if target is not None:
        _write(ax, target)
    return ax


def _new_axes(height_by_width: float, *, shown: bool) -> Axes:
    """Make axes; those of pyplot show themselves in a notebook, and stay in memory until closed."""
    size = (_WIDTH_IN, _WIDTH_IN * min(3.0, max(0.2, height_by_width)))
    if shown:
        from matplotlib import pyplot

        return pyplot.figure(figsize=size, layout="tight").add_subplot()
    from matplotlib.figure import Figure

    return Figure(figsize=size, layout="tight").add_subplot()


def _checked(path: Path, overwrite: bool) -> Path:
    if not path.parent.is_dir():
        raise OutputError(f"{path}: the folder {path.parent} does not exist; create it first")
    if path.exists() and not overwrite:
        raise OutputError(
            f"{path}: already exists; choose another name or allow overwriting (overwrite=True)"
        )
    return path


def _in_pixels(grid: Grid, polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    geometry = polygons.geometry.to_numpy()
    if polygons.crs is not None and grid.crs is not None:
        geometry = warp_polygons(geometry, polygons.crs, grid.crs, np.inf)
    a, b, c, d, e, f = (~grid.affine)[:6]
    back = shapely.transform(geometry, lambda xy: xy @ np.array([[a, d], [b, e]]) + [c, f])
    return gpd.GeoDataFrame({"phrase": polygons["phrase"].to_numpy()}, geometry=back)


def _draw_scale(ax: Axes, grid: Grid) -> None:
    """Draw a bar of a round length, about a fifth of the width, in the lower left."""
    if not grid.gsd_m:
        return
    rows, cols = grid.shape
    wanted_m = cols * grid.gsd_m / 5
    magnitude = 10.0 ** floor(log10(wanted_m))
    length_m = max(step * magnitude for step in (1, 2, 5) if step * magnitude <= wanted_m)
    length_px = length_m / grid.gsd_m
    left, bottom = cols * 0.03, rows * 0.97
    for colour, width in (("black", 5), ("white", 3)):
        ax.plot(
            [left, left + length_px], [bottom, bottom], color=colour, linewidth=width, solid_capstyle="butt"
        )
    words = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    ax.annotate(
        words,
        (left, bottom),
        (0, 5),
        textcoords="offset points",
        color="white",
        fontsize=9,
        bbox={"boxstyle": "round,pad=0.2", "facecolor": (0, 0, 0, 0.5), "edgecolor": "none"},
    )


def _write(ax: Axes, path: Path) -> None:
    figure = ax.get_figure(root=True)
    if figure is None:
        raise OutputError(
            f"{path}: these axes belong to no figure; make them with matplotlib.pyplot.subplots"
        )
    try:
        figure.savefig(path, dpi=150, bbox_inches="tight")
    except (OSError, ValueError) as error:  # matplotlib answers an unknown suffix with a ValueError
        raise OutputError(f"{path}: the picture cannot be written: {error}") from error
