"""Where an output goes: checked before any work, and written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from geoseg_text.errors import GeosegError, OutputError


def check_destination(path: str | os.PathLike[str], *, overwrite: bool) -> Path:
    """Return the path of an output that can be written.

    Args:
        path: the file.
        overwrite: whether the file may exist.

    Raises:
        OutputError: it is a folder, its folder is missing or cannot be written to, it exists, or another
            program holds it.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise OutputError(f"{target}: the folder {target.parent} does not exist; create it first")
    if target.is_dir():
        raise OutputError(f"{target}: a folder; name a file in it")
    if not os.access(target.parent, os.W_OK):
        raise OutputError(f"{target}: the folder {target.parent} cannot be written to; choose another")
    if target.exists() and not overwrite:
        raise OutputError(f"{target}: already exists; choose another name or allow overwriting (--overwrite)")
    _check_free(target)
    return target


def _check_free(target: Path) -> None:
    """Refuse before the work a file that cannot be replaced after it: Windows holds those that are open."""
    with suppress(FileNotFoundError):
        try:
            target.rename(target)
        except PermissionError as error:
            raise OutputError(
                f"{target}: held by another program; close it there, or choose another name"
            ) from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a name in the same folder to write to; when the block ends well, the file takes its place.

    The file must be closed by then. After an error nothing is left and what was there before stays.
    """
    # The suffix stays last: GDAL's drivers look at it.
    part = path.with_name(f".{path.stem[:80]}-{uuid4().hex[:8]}{path.suffix}")
    try:
        yield part
        part.replace(path)
    except GeosegError:
        raise
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)
