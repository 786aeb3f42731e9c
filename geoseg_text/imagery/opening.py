"""Opening imagery: examine what was named, decide once how it is read, and put it on the run grid."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

import shapely
from pyproj import CRS
from rasterio.errors import NotGeoreferencedWarning

from geoseg_text.errors import GeosegWarning, InputError, RasterError, ScaleWarning
from geoseg_text.imagery.area import Area, area_in, bounds_in
from geoseg_text.imagery.clip import Clip
from geoseg_text.imagery.environment import gdal_env
from geoseg_text.imagery.mosaic import BlockCache, Layer, Mosaic, NativeLayer, ResampledLayer
from geoseg_text.imagery.native import NativeReader, Piece, band_type
from geoseg_text.imagery.radiometry import (
    Stretch,
    StretchOption,
    choose_bands,
    fit_stretches,
    guesses_bands,
    sample,
)
from geoseg_text.imagery.raster import Raster, examine
from geoseg_text.imagery.reader import Imagery, ImageryFacts
from geoseg_text.imagery.resample import plan_recipe
from geoseg_text.imagery.rungrid import GsdPlan, aligned, choose_run_grid, footprint, plan_gsd
from geoseg_text.imagery.sources import Inputs, is_remote, resolve
from geoseg_text.values.grid import Grid
from geoseg_text.values.windows import Window

_STRIP_PX = 2**22
_FAR_AT_ONCE = 16
_HAIR_PX = 1e-3
_GAP_PX = 0.5  # rasters that meet leave less than this between their edges, once both are warped

Chosen = Sequence[tuple[Raster, tuple[int, ...]]]


def open_imagery(  # noqa: PLR0913 - each is a choice of the user's, and has a flag
    inputs: Inputs,
    *,
    bands: Sequence[int] | None = None,
    stretch: StretchOption = None,
    gsd_range_m: tuple[float, float] | None = None,
    gsd: float | None = None,
    bounds: tuple[float, float, float, float] | None = None,
    bounds_crs: CRS | str | None = None,
    aoi: Area | None = None,
    trust_vrt: bool = False,
) -> Imagery:
    """Open imagery as one picture on a run grid.

    Args:
        inputs: file, folder, glob, list, URL, or several of them; see `sources.resolve`.
        bands: one or three band numbers from 1; by default those marked red, green and blue, else the first
            three, else the first.
        stretch: ``"auto"`` (bytes as they are, else percentiles), ``"none"``, ``"percentile"`` or
            ``(MIN, MAX)``; fixed once for the whole run.
        gsd_range_m: finest and coarsest ground sample distance that the model has learnt, in metres.
        gsd: the distance to work at instead.
        bounds: left, bottom, right and top of what is wanted.
        bounds_crs: the CRS of `bounds`; by default that of the first raster.
        aoi: a geometry in `bounds_crs`, or a vector file; pixels whose centre lies outside are invalid.
        trust_vrt: whether a VRT may reach files outside its folder.

    Raises:
        InputError: an input, band, stretch, distance or area cannot be used.
        RasterError: a raster cannot be read or placed, or holds no valid pixel.
    """
    names = resolve(inputs)
    with ExitStack() as on_error, gdal_env():
        reader = NativeReader()
        on_error.callback(reader.close)
        rasters = _examined(names, trust_vrt=trust_vrt)
        chosen = [(raster, choose_bands(raster, bands)) for raster in rasters]
        plan = plan_gsd(rasters, gsd_range_m, gsd)
        grid = choose_run_grid(rasters, plan)
        crop, clips = _wanted(grid, rasters[0].place.crs, bounds, bounds_crs, aoi)
        _refuse_empty(chosen, reader)
        stretches = fit_stretches(chosen, stretch, reader)
        cache = BlockCache()
        layers = [
            _layer(raster, shown, stretches[band_type(raster, shown)], grid, plan, cache)
            for raster, shown in chosen
        ]
        clips += _edges(layers, grid)
        facts = ImageryFacts(
            bands=tuple(shown for _, shown in chosen),
            stretches={dtype.name: how for dtype, how in stretches.items()},
            gsd=plan,
            warnings=_warn(rasters, bands, plan),
        )
        on_error.pop_all()
    return Imagery(Mosaic(grid, tuple(layers), tuple(clips)), crop, rasters, facts, reader)


def _examined(names: Sequence[str], *, trust_vrt: bool) -> list[Raster]:
    """Examine rasters, several at a time where some are far away: what those cost is waiting."""
    look = partial(examine, trust_vrt=trust_vrt)
    if not any(is_remote(name) for name in names):
        return [look(name) for name in names]
    with warnings.catch_warnings(), ThreadPoolExecutor(_FAR_AT_ONCE) as pool:
        # Each thread sets this aside too, and may restore it for another.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return list(pool.map(look, names))


def _wanted(
    grid: Grid,
    source_crs: CRS,
    bounds: tuple[float, float, float, float] | None,
    bounds_crs: CRS | str | None,
    aoi: Area | None,
) -> tuple[Window, list[Clip]]:
    """Return what is asked for of a grid: a window of it, and the area that counts within."""
    crop, clips = grid.window, []
    target = grid.crs or source_crs
    if bounds is not None:
        crop = _crop(grid, crop, bounds_in(bounds, bounds_crs, source_crs, target), "bounds")
    if aoi is not None:
        area = area_in(aoi, bounds_crs, source_crs, target)
        crop = _crop(grid, crop, area.bounds, "area of interest")
        clips.append(Clip(area, grid, whole_pixels=False))
    return crop, clips


def _crop(grid: Grid, crop: Window, bounds: tuple[float, float, float, float], what: str) -> Window:
    window = grid.window_for(bounds)
    part = None if window is None else crop.intersection(window)
    if part is None:
        left, bottom, right, top = grid.bounds
        raise InputError(
            f"the {what} and the imagery do not overlap; the imagery spans {left:.10g} {bottom:.10g} "
            f"{right:.10g} {top:.10g} in {grid.crs.name if grid.crs else 'its CRS'}"
        )
    return part


def _layer(
    raster: Raster, bands: tuple[int, ...], stretch: Stretch, grid: Grid, plan: GsdPlan, cache: BlockCache
) -> Layer:
    offset = aligned(raster.grid, grid) if raster.place.kind == "affine" else None
    if offset is not None:
        return NativeLayer(raster, bands, stretch, Window(*offset, *raster.shape))
    points = [~grid.affine @ point for point in footprint(raster, grid.crs)]
    cols, rows = zip(*points, strict=True)
    # The outline is a polygon of 128 points: between them a bent edge may reach a little further.
    row, col = math.floor(min(rows)) - 2, math.floor(min(cols)) - 2
    reach = Window(row, col, math.ceil(max(rows)) + 2 - row, math.ceil(max(cols)) + 2 - col)
    recipe = plan_recipe(raster, bands, plan.working_m)
    return ResampledLayer(recipe, stretch, grid, grid.window.intersection(reach) or grid.window, cache)


def _edges(layers: Sequence[Layer], grid: Grid) -> list[Clip]:
    """Return the outline of warped rasters, beyond which no pixel may reach with any of its corners."""
    if all(isinstance(layer, NativeLayer) for layer in layers):
        return []
    px = math.sqrt(abs(grid.affine.determinant))
    outlines = [shapely.Polygon(footprint(layer.raster, grid.crs)) for layer in layers]
    # Widening before and narrowing after closes the hairlines between neighbours.
    wide = [shapely.make_valid(outline).buffer(_GAP_PX * px, join_style="mitre") for outline in outlines]
    whole = shapely.union_all(wide).buffer(-_GAP_PX * px, join_style="mitre")
    left, bottom, right, top = grid.bounds
    inner = shapely.box(left, bottom, right, top)
    if shapely.contains(whole.buffer(_HAIR_PX * px, join_style="mitre"), inner):
        return []
    return [Clip(whole, grid, whole_pixels=True)]


def _refuse_empty(chosen: Chosen, reader: NativeReader) -> None:
    if all(_is_empty(raster, bands, reader) for raster, bands in chosen):
        raise RasterError(
            f"{chosen[0][0].name}: every pixel is nodata or masked; if that is wrong, unset it with: "
            f"gdal_edit.py -unsetnodata {chosen[0][0].name}"
        )


def _is_empty(raster: Raster, bands: tuple[int, ...], reader: NativeReader) -> bool:
    if not raster.may_be_empty:
        return False
    pieces = (piece for part in (sample, _all_of) for piece in part(raster, bands, reader))
    # What cannot be read may hold something.
    return not any(piece.losses or piece.valid.any() for piece in pieces)


def _all_of(raster: Raster, bands: tuple[int, ...], reader: NativeReader) -> Iterator[Piece]:
    rows, cols = raster.shape
    most_rows = max(_STRIP_PX // cols, 1)
    step = most_rows // raster.block[0] * raster.block[0] or most_rows
    for row in range(0, rows, step):
        yield reader.read(raster, bands, Window(row, 0, min(step, rows - row), cols))


def _warn(rasters: Sequence[Raster], bands: Sequence[int] | None, plan: GsdPlan) -> tuple[str, ...]:
    found: list[GeosegWarning] = []
    if plan.warning is not None:
        found.append(ScaleWarning(plan.warning))
    modelled = [raster.name for raster in rasters if raster.place.kind == "rpcs"]
    if modelled:
        text = "placed by a sensor model at one height: slopes may be tens of metres off"
        found.append(GeosegWarning(f"{_named(modelled)}: {text}"))
    unnamed = [raster for raster in rasters if bands is None and guesses_bands(raster)]
    if unnamed:
        shown = ", ".join(str(band) for band in choose_bands(unnamed[0], None))
        text = f"nothing says which of the {len(unnamed[0].dtypes)} bands are red, green and blue"
        names = _named([raster.name for raster in unnamed])
        found.append(GeosegWarning(f"{names}: {text}; taken are {shown}; choose others (--bands)"))
    for warning in found:
        warnings.warn(warning, stacklevel=3)
    return tuple(str(warning) for warning in found)


def _named(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
