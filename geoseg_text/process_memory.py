"""How a process that is ours holds on to memory. Standard library only."""

from __future__ import annotations

import ctypes
import sys

# Options of glibc's mallopt(3).
_TRIM_THRESHOLD = -1
_MMAP_THRESHOLD = -3
_LARGEST_MMAP_THRESHOLD = 32 * 2**20
_NEVER = 2**31 - 1


def keep_freed_memory() -> bool:
    """Keep what is freed for the next map of features, where the C library is glibc; say whether it is kept.

    glibc gives large blocks back at once and fetches them anew, page by page, for the next map: that is up to
    a third of the time of a small network. Not done on import, since a library does not own its process.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # another C library
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD) and mallopt(_TRIM_THRESHOLD, _NEVER))
