"""Reading a published checkpoint: of a stranger's file only tensors are taken, and nothing in it is executed.

A published file holds ``model`` (or is the state dict itself), LAVT's own also ``bert_model``, beside the
optimizer, an ``argparse.Namespace`` of settings and at times its best figure as a number of numpy. Only those
plain types are allowed besides tensors; their values are unused. Keys may carry the ``module.`` of a network
that was trained on several devices.
"""

from __future__ import annotations

import argparse
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from geoseg_text.errors import InputError, ModelError

_NUMBER = np.float64(0).__reduce__()[0]
"""What numpy calls to rebuild a number; releases of numpy have two names for it."""
_PLAIN_TYPES: list[Any] = [
    *(argparse.Namespace, np.dtype, *(type(np.dtype(kind)) for kind in "dfil")),
    *((_NUMBER, f"numpy.{package}.multiarray.scalar") for package in ("core", "_core")),
]
PARTS = {"model": "", "bert_model": "text_encoder."}
"""State dicts of a training checkpoint, and what the whole network puts before their keys."""


DAMAGE = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, OSError),
    *(RuntimeError, TypeError, ValueError, SafetensorError, struct.error, zipfile.BadZipFile, zlib.error),
)
"""What readers raise at damaged files: as many errors as there are ways to damage one."""


def read_checkpoint(path: str | Path) -> dict[str, Tensor]:
    """State dict of a published checkpoint file (``.pth``, ``.pt``, ``.bin`` or ``.safetensors``).

    Raises:
        InputError: there is no such file.
        ModelError: the file is damaged, or holds more than tensors and settings, or no state dict.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            f"no checkpoint at {str(path)!r}; give the path of a downloaded .pth or .safetensors file"
        )
    try:
        content = _load_safetensors(path) if path.suffix == ".safetensors" else _load_pickle(path)
    except ModelError:
        raise
    except UnpicklingError as error:
        found = re.search(r"GLOBAL (\S+)", str(error))
        named = found[1] if found else "it holds more than tensors and settings"
        raise ModelError(
            f"{str(path)!r} cannot be read without executing code ({named}); ask for a safetensors file"
        ) from error
    except DAMAGE as error:
        raise ModelError(
            f"{str(path)!r} is damaged or no checkpoint ({type(error).__name__}); fetch it again"
        ) from error
    return _state_dict(content, path)


def _load_safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    return load_file(path)


def _load_pickle(path: Path) -> Any:
    """What ``torch.save`` wrote; the optimizer's share of a large file is never read into memory."""
    archive = zipfile.is_zipfile(path)
    if archive:
        with zipfile.ZipFile(path) as entries:
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries.infolist()):
                raise ModelError(
                    f"{str(path)!r} holds compressed entries, which no training writes and which may swell "
                    "beyond memory; ask for the file as it was saved"
                )
    with torch.serialization.safe_globals(_PLAIN_TYPES), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what matters is read or refused
        return torch.load(path, map_location="cpu", weights_only=True, mmap=archive)


def _state_dict(content: Any, path: Path) -> dict[str, Tensor]:
    """The one state dict of a file's content.

    Raises:
        ModelError: there is none.
    """
    whole = not isinstance(content, Mapping) or "model" not in content
    parts = {"": content} if whole else {PARTS[name]: content[name] for name in PARTS if name in content}
    for part in parts.values():
        if not isinstance(part, Mapping) or not all(map(_is_entry, part.items())):
            raise ModelError(
                f"{str(path)!r} holds no state dict under 'model'; give the training checkpoint itself"
            )
    return {
        prefix + key.removeprefix("module."): value
        for prefix, part in parts.items()
        for key, value in part.items()
    }


def _is_entry(item: tuple[object, object]) -> bool:
    """Whether a key is a name and its value a plain tensor in memory."""
    key, value = item
    if not isinstance(key, str) or not isinstance(value, Tensor) or type(value) not in {Tensor, nn.Parameter}:
        return False
    return value.layout == torch.strided and value.device.type == "cpu"
