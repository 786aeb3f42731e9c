"""A training by a file of settings: whole, killed and resumed, accumulated, averaged, frozen."""

from __future__ import annotations

import csv
import dataclasses
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import lightning as L
import numpy as np
import pytest
import torch
import yaml
from PIL import Image
from safetensors.torch import load_file

from geoseg_text.cli.main import main
from geoseg_text.datasets import open_benchmark
from geoseg_text.errors import GeosegError, InputError, OutputError
from geoseg_text.language.tokenizer import SPECIAL_TOKENS, PhraseTokenizer
from geoseg_text.models import build_model, load_model, save_model
from geoseg_text.models.small_sizes import small_sizes
from geoseg_text.progress import ProgressEvent
from geoseg_text.training.beginning import begin_network
from geoseg_text.training.config import TrainingConfig, read_config
from geoseg_text.training.fitting import fit
from geoseg_text.training.judging import judge_network
from geoseg_text.training.learner import Learner
from geoseg_text.training.plan import Plan
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


def settings(start: Path, data: Path, /, **sections: object) -> dict[str, object]:
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


def config_of(start: Path, data: Path, /, **sections: object) -> TrainingConfig:
    return read_settings(TrainingConfig, settings(start, data, **sections))


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


def test_an_interrupted_training_goes_on_to_the_same_weights(
    whole: Path, start: Path, data: Path, tmp_path: Path
) -> None:
    def stop(event: ProgressEvent) -> None:
        if event.done == 5:
            raise KeyboardInterrupt  # in the middle of the second epoch

    config, work = config_of(start, data), tmp_path / "work"
    with pytest.raises(KeyboardInterrupt):
        fit(config, tmp_path / "out", work, progress=stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["work"]
    assert torch.load(work / "last.ckpt", weights_only=True)["global_step"] == 3
    fit(config, tmp_path / "out", work, resume=True)
    assert same(weights(tmp_path / "out"), weights(whole / "out"))
    assert same(whole_state(work), whole_state(whole / "work"))


def whole_state(work: Path) -> dict[str, torch.Tensor]:
    """Weights, their average, and both moments of the optimiser."""
    kept = torch.load(work / "last.ckpt", weights_only=True)
    moments = {
        f"{number} {name}": value
        for number, state in kept["optimizer_states"][0]["state"].items()
        for name, value in state.items()
    }
    average = {f"average {name}": value for name, value in kept["average"]["state"].items()}
    return {**kept["state_dict"], **average, **moments}


@pytest.mark.slow
def test_a_killed_training_ends_with_the_weights_of_the_uninterrupted_one(
    start: Path, data: Path, tmp_path: Path
) -> None:
    """Killed wherever it is once a checkpoint lies there, in the middle of an epoch as it happens."""
    run = {"epochs": 8, "batch": 2, "device": "cpu", "average_decay": 0.9, "checkpoint_steps": 1}
    sections = {"run": run, "validation": {"every_epochs": 3}}
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(settings(start, data, **sections)), encoding="utf-8")
    fit(read_config(file), tmp_path / "whole", tmp_path / "whole-work")

    work, code = tmp_path / "work", "import sys; from geoseg_text.cli.main import main; sys.exit(main())"
    words = ["train", file, "-o", tmp_path / "resumed", "--work", work]
    child = subprocess.Popen([sys.executable, "-c", code, *map(str, words)], stderr=subprocess.DEVNULL)
    while not (work / "last.ckpt").exists():
        assert child.poll() is None
        time.sleep(0.05)
    child.kill()
    assert child.wait() != 0
    assert not (tmp_path / "resumed").exists()
    kept = torch.load(work / "last.ckpt", weights_only=True)["global_step"]
    assert 1 <= kept < 24
    fit(read_config(file), tmp_path / "resumed", work, resume=True)
    assert same(weights(tmp_path / "resumed"), weights(tmp_path / "whole"))


class Gradients(L.Callback):
    """Holds what each step learns from."""

    def __init__(self) -> None:
        self.of_step: list[dict[str, torch.Tensor]] = []

    def on_before_optimizer_step(self, trainer, learner, optimizer) -> None:
        named = learner.network.named_parameters()
        self.of_step.append({name: p.grad.clone() for name, p in named if p.grad is not None})


STILL = ["decoder", "text_encoder"]
"""The batch norms and the dropout of a small LAVT: frozen, no answer depends on another or on chance."""


def first_gradients(config: TrainingConfig, data: Path) -> dict[str, torch.Tensor]:
    train = open_benchmark("RefSegRS", data, "train")
    learner = Learner(begin_network(config), config, Plan.of(config, len(train)), train).train()
    found = Gradients()
    L.Trainer(
        accelerator="cpu",
        max_steps=1,
        accumulate_grad_batches=config.run.accumulation,
        logger=False,
        callbacks=[found],
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    ).fit(learner)
    return found.of_step[0]


@pytest.mark.filterwarnings("ignore:The '.*' does not have many workers", "ignore:Found .* in eval mode")
@pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning")
def test_two_batches_of_one_teach_what_a_batch_of_two_does(start: Path, data: Path) -> None:
    whole, parts = (
        first_gradients(config_of(start, data, run={"steps": 1, "device": "cpu", **run}, frozen=STILL), data)
        for run in ({"batch": 2}, {"batch": 1, "accumulation": 2})
    )
    assert whole.keys() == parts.keys()
    assert not any(name.startswith(("decoder", "text_encoder")) for name in whole)
    for name, gradient in whole.items():
        assert torch.allclose(parts[name], gradient, rtol=0, atol=1e-6), name
    assert max(gradient.abs().max() for gradient in whole.values()) > 1e-3


def test_frozen_parts_stay_bit_for_bit_and_the_last_weights_are_written_unjudged(
    start: Path, data: Path, tmp_path: Path
) -> None:
    run = {"steps": 2, "batch": 2, "device": "cpu"}
    config = config_of(start, data, run=run, frozen=STILL, validation=None)
    fit(config, tmp_path / "out", tmp_path / "work")
    before, after = weights(start), weights(tmp_path / "out")
    still = [name for name in before if name.startswith(tuple(STILL))]
    assert any("running_mean" in name for name in still)
    assert all(torch.equal(before[name], after[name]) for name in still)
    moved = [
        name for name in before if name.startswith("stages.") and not torch.equal(before[name], after[name])
    ]
    assert moved
    state = torch.load(tmp_path / "work" / "last.ckpt", weights_only=True)["state_dict"]
    assert all(torch.equal(state[f"network.{name}"], after[name]) for name in after)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """As each of several processes has: more threads sum in another order, and Adam enlarges that."""
    own = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(own)


@pytest.mark.slow
def test_two_processes_learn_what_one_accumulates(
    start: Path, data: Path, tmp_path: Path, one_thread: None
) -> None:
    alone = {"steps": 2, "batch": 1, "accumulation": 2, "device": "cpu"}
    together = {"steps": 2, "batch": 1, "devices": 2, "launch": "fork", "device": "cpu"}
    for name, run in (("alone", alone), ("together", together)):
        fit(config_of(start, data, run=run, frozen=STILL), tmp_path / name, tmp_path / f"{name}-work")
    one, other = weights(tmp_path / "alone"), weights(tmp_path / "together")
    for name in one:
        assert torch.allclose(one[name].float(), other[name].float(), rtol=0, atol=1e-6), name


def test_rsam_learns_its_three_judgements_with_points(data: Path, tmp_path: Path) -> None:
    tokenizer = PhraseTokenizer.from_vocabulary([*SPECIAL_TOKENS, "the", "red", "blue", "square"])
    tokenizer.save_pretrained(tmp_path / "words")
    sizes = {**small_sizes("rsam"), "text_vocabulary": len(tokenizer), "text_frozen": True}
    rsam = {"system": "rsam", "sizes": sizes, "tokenizer": str(tmp_path / "words")}
    config = config_of(
        tmp_path,
        data,
        model=rsam,
        loss={"name": "focal-dice-iou-presence"},
        frozen=["text_encoder"],
        augmentation={"points": {"share": 0.5, "most": 3}},
        run={"steps": 2, "batch": 2, "device": "cpu", "precision": "bfloat16", "clip": 0.1, "log_steps": 1},
        validation={"limit": 1, "measure": "oIoU"},
    )
    fit(config, tmp_path / "out", tmp_path / "work")
    header = (tmp_path / "work" / "log_1" / "metrics.csv").read_text(encoding="utf-8").splitlines()[0]
    assert {"focal", "dice", "iou", "presence", "loss", "oIoU"} <= set(header.split(","))
    assert load_model(tmp_path / "out").config.system == "rsam"


def test_what_a_network_cannot_do_is_said_before_anything_is_written(
    start: Path, data: Path, tmp_path: Path
) -> None:
    cases = {
        "loss.name: focal-dice-iou-presence needs a network with RSAM's decoder, and lavt has none": {
            "loss": {"name": "focal-dice-iou-presence"}
        },
        "augmentation.points needs": {"augmentation": {"points": {"share": 0.5}}},
        "frozen: the network has no part 'text_encoder.bart'; did you mean 'text_encoder.bert'": {
            "frozen": ["text_encoder.bart"]
        },
        "nothing in this network learns": {"frozen": ["text_encoder", "patch_embed", "stages", "decoder"]},
        "model.tokenizer: a new network reads no phrases": {
            "model": {"system": "lavt", "sizes": dict(small_sizes("lavt"))}
        },
        "model.start.trunk: no such part": {
            "model": {"system": "lavt", "sizes": dict(small_sizes("lavt")), "start": {"trunk": "x"}}
        },
        "lavt has no setting depth": {"model": {"system": "lavt", "sizes": {"depth": 3}}},
        "data.root: empty": {"data": {"name": "RefSegRS"}},
        "RefSegRS": {"data": {"name": "RefSegRS", "root": str(tmp_path / "nowhere")}},
    }
    if not torch.cuda.is_available():
        cases["this machine cannot do that"] = {"run": {"epochs": 1, "device": "cuda"}}
    for said, sections in cases.items():
        with pytest.raises(GeosegError) as error:
            fit(config_of(start, data, **sections), tmp_path / "out", tmp_path / "work")
        assert said in str(error.value)
        assert "\n" not in str(error.value)
    with pytest.raises(InputError, match=r"no training in .*; start without --resume"):
        fit(config_of(start, data), tmp_path / "out", tmp_path / "work", resume=True)
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_beside_the_checkpoints(
    start: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = {"steps": 1, "batch": 1, "device": "cpu", "log": "tensorboard", "log_steps": 1}
    content = settings(start, data, run=run, data={"name": "RefSegRS"})
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    assert main(["train", str(file), "-o", str(tmp_path / "out"), "--root", str(data)]) == 0
    assert str(tmp_path / "out-training") in capsys.readouterr().err
    assert load_model(tmp_path / "out").config.name == "squares"
    assert list((tmp_path / "out-training" / "log_1").glob("events.out.tfevents.*"))


@pytest.mark.slow
def test_forty_steps_teach_a_small_network_to_tell_the_squares_apart(
    start: Path, data: Path, tmp_path: Path
) -> None:
    # the word decides: whoever marks both squares, or always the same one, has half of the IoU at most
    config = config_of(
        start,
        data,
        data={"name": "RefSegRS", "root": str(data), "validate": "train"},
        loss={"name": "cross-entropy-dice", "dice": 0.8},
        optimiser={"rate": 2e-3},
        schedule={"name": "cosine", "warmup_steps": 10},
        augmentation={},
        run={"steps": 40, "batch": 6, "device": "cpu", "clip": 1.0},
        validation={"every_steps": 40},
    )
    fit(config, tmp_path / "out", tmp_path / "work")
    samples = open_benchmark("RefSegRS", data, "train")
    found = judge_network(load_model(tmp_path / "out"), samples, None, torch.device("cpu")).figures()
    assert found["mIoU"] > 0.7
    assert torch.load(tmp_path / "work" / "last.ckpt", weights_only=True)["best"] == found["mIoU"]
