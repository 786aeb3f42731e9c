"""Grid: where pixels lie on the ground (a CRS, an affine and a shape, held by odc-geo's GeoBox).

Lengths on the ground are geodesic: a grid in degrees or in Web Mercator answers in true metres, not in units
of its CRS.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError, ProjError

from geoseg_text.errors import InputError
from geoseg_text.values.windows import Window

# Half of one of the eight winds: a grid turned further than this calls north what a map calls north-east.
_NORTH_TOLERANCE_DEG = 22.5
# Rotation terms below this share of a pixel are rounding noise of the file's writer, not a rotation.
_SKEW_TOLERANCE = 1e-6
_SNAP_PX = 1e-6


@dataclass(frozen=True)
class PixelSize:
    """The central pixel of a grid, measured on the ground.

    Attributes:
        across_m: length of its row direction.
        down_m: length of its column direction.
        gsd_m: side of the square of the same area.
        north_deg: bearing of "up", clockwise from true north, -180..180.
    """

    across_m: float
    down_m: float
    gsd_m: float
    north_deg: float


@dataclass(frozen=True)
class Grid:
    """CRS, affine and shape.

    Attributes:
        geobox: the same as odc-geo's value; its pixel corners are what the affine maps.
    """

    geobox: GeoBox

    @classmethod
    def of(cls, affine: Affine, shape: tuple[int, int], crs: CRS | str | None) -> Grid:
        """Build a grid from its three parts.

        Args:
            affine: pixel corner (col, row) to (x, y).
            shape: rows and columns.
            crs: anything pyproj reads, or None.

        Raises:
            InputError: the shape is empty, the affine cannot be inverted, or pyproj cannot read the CRS.
        """
        if min(shape) < 1:
            raise InputError(f"a grid of {shape[0]} x {shape[1]} px holds no pixel")
        if not (math.isfinite(affine.determinant) and affine.determinant):
            raise InputError(f"the affine {tuple(affine)[:6]} maps pixels onto a line: it cannot be inverted")
        try:
            return cls(GeoBox(shape, affine, None if crs is None else CRS.from_user_input(crs)))
        except CRSError as error:
            raise InputError(f"{crs!s:.80} is no coordinate reference system: {error}") from error

    @property
    def crs(self) -> CRS | None:
        """The CRS, or None."""
        return None if self.geobox.crs is None else self.geobox.crs.proj

    @property
    def affine(self) -> Affine:
        """Pixel corner (col, row) to (x, y)."""
        return self.geobox.affine

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, cols = self.geobox.shape
        return (int(rows), int(cols))

    @property
    def window(self) -> Window:
        """The window that holds the whole grid."""
        return Window(0, 0, *self.shape)

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Outer corners (x, y): first pixel, end of the first row, last pixel, start of the last row."""
        rows, cols = self.shape
        return tuple(self.affine @ corner for corner in ((0, 0), (cols, 0), (cols, rows), (0, rows)))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top, in units of the CRS."""
        xs, ys = zip(*self.corners, strict=True)
        return (min(xs), min(ys), max(xs), max(ys))

    @cached_property
    def pixel_size(self) -> PixelSize | None:
        """The central pixel on the ground; None without a CRS or where its CRS is not defined."""
        return None if self.crs is None else _measure(self.crs, self.affine, self.shape)

    @property
    def gsd_m(self) -> float | None:
        """Ground sample distance at the centre, in metres (degrees too); None without a CRS."""
        return None if self.pixel_size is None else self.pixel_size.gsd_m

    def is_north_up_square(self, tol: float = 0.10) -> bool:
        """Whether columns run east, rows run south, and pixels are square on the ground.

        Args:
            tol: by what share the longer side of the central pixel may exceed the shorter.
        """
        a, b, _, d, e, _ = self.affine[:6]
        upright = a > 0 > e and max(abs(b), abs(d)) <= _SKEW_TOLERANCE * min(a, -e)
        size = self.pixel_size
        if not upright or size is None:
            return False
        square = max(size.across_m, size.down_m) <= (1.0 + tol) * min(size.across_m, size.down_m)
        return square and abs(size.north_deg) <= _NORTH_TOLERANCE_DEG

    def crop(self, window: Window) -> Grid:
        """Return the grid of the pixels in `window`.

        Raises:
            InputError: the window reaches past the grid.
        """
        if self.window.intersection(window) != window:
            raise InputError(f"{window} reaches past a grid of {self.shape[0]} x {self.shape[1]} px")
        shifted = self.affine @ Affine.translation(window.col, window.row)
        return Grid(GeoBox(window.shape, shifted, self.geobox.crs))

    def window_for(self, bounds: tuple[float, float, float, float]) -> Window | None:
        """Return the smallest window that covers what the grid holds of `bounds`, or None.

        Args:
            bounds: left, bottom, right and top in the CRS of the grid.
        """
        left, bottom, right, top = bounds
        inverse = ~self.affine
        points = ((left, top), (right, top), (right, bottom), (left, bottom))
        cols, rows = zip(*(inverse @ point for point in points), strict=True)
        row, col = (math.floor(min(ends) + _SNAP_PX) for ends in (rows, cols))
        row_stop, col_stop = (math.ceil(max(ends) - _SNAP_PX) for ends in (rows, cols))
        if row_stop <= row or col_stop <= col:
            return None
        return self.window.intersection(Window(row, col, row_stop - row, col_stop - col))


@lru_cache(maxsize=64)
def _to_lonlat(crs: CRS) -> tuple[Transformer, Geod] | None:
    """Lead to longitude and latitude on the CRS's own ellipsoid: no datum shift, any planet."""
    try:
        flat = crs.to_2d()
        geodetic, geod = flat.geodetic_crs, flat.get_geod()
        if geodetic is None or geod is None:
            return None
        return Transformer.from_crs(flat, geodetic, always_xy=True), geod
    except (CRSError, ProjError):
        return None


def _measure(crs: CRS, affine: Affine, shape: tuple[int, int]) -> PixelSize | None:
    lead = _to_lonlat(crs)
    if lead is None:
        return None
    transformer, geod = lead
    row, col = shape[0] / 2, shape[1] / 2
    ends = [affine @ end for end in ((col - 0.5, row), (col + 0.5, row), (col, row - 0.5), (col, row + 0.5))]
    lons, lats = transformer.transform([x for x, _ in ends], [y for _, y in ends])
    if not all(math.isfinite(value) for value in (*lons, *lats)):
        return None
    east_deg, _, across_m = geod.inv(lons[0], lats[0], lons[1], lats[1])
    north_deg, _, down_m = geod.inv(lons[3], lats[3], lons[2], lats[2])
    area_m2 = across_m * down_m * abs(math.sin(math.radians(east_deg - north_deg)))
    return PixelSize(across_m, down_m, math.sqrt(area_m2), north_deg) if area_m2 > 0 else None
