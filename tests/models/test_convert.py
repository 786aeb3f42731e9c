"""Published checkpoints: every key has its place, and what does not fit is refused whole and unexecuted."""

from __future__ import annotations

import argparse
import ast
import io
import random
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from geoseg_text.errors import InputError, ModelError
from geoseg_text.language.tokenizer import PhraseTokenizer
from geoseg_text.models import build_model, load_model, registry
from geoseg_text.models.base import ReferringNetwork
from geoseg_text.models.checkpoint import read_checkpoint
from geoseg_text.models.convert import compare_keys, convert_checkpoint, fit_entries, map_keys
from geoseg_text.models.key_rules import KEY_RULES
from geoseg_text.models.layers.correlation import CorrelationFusion
from geoseg_text.models.layers.receptive import VariousReceptive

from .conftest import small

State = dict[str, Tensor]

GATE = 2 * 1024**2
"""A gate of the last stage: two matrices."""
BLOCK_CHANNELS = 2 * 128 + 2 * 256 + 18 * 512 + 2 * 1024
"""Channels of all blocks, for what a block has once per channel."""


def on_meta(name: str) -> ReferringNetwork:
    """A network of published size that takes no memory."""
    with torch.device("meta"):
        return build_model(name)


def numbers(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def published(shared: Path, system: str) -> State:
    """A state dict with a release's keys and shapes, all its numbers the same zero."""
    file = shared / "parity" / f"keys_{system}.txt"
    if not file.is_file():
        pytest.skip(f"needs the keys of the release: {file}")
    zeros = {"float32": torch.zeros(()), "int64": torch.zeros((), dtype=torch.int64)}
    lines = (line.split("\t") for line in file.read_text().splitlines() if not line.startswith("#"))
    return {key: zeros[dtype].expand(ast.literal_eval(shape)) for key, shape, dtype in lines}


def refusal(path: Path, system: str) -> str:
    """What the conversion of a file says, which is one line and leaves no folder."""
    folder = path.with_name("converted")
    with pytest.raises(ModelError) as caught:
        convert_checkpoint(path, system, folder)
    assert not folder.exists()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("system", "released", "left_out"),
    [
        ("lavt", 227_739_514, {"language gate of the last stage": GATE}),
        (
            "rmsin",
            240_037_163,
            {"two gates of the last stage": 2 * GATE, "its visual branch": numbers(VariousReceptive())},
        ),
        (
            "mafn",
            350_056_899,
            {
                "two gates of the last stage": 2 * GATE,
                "its visual branch": numbers(VariousReceptive()),
                "its correlation": numbers(CorrelationFusion(1024).to("meta")),
                "row 1 of two noise tables per block": 2 * BLOCK_CHANNELS,
                "a bias of keys that cancels between the two keys": BLOCK_CHANNELS,
            },
        ),
    ],
)
def test_parameters_are_the_release_s_but_for_dead_ones(
    system: str, released: int, left_out: dict[str, int]
) -> None:
    assert numbers(on_meta(system)) + sum(left_out.values()) == released


def test_remotesam_is_rmsin_with_a_larger_token_mixer() -> None:
    mixers = [grid**2 * (tokens + 1) for grid, tokens in ((28, 1080), (15, 314))]
    assert numbers(on_meta("remotesam")) - numbers(on_meta("rmsin")) == 2 * (mixers[0] - mixers[1])


@pytest.mark.parametrize("system", sorted(KEY_RULES))
def test_every_published_key_has_its_place(shared: Path, system: str) -> None:
    network = on_meta(system)
    entries, report = compare_keys(network, published(shared, system), system)
    assert (report.missing, report.unexpected) == ((), ())
    assert report.loaded == len(fit_entries(network, entries)) == len(network.state_dict())


def test_a_text_encoder_beside_the_network_is_read(shared: Path, tmp_path: Path) -> None:
    whole = published(shared, "lavt")
    text = {key.removeprefix("text_encoder."): value for key, value in whole.items() if "text_enc" in key}
    text |= {"pooler.dense.weight": torch.zeros(768, 768), "embeddings.position_ids": torch.arange(512)}
    content = {
        "model": {f"module.{key}": value for key, value in whole.items() if "text_enc" not in key},
        "bert_model": {f"module.{key}": value for key, value in text.items()},
        "optimizer": {"state": {0: {"exp_avg": torch.zeros(3)}}},
        "args": argparse.Namespace(lr=5e-5),
    }
    torch.save(content, tmp_path / "lavt.pth")
    _, report = compare_keys(on_meta("lavt"), read_checkpoint(tmp_path / "lavt.pth"), "lavt")
    assert (report.missing, report.unexpected) == ((), ())
    assert {key for key in report.dead if "text_enc" in key} == {
        "text_encoder.pooler.dense.weight",
        "text_encoder.embeddings.position_ids",
    }


@pytest.mark.parametrize("system", ["lavt", "rmsin"])
def test_a_converted_checkpoint_answers_as_its_network(
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tokenizer: PhraseTokenizer,
    system: str,
) -> None:
    tokenizer.save_pretrained(tmp_path / "tokenizer")
    network = small(system, tokenizer, text_tokenizer=str(tmp_path / "tokenizer"))
    ours, theirs = network.state_dict(), {}
    for key, value in published(shared, system).items():
        names, _ = map_keys({key: value}, KEY_RULES[system])
        theirs.update((key, ours[name]) for name in names if name in ours)
    torch.save({"model": theirs, "epoch": 40}, tmp_path / "trained.pth")

    sizes = {key: value for key, value in network.config.to_dict().items() if key not in {"name", "system"}}
    monkeypatch.setattr(registry, "build_model", lambda name, **own: build_model(name, **(sizes | own)))
    report = convert_checkpoint(tmp_path / "trained.pth", system, tmp_path / "converted")
    assert report.tokenizer
    again = load_model(tmp_path / "converted")
    picture = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        before, after = (net(picture, net.encode_text(["trees"])) for net in (network, again))
    torch.testing.assert_close(after, before, atol=1e-6, rtol=0)


@pytest.mark.parametrize(("theirs", "system"), [("lavt", "rmsin"), ("mafn", "rmsin"), ("rmsin", "lavt")])
def test_a_checkpoint_of_another_system_is_refused(
    shared: Path, tmp_path: Path, theirs: str, system: str
) -> None:
    torch.save({"model": published(shared, theirs)}, tmp_path / "other.pth")
    said = refusal(tmp_path / "other.pth", system)
    assert f"does not fit {system}" in said
    assert "is it a checkpoint of another system?" in said


def test_a_checkpoint_of_another_size_is_refused(shared: Path, tmp_path: Path) -> None:
    torch.save({"model": published(shared, "rmsin")}, tmp_path / "rmsin.pth")
    said = refusal(tmp_path / "rmsin.pth", "remotesam")
    assert "has shape (225, 314) in the checkpoint and (784, 1080) in the network" in said


@pytest.mark.parametrize("kind", ["archive", "pickle", "safetensors"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_refused(tmp_path: Path, kind: str, share: float) -> None:
    state = {f"backbone.norm{i}.weight": torch.randn(64) for i in range(4)}
    path = tmp_path / ("cut.safetensors" if kind == "safetensors" else "cut.pth")
    if kind == "safetensors":
        save_file(state, path)
    else:
        torch.save({"model": state}, path, _use_new_zipfile_serialization=kind == "archive")
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    assert "is damaged or no checkpoint" in refusal(path, "lavt")


class Trap:
    """Leaves a file behind when a pickle that holds it is executed."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return (open, (self.path, "w"))


@pytest.mark.parametrize("place", ["model", "bert_model", "optimizer", "args"])
def test_code_anywhere_in_a_checkpoint_is_not_executed(tmp_path: Path, place: str) -> None:
    trap = Trap(tmp_path / "executed")
    state = {"backbone.norm0.weight": torch.ones(128)}
    content = {"model": state, "bert_model": {}} | {place: {"entry": trap}}
    torch.save(content, tmp_path / "trap.pth")
    assert "cannot be read without executing code (io.open)" in refusal(tmp_path / "trap.pth", "lavt")
    assert not Path(trap.path).exists()


@pytest.mark.parametrize("module", [b"numpy._core.multiarray", b"numpy.core.multiarray"])
def test_a_best_figure_of_numpy_beside_the_weights_is_no_code(tmp_path: Path, module: bytes) -> None:
    path = tmp_path / "best.pth"
    torch.save({"model": {"weight": torch.ones(8)}, "best_oIoU": np.float64(0.61)}, path)
    with zipfile.ZipFile(path) as archive:
        entries = [(entry, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for entry, content in entries:
            archive.writestr(entry, content.replace(b"numpy._core.multiarray", module))
    assert torch.equal(read_checkpoint(path)["weight"], torch.ones(8))


def test_an_archive_that_swells_when_read_is_refused(tmp_path: Path) -> None:
    written = io.BytesIO()
    torch.save({"model": {"backbone.norm0.weight": torch.zeros(1 << 20)}}, written)
    with zipfile.ZipFile(written) as plain, zipfile.ZipFile(tmp_path / "swells.pth", "w") as packed:
        for entry in plain.infolist():
            packed.writestr(entry.filename, plain.read(entry), zipfile.ZIP_DEFLATED)
    assert "compressed entries" in refusal(tmp_path / "swells.pth", "lavt")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (torch.full((128,), float("nan")), "numbers that are not finite"),
        (torch.ones(128, dtype=torch.int8), "a quantised file cannot be converted"),
        (torch.ones(64, 2), "of another size"),
        (torch.ones(128).to_sparse(), "holds no state dict"),
        ("a word", "holds no state dict"),
    ],
    ids=["not finite", "quantised", "another size", "sparse", "text"],
)
def test_an_entry_that_is_not_what_it_should_be_is_refused(
    shared: Path, tmp_path: Path, value: object, said: str
) -> None:
    state: dict[str, object] = {**published(shared, "lavt"), "backbone.norm0.weight": value}
    torch.save({"model": state}, tmp_path / "odd.pth")
    assert said in refusal(tmp_path / "odd.pth", "lavt")


def test_damage_ends_in_a_stated_error_if_in_any(tmp_path: Path) -> None:
    content = {"model": {"backbone.norm0.weight": torch.ones(8)}, "args": argparse.Namespace(lr=1)}
    path, chance = tmp_path / "damaged.pth", random.Random(0)
    for archive in (True, False):
        torch.save(content, path, _use_new_zipfile_serialization=archive)
        whole = path.read_bytes()
        for _ in range(150):
            damaged = bytearray(whole)
            for _ in range(chance.choice((1, 2, 5))):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            path.write_bytes(damaged)
            with suppress(ModelError):  # anything else is not suppressed; some damage changes nothing
                read_checkpoint(path)


def test_a_system_without_published_checkpoints_says_which_have_some(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no published checkpoints are known for 'nothing'; known: .*lavt"):
        compare_keys(torch.nn.Identity(), {}, "nothing")
