"""Writing a pickle of plain data: what `plain_pickle` reads, and every program that reads RefCOCO.

A pickle is a program; this one only puts lists, dicts, text and whole numbers together (protocol 2) and names
nothing that could be called.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

_LEAST, _MOST = -(2**31), 2**31 - 1


def pickled(value: Any) -> bytes:
    """The pickle of lists, tuples, dicts, text, whole numbers, truth values and None.

    Raises:
        TypeError: the value holds anything else, or a number that needs more than 32 bits.
    """
    return b"\x80\x02" + b"".join(_steps(value)) + b"."


def _steps(value: Any) -> Iterator[bytes]:
    if value is None:
        yield b"N"
    elif isinstance(value, bool):
        yield b"\x88" if value else b"\x89"
    elif isinstance(value, int) and _LEAST <= value <= _MOST:
        yield b"J" + struct.pack("<i", value)
    elif isinstance(value, str):
        text = value.encode("utf-8", "surrogatepass")
        yield b"X" + struct.pack("<I", len(text)) + text
    elif isinstance(value, list | tuple):
        yield b"](" if isinstance(value, list) else b"("
        for item in value:
            yield from _steps(item)
        yield b"e" if isinstance(value, list) else b"t"
    elif isinstance(value, dict):
        yield b"}("
        for key, item in value.items():
            yield from _steps(key)
            yield from _steps(item)
        yield b"u"
    else:
        raise TypeError(f"{type(value).__name__} is no plain value")
