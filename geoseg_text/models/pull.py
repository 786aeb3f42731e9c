"""Weights from the Hugging Face hub to a model folder: fetched, checked, converted; whole or not at all."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from geoseg_text.errors import GeosegError, InputError, ModelError, OutputError
from geoseg_text.models.card import HubFile
from geoseg_text.models.cards import EMBEDDED, SYSTEMS

CHECKPOINTS = (".safetensors", ".pth", ".pt", ".bin")


def pull_model(name: str, folder: str | Path) -> tuple[HubFile, ...]:
    """Fetch the weights of a registered system into a new model folder.

    The hub's own cache is used, so that an interrupted fetch goes on where it stopped.

    Args:
        name: a key of `cards.SYSTEMS` whose card names files on the hub.
        folder: the model folder to make.

    Returns:
        The files that were fetched, with their digests.

    Raises:
        InputError: the name is unknown, or its weights are in this package already.
        ModelError: there is nothing to fetch, the hub cannot be reached, or a file is not what was stated.
        OutputError: the folder exists or cannot be made.
    """
    target, wanted = Path(folder), _on_the_hub(name)
    if target.exists():
        raise OutputError(f"{str(target)!r} exists already; choose another folder or remove it first")
    if not target.absolute().parent.is_dir():
        raise OutputError(f"the folder {str(target.parent)!r} does not exist; create it first")
    with _said_in_one_line(name):
        files = tuple(part if part.file and part.sha256 else _as_the_hub_states(part) for part in wanted)
        paths = [_fetched(part) for part in files]
    with _whole(target) as part:
        _make_folder(name, paths, part)
    return files


def _on_the_hub(name: str) -> tuple[HubFile, ...]:
    if name not in SYSTEMS:
        raise InputError(f"no system is called {name!r}; known: {', '.join(sorted(SYSTEMS))}")
    if (EMBEDDED / name).is_dir():
        raise InputError(f"the weights of {name!r} are in this package: use it by its name, without a fetch")
    if not SYSTEMS[name].hub:
        raise ModelError(f"the hub has no weights of {name!r}: {SYSTEMS[name].weights}")
    return SYSTEMS[name].hub


def _as_the_hub_states(place: HubFile) -> HubFile:
    """The place with its file and digest, where the card leaves them open."""
    from huggingface_hub import HfApi

    entries = HfApi().model_info(place.repository, files_metadata=True).siblings or ()
    digests = {entry.rfilename: entry.lfs.sha256 if entry.lfs else None for entry in entries}
    found = [place.file] if place.file else [name for name in digests if name.endswith(CHECKPOINTS)]
    if len(found) != 1 or not (digest := place.sha256 or digests.get(found[0])):
        raise ModelError(
            f"{place.repository} on the hub has {', '.join(sorted(found)) or 'no checkpoint'} where "
            "one checkpoint with a digest was expected; fetch the right file by hand, then: "
            "geoseg-text models convert"
        )
    return dataclasses.replace(place, file=found[0], sha256=digest)


def _fetched(place: HubFile) -> Path:
    """The file in the hub's cache, fetched if it was not there, and checked."""
    from huggingface_hub import hf_hub_download

    path = Path(hf_hub_download(place.repository, str(place.file)))
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != place.sha256:
        raise ModelError(
            f"{place.file} of {place.repository} has the SHA-256 {digest} and not {place.sha256}: it is "
            f"damaged or was changed; remove {str(path.resolve())!r} and try again"
        )
    return path


def _make_folder(name: str, paths: list[Path], folder: Path) -> None:
    """Write fetched files of a system as a model folder.

    Raises:
        ModelError: a file is of another network, or the tokenizer cannot be had.
    """
    from geoseg_text.models.convert import convert_checkpoint
    from geoseg_text.models.registry import fetch_published
    from geoseg_text.models.weights import save_model

    network = fetch_published(name)
    if network is not None:
        save_model(network, folder)
    elif not convert_checkpoint(paths[0], name, folder).tokenizer:
        raise ModelError(
            f"the weights of {name!r} are here but its tokenizer could not be fetched; check the "
            "connection and run the same line again: what was fetched is kept in the hub's cache"
        )


@contextmanager
def _said_in_one_line(name: str) -> Iterator[None]:
    """Say what to do where the hub does not answer, or asks for an agreement first."""
    # HTTPError is that of the library the hub is reached through, which changed from version to version
    from huggingface_hub.errors import GatedRepoError, HTTPError  # type: ignore[attr-defined]

    page = " and ".join(f"huggingface.co/{place.repository}" for place in SYSTEMS[name].hub)
    try:
        yield
    except GeosegError:
        raise
    except GatedRepoError as error:
        raise ModelError(
            f"{page} gives its files to those who agreed to its licence: agree there, log in with "
            "'hf auth login', and run the same line again"
        ) from error
    except (HTTPError, OSError) as error:  # the hub's own errors are of these, and the disk's
        raise ModelError(
            f"{page} could not be reached ({str(error).splitlines()[0]}); check the connection, or run "
            "the same line on a machine that has one and bring the folder here"
        ) from error


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Give a folder to fill that takes its place when the block ends well; after an error nothing is left."""
    part = target.with_name(f".{target.name}-{uuid4().hex[:8]}")
    try:
        yield part
        part.replace(target)
    except GeosegError:
        raise
    except OSError as error:
        raise OutputError(f"{str(target)!r} cannot be written: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
