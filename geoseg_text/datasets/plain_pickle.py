"""Reading a pickle without running anything, as far as it builds lists, dicts, text and numbers.

A pickle is a program, and `pickle.load` calls whatever it names. Here the standard library only tells the
opcodes and their arguments apart (`pickletools`), and this module carries them out; it has no step that
imports or calls what a file asks for. Of the global names, those with which numpy writes one number are known
by sight; any other is refused. torch's restricted reader does not serve: it reads only what torch has saved.
"""

from __future__ import annotations

import io
import pickletools
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geoseg_text.errors import InputError

_MOST_BYTES = 2**30

_PUSHED = frozenset(
    {
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE"),
        *("BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
    }
)
_CONSTANTS: Mapping[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "EMPTY_TUPLE": tuple,
}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_PUT = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_GET = frozenset({"GET", "BINGET", "LONG_BINGET"})
_NOTHING = frozenset({"PROTO", "FRAME", "STOP"})

_SCALARS = frozenset({"numpy.core.multiarray scalar", "numpy._core.multiarray scalar"})
_KINDS = frozenset({"numpy dtype"})
_BYTES = frozenset({"_codecs encode"})
_NUMBER = re.compile(r"b1|[iu][1248]|f[248]")


class _RefusedError(ValueError):
    """The file wants more than plain data."""


@dataclass(frozen=True)
class _Name:
    """A global name of the list above; it is never imported."""

    text: str


@dataclass
class _NumberKind:
    """What numpy's dtype of one number would be."""

    code: str
    order: str = "<"


def read_plain_pickle(path: Path) -> Any:
    """The lists, dicts, text and numbers of a pickle.

    Text that Python 2 wrote is read as latin-1, numpy's numbers as plain ones.

    Raises:
        InputError: the file cannot be read, is damaged, or holds more than plain data.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f"{path}: more than {_MOST_BYTES >> 20} MB; give the benchmark's own file")
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); unpack the copy again") from error
    machine = _Machine()
    try:
        for name, argument in _steps(io.BytesIO(content)):
            machine.step(name, argument)
        return machine.result()
    except _RefusedError as error:
        raise InputError(
            f"{path}: cannot be read without executing code ({error}); ask for plain lists, dicts and text"
        ) from error
    except (ArithmeticError, LookupError, TypeError, ValueError, struct.error) as error:
        raise InputError(f"{path}: damaged, or no pickle; unpack the copy again") from error


def _steps(content: io.BytesIO) -> Iterator[tuple[str, Any]]:
    """Name and argument of each opcode up to the end of the program."""
    readers: dict[bytes, tuple[str, Callable[[io.BytesIO], Any]]] = {
        opcode.code.encode("latin-1"): (opcode.name, opcode.arg.reader if opcode.arg else _no_argument)
        for opcode in pickletools.opcodes
    }
    # Python 2 wrote bytes of text so; pickletools reads ASCII alone.
    readers[b"S"] = ("STRING", _quoted)
    name = ""
    while name != "STOP":
        name, reader = readers[content.read(1)]
        yield name, reader(content)


def _no_argument(_: io.BytesIO) -> None:
    """Most opcodes have none."""


def _quoted(content: io.BytesIO) -> str:
    """Text in quotes with Python 2's escapes, as latin-1."""
    line = content.readline().strip()
    if len(line) < 2 or line[:1] not in {b"'", b'"'} or line[:1] != line[-1:]:
        raise ValueError("text without quotes")
    return line[1:-1].decode("unicode_escape")


class _Machine:
    """The stack that a pickle's program works on."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []  # the stacks under the open marks
        self.memo: dict[int, Any] = {}

    def result(self) -> Any:
        """What the program leaves."""
        if len(self.stack) != 1 or self.below:
            raise ValueError("a pickle leaves one object")
        return self.stack[0]

    def step(self, name: str, argument: Any) -> None:
        """Carry out one opcode; the commonest come first."""
        if name in _PUSHED:
            self.stack.append(argument)
        elif name in _PUT:
            self.memo[argument] = self.stack[-1]
        elif name in _GET:
            self.stack.append(self.memo[argument])
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name]())
        elif name in _TUPLES:
            self.stack[-_TUPLES[name] :] = [tuple(self._popped(_TUPLES[name], keep=True))]
        elif name not in _NOTHING:
            handler = _HANDLERS.get(name)
            if handler is None:
                raise _RefusedError(f"it uses {name}")
            handler(self, argument)

    def mark(self, _: Any) -> None:
        """Open a group."""
        self.below.append(self.stack)
        self.stack = []

    def close(self) -> list[Any]:
        """End a group and return it."""
        group = self.stack
        self.stack = self.below.pop()
        return group

    def memoize(self, _: Any) -> None:
        """Number the object on top."""
        self.memo[len(self.memo)] = self.stack[-1]

    def append(self, _: Any) -> None:
        """Add the object on top to the list under it."""
        value = self.stack.pop()
        _of(list, self.stack[-1]).append(value)

    def appends(self, _: Any) -> None:
        """Add a group to the list under it."""
        group = self.close()
        _of(list, self.stack[-1]).extend(group)

    def set_item(self, _: Any) -> None:
        """Put a pair into the dict under it."""
        key, value = self._popped(2)
        _put(self.stack[-1], [key, value])

    def set_items(self, _: Any) -> None:
        """Put a group of pairs into the dict under it."""
        group = self.close()
        _put(self.stack[-1], group)

    def make_tuple(self, _: Any) -> None:
        """Make a tuple of a group."""
        group = self.close()
        self.stack.append(tuple(group))

    def make_list(self, _: Any) -> None:
        """Make a list of a group."""
        group = self.close()
        self.stack.append(group)

    def make_dict(self, _: Any) -> None:
        """Make a dict of a group of pairs."""
        group = self.close()
        self.stack.append({})
        _put(self.stack[-1], group)

    def name(self, argument: Any) -> None:
        """Look at a global name; nothing is imported."""
        text = argument if argument is not None else " ".join(_of(str, part) for part in self._popped(2))
        if text not in _SCALARS | _KINDS | _BYTES:
            raise _RefusedError(f"it names {text[:80].replace(' ', '.')!r}")
        self.stack.append(_Name(text))

    def call(self, _: Any) -> None:
        """Make what numpy's known names stand for of their arguments; nothing is called."""
        known, arguments = self._popped(2)
        text = _of(_Name, known).text
        if text in _KINDS:
            self.stack.append(_NumberKind(_number_code(arguments[0])))
        elif text in _BYTES:
            self.stack.append(_of(str, arguments[0]).encode("latin-1"))
        else:
            self.stack.append(_number(_of(_NumberKind, arguments[0]), arguments[1]))

    def complete(self, _: Any) -> None:
        """Give numpy's dtype its byte order, all that its state says of a number."""
        state = self.stack.pop()
        order = _of(str, _of(tuple, state)[1])
        _of(_NumberKind, self.stack[-1]).order = ">" if order == ">" else "<"

    def pop(self, _: Any) -> None:
        """Drop the object on top, or an empty group."""
        if self.stack:
            self.stack.pop()
        else:
            self.close()

    def pop_mark(self, _: Any) -> None:
        """Drop a group."""
        self.close()

    def duplicate(self, _: Any) -> None:
        """Have the object on top twice."""
        self.stack.append(self.stack[-1])

    def _popped(self, count: int, *, keep: bool = False) -> list[Any]:
        """The topmost objects, taken off unless they are kept."""
        if len(self.stack) < count:
            raise IndexError("too few objects")
        taken = self.stack[-count:]
        if not keep:
            del self.stack[-count:]
        return taken


_HANDLERS: Mapping[str, Callable[[_Machine, Any], None]] = {
    "MARK": _Machine.mark,
    "MEMOIZE": _Machine.memoize,
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "TUPLE": _Machine.make_tuple,
    "LIST": _Machine.make_list,
    "DICT": _Machine.make_dict,
    "GLOBAL": _Machine.name,
    "STACK_GLOBAL": _Machine.name,
    "REDUCE": _Machine.call,
    "BUILD": _Machine.complete,
    "POP": _Machine.pop,
    "POP_MARK": _Machine.pop_mark,
    "DUP": _Machine.duplicate,
}


def _of(kind: type[Any], value: Any) -> Any:
    """The value, if it is exactly of a kind."""
    if type(value) is not kind:
        raise TypeError(f"no {kind.__name__}")
    return value


def _put(target: Any, pairs: list[Any]) -> None:
    """Put keys and values, in turn, into a dict. Tuples are no keys: to hash a crafted one takes forever."""
    if len(pairs) % 2 or not all(type(key) in {str, int} for key in pairs[::2]):
        raise _RefusedError("it has keys that are neither text nor whole numbers")
    _of(dict, target).update(zip(pairs[::2], pairs[1::2], strict=True))


def _number_code(code: Any) -> str:
    if not _NUMBER.fullmatch(_of(str, code)):
        raise _RefusedError("it holds numpy data that are not numbers")
    return str(code)


def _number(kind: _NumberKind, stored: Any) -> Any:
    """The plain number of the bytes that numpy stored; text where Python 2 wrote them."""
    raw = stored.encode("latin-1") if isinstance(stored, str) else _of(bytes, stored)
    return np.frombuffer(raw, np.dtype(kind.order + kind.code), count=1)[0].item()
