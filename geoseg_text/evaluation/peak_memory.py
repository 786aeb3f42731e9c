"""The most memory that this process has held at once."""

from __future__ import annotations

import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def peak_resident_bytes() -> int | None:
    """High-water mark of resident memory; None on a system that does not tell."""
    if _STATUS.is_file():
        # of this program alone: what getrusage says survives the start of another program in the process
        fields = dict(line.split(":", 1) for line in _STATUS.read_text(encoding="utf-8").splitlines())
        return int(fields["VmHWM"].split()[0]) * 1024 if "VmHWM" in fields else None
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def forget_peak() -> None:
    """Let the high-water mark start anew from what is held now, where the system can."""
    try:
        _CLEAR.write_text("5", encoding="utf-8")
    except OSError:
        return
