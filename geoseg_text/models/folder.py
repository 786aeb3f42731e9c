"""What a model folder holds, read without a network: ``config.json`` and the header of the weights."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from geoseg_text.errors import ModelError

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
TOKENIZER_FILES = ("tokenizer.json", "vocab.txt")


@dataclass(frozen=True)
class FolderContents:
    """What a model folder holds."""

    folder: str
    config: dict[str, Any]
    tensors: int
    numbers: int
    """Numbers stored: parameters, and the buffers that are saved with them."""
    precisions: dict[str, int]
    """Tensors by the type of their numbers, as safetensors names it."""
    weights_bytes: int
    tokenizer: bool
    """Whether the folder holds what reads phrases."""


def read_config(folder: Path) -> dict[str, Any]:
    """``config.json`` of a model folder.

    Raises:
        ModelError: it is missing, broken or names no system.
    """
    path = folder / CONFIG_FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"no {CONFIG_FILE} in {str(folder)!r}; give the folder of a saved model") from error
    except ValueError as error:
        raise ModelError(f"{str(path)!r} is not JSON ({error}); save the model again") from error
    if not isinstance(values, dict) or not isinstance(values.get("system"), str):
        raise ModelError(f"{str(path)!r} names no system; it was not written by this library")
    return values


def read_contents(folder: Path) -> FolderContents:
    """What a model folder holds; of the weights only the header is read.

    Raises:
        ModelError: configuration or weights are missing or damaged.
    """
    config, path = read_config(folder), folder / WEIGHTS_FILE
    precisions: Counter[str] = Counter()
    numbers = 0
    try:
        with safe_open(path, framework="numpy") as weights:
            for name in weights.keys():  # noqa: SIM118 - it is no mapping
                entry = weights.get_slice(name)
                precisions[entry.get_dtype()] += 1
                numbers += prod(entry.get_shape())
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise ModelError(f"no {WEIGHTS_FILE} in {str(folder)!r}; give the folder of a saved model") from error
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{str(path)!r} is damaged ({error}); fetch or save the model again") from error
    return FolderContents(
        folder=str(folder),
        config=config,
        tensors=precisions.total(),
        numbers=numbers,
        precisions=dict(precisions),
        weights_bytes=size,
        tokenizer=any((folder / name).is_file() for name in TOKENIZER_FILES),
    )
