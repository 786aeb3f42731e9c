"""A training ends by the clock, goes on where it stopped, and writes a folder that answers."""

from __future__ import annotations

import pytest
import torch

from geoseg_text.cli.main import main
from geoseg_text.models import load_model
from geoseg_text.models.registry import DEFAULT_MODEL, EMBEDDED
from geoseg_text.training.pools.losses import allowed_loss, referring_loss


def run(*arguments):
    return main([str(argument) for argument in arguments])


@pytest.mark.slow
def test_a_training_is_resumed_and_its_folder_answers(tmp_path, capsys):
    work, first, second = tmp_path / "work", tmp_path / "first", tmp_path / "second"
    usual = ["train", "--work", work, "--scenes", 2, "--trunk-share", 0, "--from", EMBEDDED / DEFAULT_MODEL]
    assert run(*usual, "-o", first, "--minutes", 0.2) == 0
    assert run(*usual, "-o", second, "--minutes", 0.4, "--resume") == 0
    before, after = load_model(first), load_model(second)
    assert before.text_encoder.tokenizer.count("the red roofs") > 2
    moved = [
        not torch.equal(one, two) for one, two in zip(before.parameters(), after.parameters(), strict=True)
    ]
    assert sum(moved) > len(moved) / 2
    logits = after(torch.zeros(1, 3, 64, 64), after.encode_text(["roofs"]))
    assert torch.isfinite(logits).all()


def test_nothing_to_resume_and_an_existing_folder_are_said(tmp_path, capsys):
    assert run("train", "--work", tmp_path, "-o", tmp_path / "out", "--resume") == 1
    assert "no checkpoint" in capsys.readouterr().err
    assert run("train", "--work", tmp_path / "w", "-o", tmp_path) == 1
    assert "exists" in capsys.readouterr().err


def test_the_true_answer_costs_least():
    truth = torch.zeros(2, 8, 8, dtype=torch.bool)
    truth[0, :4] = True
    right = referring_loss(torch.where(truth, 8.0, -8.0), truth, 0.5)
    wrong = referring_loss(torch.where(truth, -8.0, 8.0), truth, 0.5)
    silent = referring_loss(torch.full((2, 8, 8), -8.0), truth, 0.5)
    assert right < 0.01 < silent < wrong


def test_any_allowed_class_is_as_good_as_another():
    logits = torch.full((1, 5, 1, 2), -9.0)
    logits[0, 1, 0, 0] = logits[0, 3, 0, 1] = 9.0
    both = torch.full((1, 1, 2), (1 << 1) | (1 << 3), dtype=torch.int32)
    assert allowed_loss(logits, both) < 1e-3
    assert allowed_loss(logits, torch.full_like(both, 1 << 2)) > 10
