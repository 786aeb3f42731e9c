"""What the plugin takes from Qt is there in Qt 6 too, under the names it uses: no QGIS on Qt 6 can be had."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and the graphics libraries that QGIS brings")

PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "qgis" / "geoseg_qgis"
MODULES = sorted(PLUGIN.rglob("*.py"))
MOVED = {"QAction": "QtGui", "QActionGroup": "QtGui", "QShortcut": "QtGui"}
"""Qt 6 has these elsewhere; qgis.PyQt.QtWidgets still gives them."""
GONE = {"exec_", "print_", "toTime_t", "setMargin", "desktop", "QRegExp"}


def label(module: Path) -> str:
    return module.relative_to(PLUGIN).as_posix()


def names_of_qt(tree: ast.AST) -> dict[str, Any]:
    """Return what a module imports from qgis.PyQt, as PyQt6 has it.

    Raises:
        AttributeError: PyQt6 has no such thing.
    """
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qgis.PyQt."):
            for alias in node.names:
                module = MOVED.get(alias.name, str(node.module).rpartition(".")[2])
                found[alias.asname or alias.name] = getattr(
                    importlib.import_module(f"PyQt6.{module}"), alias.name
                )
    return found


def chains(tree: ast.AST) -> Iterator[list[str]]:
    """Yield each ``A.b.c`` of a module as its parts."""
    for node in ast.walk(tree):
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        if parts and isinstance(node, ast.Name):
            yield [node.id, *parts]


@pytest.mark.parametrize("module", MODULES, ids=label)
def test_names_and_enumerations_are_those_of_qt_6(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    known = names_of_qt(tree)
    for first, *rest in chains(tree):
        assert not GONE & set(rest)
        if first in known and isinstance(known[first], type):
            found: Any = known[first]
            for part in rest:
                found = getattr(found, part)


def test_a_short_name_of_an_enumeration_is_told() -> None:
    tree = ast.parse("from qgis.PyQt.QtCore import Qt\nside = Qt.AlignRight\n")
    ((first, *rest),) = chains(tree)
    assert first in names_of_qt(tree)
    assert not hasattr(names_of_qt(tree)["Qt"], rest[0])
