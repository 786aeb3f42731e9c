"""Published Swin weights, as timm names and stores them, for a trunk of the LAVT family.

Only safetensors are read. timm's own network is not built: its windows are rolled before they are padded,
which the published referring systems do not do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from geoseg_text.errors import ModelError

PUBLISHED_SWIN = "swin_base_patch4_window12_384.ms_in22k"
"""What the published systems of the family start from: Swin-B, window 12, ImageNet-22k."""

_TRUNK = re.compile(
    r"patch_embed\.|stages\.\d+\.(blocks\.\d+\.(norm\d|attn|mlp)\.|.*\bdownsample\.)",
)
"""What of a network is the trunk; what refines its attention or brings words in is not."""


def load_swin(network: nn.Module, place: str | Path) -> None:
    """Fill the trunk of a network of the family.

    Args:
        network: of the same sizes as the weights.
        place: a model of timm with its tag, fetched from the hub once, or a safetensors file.

    Raises:
        ModelError: the weights cannot be had, or belong to another trunk.
    """
    own = {name: weight for name, weight in network.state_dict().items() if _TRUNK.match(name)}
    given = _renamed(_weights(place), own)
    wrong = sorted(name for name in own if name not in given or given[name].shape != own[name].shape)
    if wrong:
        name = wrong[0]
        found = tuple(given[name].shape) if name in given else "nothing"
        raise ModelError(
            f"{str(place)!r} holds another trunk: {len(wrong)} of {len(own)} weights differ, first {name} "
            f"({found} where {tuple(own[name].shape)} is due); give weights of the network's own sizes"
        )
    network.load_state_dict(given, strict=False)


def _weights(place: str | Path) -> dict[str, Tensor]:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]
    from timm.models import get_pretrained_cfg

    path = Path(place)
    try:
        if path.suffix != ".safetensors":
            published = get_pretrained_cfg(str(place))
            if published is None or not published.hf_hub_id:
                raise ModelError(
                    f"timm knows no weights by the name {str(place)!r}; give one like {PUBLISHED_SWIN!r}, or "
                    "a safetensors file"
                )
            path = Path(hf_hub_download(published.hf_hub_id, "model.safetensors"))
        return load_file(path)
    except (HTTPError, OSError, SafetensorError) as error:
        raise ModelError(
            f"the weights {str(place)!r} could not be loaded ({str(error).splitlines()[0]:.200}); check the "
            "name and the connection, or give a safetensors file"
        ) from error


def _renamed(weights: Mapping[str, Tensor], own: Iterable[str]) -> dict[str, Tensor]:
    """Names of timm as ours: timm halves a map before a stage, where the family does so after one."""
    halving = {re.sub(r"^stages\.(\d+)\..*\bdownsample\.", r"\1.", name): name for name in own}
    renamed = {}
    for name, weight in weights.items():
        parts = name.split(".")
        if parts[0] == "layers" and parts[2] == "downsample":
            name = halving.get(".".join([str(int(parts[1]) - 1), *parts[3:]]), name)
        elif parts[0] == "layers":
            name = ".".join(["stages", *parts[1:]])
        renamed[name] = weight
    return {name: weight for name, weight in renamed.items() if _TRUNK.match(name)}
