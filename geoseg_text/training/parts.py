"""Parts of a network by their dotted names, and parts that do not learn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from torch import nn

from geoseg_text.errors import InputError
from geoseg_text.training.settings import suggestion


def within(name: str, part: str) -> bool:
    """Whether a dotted name is a part, or lies in it: ``layer.1.bias`` in ``layer.1``, not ``layer.10``."""
    return name == part or name.startswith(f"{part}.")


def check_parts(network: nn.Module, parts: Iterable[str], place: str) -> None:
    """Refuse names that no parameter lies in.

    Args:
        network: whose parts they are to be.
        parts: dotted names of modules or parameters.
        place: where they are written.

    Raises:
        InputError: naming the nearest part there is.
    """
    names = [name for name, _ in network.named_parameters()]
    for part in parts:
        if not any(within(name, part) for name in names):
            depth = part.count(".") + 1
            known = dict.fromkeys(".".join(name.split(".")[:depth]) for name in names)
            raise InputError(f"{place}: the network has no part {part!r}{suggestion(part, known)}")


def freeze(network: nn.Module, parts: Sequence[str]) -> None:
    """Let parts of a network, by dotted name, learn nothing from now on."""
    for name, parameter in network.named_parameters():
        if any(within(name, part) for part in parts):
            parameter.requires_grad_(False)


def rest(network: nn.Module, parts: Sequence[str]) -> None:
    """Put frozen parts into evaluation mode: their norms keep their statistics, and nothing is dropped.

    To be called whenever the network was put into training mode.
    """
    for name, module in network.named_modules():
        if name and any(within(name, part) for part in parts):
            module.eval()
