"""The engine as a child process: reads requests, does one at a time, and can be stopped at any moment."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from geoseg_text.errors import Cancelled, GeosegError
from geoseg_text.process_memory import keep_freed_memory
from geoseg_text.progress import Cancellation
from geoseg_text.worker import answers, protocol
from geoseg_text.worker.channel import Channel
from geoseg_text.worker.protocol import Answer, Cancel, Failure, Hello, ProtocolError, Request, Shutdown

_LONGEST_TEXT = 1000

LAST_WORD_S = 10.0
"""How long work that was told to stop may take to tidy up before the process ends all the same."""


class Server:
    """Answers what comes over a channel until it ends.

    The thread that runs it reads; the work is done in another, so that a request to stop is heard at once.

    Args:
        channel: to the parent.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._work: Future[Answer] | None = None
        self._cancellation = Cancellation()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="engine")

    def run(self) -> bool:
        """Serve until the parent says so or is gone; return whether the work ended in time."""
        for message in self._channel.messages():
            if isinstance(message, Shutdown):
                break
            if isinstance(message, ProtocolError):
                self._channel.send(Failure(message.id, protocol.PROTOCOL, str(message)))
            elif isinstance(message, Cancel):
                self._cancellation.cancel()
            elif isinstance(message, Hello):
                self._channel.send(answers.hello(message))
            elif not isinstance(message, answers.ANSWERED):
                text = f"{type(message).__name__} is what the engine says: ask for something"
                self._channel.send(Failure(message.id, protocol.PROTOCOL, text))
            elif self._work is not None and not self._work.done():
                text = "another request is being answered: wait for its end, or cancel it"
                self._channel.send(Failure(message.id, protocol.BUSY, text))
            else:
                self._begin(message)
        self._cancellation.cancel()
        return self._ended()

    def _begin(self, request: Request) -> None:
        self._cancellation = Cancellation()
        teller = answers.Teller(request.id, self._channel.send, self._cancellation)
        self._work = self._executor.submit(answers.answer, request, teller)
        self._work.add_done_callback(partial(self._tell, request.id))

    def _tell(self, id: str, work: Future[Answer]) -> None:
        error = work.exception()
        try:
            self._channel.send(work.result() if error is None else _failure(id, error))
        except ValueError as unsayable:  # longer than a line may be, or a number that JSON has not
            text = f"it is done, but its answer cannot be told: {unsayable}"
            self._channel.send(Failure(id, protocol.UNFORESEEN, text[:_LONGEST_TEXT]))

    def _ended(self) -> bool:
        self._executor.shutdown(wait=False, cancel_futures=True)
        if self._work is None:
            return True
        try:
            self._work.exception(LAST_WORD_S)
        except TimeoutError:
            return False
        return True


def _failure(id: str, error: BaseException) -> Failure:
    text = " ".join(str(error).split())
    if isinstance(error, Cancelled):
        return Failure(id, protocol.CANCELLED, text)
    if isinstance(error, GeosegError):
        return Failure(id, protocol.STATED, text)
    if isinstance(error, MemoryError):
        return Failure(id, protocol.STATED, "memory is full: ask for a smaller part, or for coarser pixels")
    traceback.print_exception(error)  # on standard error, which is the log
    return Failure(id, protocol.UNFORESEEN, f"{type(error).__name__}: {text}"[:_LONGEST_TEXT])


def serve() -> int:
    """Be a child process: take standard input and output for messages until the parent is done.

    Returns:
        0; a process whose work cannot be stopped ends without returning.
    """
    channel = Channel.taken()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the parent, who then says so
    keep_freed_memory()
    if not Server(channel).run():
        sys.stderr.flush()
        os._exit(1)  # the network may be in the middle of a window that takes minutes
    return 0
