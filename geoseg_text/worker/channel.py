"""The two ends of a child's line to its parent: bounded lines in, whole lines out, nothing else on either."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Self

from geoseg_text.worker import protocol
from geoseg_text.worker.protocol import Message, ProtocolError


@dataclass(frozen=True)
class Channel:
    """A line to the parent.

    Attributes:
        received: bytes from it.
        sent: bytes to it.
    """

    received: BinaryIO
    sent: BinaryIO
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    @classmethod
    def taken(cls) -> Self:
        """Take standard input and output for the channel alone.

        Whatever else prints, be it a library in C, prints on standard error, and finds nothing to read.
        """
        received, sent = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        return cls(received, sent)

    def send(self, message: Message) -> None:
        """Send a message, from any thread; a parent that is gone hears nothing."""
        try:
            with self._lock:
                self.sent.write(protocol.encode(message))
                self.sent.flush()
        except OSError:
            return  # the end of what is received says so too, and ends the work

    def messages(self) -> Iterator[Message | ProtocolError]:
        """What the parent says until it is gone, each line a message or why it is none."""
        while line := self.received.readline(protocol.MAX_LINE_BYTES):
            if not line.endswith(b"\n") and len(line) == protocol.MAX_LINE_BYTES:
                self._skip_line()
                yield ProtocolError(
                    f"a line of more than {protocol.MAX_LINE_BYTES} bytes: give files by path"
                )
                continue
            if not line.strip():
                continue
            try:
                yield protocol.decode(line)
            except ProtocolError as error:
                yield error

    def _skip_line(self) -> None:
        while part := self.received.readline(protocol.MAX_LINE_BYTES):
            if part.endswith(b"\n"):
                return
