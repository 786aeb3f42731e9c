"""Networks of transformers as parts of a system: their settings as plain data, their published weights.

A ``config.json`` may come from anybody. Of a part's settings only those that its own configuration class
declares are read, and each nested part has one class here, whatever the file says: no class is looked up by
name, and general settings (which attention kernel to fetch, where code lies) have no way in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from torch import nn
from transformers import (
    BertConfig,
    CLIPTextConfig,
    GroundingDinoConfig,
    PreTrainedConfig,
    PreTrainedModel,
    Sam2Config,
    Sam2MaskDecoderConfig,
    Sam2PromptEncoderConfig,
    Sam2VisionConfig,
    Sam3Config,
    Sam3VisionConfig,
    SwinConfig,
)
from transformers import logging as transformers_logging
from transformers.models.sam2.configuration_sam2 import Sam2HieraDetConfig
from transformers.models.sam3.configuration_sam3 import (
    Sam3DETRDecoderConfig,
    Sam3DETREncoderConfig,
    Sam3GeometryEncoderConfig,
    Sam3MaskDecoderConfig,
    Sam3ViTConfig,
)

from geoseg_text.errors import ModelError

Settings = Mapping[str, Any]
Kind = type[PreTrainedConfig]
Part = TypeVar("Part", bound=PreTrainedModel)
Config = TypeVar("Config", bound=PreTrainedConfig)

_PARTS: Mapping[Kind, Mapping[str, Kind]] = {
    Sam2Config: {
        "vision_config": Sam2VisionConfig,
        "prompt_encoder_config": Sam2PromptEncoderConfig,
        "mask_decoder_config": Sam2MaskDecoderConfig,
    },
    Sam2VisionConfig: {"backbone_config": Sam2HieraDetConfig},
    GroundingDinoConfig: {"backbone_config": SwinConfig, "text_config": BertConfig},
    Sam3Config: {
        "vision_config": Sam3VisionConfig,
        "text_config": CLIPTextConfig,
        "geometry_encoder_config": Sam3GeometryEncoderConfig,
        "detr_encoder_config": Sam3DETREncoderConfig,
        "detr_decoder_config": Sam3DETRDecoderConfig,
        "mask_decoder_config": Sam3MaskDecoderConfig,
    },
    Sam3VisionConfig: {"backbone_config": Sam3ViTConfig},
}
"""The class of each nested configuration."""

_INTERCHANGEABLE = frozenset({Sam2HieraDetConfig, Sam3ViTConfig, SwinConfig, BertConfig, CLIPTextConfig})
"""Parts for which a published file could name another class; the others have only one."""

_GENERAL = frozenset(field.name for field in dataclasses.fields(PreTrainedConfig))


def complete(kind: Kind, chosen: Settings) -> dict[str, Any]:
    """All settings of a part: those chosen, over the defaults of its configuration class.

    Args:
        kind: the configuration class.
        chosen: settings by name; those of a nested part in a mapping of their own.

    Returns:
        What JSON can hold, and what `build` takes.

    Raises:
        ModelError: a setting is unknown.
    """
    return _merged(kind, _settings(kind()), chosen)


def build(kind: type[Config], chosen: Settings) -> Config:
    """Configuration object of a part, from its settings.

    Raises:
        ModelError: a setting is unknown, or not of its type.
    """
    parts = _PARTS.get(kind, {})
    values: dict[str, Any] = {
        name: build(parts[name], value) if name in parts else value
        for name, value in complete(kind, chosen).items()
    }
    try:
        return kind(**values)
    except (StrictDataclassError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"settings of {kind.__name__} cannot be used: {reason:.300}") from error


def published(kind: Kind, place: str | Path) -> dict[str, Any]:
    """Settings of a published part, from the ``config.json`` of a hub id or a folder.

    Raises:
        ModelError: there is none at that place.
    """
    try:
        values, _ = PreTrainedConfig.get_config_dict(str(place))
    except (OSError, ValueError) as error:
        raise _unreachable(place, error) from error
    return complete(kind, _known(kind, values.get("detector_config") or values))


def load_part(network: type[Part], settings: PreTrainedConfig, place: str | Path, **options: Any) -> Part:
    """A published part with its weights, from safetensors alone.

    Args:
        network: its class.
        settings: its configuration; the one at that place is not read.
        place: hub id or folder.
        options: further arguments of the network's constructor.

    Raises:
        ModelError: nothing can be fetched from that place, or it holds another network.
    """
    try:
        with _quietly():
            fetched: Any = network.from_pretrained(
                str(place), config=settings, use_safetensors=True, output_loading_info=True, **options
            )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise _unreachable(place, error) from error
    part: Part = fetched[0]
    missing = sorted(fetched[1]["missing_keys"])
    if missing:
        raise ModelError(
            f"{str(place)!r} lacks {len(missing)} weights of {network.__name__} "
            f"({', '.join(missing[:3])}...): it holds another network"
        )
    return part


def store_once(module: nn.Module) -> None:
    """Let weights that a module holds under several names be stored, and read, under the first."""
    first: dict[int, str] = {}
    others: dict[str, str] = {}
    for name, weight in module.named_parameters(remove_duplicate=False):
        if first.setdefault(id(weight), name) != name:
            others[name] = first[id(weight)]

    def leave_out(_module: nn.Module, state: dict[str, Any], prefix: str, _metadata: Any) -> None:
        for name in others:
            state.pop(prefix + name, None)

    def fill_in(_module: nn.Module, state: dict[str, Any], prefix: str, *_rest: Any) -> None:
        for name, source in others.items():
            if prefix + source in state:
                state.setdefault(prefix + name, state[prefix + source])

    module.register_state_dict_post_hook(leave_out)
    module.register_load_state_dict_pre_hook(fill_in)


@contextmanager
def _quietly() -> Iterator[None]:
    """No progress bar and no table of weights from transformers: what matters becomes an error here."""
    verbosity, bars = transformers_logging.get_verbosity(), transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        if bars:
            transformers_logging.enable_progress_bar()


def _names(kind: Kind) -> list[str]:
    """Settings that a configuration class declares itself."""
    own = [field.name for field in dataclasses.fields(kind) if field.name not in _GENERAL]
    public = [name for name in own if not name.startswith("_")]
    return [*public, "out_indices"] if hasattr(kind, "out_indices") else public


def _settings(config: PreTrainedConfig) -> dict[str, Any]:
    return {name: _plain(getattr(config, name)) for name in _names(type(config))}


def _plain(value: Any) -> Any:
    """A setting as JSON gives it back."""
    if isinstance(value, PreTrainedConfig):
        return _settings(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def _merged(kind: Kind, defaults: Settings, chosen: Settings) -> dict[str, Any]:
    unknown = sorted(set(chosen) - set(defaults))
    if unknown:
        raise ModelError(
            f"{kind.__name__} has no setting {', '.join(unknown)}; it has {', '.join(sorted(defaults))}"
        )
    parts = _PARTS.get(kind, {})
    merged = {**defaults, **{name: _plain(value) for name, value in chosen.items()}}
    for name, part in parts.items():
        merged[name] = _merged(part, defaults[name], chosen.get(name) or {})
    return merged


def _known(kind: Kind, values: Settings) -> dict[str, Any]:
    """The settings among a published file's entries."""
    if kind in _INTERCHANGEABLE and values.get("model_type", kind.model_type) != kind.model_type:
        raise ModelError(
            f"a network of type {values['model_type']!r} stands where {kind.model_type!r} is due"
        )
    parts = _PARTS.get(kind, {})
    kept = {name: values[name] for name in _names(kind) if name in values}
    return {
        name: _known(parts[name], value) if name in parts and isinstance(value, Mapping) else value
        for name, value in kept.items()
    }


def _unreachable(place: str | Path, error: Exception) -> ModelError:
    return ModelError(
        f"{str(place)!r} could not be loaded ({str(error).splitlines()[0]:.200}); check the name and the "
        "connection, or give a folder with config.json and model.safetensors"
    )
