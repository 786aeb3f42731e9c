"""`geoseg-text worker`: the engine as a child process of another program."""

from __future__ import annotations

import click


@click.command("worker", short_help="Answer another program's messages, line by line.")
def command() -> int:
    """Answer messages on standard input, one JSON object a line, on standard output.

    For programs that run this one as a child process, as the QGIS plugin does: no port is opened, files go by
    path, and the end of standard input ends the worker. The messages are described, and for Python defined,
    in geoseg_text/worker/protocol.py.

    \b
    echo '{"type": "hello", "id": "1", "version": 1}' | geoseg-text worker
    """
    from geoseg_text.worker.server import serve

    return serve()
