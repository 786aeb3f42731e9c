"""Model folders and checkpoints: what is read, and what is refused."""

from __future__ import annotations

import argparse
import json
import pickle
from pathlib import Path

import pytest
import torch

from geoseg_text.errors import InputError, ModelError, OutputError
from geoseg_text.models import build_model, load_model, save_model
from geoseg_text.models.checkpoint import read_checkpoint
from geoseg_text.models.mafn import MAFN


def test_a_saved_model_answers_as_before(model: MAFN, tmp_path: Path) -> None:
    save_model(model, tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    picture = torch.ones(1, 3, 64, 64)
    with torch.inference_mode():
        expected = model(picture, model.encode_text(["trees"]))
        assert torch.equal(loaded(picture, loaded.encode_text(["trees"])), expected)
    assert loaded.config == model.config


def test_a_model_is_not_overwritten(model: MAFN, tmp_path: Path) -> None:
    save_model(model, tmp_path / "m")
    with pytest.raises(OutputError, match="holds a model already"):
        save_model(model, tmp_path / "m")


def test_damaged_folders_are_refused_in_one_line(model: MAFN, tmp_path: Path) -> None:
    save_model(model, tmp_path / "m")
    weights = tmp_path / "m" / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="damaged"):
        load_model(tmp_path / "m")
    weights.unlink()
    with pytest.raises(ModelError, match=r"no model\.safetensors"):
        load_model(tmp_path / "m")
    (tmp_path / "m" / "config.json").write_text("{")
    with pytest.raises(ModelError, match="not JSON"):
        load_model(tmp_path / "m")
    (tmp_path / "m" / "config.json").write_text(json.dumps({"system": "mafn", "name": "x", "surprise": 1}))
    with pytest.raises(ModelError, match="unknown keys surprise"):
        load_model(tmp_path / "m")


def test_weights_of_another_size_are_refused(model: MAFN, tmp_path: Path) -> None:
    save_model(model, tmp_path / "m")
    config = tmp_path / "m" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "decoder_width": 32}))
    with pytest.raises(ModelError, match="does not fit its config"):
        load_model(tmp_path / "m")


def test_names_without_weights_say_how_to_get_them() -> None:
    with pytest.raises(ModelError, match="models convert"):
        load_model("mafn")
    with pytest.raises(ModelError, match="no model at"):
        load_model("nothing-of-this-name")
    with pytest.raises(InputError, match="no system is called"):
        build_model("nothing")
    with pytest.raises(InputError, match="no setting wdith"):
        build_model("mafn-tiny", wdith=3)


class Bomb:
    """Leaves a file behind when a pickle is executed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (self.path,))  # type: ignore[return-value]


def test_a_checkpoint_is_read_without_executing_it(tmp_path: Path) -> None:
    trap = tmp_path / "executed"
    torch.save({"model": {"w": torch.ones(1)}, "args": Bomb(trap)}, tmp_path / "bomb.pth")
    (tmp_path / "raw.pth").write_bytes(pickle.dumps(Bomb(trap)))
    for name in ("bomb.pth", "raw.pth"):
        with pytest.raises(ModelError, match="without executing code"):
            read_checkpoint(tmp_path / name)
    assert not trap.exists()


def test_published_settings_are_carried_and_ignored(tmp_path: Path) -> None:
    content = {"model": {"w": torch.ones(2)}, "args": argparse.Namespace(lr=3e-5), "epoch": 40}
    torch.save(content, tmp_path / "published.pth")
    assert list(read_checkpoint(tmp_path / "published.pth")) == ["w"]
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(ModelError, match="no state dict"):
        read_checkpoint(tmp_path / "list.pth")
    with pytest.raises(InputError, match="no checkpoint at"):
        read_checkpoint(tmp_path / "absent.pth")
