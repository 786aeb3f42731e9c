"""`geoseg-text doctor` as a user runs it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import geoseg_text


def clean_environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PROJ_", "GDAL_"))}
    return kept | more


def test_the_report_names_versions_and_devices(run) -> None:
    report = json.loads(run("doctor", "--json", env=clean_environment()).stdout)
    assert report["geoseg-text"] == geoseg_text.__version__
    assert report["packages"]["torch"]
    assert report["libraries"]["GDAL of rasterio"].startswith("3.")
    assert "cpu" in report["devices"]


def test_a_sound_installation_has_no_troubles(run) -> None:
    done = run("doctor", env=clean_environment())
    assert done.returncode == 0, done.stdout
    assert "no troubles found" in done.stdout


def test_a_leaked_variable_of_another_proj_is_found(run, tmp_path: Path) -> None:
    done = run("doctor", env=clean_environment(PROJ_DATA=str(tmp_path)))
    assert done.returncode == 1
    assert "trouble: PROJ_DATA is set to" in done.stdout
    assert "Traceback" not in done.stderr
