"""The rules of the code base that no linter keeps: what loads when, and the usual slips in the syntax."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "geoseg_text"
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = {
    "torch",
    "torchvision",
    "torchgeo",
    "rasterio",
    "numpy",
    "geopandas",
    "pyproj",
    "shapely",
    "transformers",
    "rich",
}
NETWORK = {
    "socket",
    "requests",
    "urllib.request",
    "http.client",
    "ftplib",
    "smtplib",
    "socketserver",
    "http.server",
}
# Names of calls and what to do instead.
FORBIDDEN = {
    "print": "the library does not print; the command line uses click.echo",
    "eval": "nothing from outside is executed",
    "exec": "nothing from outside is executed",
    "os.system": "no shell strings",
    "os.popen": "no shell strings",
    "os.fork": "not on every system",
    "os.symlink": "not on every system",
    "os.rename": "os.replace replaces on every system",
    "pickle.load": "nothing is unpickled",
    "pickle.loads": "nothing is unpickled",
    "warnings.simplefilter": "warnings belong to the caller, outside of catch_warnings",
    "warnings.filterwarnings": "warnings belong to the caller, outside of catch_warnings",
}


def run_python(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def nodes(module: Path) -> Iterator[ast.AST]:
    yield from ast.walk(ast.parse(module.read_text(encoding="utf-8")))


def calls(module: Path) -> Iterator[tuple[str, ast.Call]]:
    """Names and nodes of all calls, but for warning filters that end with the block they stand in."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    passing: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.With) and any("catch_warnings" in ast.unparse(item) for item in node.items):
            passing |= {inner for inner in ast.walk(node) if isinstance(inner, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if not (node in passing and name.startswith("warnings.")):
                yield name, node


def imported(module: Path) -> set[str]:
    """Dotted names of all that a module imports, wherever the import stands: `a.b` and, from it, `a.b.c`."""
    names: set[str] = set()
    for node in nodes(module):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def within(names: set[str], packages: set[str]) -> set[str]:
    return {
        name
        for name in names
        if any(name == package or name.startswith(f"{package}.") for package in packages)
    }


def label(module: Path) -> str:
    return module.relative_to(PACKAGE.parent).as_posix()


def test_imports_run_one_way() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [linter, "--no-cache"], cwd=PACKAGE.parent, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["geoseg_text", "geoseg_text.cli.main"])
def test_importing_loads_nothing_heavy(name: str) -> None:
    loaded = set(run_python(f"import {name}, sys; print(*sys.modules)").split())
    assert not loaded & HEAVY


@pytest.mark.parametrize("module", MODULES, ids=label)
def test_no_usual_slip(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, "a module is one thing; 400 lines are several"
    assert module.stem not in {"utils", "util", "helpers", "common", "misc"}, (
        "name the module by what it is about"
    )
    for name, node in calls(module):
        assert name not in FORBIDDEN, f"line {node.lineno}: {name}(): {FORBIDDEN[name]}"
        keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        assert keywords.get("shell", "False") == "False", f"line {node.lineno}: no shell strings"
        assert keywords.get("allow_pickle", "False") == "False", f"line {node.lineno}: nothing is unpickled"
        if name == "torch.load":
            assert keywords.get("weights_only") == "True", f"line {node.lineno}: nothing is unpickled freely"
        if name.endswith((".read_text", ".write_text")) or name == "open":
            binary = any(isinstance(word, ast.Constant) and "b" in str(word.value) for word in node.args[1:2])
            assert "encoding" in keywords or binary, (
                f"line {node.lineno}: text has another encoding on Windows"
            )


@pytest.mark.parametrize("module", MODULES, ids=label)
def test_no_error_is_swallowed_and_no_input_asserted(module: Path) -> None:
    for node in nodes(module):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            assert not {"everything", "Exception", "BaseException"} & set(caught.strip("()").split(", ")), (
                f"line {node.lineno} catches {caught}: name what can happen"
            )
        assert not isinstance(node, ast.Assert), f"line {node.lineno}: raise an error that says the way out"


@pytest.mark.parametrize("module", MODULES, ids=label)
def test_no_module_reaches_for_the_network_or_for_pickles(module: Path) -> None:
    names = imported(module) - {"pickle.UnpicklingError"}
    assert not within(names, NETWORK | {"pickle", "dill", "joblib", "cloudpickle", "subprocess"})


def test_one_published_system_never_imports_another() -> None:
    systems = {path.stem for path in (PACKAGE / "models").glob("*.py")} & {
        "mafn", "lavt", "lgce", "rmsin", "fianet", "cadformer", "sbanet", "rsam", "sam3", "grounding",
    }  # fmt: skip
    assert "mafn" in systems
    for name in systems:
        others = {f"geoseg_text.models.{other}" for other in systems - {name}}
        assert not within(imported(PACKAGE / "models" / f"{name}.py"), others)
