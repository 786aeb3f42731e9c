# SPDX-License-Identifier: GPL-2.0-or-later
"""Other programs as children of QGIS: what they inherit of its environment, and how they are ended.

QGIS starts itself with variables that lead to its own Python, PROJ, GDAL and Qt. Another Python that inherits
them loads the wrong libraries or the wrong data, so a child gets an environment without them.
"""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess  # nosec B404
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, Callable

WINDOWS = os.name == "nt"
POLL_S = 0.1
"""Longest time for which a wish to stop stays unheard."""

_OWN = re.compile(
    r"""(
        PYTHON.* | __PYVENV_LAUNCHER__ | VIRTUAL_ENV.* | CONDA_(PREFIX.*|DEFAULT_ENV|SHLVL|PROMPT_MODIFIER)
      | PROJ_LIB | PROJ_DATA | GDAL_DATA | GDAL_DRIVER_PATH | GDAL_PYTHON_DRIVER_PATH | GEOTIFF_CSV
      | QT_.* | QTDIR | QML.* | QGIS_.* | OSGEO4W.* | GISBASE | GRASS_.* | GRASSDIR
      | OPENSSL_(CONF|ENGINES|MODULES)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT")
_LONGEST_LINE = 2**16
_KEPT_LINES = 5000


class Cancelled(Exception):
    """What was done was stopped, because somebody wished so."""


def never() -> bool:
    """Wish nothing."""
    return False


def bundles(environ: Mapping[str, str]) -> list[str]:
    """Return the folders that belong to QGIS alone, where it brought its own libraries with it.

    OSGeo4W and the Windows installers name theirs in OSGEO4W_ROOT, often as a short path (PROGRA~1), hence
    the real one too; an AppImage and a snap are mounted where APPDIR and SNAP say; on macOS it is the .app
    folder. A QGIS from a Linux distribution shares /usr with everything else and has none.
    """
    found = [environ.get(name, "") for name in ("OSGEO4W_ROOT", "APPDIR", "SNAP")]
    for path in (sys.executable, sys.prefix, environ.get("QGIS_PREFIX_PATH", "")):
        head, app, _tail = (path or "").partition(".app/Contents")
        if app:
            found.append(head + ".app")
    installer = re.match(r"(.+)[\\/]apps[\\/]Python3", sys.prefix)
    if installer:  # OSGeo4W's folders, whether or not the variable is set
        found.append(installer[1])
    if os.path.isdir(os.path.join(sys.prefix, "conda-meta")) and sys.prefix == sys.base_prefix:
        found.append(os.path.join(sys.prefix, "Library"))  # of conda on Windows; bin and lib may be shared
    named = [os.path.normpath(path) for path in found if path]
    every = dict.fromkeys(named + [os.path.realpath(path) for path in named])
    return [path for path in every if os.path.dirname(path) != path]


def clean_environment(
    python: str = "", *, environ: Mapping[str, str] | None = None, roots: Sequence[str] | None = None
) -> dict[str, str]:
    """Return the environment for a child that runs another Python than QGIS's.

    Variables of QGIS's Python, PROJ, GDAL data, Qt and OpenSSL go. From every other one go the entries that
    lie in QGIS's own folders: so PATH keeps the user's programs, and LD_LIBRARY_PATH (which an AppImage sets
    to its own libraries) and DYLD_LIBRARY_PATH keep what the user put there, say a cluster's CUDA. A list of
    certificates is data and stays wherever it lies, unless it is not there. Proxies and HOME stay.

    Args:
        python: interpreter that the child runs; on Windows its folders come first on PATH, because conda's
            Python finds OpenSSL in no other way.
        environ: what to clean; the environment of this process if None.
        roots: folders that are QGIS's alone; `bundles` if None.
    """
    environ = os.environ if environ is None else environ
    roots = bundles(environ) if roots is None else roots
    clean: dict[str, str] = {}
    for name, value in environ.items():
        if _OWN.fullmatch(name):
            continue
        if name.upper() in _CERTIFICATES:
            if os.path.exists(value):
                clean[name] = value
            continue
        kept = [entry for entry in value.split(os.pathsep) if not _lies_in(entry, roots)]
        if kept or not value:
            clean[name] = os.pathsep.join(kept)
    if WINDOWS and python:
        home = os.path.dirname(python)
        own = [home, *(os.path.join(home, *part) for part in (("Library", "bin"), ("Scripts",)))]
        path = next((name for name in clean if name.upper() == "PATH"), "PATH")
        clean[path] = os.pathsep.join([*filter(os.path.isdir, own), clean.get(path, "")])
    clean["PYTHONNOUSERSITE"] = "1"
    clean["PYTHONUTF8"] = "1"
    return clean


def _lies_in(path: str, roots: Sequence[str]) -> bool:
    if not os.path.isabs(path.strip('"')):
        return False
    place = os.path.normcase(os.path.normpath(path.strip('"')))
    owned = [os.path.normcase(root) for root in roots]
    return any(place == root or place.startswith(root.rstrip(os.sep) + os.sep) for root in owned)


def launch(command: Sequence[str], *, quietly: bool = False, **pipes: Any) -> subprocess.Popen[bytes]:
    """Start a child: without a shell, without a console window, in a group that can be ended as a whole.

    Args:
        command: path of a program, and its words.
        quietly: at low priority, so that the window stays quick.
        pipes: `Popen`'s stdin, stdout, stderr, env and cwd.
    """
    if WINDOWS:
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        flags |= getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0) if quietly else 0
        return subprocess.Popen(list(command), creationflags=flags, **pipes)  # nosec B603
    process = subprocess.Popen(list(command), start_new_session=True, **pipes)  # nosec B603
    if quietly and hasattr(os, "setpriority"):
        with suppress(OSError):  # already gone, or not allowed: as fast as others then
            os.setpriority(os.PRIO_PROCESS, process.pid, 10)  # threads that it starts inherit this
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a child with all that it started, and wait until it is gone; nothing happens where it is."""
    if process.poll() is None:
        if WINDOWS:
            taskkill = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
            words = [taskkill, "/F", "/T", "/PID", str(process.pid)]
            quiet: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
            flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
            subprocess.run(words, creationflags=flags, check=False, **quiet)  # nosec B603
        else:
            with suppress(ProcessLookupError, PermissionError):  # it ended just now
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    process.wait()


@dataclass(frozen=True)
class Done:
    """How a child ended.

    Attributes:
        code: its exit code.
        out: last lines that it printed.
        err: last lines on its standard error.
    """

    code: int
    out: list[str]
    err: list[str]


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: str | None = None,
    on_line: Callable[[str], None] | None = None,
    cancelled: Callable[[], bool] = never,
    timeout_s: float | None = None,
) -> Done:
    """Run a child to its end, telling each of its lines; whatever goes wrong, no process is left.

    Raises:
        Cancelled: somebody wished so; the child and all that it started are gone.
        TimeoutError: it took longer than it may; gone too.
        OSError: it cannot be started.
    """
    process = launch(
        command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    lines: queue.Queue[tuple[int, str | None]] = queue.Queue()
    for index, stream in enumerate((process.stdout, process.stderr)):
        threading.Thread(target=_read, args=(stream, index, lines), daemon=True).start()
    kept: tuple[deque[str], deque[str]] = (deque(maxlen=_KEPT_LINES), deque(maxlen=_KEPT_LINES))
    until = None if timeout_s is None else time.monotonic() + timeout_s
    try:
        _follow(process, lines, kept, on_line, cancelled, until)
    finally:
        end(process)
    return Done(process.returncode, list(kept[0]), list(kept[1]))


def _follow(
    process: subprocess.Popen[bytes],
    lines: queue.Queue[tuple[int, str | None]],
    kept: tuple[deque[str], deque[str]],
    on_line: Callable[[str], None] | None,
    cancelled: Callable[[], bool],
    until: float | None,
) -> None:
    """Take lines until the process is gone and has said all that it will."""
    open_streams, gone = 2, False
    while open_streams:
        _heed(cancelled, until)
        try:
            index, line = lines.get(timeout=POLL_S)
        except queue.Empty:
            if gone:
                return  # something that it left behind holds the streams open
            gone = process.poll() is not None
            continue
        if line is None:
            open_streams -= 1
            continue
        kept[index].append(line)
        if on_line is not None:
            on_line(line)
    while True:
        _heed(cancelled, until)
        try:
            process.wait(POLL_S)
        except subprocess.TimeoutExpired:
            continue
        return


def _heed(cancelled: Callable[[], bool], until: float | None) -> None:
    if cancelled():
        raise Cancelled("stopped")
    if until is not None and time.monotonic() > until:
        raise TimeoutError("it did not end in time")


def _read(stream: IO[bytes], index: int, lines: queue.Queue[tuple[int, str | None]]) -> None:
    with stream:
        while line := stream.readline(_LONGEST_LINE):
            lines.put((index, line.decode("utf-8", "replace").rstrip()))
    lines.put((index, None))
