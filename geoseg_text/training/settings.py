"""Strict reading of a YAML file into frozen dataclasses: what is wrong is one line that names its place.

A key that a dataclass does not have, a value of another type or out of bounds and a key that stands twice are
errors, each with the nearest known word. Nothing but plain data is read.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import operator
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml  # type: ignore[import-untyped,unused-ignore]

from geoseg_text.errors import InputError

T = TypeVar("T")

_MOST_BYTES = 2**20
_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "at least": operator.ge,
    "greater than": operator.gt,
    "at most": operator.le,
    "less than": operator.lt,
}
_NAMES: Mapping[type, str] = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}


class _OnceLoader(yaml.SafeLoader):  # type: ignore[misc,unused-ignore]
    """The safe loader, to which a key that stands twice is an error rather than the last word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping whose keys are all different."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    problem="a key that is no word", problem_mark=key.start_mark
                )
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"{key.value!r} stands twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        built: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return built


def bounded(
    default: Any = dataclasses.MISSING,
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    below: float | None = None,
) -> Any:
    """A field of a dataclass whose numbers, each of them if it holds several, lie within bounds."""
    bounds = {"at least": least, "greater than": above, "at most": most, "less than": below}
    return dataclasses.field(default=default, metadata={k: v for k, v in bounds.items() if v is not None})


def read_yaml(path: Path) -> object:
    """Plain data of a YAML file.

    Raises:
        InputError: the file is missing, large or no YAML.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f"{path}: larger than 1 MiB; a training's settings are a page")
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_OnceLoader)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; give a YAML file such as those in recipes/") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); give a YAML file in UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f" line {mark.line + 1}"
        problem = getattr(error, "problem", None) or "no YAML"
        raise InputError(f"{path}{where}: {problem}; correct that line") from error
    except RecursionError as error:
        raise InputError(f"{path}: nested too deeply for a training's settings") from error


def read_settings(kind: type[T], value: object, place: str = "") -> T:
    """A dataclass from plain data.

    Args:
        kind: the dataclass; its fields may be dataclasses, unions of dataclasses told apart by their field
            ``name``, tuples, mappings and plain values.
        value: what the YAML holds.
        place: dotted path of the value; empty for the whole file.

    Raises:
        InputError: a key or a value cannot be used.
    """
    if not isinstance(value, Mapping):
        raise InputError(f"{place or 'the file'}: {_said(value)} where settings (key: value) are due")
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    found: dict[str, Any] = {}
    for key, given in value.items():
        here = _join(place, str(key))
        if key not in fields:
            raise InputError(f"{here}: no such setting{suggestion(str(key), fields)}")
        found[str(key)] = _value(hints[str(key)], given, here)
        _check_bounds(found[str(key)], fields[str(key)].metadata, here)
    missing = [
        name
        for name, field in fields.items()
        if name not in found
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise InputError(f"{_join(place, missing[0])}: missing; it has no default")
    return kind(**found)


def suggestion(word: str, known: Iterable[str]) -> str:
    """The way out for an unknown word: the nearest known one, or all of them."""
    known = list(known)
    close = difflib.get_close_matches(word.casefold(), [name.casefold() for name in known], n=1)
    if close:
        nearest = next(name for name in known if name.casefold() == close[0])
        return f"; did you mean {nearest!r}?"
    return f"; known are {', '.join(known)}"


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _said(value: object) -> str:
    return "nothing" if value is None else f"{str(value)!r:.60}"


def _value(hint: Any, value: object, place: str) -> Any:
    """One value as its type wants it."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if origin in (types.UnionType, typing.Union):
        return _one_of(inner, value, place)
    if origin is Literal:
        if value not in inner or isinstance(value, bool):
            raise InputError(f"{place}: {_said(value)} is unknown{suggestion(str(value), map(str, inner))}")
        return value
    if origin is tuple:
        return _several(inner, value, place)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise InputError(f"{place}: {_said(value)} where settings (key: value) are due")
        return {str(key): _value(inner[1], given, _join(place, str(key))) for key, given in value.items()}
    if dataclasses.is_dataclass(hint):
        return read_settings(typing.cast(type, hint), value, place)
    return _plain(hint, value, place)


def _one_of(kinds: tuple[Any, ...], value: object, place: str) -> Any:
    """A value that may be left empty, or is one of several dataclasses."""
    if value is None and type(None) in kinds:
        return None
    kinds = tuple(kind for kind in kinds if kind is not type(None))
    if len(kinds) == 1:
        return _value(kinds[0], value, place)
    if not isinstance(value, Mapping):
        raise InputError(f"{place}: {_said(value)} where settings (key: value) are due")
    named = {typing.get_args(typing.get_type_hints(kind)["name"])[0]: kind for kind in kinds}
    if value.get("name") not in named:
        said = _said(value.get("name"))
        raise InputError(
            f"{_join(place, 'name')}: {said} is unknown{suggestion(str(value.get('name')), named)}"
        )
    return read_settings(named[value["name"]], value, place)


def _several(inner: tuple[Any, ...], value: object, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise InputError(f"{place}: {_said(value)} where a list is due")
    if inner[-1] is Ellipsis:
        return tuple(_value(inner[0], item, f"{place}[{at}]") for at, item in enumerate(value))
    if len(value) != len(inner):
        raise InputError(f"{place}: {len(value)} values where {len(inner)} are due")
    pairs = zip(inner, value, strict=True)
    return tuple(_value(kind, item, f"{place}[{at}]") for at, (kind, item) in enumerate(pairs))


def _plain(kind: type, value: object, place: str) -> Any:
    if kind is float and isinstance(value, str):  # YAML reads 3e-5, without a dot, as a word
        try:
            value = float(value)
        except ValueError:
            raise InputError(f"{place}: {_said(value)} where a number is due") from None
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise InputError(f"{place}: {_said(value)} where {_NAMES[kind]} is due")
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{place}: {_said(value)} is not finite")
    return value


def _check_bounds(value: object, bounds: Mapping[str, float], place: str) -> None:
    for number in value if isinstance(value, tuple) else (value,):
        for words, bound in bounds.items():
            if isinstance(number, (int, float)) and not _HOLDS[words](number, bound):
                raise InputError(f"{place}: {number} must be {words} {bound}")
