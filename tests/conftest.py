"""Fixtures every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder with the real imagery, labels and parity data, or skip the test with the reason.

    It lies beside the checkout as ``../shared``, or where the variable GEOSEG_SHARED says.
    """
    folder = Path(os.environ.get("GEOSEG_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        pytest.skip(f"needs the shared data: {folder} is not there, and GEOSEG_SHARED names no other folder")
    return folder


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an untrained network so small that a run takes no time; it reads 8 tokens."""
    import torch

    from geoseg_text.language.tokenizer import SPECIAL_TOKENS, PhraseTokenizer
    from geoseg_text.models import build_model, save_model

    torch.manual_seed(0)
    model = build_model(
        "mafn-tiny", window_px=64, tokens=8, gsd_range_m=None,
        width=16, depths=(1, 1, 1, 1), decoder_width=16, cim_width=30,
        text_width=32, text_layers=1, text_heads=2, text_hidden=64,
    )  # fmt: skip
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = [
        *SPECIAL_TOKENS,
        "the",
        "red",
        "roofs",
        "beside",
        "road",
        *letters,
        *(f"##{c}" for c in letters),
    ]
    model.text_encoder.tokenizer = PhraseTokenizer.from_vocabulary(pieces)
    folder = tmp_path_factory.mktemp("models") / "untrained"
    save_model(model, folder)
    return folder


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small GeoTIFF: a synthetic scene of 96 x 80 px in EPSG:32635."""
    from geoseg_text.scenes import render_scene, write_scene

    path = tmp_path_factory.mktemp("imagery") / "town.tif"
    write_scene(render_scene(3, (80, 96), 0.3, crs="EPSG:32635"), path)
    return path
