"""What follows from weights alone, made once for all the answers that the weights give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import torch
from torch import Tensor, nn


class Keeping(nn.Module):
    """A module that keeps one tensor made of its weights, as long as they stay and nothing learns.

    It is made anew when a weight was written to, when the module moves or changes its precision, and when
    learning begins or ends. Only a weight written to behind torch's back (through ``.data``) between two
    answers, without a change of mode, would go unnoticed.
    """

    _made: tuple[tuple[object, ...], Tensor] | None = None

    def keep(self, make: Callable[[], Tensor], *weights: Tensor) -> Tensor:
        """What ``make`` gives for these weights, made now or kept."""
        if torch.is_grad_enabled() or any(weight.is_inference() for weight in weights):
            return make()
        precision = torch.is_autocast_enabled(weights[0].device.type)
        key = (precision, *((weight.data_ptr(), weight._version) for weight in weights))
        if self._made is None or self._made[0] != key:
            self._made = (key, make())
        return self._made[1]

    def train(self, mode: bool = True) -> Self:
        """As of every module."""
        self._made = None
        return super().train(mode)

    def _apply(self, fn: Callable[..., Tensor], recurse: bool = True) -> Self:
        self._made = None
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Copies and files hold the weights alone."""
        return {**self.__dict__, "_made": None}
