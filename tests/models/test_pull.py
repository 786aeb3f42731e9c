"""Weights from a hub that answers, lies, refuses or is not there: a whole folder, or none and one line."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError, OfflineModeIsEnabled

from geoseg_text.errors import GeosegError, InputError, ModelError, OutputError
from geoseg_text.models import cards, convert, registry, weights
from geoseg_text.models.card import HubFile
from geoseg_text.models.pull import pull_model

CONTENT = b"weights"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str | None]:
    """A hub with one repository: digests by file, which a test may change."""
    files: dict[str, str | None] = {"net.pth": DIGEST, "README.md": None}
    cache = tmp_path / "cache"
    cache.mkdir()

    def model_info(self: object, repository: str, *, files_metadata: bool) -> SimpleNamespace:
        stored = {name: digest and SimpleNamespace(sha256=digest) for name, digest in files.items()}
        return SimpleNamespace(siblings=[SimpleNamespace(rfilename=n, lfs=lfs) for n, lfs in stored.items()])

    def download(repository: str, file: str) -> str:
        (cache / file).write_bytes(CONTENT)
        return str(cache / file)

    def converted(path: Path, system: str, folder: Path) -> convert.ConversionReport:
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(path.read_bytes())
        return convert.ConversionReport(1, (), (), (), tokenizer=True)

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", model_info)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    monkeypatch.setattr(convert, "convert_checkpoint", converted)
    card = dataclasses.replace(cards.SYSTEMS["rmsin"], hub=(HubFile("someone/rmsin"),))
    monkeypatch.setitem(cards.SYSTEMS, "rmsin", card)  # type: ignore[arg-type]
    return files


def refused(tmp_path: Path, name: str = "rmsin") -> str:
    """Message of a pull that fails and leaves nothing."""
    with pytest.raises(GeosegError) as caught:
        pull_model(name, tmp_path / "out")
    assert not [path.name for path in tmp_path.iterdir() if path.name != "cache"]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_the_hub_states_is_fetched_checked_and_made_a_folder(hub: dict, tmp_path: Path) -> None:
    assert pull_model("rmsin", tmp_path / "out") == (HubFile("someone/rmsin", "net.pth", DIGEST),)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["model.safetensors"]
    with pytest.raises(OutputError, match="exists already"):
        pull_model("rmsin", tmp_path / "out")
    with pytest.raises(OutputError, match="create it first"):
        pull_model("rmsin", tmp_path / "absent" / "out")


def test_another_digest_is_refused(hub: dict, tmp_path: Path) -> None:
    hub["net.pth"] = "0" * 64
    assert DIGEST in refused(tmp_path)


def test_the_cards_digest_counts_more_than_the_hubs(
    hub: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = HubFile("someone/rmsin", "net.pth", "1" * 64)
    card = dataclasses.replace(cards.SYSTEMS["rmsin"], hub=(place,))
    monkeypatch.setitem(cards.SYSTEMS, "rmsin", card)  # type: ignore[arg-type]
    assert "1" * 64 in refused(tmp_path)


@pytest.mark.parametrize("more", [{"other.pth": DIGEST}, {"net.pth": None}], ids=["two files", "no digest"])
def test_nothing_is_guessed(hub: dict, tmp_path: Path, more: dict) -> None:
    hub.update(more)
    assert "net.pth" in refused(tmp_path)


def test_a_conversion_that_fails_leaves_nothing(
    hub: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(path: Path, system: str, folder: Path) -> convert.ConversionReport:
        folder.mkdir()
        (folder / "config.json").write_text("{}", encoding="utf-8")
        raise ModelError("does not fit")

    monkeypatch.setattr(convert, "convert_checkpoint", half)
    assert refused(tmp_path) == "does not fit"


def test_a_folder_without_tokenizer_is_not_whole(
    hub: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mute(path: Path, system: str, folder: Path) -> convert.ConversionReport:
        folder.mkdir()
        return convert.ConversionReport(1, (), (), (), tokenizer=False)

    monkeypatch.setattr(convert, "convert_checkpoint", mute)
    assert "tokenizer" in refused(tmp_path)


def test_what_transformers_reads_is_taken_by_the_network_itself(
    hub: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, kept = object(), []

    def save(model: object, folder: Path) -> None:
        kept.append(model)
        folder.mkdir()

    monkeypatch.setattr(registry, "fetch_published", lambda name: network)
    monkeypatch.setattr(weights, "save_model", save)
    pull_model("rmsin", tmp_path / "out")
    assert kept == [network]
    assert (tmp_path / "out").is_dir()


@pytest.mark.parametrize(
    "error",
    [OfflineModeIsEnabled("offline mode"), ConnectionError("no route"), LocalEntryNotFoundError("gone")],
)
def test_without_a_connection_one_line_says_what_to_do(
    hub: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_words: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fail)
    assert "huggingface.co/someone/rmsin could not be reached" in refused(tmp_path)
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", fail)
    assert "check the connection" in refused(tmp_path)


def test_what_needs_no_hub_says_so(tmp_path: Path) -> None:
    assert "in this package" in refused(tmp_path, "mafn-tiny")
    assert "geoseg-text models convert" in refused(tmp_path, "mafn")
    with pytest.raises(InputError, match="no system is called"):
        pull_model("nothing", tmp_path / "out")
