"""Polygons on the ground, as many as there may be: in memory while few, else in a file that goes away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

import geopandas as gpd
import pandas as pd
import pyarrow as pa
from pyproj import CRS

from geoseg_text.values.scratch import scratch_file, stating_room

HELD_ROWS = 200_000
"""Polygons held in memory; all go to a file when there are more."""


class PolygonTable:
    """A table in parts, each a GeoDataFrame of the same columns and CRS.

    Attributes:
        crs: of the geometries.
        single: whether every geometry is a plain polygon.
        counts: polygons of each phrase, in the order in which phrases occur.
        areas_m2: their area, likewise.
    """

    def __init__(self, parts: Iterable[gpd.GeoDataFrame], held_rows: int = HELD_ROWS) -> None:
        """Take the parts, at least one, which may be empty.

        Args:
            parts: drawn once, in order.
            held_rows: how many rows stay in memory.

        Raises:
            OutputError: the disk is full.
        """
        self.single = True
        self.counts: dict[str, int] = {}
        self.areas_m2: dict[str, float] = {}
        self._rows = 0
        self._held: list[gpd.GeoDataFrame] = []
        self._file: IO[bytes] | None = None
        writer: pa.RecordBatchStreamWriter | None = None
        for part in parts:
            self._count(part)
            self._held.append(part)
            if writer is None and self._rows > held_rows:
                self._empty = part.iloc[:0]
                self._file = scratch_file(self)
                schema = arrow_table(self._empty).schema
                writer = pa.ipc.new_stream(self._file, schema)
            if writer is not None:
                with stating_room():
                    for held in self._held:
                        writer.write_table(arrow_table(held).cast(schema))
                self._held.clear()
        if writer is not None:
            with stating_room():
                writer.close()

    def __len__(self) -> int:
        return self._rows

    @property
    def crs(self) -> CRS:
        """CRS of the geometries."""
        first = self._held[0] if self._held else self._empty
        return CRS(first.crs)

    @property
    def geometry_type(self) -> str:
        """What a layer of all of them is of, in OGC's words."""
        return "Polygon" if self.single else "MultiPolygon"

    def parts(self) -> Iterator[gpd.GeoDataFrame]:
        """The parts in their order, at least one; any number of times, one after the other."""
        if self._file is None:
            yield from self._held
        elif not self._rows:
            yield self._empty
        else:
            self._file.seek(0)
            with pa.ipc.open_stream(self._file) as stream:
                for batch in stream:
                    part = gpd.GeoDataFrame.from_arrow(pa.table(batch))
                    yield part.astype(self._empty.dtypes.drop("geometry").to_dict())

    def whole(self) -> gpd.GeoDataFrame:
        """All parts as one."""
        parts = list(self.parts())
        return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)

    def _count(self, part: gpd.GeoDataFrame) -> None:
        self._rows += len(part)
        self.single = self.single and bool((part.geom_type == "Polygon").all())
        for phrase, own in part.groupby("phrase", sort=False)["area_m2"]:
            self.counts[str(phrase)] = self.counts.get(str(phrase), 0) + len(own)
            self.areas_m2[str(phrase)] = self.areas_m2.get(str(phrase), 0.0) + float(own.sum())


def arrow_table(frame: gpd.GeoDataFrame) -> pa.Table:
    """A frame as Arrow's table, geometries as WKB."""
    return pa.table(frame.to_arrow(index=False, geometry_encoding="WKB"))
