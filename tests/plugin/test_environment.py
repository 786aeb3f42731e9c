"""Environments outside QGIS: found, made from a wheel and from a folder, cancelled, looked at. No network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from geoseg_qgis import environment
from geoseg_qgis.child import Cancelled, bundles, clean_environment, run
from geoseg_qgis.environment import EnvironmentProblem, check, find_uv, from_folder, make
from geoseg_qgis.interpreters import candidates, launched, probe
from stand_ins import project, wheel

BASE = sys._base_executable


def stand_in(tmp_path: Path, said: str) -> str:
    script = tmp_path / "python"
    script.write_text(f"#!/bin/sh\n{said}\n", encoding="utf-8")
    script.chmod(0o755)
    return str(script)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """Return the Python of an environment that was made with pip from a wheel, and what pip said."""
    folder = tmp_path_factory.mktemp("made")
    lines: list[str] = []
    package = wheel(folder, "1.0", [])
    return make(str(folder / "engine"), BASE, str(package), on_line=lines.append, uv=""), lines


def test_an_environment_is_made_and_is_sound(made: tuple[str, list[str]], tmp_path: Path) -> None:
    python, lines = made
    assert any("Successfully installed geoseg-text-1.0" in line for line in lines)
    heard: list[str] = []
    health = check(python, on_line=heard.append)
    assert (health.ok, health.problem) == (True, "")
    told = json.loads(health.report.partition("{")[1] + health.report.partition("{")[2])
    assert Path(told["at"]) == Path(python).parents[1]
    assert "a library chats" in heard
    assert from_folder(str(Path(python).parents[1])) == python


def test_one_made_before_is_brought_up_to_date_by_a_folder_and_its_trouble_is_told(
    made: tuple[str, list[str]], tmp_path: Path
) -> None:
    newer = wheel(tmp_path, "1.1", ["torch does not load:\nno such library", "more"])
    folder = project(tmp_path / "project", newer)
    python = make(str(Path(made[0]).parents[1]), BASE, str(folder), on_line=lambda _line: None, uv="")
    assert python == made[0]
    health = check(python)
    assert not health.ok
    assert health.problem.startswith("torch does not load: no such library (and 1 more in the report): ")
    assert '"geoseg-text": "1.1"' in health.report


def test_a_failed_installation_says_why(made: tuple[str, list[str]], tmp_path: Path) -> None:
    broken = tmp_path / "geoseg_text-1.0-py3-none-any.whl"
    broken.write_bytes(b"no archive")
    place = str(Path(made[0]).parents[1])
    with pytest.raises(EnvironmentProblem, match=r"the installation failed: .* is invalid: see the log"):
        make(place, BASE, str(broken), on_line=lambda _line: None, uv="")


def test_a_failure_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    package = wheel(tmp_path, "1.0", [])
    base = stand_in(
        tmp_path,
        "[ $2 != -c ] && echo 'No space left' >&2 && exit 1\necho '[[3, 12, 5], \"/x\", \"/x\", true, true]'",
    )
    there, new = tmp_path / "there", tmp_path / "new"
    there.mkdir()
    for place in (there, new):
        with pytest.raises(EnvironmentProblem, match="the installation failed: No space left"):
            make(str(place), base, str(package), on_line=lambda _line: None, uv="")
    assert list(there.iterdir()) == []
    assert not new.exists()


def test_a_cancel_while_it_is_made_leaves_no_process_and_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "engine"
    package = wheel(tmp_path, "1.0", [])
    wish: list[float] = []

    def cancelled() -> bool:
        if not wish and (folder / "pyvenv.cfg").exists():
            wish.append(time.monotonic())
        return bool(wish)

    with pytest.raises(Cancelled):
        make(str(folder), BASE, str(package), on_line=lambda _line: None, cancelled=cancelled, uv="")
    assert time.monotonic() - wish[0] < 2
    assert not folder.exists()
    assert not _naming(folder)


def test_a_cancel_while_one_is_brought_up_to_date_leaves_it_whole(
    made: tuple[str, list[str]], tmp_path: Path
) -> None:
    folder = project(tmp_path / "project", wheel(tmp_path, "2.0", []), hangs=True)
    place = Path(made[0]).parents[1]
    builders: list[str] = []

    def cancelled() -> bool:
        builders.extend(path.read_text(encoding="utf-8") for path in tmp_path.rglob("building"))
        return any(builders)

    with pytest.raises(Cancelled):
        make(str(place), BASE, str(folder), on_line=lambda _line: None, cancelled=cancelled, uv="")
    until = time.monotonic() + 2
    while _naming(place):
        assert time.monotonic() < until, "the installer, or what it started, still runs"
    assert '"geoseg-text": "2.0"' not in check(made[0]).report


def _naming(folder: Path) -> list[str]:
    """Processes whose command line names a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found += [path.parent.name] * (os.fsencode(folder) in path.read_bytes())
    return found


def test_uv_makes_one_where_it_is(tmp_path: Path) -> None:
    tool = find_uv()
    if not tool:
        pytest.skip("needs uv, which is not on PATH")
    package = wheel(tmp_path, "1.0", [])
    python = make(str(tmp_path / "engine"), BASE, str(package), on_line=lambda _line: None, uv=tool)
    assert check(python).ok
    assert Path(python).is_relative_to(tmp_path)


@pytest.mark.parametrize(
    ("requirement", "told"),
    [
        ("", "nothing to install was named"),
        ("  ", "nothing to install was named"),
        ("geoseg-text", "pin it"),
        ("geoseg-text>=1", "pin it"),
        ("geoseg-text==1.0 other", "pin it"),
        ("--index-url=http://x", "pin it"),
        ("-e.", "pin it"),
        ("git+https://example.org/x", "pin it"),
        ("no-such.whl", "there is no wheel"),
        ("{empty}", "is no project"),
    ],
)
def test_what_nobody_vouches_for_is_not_installed(tmp_path: Path, requirement: str, told: str) -> None:
    (tmp_path / "empty").mkdir()
    named = requirement.format(empty=tmp_path / "empty")
    with pytest.raises(EnvironmentProblem, match=told):
        make(str(tmp_path / "engine"), BASE, named, on_line=lambda _line: None)
    assert not (tmp_path / "engine").exists()


@pytest.mark.parametrize(
    "pinned", ["geoseg-text==0.1.0", "geoseg-text[train]==0.1.0rc1", "geoseg_text == 1!2.0+cpu"]
)
def test_a_pinned_name_is_installed(pinned: str) -> None:
    assert environment._installable(f" {pinned} ") == pinned


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    package = str(wheel(tmp_path, "1.0", []))
    with pytest.raises(EnvironmentProblem, match="holds something else"):
        make(str(tmp_path), BASE, package, on_line=lambda _line: None)
    with pytest.raises(EnvironmentProblem, match="is a file"):
        make(package, BASE, package, on_line=lambda _line: None)
    assert Path(package).is_file()
    with pytest.raises(EnvironmentProblem, match="does not run"):
        make(str(tmp_path / "new"), str(tmp_path / "no-python"), package, on_line=lambda _line: None)
    with pytest.raises(EnvironmentProblem, match="no file of certificates"):
        make(str(tmp_path / "new"), BASE, package, on_line=lambda _line: None, certificates="/no/such.pem")


def test_proxy_and_certificates_go_to_the_installer_in_variables(tmp_path: Path) -> None:
    bundle = tmp_path / "all.pem"
    bundle.touch()
    told = environment._with_network("http://user:word@proxy:3128", str(bundle))
    assert {told[name] for name in ("HTTP_PROXY", "HTTPS_PROXY", "https_proxy")} == {
        "http://user:word@proxy:3128"
    }
    assert {told[name] for name in ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE")} == {str(bundle)}


def test_an_environment_without_the_engine_is_told(tmp_path: Path) -> None:
    subprocess.run([BASE, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True, timeout=60)
    python = from_folder(str(tmp_path / "bare"))
    health = check(python)
    assert health.problem == f"{python} has no geoseg-text: install it there or choose another environment"
    assert f"python: {python}" in health.report
    with pytest.raises(EnvironmentProblem, match="no python in it"):
        from_folder(str(tmp_path))
    with pytest.raises(EnvironmentProblem, match="there is no folder"):
        from_folder(str(tmp_path / "nowhere"))
    with pytest.raises(EnvironmentProblem):
        from_folder(" ")
    assert from_folder(python) == python


@pytest.mark.parametrize("place", ["bin/python", "Scripts/python.exe", "python.exe"])
def test_environments_of_each_system_are_resolved(tmp_path: Path, place: str) -> None:
    python = tmp_path / place
    python.parent.mkdir(exist_ok=True)
    python.touch()
    assert from_folder(str(tmp_path)) == str(python)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('echo \'[[3, 9, 5], "/x/python", "/x/python", true, true]\'', "is Python 3.9.5; .* 3.11 or later"),
        ('echo \'[[3, 12, 5], "/x/python", "/x/python", false, true]\'', "is a 32-bit Python"),
        ("echo hello", "is no Python that runs"),
        ("echo '[]'", "is no Python that runs"),
        ("echo broken >&2; exit 3", r"is no Python that runs \(broken\)"),
    ],
)
def test_a_python_that_does_not_serve_is_told(tmp_path: Path, said: str, told: str) -> None:
    health = check(stand_in(tmp_path, said))
    assert not health.ok
    assert re.search(told, health.problem)
    assert "\n" not in health.problem


def test_pythons_are_found_newest_first() -> None:
    found = candidates()
    assert all(one.version[:2] >= (3, 11) and Path(one.path).is_file() for one in found)
    assert [one.version for one in found] == sorted((one.version for one in found), reverse=True)
    assert len({os.path.realpath(one.base) for one in found}) == len(found)
    assert probe(sys.executable).base == BASE


def test_the_launcher_of_windows_is_understood() -> None:
    told = (
        " -V:3.12 *        C:\\Users\\Ann Lee\\AppData\\Local\\Programs\\Python\\Python312\\python.exe\n"
        " -V:3.9           C:\\Program Files\\Python39\\python.exe *\n -3.7-64 C:\\Python37\\python.exe\n"
    )
    assert launched(told) == [
        "C:\\Users\\Ann Lee\\AppData\\Local\\Programs\\Python\\Python312\\python.exe",
        "C:\\Program Files\\Python39\\python.exe",
        "C:\\Python37\\python.exe",
    ]


def test_a_child_inherits_the_user_and_nothing_of_qgis(tmp_path: Path) -> None:
    bundle = tmp_path / "corporate.pem"
    bundle.touch()
    inherited = {
        "HOME": "/home/ann",
        "PATH": "/mnt/QGIS/usr/bin:/usr/bin:/mnt/QGIS-old/bin",
        "LD_LIBRARY_PATH": "/mnt/QGIS/usr/lib:/opt/cuda/lib64",
        "DYLD_LIBRARY_PATH": "/mnt/QGIS/usr/lib",
        "XDG_DATA_DIRS": "/usr/share",
        "https_proxy": "http://proxy:3128",
        "SSL_CERT_FILE": str(bundle),
        "PIP_CERT": "/no/such/file.pem",
        "GDAL_CACHEMAX": "512",
        "PROJ_NETWORK": "ON",
        "EMPTY": "",
    }
    leaks = [
        "PYTHONHOME",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "PYTHONEXECUTABLE",
        "VIRTUAL_ENV",
        "PROJ_LIB",
        "PROJ_DATA",
        "GDAL_DATA",
        "GDAL_DRIVER_PATH",
        "QT_PLUGIN_PATH",
        "QT_QPA_PLATFORM",
        "QML2_IMPORT_PATH",
        "OSGEO4W_ROOT",
        "QGIS_PREFIX_PATH",
        "OPENSSL_CONF",
        "GISBASE",
        "__PYVENV_LAUNCHER__",
        "CONDA_PREFIX",
    ]
    environ = {**inherited, **dict.fromkeys(leaks, "/opt/x")}
    clean = clean_environment(environ=environ, roots=["/mnt/QGIS"])
    assert clean == {
        **{name: value for name, value in inherited.items() if name not in ("PIP_CERT", "DYLD_LIBRARY_PATH")},
        "PATH": "/usr/bin:/mnt/QGIS-old/bin",
        "LD_LIBRARY_PATH": "/opt/cuda/lib64",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUTF8": "1",
    }


def test_the_folders_of_qgis_are_those_it_brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "long").mkdir()
    (tmp_path / "short").symlink_to(tmp_path / "long")
    assert bundles({"QGIS_PREFIX_PATH": "/usr", "PATH": "/usr/bin", "SNAP": "/"}) == []
    assert bundles({"OSGEO4W_ROOT": str(tmp_path / "short")}) == [
        str(tmp_path / "short"),
        str(tmp_path / "long"),
    ]
    monkeypatch.setattr(sys, "prefix", "/Applications/QGIS-LTR.app/Contents/MacOS")
    assert bundles({}) == ["/Applications/QGIS-LTR.app"]
    monkeypatch.setattr(sys, "prefix", "/x/OSGeo4W/apps/Python312")
    assert bundles({}) == ["/x/OSGeo4W"]


def test_a_child_that_takes_too_long_or_leaves_another_behind_is_ended() -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        run(["/bin/sh", "-c", "sleep 600"], env={}, timeout_s=0.3)
    done = run(["/bin/sh", "-c", "sleep 3 & echo said; echo wrong >&2; exit 4"], env={})
    assert (done.code, done.out, done.err) == (4, ["said"], ["wrong"])
    assert time.monotonic() - began < 2.5
