"""What the package promises before it does anything: names, version, errors, pins, cancellation."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import geoseg_text
from geoseg_text import errors
from geoseg_text.progress import Cancellation, ProgressEvent


@pytest.fixture(scope="module")
def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pins(root: Path) -> dict[str, str]:
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_every_public_name_is_there_and_the_list_is_sorted() -> None:
    assert geoseg_text.__all__ == sorted(geoseg_text.__all__)
    for name in geoseg_text.__all__:
        assert getattr(geoseg_text, name) is not None
    assert set(geoseg_text.__all__) <= set(dir(geoseg_text))


def test_the_types_that_checkers_see_are_the_names_that_load(root: Path) -> None:
    source = ast.parse((root / "geoseg_text" / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in source.body if isinstance(node, ast.If))
    typed = {alias.name: node.module for node in block.body for alias in node.names}
    assert typed == geoseg_text._HOMES


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="segmentt"):
        geoseg_text.segmentt  # noqa: B018 - the look-up is the test


def test_the_version_stands_in_one_place(root: Path, project: dict) -> None:
    assert "version" in project["project"]["dynamic"]
    assert version("geoseg-text") == geoseg_text.__version__
    holders = [
        path.relative_to(root).as_posix()
        for path in root.joinpath("geoseg_text").rglob("*.py")
        if f'"{geoseg_text.__version__}"' in path.read_text(encoding="utf-8")
    ]
    assert holders == ["geoseg_text/__init__.py"]


def test_each_error_is_ours_and_also_the_builtin_that_callers_expect() -> None:
    builtins = {
        errors.InputError: ValueError,
        errors.RasterError: OSError,
        errors.OutputError: OSError,
        errors.ModelError: RuntimeError,
        errors.MissingDependencyError: ImportError,
    }
    for error, builtin in builtins.items():
        assert issubclass(error, errors.GeosegError)
        assert issubclass(error, builtin)
        assert error("why").exit_code == 1
        assert str(error("why")) == "why"
    for warning in (errors.ScaleWarning, errors.ScopeWarning, errors.WindowWarning):
        assert issubclass(warning, errors.GeosegWarning)


def test_cancelling_stops_the_work_at_its_next_check() -> None:
    cancellation = Cancellation()
    cancellation.check()
    cancellation.cancel()
    cancellation.cancel()
    assert cancellation.cancelled
    with pytest.raises(errors.Cancelled):
        cancellation.check()


def test_a_progress_event_cannot_be_changed() -> None:
    event = ProgressEvent("predict", done=1, total=2)
    with pytest.raises(AttributeError):
        event.done = 2  # type: ignore[misc]


def test_each_floor_has_its_reason_above_it(root: Path) -> None:
    lines = (root / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    start = lines.index("dependencies = [")
    stop = lines.index("]", start)
    for before, line in zip(lines[start:stop], lines[start + 1 : stop], strict=False):
        if re.match(r'\s+"', line):
            assert before.strip().startswith("#"), f"{line.strip()} has no reason above it"


def test_the_pins_cover_what_the_commands_install_and_keep_the_floors(
    project: dict, pins: dict[str, str]
) -> None:
    declared = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["plot"]]
    for line in declared + project["dependency-groups"]["dev"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), line


def test_nothing_under_the_agpl_is_installed(pins: dict[str, str]) -> None:
    assert not {"ultralytics", "geodeep"} & set(pins)


def test_every_script_and_file_that_the_readme_names_is_there(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    scripts = re.findall(r"\bsh (scripts/\S+\.sh)", readme)
    assert scripts
    links = [link for link in re.findall(r"\]\(([^)]+)\)", readme) if "://" not in link]
    missing = [name for name in scripts + links if not (root / name).is_file()]
    assert missing == []


def test_the_changelog_tells_of_this_version(root: Path) -> None:
    headings = re.findall(r"^## \[(.+?)\]", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    released = re.sub(r"\.dev\d+$", "", geoseg_text.__version__)
    assert "dev" in geoseg_text.__version__ or released in headings
