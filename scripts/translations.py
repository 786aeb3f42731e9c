"""Collect the texts of the QGIS plugin in a template for translators, in the format of Qt Linguist.

Run: ``python scripts/translations.py``; writes ``plugins/qgis/i18n/geoseg_qgis.ts``. To add a language, copy
that file to ``geoseg_qgis_de.ts`` beside it, translate it in Qt Linguist, and compile it into the plugin,
found there by its name: ``lrelease geoseg_qgis_de.ts -qm ../geoseg_qgis/i18n/geoseg_qgis_de.qm``.

Qt's own tools do not collect these texts: they look for the contexts of classes, but the plugin has only one.
The template names files and no lines: else every edit above a text would be an edit of the template.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = ROOT / "plugins" / "qgis" / "geoseg_qgis"
TEMPLATE = ROOT / "plugins" / "qgis" / "i18n" / "geoseg_qgis.ts"
CONTEXT = "Geoseg"
"""As in the plugin's translating.py."""


def texts(path: Path) -> Iterator[str]:
    """Yield what a module gives to ``tr``, in its order.

    Raises:
        SystemExit: something else than a literal or a constant of the module is given.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr"
    ]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        given = call.args[0] if len(call.args) == 1 and not call.keywords else None
        if isinstance(given, ast.Constant):
            text = given.value
        else:
            text = constants.get(given.id) if isinstance(given, ast.Name) else None
        if not isinstance(text, str) or not text:
            raise SystemExit(f"{path}:{call.lineno}: tr() takes one literal, or a constant of this module")
        yield text


def collected(folder: Path = PLUGIN) -> dict[str, list[str]]:
    """Return every text of a folder of modules, each with the files that say it."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        for text in texts(path):
            files = found.setdefault(text, [])
            name = path.relative_to(folder).as_posix()
            if name not in files:
                files.append(name)
    return found


def template(found: dict[str, list[str]]) -> str:
    """Return the template: XML whose messages are not translated yet."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<!DOCTYPE TS>",
        '<TS version="2.1" sourcelanguage="en">',
        "<context>",
        f"    <name>{CONTEXT}</name>",
    ]
    for text, files in found.items():
        lines.append("    <message>")
        lines += [f'        <location filename="../geoseg_qgis/{name}"/>' for name in files]
        lines.append(f"        <source>{escape(text)}</source>")
        lines += ['        <translation type="unfinished"></translation>', "    </message>"]
    return "\n".join([*lines, "</context>", "</TS>", ""])


def main() -> None:
    """Write the template."""
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    found = collected()
    TEMPLATE.write_bytes(template(found).encode())
    sys.stdout.write(f"{TEMPLATE}: {len(found)} texts\n")


if __name__ == "__main__":
    main()
