"""Files without a name, for what memory should not hold; the system removes them."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from geoseg_text.errors import OutputError

HELD_BYTES = 1 << 25
"""What stays in memory of each; more goes to the disk."""


def scratch_file(owner: object) -> IO[bytes]:
    """A new file, which goes away with its owner or with the process."""
    file = tempfile.SpooledTemporaryFile(HELD_BYTES, prefix="geoseg-text-")  # noqa: SIM115 - lives on
    weakref.finalize(owner, file.close)
    return file


@contextmanager
def stating_room() -> Iterator[None]:
    """State what goes wrong as such a file is written, and the way out.

    Raises:
        OutputError: the disk is full, or the folder for such files cannot be written to.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{tempfile.gettempdir()}: cannot hold what is found on the way ({error.strerror or error}); let "
            "TMPDIR name a folder with room"
        ) from error
