"""A training by a file of settings: whole, killed and resumed, accumulated, averaged, frozen."""

from __future__ import annotations

import csv
import dataclasses
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from PIL import Image
from safetensors.torch import load_file

from geoseg_text.errors import InputError, OutputError
from geoseg_text.language.tokenizer import SPECIAL_TOKENS, PhraseTokenizer
from geoseg_text.models import build_model, load_model, save_model
from geoseg_text.models.small_sizes import small_sizes
from geoseg_text.training.config import TrainingConfig, read_config
from geoseg_text.training.fitting import fit
from geoseg_text.training.settings import read_settings

COLOURS = {"red": (220, 40, 30), "blue": (30, 60, 210)}


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A miniature RefSegRS: a red and a blue square in each of five images, and who means which."""
    root, rng = tmp_path_factory.mktemp("refsegrs"), np.random.default_rng(0)
    (root / "images").mkdir()
    (root / "masks").mkdir()
    lines: dict[str, list[str]] = {"train": [], "val": [], "test": []}
    for number in range(5):
        pixels = rng.integers(90, 130, (40, 40, 3), dtype=np.uint8)
        for name, left in (("red", 4), ("blue", 22)):
            row = int(rng.integers(4, 20))
            pixels[row : row + 14, left : left + 14] = COLOURS[name]
            mask = np.zeros((40, 40), np.uint8)
            mask[row : row + 14, left : left + 14] = 255
            key = f"{2 * number + (name == 'blue')}"
            Image.fromarray(mask).save(root / "masks" / f"{key}.tif")
            lines["train" if number < 3 else "val"].append(f"{key} the {name} square\n")
        for key in (2 * number, 2 * number + 1):
            Image.fromarray(pixels).save(root / "images" / f"{key}.tif")
    for split, said in lines.items():
        (root / f"output_phrase_{split}.txt").write_text("".join(said), encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small LAVT that has learnt nothing and drops words in training."""
    tokenizer = PhraseTokenizer.from_vocabulary([*SPECIAL_TOKENS, "the", "red", "blue", "square"])
    torch.manual_seed(0)
    sizes = {**small_sizes("lavt"), "text_vocabulary": len(tokenizer), "text_dropout": 0.1}
    model = build_model("lavt", **{**sizes, "depths": (1, 1, 1, 1)})
    model.text_encoder.tokenizer = tokenizer
    folder = tmp_path_factory.mktemp("models") / "lavt"
    save_model(model, folder)
    return folder


def settings(start: Path, data: Path, **sections: object) -> dict[str, object]:
    """Six samples, two to a step: three steps to an epoch."""
    return {
        "model": {"folder": str(start), "name": "squares"},
        "data": {"name": "refsegrs", "root": str(data)},
        "loss": {"name": "cross-entropy-dice"},
        "optimiser": {"rate": 1e-3, "weight_decay": 0.01},
        "schedule": {"name": "polynomial", "warmup_steps": 2},
        "augmentation": {"black_squares": {"share": 0.5, "fewest": 1, "most": 2, "side_px": 4}},
        "run": {"epochs": 2, "batch": 2, "device": "cpu", "average_decay": 0.9, "log_steps": 1},
        **sections,
    }


def config_of(*words: object, **sections: object) -> TrainingConfig:
    return read_settings(TrainingConfig, settings(*words, **sections))


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(scope="session")
def whole(start: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an uninterrupted training: its model is ``out``, what it kept ``work``."""
    folder = tmp_path_factory.mktemp("whole")
    told = []
    fit(config_of(start, data), folder / "out", folder / "work", progress=told.append)
    assert [event.done for event in told if event.stage == "train" and not event.message] == [*range(1, 7)]
    return folder


def test_a_training_gives_a_folder_that_answers_and_a_log(whole: Path, start: Path) -> None:
    model = load_model(whole / "out")
    assert model.config.name == "squares"
    assert not same(weights(whole / "out"), weights(start))
    logits = model(torch.zeros(1, 3, 64, 64), model.encode_text(["the red square"]))
    assert torch.isfinite(logits).all()
    with (whole / "work" / "log_1" / "metrics.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rates = [float(row["rate"]) for row in rows if row["rate"]]
    # two steps up, then (1 - t) ** 0.9 over the other four
    assert rates == pytest.approx([1e-3 * s for s in (0.5, 1, 1, 0.75**0.9, 0.5**0.9, 0.25**0.9)])
    judged = [float(row["mIoU"]) for row in rows if row["mIoU"]]
    assert len(judged) == 2
    assert all(0 <= value <= 1 for value in judged)
    assert same(weights(whole / "out"), load_file(whole / "work" / "best.safetensors"))


def test_what_was_finished_is_not_trained_again(whole: Path, start: Path, data: Path) -> None:
    config = config_of(start, data)
    with pytest.raises(OutputError, match="holds a training; go on with --resume"):
        fit(config, whole / "again", whole / "work")
    fit(config, whole / "again", whole / "work", resume=True)
    assert same(weights(whole / "again"), weights(whole / "out"))
    other = dataclasses.replace(config, optimiser=dataclasses.replace(config.optimiser, rate=2e-3))
    with pytest.raises(InputError, match="optimiser: differs from what this training was begun with"):
        fit(other, whole / "other", whole / "work", resume=True)


def test_a_killed_training_ends_with_the_weights_of_the_uninterrupted_one(
    start: Path, data: Path, tmp_path: Path
) -> None:
    """Killed wherever it is once a checkpoint lies there, in the middle of an epoch as it happens."""
    run = {"epochs": 8, "batch": 2, "device": "cpu", "average_decay": 0.9, "checkpoint_steps": 1}
    sections = {"run": run, "validation": {"every_epochs": 3}}
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(settings(start, data, **sections)), encoding="utf-8")
    fit(read_config(file), tmp_path / "whole", tmp_path / "whole-work")

    work, code = tmp_path / "work", "import sys; from geoseg_text.cli.train_config import command; command()"
    words = [file, "-o", tmp_path / "resumed", "--work", work]
    child = subprocess.Popen([sys.executable, "-c", code, *map(str, words)], stderr=subprocess.DEVNULL)
    while not (work / "last.ckpt").exists():
        assert child.poll() is None
        time.sleep(0.005)
    child.kill()
    assert child.wait() != 0
    assert not (tmp_path / "resumed").exists()
    kept = torch.load(work / "last.ckpt", weights_only=True)["global_step"]
    assert 1 <= kept < 24
    fit(read_config(file), tmp_path / "resumed", work, resume=True)
    assert same(weights(tmp_path / "resumed"), weights(tmp_path / "whole"))
