"""A model is a folder: ``config.json``, ``model.safetensors`` and a tokenizer. Reading and writing one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from geoseg_text.errors import ModelError, OutputError
from geoseg_text.models.folder import CONFIG_FILE, WEIGHTS_FILE

if TYPE_CHECKING:
    from geoseg_text.models.base import ReferringNetwork


def save_model(model: ReferringNetwork, folder: str | Path, *, dtype: torch.dtype | None = None) -> None:
    """Write a model folder.

    Args:
        model: the network.
        folder: where to; made if it is not there.
        dtype: precision of the stored floats; the network's own where None.

    Raises:
        OutputError: the folder holds weights already.
    """
    folder = Path(folder)
    if (folder / WEIGHTS_FILE).exists():
        raise OutputError(f"{str(folder)!r} holds a model already; choose another folder or remove it first")
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: (value.to(dtype) if dtype is not None and value.is_floating_point() else value).contiguous()
        for name, value in model.state_dict().items()
    }
    save_file(tensors, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    (folder / CONFIG_FILE).write_text(json.dumps(model.config.to_dict(), indent=2) + "\n", encoding="utf-8")
    model.save_tokenizer(folder)


def load_weights(model: ReferringNetwork, folder: Path) -> None:
    """Fill a network from a model folder, in float32.

    Raises:
        ModelError: weights are missing, damaged, or of another network.
    """
    path = folder / WEIGHTS_FILE
    try:
        state = load_file(path)
    except FileNotFoundError as error:
        raise ModelError(f"no {WEIGHTS_FILE} in {str(folder)!r}; give the folder of a saved model") from error
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{str(path)!r} is damaged ({error}); fetch or save the model again") from error
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise ModelError(
            f"{str(path)!r} does not fit its {CONFIG_FILE}: {str(error).splitlines()[-1].strip()}"
        ) from error
    model.load_tokenizer(folder)
