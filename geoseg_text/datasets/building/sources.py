"""Layers of vector data as tables: any file that pyogrio opens, and GeoParquet.

Each fault of a layer is one line that names the layer and the way out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from geoseg_text.errors import InputError
from geoseg_text.values.grid import Grid

# pyogrio and GDAL name what they cannot read in several ways; each means the same to the user.
_UNREADABLE = (OSError, ValueError, RuntimeError, AttributeError, TypeError)
_OSM_LAYERS = ("points", "lines", "multipolygons")
_PARQUET = frozenset({".parquet", ".geoparquet", ".pq"})
_EDGE_POINTS = 32
_SOME = 1000


@dataclass(frozen=True)
class Source:
    """A layer that was named.

    Attributes:
        path: its file.
        layer: its name in the file, or None where the file has but one.
        extract: whether the file is an OpenStreetMap extract, whose layers hold things of every kind.
    """

    path: Path
    layer: str | None = None
    extract: bool = False

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self.path}:{self.layer}" if self.layer else str(self.path)


@dataclass(frozen=True)
class Table:
    """A layer's features about a place.

    Attributes:
        source: where they come from.
        features: columns and geometries, by feature id.
        columns: the layer's columns, without the geometry.
    """

    source: Source
    features: geopandas.GeoDataFrame
    columns: tuple[str, ...]


def resolve_labels(text: str) -> tuple[Source, ...]:
    """The layers that ``PATH`` or ``PATH:LAYER`` names; several for an OpenStreetMap extract.

    Raises:
        InputError: no such file or layer, or a file of several layers of which none is chosen.
    """
    path, layer = _split(text)
    if path.suffix.lower() in _PARQUET:
        return (Source(path),)
    try:
        names = [str(name) for name, kind in pyogrio.list_layers(path).tolist() if kind is not None]
    except _UNREADABLE as error:
        raise InputError(
            f"{path}: cannot be read as vector data ({_first_line(error)}); check it with ogrinfo"
        ) from error
    extract = set(_OSM_LAYERS) < set(names) and path.suffix.lower() in {".pbf", ".osm"}
    if layer is not None:
        if layer not in names:
            raise InputError(
                f"{path}: no layer {layer!r} with geometries; it has {', '.join(names) or 'none'}"
            )
        return (Source(path, layer, extract),)
    if extract:
        return tuple(Source(path, name, True) for name in _OSM_LAYERS)
    if not names:
        raise InputError(f"{path}: no layer with geometries; give a layer of areas, lines or points")
    if len(names) > 1:
        raise InputError(
            f"{path}: {len(names)} layers ({', '.join(names)}); choose one with {path.name}:{names[0]}"
        )
    return (Source(path, names[0] if names[0] != path.stem else None),)


def read_table(source: Source, grid: Grid, where: str | None = None) -> Table:
    """The features of a layer whose boxes reach a grid's; there may be none.

    Args:
        source: the layer.
        grid: the run grid.
        where: which features, as a condition of SQL on the layer's columns; all of them if None.

    Raises:
        InputError: the layer cannot be read, has no CRS or no feature at all, or none is as `where` says.
    """
    if source.path.suffix.lower() in _PARQUET:
        if where is not None:
            raise InputError(
                f"{source.name}: of GeoParquet all features are read; write those wanted as .gpkg"
            )
        return _read_parquet(source)
    try:
        info: dict[str, Any] = pyogrio.read_info(source.path, layer=source.layer)
        crs = _crs(source, info["crs"])
        features = pyogrio.read_dataframe(
            source.path, layer=source.layer, where=where, bbox=box_in(grid, crs), fid_as_index=True
        )
        if not len(features) and info["features"] > 0:
            # A box lets features without a geometry out: so that they can be named, some are looked at.
            some = pyogrio.read_dataframe(
                source.path, layer=source.layer, where=where, max_features=_SOME, fid_as_index=True
            )
            _refuse_none(source, some, where)
            bare = some.geometry.isna() | some.geometry.is_empty
            features = some if bare.all() else features
    except InputError:
        raise
    except _UNREADABLE as error:
        way = "check it with ogrinfo" if where is None else f"check the condition {where!r} and the layer"
        raise InputError(f"{source.name}: cannot be read ({_first_line(error)}); {way}") from error
    if info["features"] == 0:  # -1 where the format does not say without reading all
        raise InputError(f"{source.name}: holds no feature; give a layer with some")
    return Table(source, features, tuple(str(name) for name in info["fields"]))


def _refuse_none(source: Source, some: geopandas.GeoDataFrame, where: str | None) -> None:
    if where is not None and not len(some):
        raise InputError(f"{source.name}: no feature is as the condition {where!r} says; choose another")


def _read_parquet(source: Source) -> Table:
    try:
        features = geopandas.read_parquet(source.path)
    except _UNREADABLE as error:
        raise InputError(f"{source.name}: cannot be read as GeoParquet ({_first_line(error)})") from error
    _crs(source, features.crs)
    if not len(features):
        raise InputError(f"{source.name}: holds no feature; give a layer with some")
    columns = tuple(str(name) for name in features.columns if name != features.geometry.name)
    return Table(source, features.reset_index(drop=True), columns)


def _split(text: str) -> tuple[Path, str | None]:
    """Path and layer; a colon may also belong to the path."""
    whole = Path(text)
    if text and whole.exists():
        return whole, None
    head, colon, layer = text.rpartition(":")
    if colon and head and layer and Path(head).exists():
        return Path(head), layer
    raise InputError(f"{text}: no such file; give a vector file, or FILE:LAYER for one of its layers")


def _crs(source: Source, crs: Any) -> CRS:
    try:
        if crs is not None:
            return CRS.from_user_input(crs)
    except CRSError as error:
        raise InputError(f"{source.name}: its CRS cannot be read ({_first_line(error)})") from error
    raise InputError(
        f"{source.name}: has no CRS; assign the one it is in with: "
        f"ogr2ogr -a_srs EPSG:4326 out.gpkg {source.path.name}"
    )


def box_in(grid: Grid, crs: CRS) -> tuple[float, float, float, float] | None:
    """The box of a grid in a layer's CRS; None, for all of the layer, where it has none."""
    if grid.crs is None:
        return None
    try:
        mover = Transformer.from_crs(grid.crs, crs, always_xy=True)
        left, bottom, right, top = mover.transform_bounds(
            *grid.bounds, densify_pts=_EDGE_POINTS, errcheck=True
        )
    except ProjError:
        return None
    return (left, bottom, right, top) if left < right and bottom < top else None


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def all_sources(texts: Sequence[str]) -> Iterator[tuple[str, Source]]:
    """Each layer of what was named, with the words that named it.

    Raises:
        InputError: as of `resolve_labels`.
    """
    for text in texts:
        for source in resolve_labels(text):
            yield text, source
