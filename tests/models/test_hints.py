"""Hints: a prompt's places, in the pixels of a window."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from affine import Affine

from geoseg_text.errors import InputError
from geoseg_text.models.hints import CERTAIN, Hints
from geoseg_text.values.grid import Grid
from geoseg_text.values.prompts import Prompt
from geoseg_text.values.windows import Window

GRID = Grid.of(Affine(0.5, 0, 1000, 0, -0.5, 2000), (40, 60), "EPSG:32632")
"""Pixels of half a metre; the first one's outer corner lies at (1000, 2000)."""


def test_points_are_where_the_grid_has_them() -> None:
    hints = Hints.of(Prompt("trees", points=((1000.0, 2000.0), (1005.25, 1990.0))), GRID)
    assert hints.points == ((0.0, 0.0), (10.5, 20.0))


def test_a_window_sees_its_own_points_only() -> None:
    prompt = Prompt("trees", points=((1005.0, 1995.0), (1020.0, 1995.0), (990.0, 1995.0)))
    assert Hints.of(prompt, GRID, Window(4, 8, 16, 16)).points == ((2.0, 6.0),)


def test_boxes_turn_with_the_axis_and_are_cut_at_the_window() -> None:
    prompt = Prompt("trees", boxes=((1005.0, 1985.0, 1015.0, 1995.0), (1028.0, 1985.0, 1029.0, 1995.0)))
    assert Hints.of(prompt, GRID).boxes[0] == (10.0, 10.0, 30.0, 30.0)
    assert Hints.of(prompt, GRID, Window(0, 20, 20, 20)).boxes == ((0.0, 10.0, 10.0, 20.0),)


def test_a_mask_becomes_certain_logits_within_the_window() -> None:
    mask = np.zeros((40, 60), np.bool_)
    mask[30:, 50:] = True
    prompt = Prompt("trees", mask=mask)
    seen = Hints.of(prompt, GRID, Window(28, 48, 16, 16)).mask  # reaches past the grid on two sides
    assert seen is not None
    expected = torch.full((16, 16), -CERTAIN)
    expected[2:12, 2:12] = CERTAIN
    assert torch.equal(seen, expected)
    assert Hints.of(prompt, GRID, Window(0, 0, 16, 16)).mask is None


def test_a_mask_of_another_grid_is_refused() -> None:
    with pytest.raises(InputError, match="draw it on the run grid"):
        Hints.of(Prompt("trees", mask=np.ones((4, 4), np.bool_)), GRID)
