"""The plugin runs in any QGIS's Python: its syntax, and nothing that QGIS does not bring."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "plugins" / "qgis" / "geoseg_qgis"
MODULES = sorted(PLUGIN.rglob("*.py"))
WITHOUT_QGIS = (
    "child",
    "dock.phrases",
    "dock.time_left",
    "engine",
    "engine_process",
    "environment",
    "interpreters",
    "protocol",
)
NOT_IN_3_9 = {"tomllib", "asyncio.taskgroups", "asyncio.timeouts", "_typeshed"}


def label(module: Path) -> str:
    return module.relative_to(PLUGIN).as_posix()


def imported(module: Path) -> set[str]:
    """Names of the packages that a module imports by their full name, wherever it does."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module)
    return names


@pytest.mark.parametrize("module", MODULES, ids=label)
def test_it_is_of_python_3_9(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"), feature_version=(3, 9))
    matches = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Match)]
    assert not matches
    assert "from __future__ import annotations" in module.read_text(encoding="utf-8") or len(tree.body) < 2


@pytest.mark.parametrize("module", MODULES, ids=label)
def test_it_imports_qgis_and_the_standard_library_alone(module: Path) -> None:
    known = (sys.stdlib_module_names | {"qgis", "geoseg_qgis"}) - NOT_IN_3_9
    if label(module).removesuffix(".py").replace("/", ".") in WITHOUT_QGIS:
        known -= {"qgis"}
    foreign = {name for name in imported(module) if name.split(".")[0] not in known or name in NOT_IN_3_9}
    assert not foreign


@pytest.mark.parametrize("module", MODULES, ids=label)
def test_it_names_its_licence(module: Path) -> None:
    first = module.read_text(encoding="utf-8").partition("\n")[0]
    assert (first == "# SPDX-License-Identifier: GPL-2.0-or-later") == (module.name != "protocol.py")


def test_the_protocol_is_the_engines_own() -> None:
    original = ROOT / "geoseg_text" / "worker" / "protocol.py"
    assert (PLUGIN / "protocol.py").read_bytes() == original.read_bytes(), "run scripts/vendor_protocol.py"


def test_what_needs_no_qgis_loads_without_it_and_without_the_engine() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(PLUGIN.parent)!r})\n"
        f"import {', '.join(f'geoseg_qgis.{name}' for name in WITHOUT_QGIS)}\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'qgis', 'geoseg_text', 'numpy'}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
