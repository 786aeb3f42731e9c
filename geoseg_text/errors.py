"""Every error and warning this package raises on purpose.

::

    GeosegError
    ├── InputError (ValueError)             a phrase, path, number or option that cannot be used
    ├── RasterError (OSError)               unreadable imagery, no CRS, no valid pixel, another planet
    ├── OutputError (OSError)               output exists, its folder is missing, unknown suffix
    ├── ModelError (RuntimeError)           weights missing, damaged or of another network
    ├── MissingDependencyError (ImportError)  an optional package is not installed
    └── Cancelled                           the caller asked to stop

    GeosegWarning (UserWarning)
    ├── ScaleWarning                        pixels coarser or finer than the model has learnt
    ├── ScopeWarning                        "the largest", "in the north": answered window by window
    └── WindowWarning                       windows that could not be read or predicted

Each message names the value, the limit and the way out. The command line prints it as one line and leaves
with `exit_code`; anything that is not a `GeosegError` is a bug and keeps its traceback.
"""


class GeosegError(Exception):
    """Root of the errors that are stated rather than suffered."""

    exit_code: int = 1


class InputError(GeosegError, ValueError):
    """An argument cannot be used: an empty phrase, a missing file, a threshold outside 0..1."""


class RasterError(GeosegError, OSError):
    """Imagery cannot be used: unreadable, without a CRS, without a valid pixel, not of the Earth."""


class OutputError(GeosegError, OSError):
    """An output cannot be written: it exists, its folder does not, or its suffix names no format."""


class ModelError(GeosegError, RuntimeError):
    """A model cannot be loaded: weights are missing, damaged or belong to another network."""


class MissingDependencyError(GeosegError, ImportError):
    """An optional package is needed; the message gives the line that installs it."""


class Cancelled(GeosegError):
    """The caller asked to stop. Nothing is wrong, and no output was written."""

    exit_code = 130  # what a shell reports for a command that Ctrl-C ended: 128 + SIGINT


class GeosegWarning(UserWarning):
    """Root of the warnings: the run goes on, and its result deserves a second look."""


class ScaleWarning(GeosegWarning):
    """The ground sample distance is unknown, or far from what the model has learnt."""


class ScopeWarning(GeosegWarning):
    """A superlative or a position is answered within each window, not over the whole run."""


class SpaceWarning(GeosegWarning):
    """An output may become larger than the room on its disk."""


class WindowWarning(GeosegWarning):
    """Some windows were not seen: their pixels are missing from the result."""
