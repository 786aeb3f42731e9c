"""The dock in a real QGIS with a screen, from an empty profile to polygons; nothing is stood in for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import rasterio

import geoseg_text as gt

HERE = Path(__file__).parent
FREEZE_S = 0.2
"""How long the window may be away while a phrase is answered."""
CANCEL_S = 2.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(shutil.which(program) is None for program in ("qgis", "xvfb-run", "xauth")),
        reason="needs QGIS and a screen: apt-get install qgis python3-qgis xvfb xauth",
    ),
]


@pytest.fixture(scope="module")
def city(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return imagery over which a phrase takes long: the town again and again."""
    path = tmp_path_factory.mktemp("city") / "city.tif"
    with rasterio.open(town) as source:
        profile, pixels = source.profile, np.tile(source.read(), (1, 60, 60))
    profile.update(width=pixels.shape[2], height=pixels.shape[1], tiled=True, blockxsize=256, blockysize=256)
    with rasterio.open(path, "w", **profile) as target:
        target.write(pixels)
    return path


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that holds all that the QGIS of this test writes."""
    folder = tmp_path_factory.mktemp("qgis")
    for name in ("home", "tmp", "profile", "out", "dist"):
        (folder / name).mkdir(mode=0o700)
    return folder


@pytest.fixture(scope="module")
def said(work: Path, town: Path, city: Path, model_folder: Path) -> dict[str, Any]:
    """Return what came of each step; pictures go where GEOSEG_SCREENSHOTS says."""
    build = [sys.executable, HERE.parents[1] / "scripts" / "build_plugin.py", work / "dist"]
    subprocess.run(build, check=True, capture_output=True, timeout=60)
    (built,) = (work / "dist").iterdir()
    out = Path(os.environ.get("GEOSEG_SCREENSHOTS") or work / "out")
    out.mkdir(parents=True, exist_ok=True)
    told = {
        "zip": str(built), "python": sys.executable, "model": str(model_folder), "imagery": str(town),
        "large": str(city), "out": str(out),
    }  # fmt: skip
    (work / "told.json").write_text(json.dumps(told), encoding="utf-8")
    kept = {name: os.environ[name] for name in ("OMP_NUM_THREADS",) if name in os.environ}
    kept |= {
        "PATH": "/usr/bin:/bin", "HOME": str(work / "home"), "TMPDIR": str(work / "tmp"), "LC_ALL": "C.UTF-8",
        "XDG_RUNTIME_DIR": str(work / "tmp"), "GEOSEG_TOLD": str(work / "told.json"),
    }  # fmt: skip
    screen = ["xvfb-run", "-a", "-n", str(20_000 + os.getpid() % 10_000), "-s", "-screen 0 1400x900x24"]
    program = ["qgis", "--nologo", "--noversioncheck", "--profiles-path", work / "profile"]
    done = subprocess.run(
        [*screen, *program, "--code", HERE / "qgis_side" / "drive_dock.py"], capture_output=True, text=True,
        env=kept, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads((out / "said.json").read_text(encoding="utf-8"))
    assert "fault" not in found, found["fault"]
    return found


def test_from_an_empty_profile_to_polygons_without_a_restart(said: dict[str, Any]) -> None:
    steps = ["install_the_zip", "ask_without_an_engine", "choose_the_engine", "ask_one_phrase"]
    assert said["steps"][:4] == steps
    (line,) = said["ask_without_an_engine"]
    assert line.startswith("No engine is set up: choose one")
    found = said["ask_one_phrase"]
    assert found["title"] == "the red roofs"
    assert found["temporary"]  # QGIS shows that it goes with the session


def test_the_layer_holds_what_the_library_finds(
    said: dict[str, Any], town: Path, model_folder: Path, tmp_path: Path
) -> None:
    output = tmp_path / "roofs.gpkg"
    gt.segment(town, "the red roofs", model=model_folder, output=output)
    assert said["ask_one_phrase"]["features"] == [
        [row.phrase, row.id, round(row.score, 5)]
        for row in pyogrio.read_dataframe(output).sort_values("id").itertuples()
    ]


def test_the_slider_cuts_anew_without_the_network(said: dict[str, Any]) -> None:
    counts = said["move_the_slider"]["counts"]
    areas = [float(counts[key]["area"]) for key in ("5", "30", "70", "95")]
    assert areas == sorted(areas, reverse=True)
    assert areas[0] > 0
    assert areas[-1] == 0
    assert all(cut["asked"] == 0 for cut in counts.values())


def test_a_change_that_comes_while_another_is_cut_keeps_it(said: dict[str, Any]) -> None:
    assert said["change_two_things"] == {"threshold": 0.45, "square": True, "slider": 45}


def test_each_phrase_gets_a_layer_above_the_imagery(said: dict[str, Any], town: Path) -> None:
    assert said["ask_two_phrases"] == ["the red road", "the road", "the red roofs", town.name]


def test_a_drawn_box_bounds_the_answer_and_the_former_tool_comes_back(said: dict[str, Any]) -> None:
    (left, bottom, right, top), tool = said["ask_within_a_drawn_box"]
    assert left == pytest.approx(0, abs=0.02)
    assert top == pytest.approx(1, abs=0.02)
    assert 0.2 < right < 0.8  # the map is wider than the imagery, its middle is that of the imagery
    assert 0.2 < bottom < 0.8
    assert tool == "Pan"


def test_a_selection_bounds_the_answer_and_is_asked_for(said: dict[str, Any]) -> None:
    seen = said["ask_within_a_selection"]
    assert seen["nothing"] == ["Nothing is selected: select polygons of a layer, or choose another part"]
    assert 0.4 < seen["share"] <= 0.51  # half of the imagery, where the model marks all that it is shown


def test_the_window_is_never_away(said: dict[str, Any]) -> None:
    assert said["ask_one_phrase"]["worst"] < FREEZE_S
    assert said["cancel_in_the_middle"]["worst"] < FREEZE_S


def test_cancel_is_quick_and_leaves_nothing(said: dict[str, Any]) -> None:
    cancelled = said["cancel_in_the_middle"]
    assert cancelled["took"] < CANCEL_S
    assert cancelled["left"] == []
    assert cancelled["said"] == []


def test_a_killed_engine_is_told_and_started_anew(said: dict[str, Any]) -> None:
    (line,) = said["kill_the_engine"]
    assert line.startswith("the engine ended in the middle of it")
    assert "ask_again_after_that" in said["steps"]


def test_layer_and_project_may_go_in_the_middle(said: dict[str, Any]) -> None:
    assert said["remove_the_layer"] == ["The layer was removed, so the question was stopped."]
    (line,) = said["close_the_project"]
    assert line.endswith("so the question was stopped.")


def test_the_question_and_the_answers_stay_with_the_project(
    said: dict[str, Any], town: Path, model_folder: Path
) -> None:
    kept = {"phrases": "the red roofs", "model": str(model_folder), "imagery": town.name, "found": 1}
    assert said["reload_the_plugin"] == kept
    assert said["open_the_project_again"] == kept | {"can be cut": True}


def test_what_was_edited_by_hand_is_cut_no_more(said: dict[str, Any]) -> None:
    assert said["edit_by_hand"] == {"listed": 1, "kept": True, "said": "mine"}


def test_models_that_were_made_are_offered(said: dict[str, Any], model_folder: Path) -> None:
    assert said["list_the_models"] == ["Embedded", model_folder.name, "A model folder…"]


def test_quitting_in_the_middle_leaves_no_process_and_no_file(said: dict[str, Any], work: Path) -> None:
    assert said["engine"]
    assert not [pid for pid in said["engine"] if Path(f"/proc/{pid}").exists()]
    left = [path for path in (work / "tmp").rglob("*geoseg*") if path.is_file() or any(path.iterdir())]
    assert left == []
