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
