"""How imagery is read where labels are laid over it."""

from __future__ import annotations

from dataclasses import dataclass

from geoseg_text.errors import RasterError
from geoseg_text.imagery import Chip, Imagery, open_imagery
from geoseg_text.imagery.radiometry import StretchOption
from geoseg_text.values.windows import Window


@dataclass(frozen=True)
class ImageryChoices:
    """How imagery is read; see `open_imagery`.

    Attributes:
        inputs: files, folders, globs or lists.
        gsd_m: ground sample distance to work at; that of the finest raster if None.
        gsd_range_m: finest and coarsest distance that a model answers at; where `gsd_m` is None the
            imagery's is brought into it, as where the model is asked.
        bands: one or three band numbers from 1, or None.
        stretch: how values become 0..255.
        aoi: a vector file; nothing outside its polygons is seen.
    """

    inputs: tuple[str, ...]
    gsd_m: float | None = None
    bands: tuple[int, ...] | None = None
    stretch: StretchOption = None
    aoi: str | None = None
    gsd_range_m: tuple[float, float] | None = None

    def open(self) -> Imagery:
        """The imagery, on a grid with a place on earth.

        Raises:
            GeosegError: it cannot be read, or has no CRS.
        """
        imagery = open_imagery(
            self.inputs,
            bands=self.bands,
            stretch=self.stretch,
            gsd=self.gsd_m,
            gsd_range_m=self.gsd_range_m,
            aoi=self.aoi,
        )
        if imagery.grid.crs is None:
            imagery.close()
            raise RasterError(f"{imagery.names[0]}: has no CRS, so labels have no place on it; assign one")
        return imagery


def read_whole(imagery: Imagery, window: Window) -> Chip:
    """A window's pixels, from every raster there.

    Raises:
        RasterError: one of them cannot be read.
    """
    chip = imagery.read(window)
    if chip.failures:
        failure = chip.failures[0]
        raise RasterError(f"{failure.source}: cannot be read ({failure.reason}); mend it and go on")
    return chip
