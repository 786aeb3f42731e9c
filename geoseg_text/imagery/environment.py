"""The GDAL settings under which imagery is read and rasters are written.

What the user has set, as an environment variable or in an own `rasterio.Env`, stays; the defaults here fill
what is left. One setting is not negotiable: Python code inside a VRT is never run.
"""

from __future__ import annotations

import os
from functools import cache

import rasterio
from rasterio.crs import CRS
from rasterio.env import PROJDataFinder, get_gdal_config, set_proj_data_search_path
from rasterio.errors import CRSError

_DEFAULTS = {
    # GDAL's own default is 5 % of the machine's memory, per process. In bytes: GDAL would take 256 as
    # megabytes, but rasterio hands it on as bytes, and so small a cache makes reading five times slower.
    "GDAL_CACHEMAX": 256 * 2**20,
    # A file's companions are looked for by name: listing a folder of ten thousand for each file costs more.
    "GDAL_DISABLE_READDIR_ON_OPEN": True,
    "GDAL_HTTP_MAX_RETRY": 3,
    "GDAL_HTTP_RETRY_DELAY": 1,  # seconds
    "GDAL_HTTP_CONNECTTIMEOUT": 20,  # seconds; without it a dead host holds a run for minutes
    "VSI_CACHE": True,
    # A damaged JPEG tile otherwise comes back grey, without an error.
    "GDAL_ERROR_ON_LIBJPEG_WARNING": True,
}
_ALWAYS = {"GDAL_VRT_ENABLE_PYTHON": "NO"}
# A folder listing over HTTP costs a request per file and finds nothing.
_REMOTE = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}


class _MendedEnv(rasterio.Env):  # type: ignore[misc] # rasterio ships no types
    """An Env that finds rasterio's PROJ database though another program's PROJ_DATA hides it."""

    def __enter__(self) -> _MendedEnv:
        super().__enter__()
        own = _hidden_proj_data()
        if own is not None:  # an Env takes the search path from PROJ_DATA afresh each time it starts
            set_proj_data_search_path(own)
        return self


def gdal_env(*, remote: bool = False) -> rasterio.Env:
    """Return the settings as a context; entering it costs some 50 microseconds.

    Args:
        remote: whether a file by URL is about to be opened.
    """
    defaults = _DEFAULTS | (_REMOTE if remote else {})
    unset = {key: value for key, value in defaults.items() if not _is_set(key)}
    return _MendedEnv(**unset, **_ALWAYS)


def _is_set(key: str) -> bool:
    # GDAL reports a size for its cache even where nobody chose one: the environment alone tells. What these
    # defaults set themselves, in a context around this one, nobody chose either.
    chosen = key != "GDAL_CACHEMAX" and get_gdal_config(key) not in (None, _DEFAULTS.get(key))
    return key in os.environ or chosen


@cache
def _hidden_proj_data() -> str | None:
    """Return the folder of rasterio's own PROJ database if PROJ_DATA leads PROJ to an unusable one."""
    try:
        CRS.from_epsg(32633)  # what needs the database
    except CRSError:
        folder = PROJDataFinder().search_wheel()
        return str(folder) if folder else None
    return None
