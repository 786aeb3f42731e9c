"""What tells whether a file is still the one a run has read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

_HEADER_BYTES = 64 * 2**10


@dataclass(frozen=True)
class Fingerprint:
    """Size, time and beginning of a file; all None for one behind a URL, whose name is all that is known.

    Attributes:
        name: path or ``/vsi...`` name.
        size_bytes: its length.
        modified_ns: when it was last written, nanoseconds since 1970.
        header_sha256: hash of its first 64 KiB.
    """

    name: str
    size_bytes: int | None = None
    modified_ns: int | None = None
    header_sha256: str | None = None


def fingerprint(name: str) -> Fingerprint:
    """Take the fingerprint of a file.

    Raises:
        OSError: it cannot be read.
    """
    path = Path(name)
    if not path.is_file():
        return Fingerprint(name)
    status = path.stat()
    with path.open("rb") as file:
        header = hashlib.sha256(file.read(_HEADER_BYTES)).hexdigest()
    return Fingerprint(name, status.st_size, status.st_mtime_ns, header)
