"""How a name becomes a network: the code of each system (its card is in cards.py), and its weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoseg_text.errors import InputError, ModelError
from geoseg_text.models.cards import DEFAULT_MODEL, EMBEDDED, SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from geoseg_text.models.base import ModelConfig, ReferringNetwork


_NETWORKS: Mapping[str, tuple[str, str, str]] = {
    "lavt": ("lavt", "LAVT", "LAVTConfig"),
    "lgce": ("lgce", "LGCE", "LGCEConfig"),
    "rmsin": ("rmsin", "RMSIN", "RMSINConfig"),
    "fianet": ("fianet", "FIANet", "FIANetConfig"),
    "cadformer": ("cadformer", "CADFormer", "CADFormerConfig"),
    "mafn": ("mafn", "MAFN", "MAFNConfig"),
    "sbanet": ("sbanet", "SBANet", "SBANetConfig"),
    "rsam": ("rsam", "RSAM", "RSAMConfig"),
    "grounded-sam2": ("grounded_sam2", "GroundedSAM2", "GroundedSAM2Config"),
    "sam3": ("sam3", "SAM3", "SAM3Config"),
}
"""Module, network and configuration of each system; imported when one is asked for."""

_VARIANTS: Mapping[str, tuple[str, str]] = {
    "fianet-refsegrs": ("fianet", "FIANET_REFSEGRS"),
    "mafn-tiny": ("mafn", "MAFN_TINY"),
    "remotesam": ("rmsin", "REMOTESAM"),
    "rsam-large": ("rsam", "RSAM_LARGE"),
}
"""Module and configuration of each registered name that is not its system's published size."""

_FETCHED: Mapping[str, str] = {"grounded-sam2": "assemble", "sam3": "fetch"}
"""Class method that gives the published network, for systems whose weights transformers reads."""


def build_model(name: str, **sizes: Any) -> ReferringNetwork:
    """An untrained network of a registered system.

    Args:
        name: a key of `cards.SYSTEMS`.
        sizes: fields of the system's configuration to change.

    Raises:
        InputError: the name or a field is unknown.
    """
    config = config_of(name)
    fields = {field.name for field in dataclasses.fields(config)}
    unknown = sorted(set(sizes) - fields)
    if unknown:
        raise InputError(f"{name} has no setting {', '.join(unknown)}; it has {', '.join(sorted(fields))}")
    network, _ = _code(config.system)
    return network(dataclasses.replace(config, **sizes)).eval()


def config_of(name: str) -> ModelConfig:
    """Configuration of a registered system or variant.

    Raises:
        InputError: the name is unknown.
    """
    if name not in SYSTEMS:
        raise InputError(f"no system is called {name!r}; known: {', '.join(sorted(SYSTEMS))}")
    config: ModelConfig
    if name in _VARIANTS:
        module, constant = _VARIANTS[name]
        config = getattr(_module(module), constant)
    else:
        config = _code(SYSTEMS[name].system)[1]()
    return config


def load_model(name_or_folder: str | Path | None = None) -> ReferringNetwork:
    """A network with its weights, in evaluation mode on the CPU.

    Args:
        name_or_folder: a registered name, a model folder or a hub id (``owner/name``); the embedded default
            where None.

    Raises:
        ModelError: there are no weights at that place; never silently random ones.
    """
    from geoseg_text.models.folder import read_config
    from geoseg_text.models.weights import load_weights

    folder = find_folder(name_or_folder if name_or_folder is not None else DEFAULT_MODEL)
    values = read_config(folder)
    if values["system"] not in _NETWORKS:
        raise ModelError(
            f"{str(folder)!r} is of system {values['system']!r}, which this version does not know"
        )
    network, config_class = _code(values["system"])
    model = network(config_class.from_dict(values))
    load_weights(model, folder)
    return model.eval()


def fetch_published(name: str) -> ReferringNetwork | None:
    """The published network of a system whose weights transformers fetches and reads; None for any other.

    Raises:
        ModelError: the hub cannot be reached, or holds another network.
    """
    system = SYSTEMS[name].system
    if system not in _FETCHED:
        return None
    network, _ = _code(system)
    model: ReferringNetwork = getattr(network, _FETCHED[system])()
    return model


def _code(system: str) -> tuple[Callable[[ModelConfig], ReferringNetwork], Any]:
    module, network, config = _NETWORKS[system]
    return getattr(_module(module), network), getattr(_module(module), config)


def _module(name: str) -> ModuleType:
    return import_module(f"geoseg_text.models.{name}")


def find_folder(name_or_folder: str | Path) -> Path:
    """Folder of a model with its weights: on disk, embedded, or fetched from the hub (``owner/name``).

    Raises:
        ModelError: there are no weights at that place.
    """
    folder = Path(name_or_folder)
    if folder.is_dir():
        return folder
    name = str(name_or_folder)
    embedded = EMBEDDED / name
    if name in SYSTEMS:
        if embedded.is_dir():
            return embedded
        raise ModelError(f"no weights of {name!r} are installed; {SYSTEMS[name].weights}")
    if name.count("/") == 1 and not name.startswith((".", "/")):
        return _from_hub(name)
    raise ModelError(
        f"no model at {name!r}; give a folder with a config.json, a hub id, or one of {', '.join(SYSTEMS)}"
    )


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "vocab.txt"]))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise ModelError(
            f"model {name!r} could not be fetched from the hub ({str(error).splitlines()[0]}); "
            "check the name and the connection, or give a folder on this machine"
        ) from error
