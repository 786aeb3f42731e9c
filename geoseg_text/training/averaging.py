"""An exponential average of a network's weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


class WeightAverage:
    """Follows a network; floats are averaged, counts taken as they are.

    Over the first steps the average forgets faster: it decays by at most (1 + steps) / (10 + steps).

    Args:
        network: whose state is followed from now on.
        decay: share of the average that a step leaves.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._decay = decay
        self._steps = 0
        self._state = {name: value.detach().clone() for name, value in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Take in the network's state after a step."""
        decay = min(self._decay, (1 + self._steps) / (10 + self._steps))
        self._steps += 1
        for name, value in network.state_dict().items():
            kept = self._state[name] = self._state[name].to(value.device)
            if kept.is_floating_point():
                kept.lerp_(value, 1 - decay)
            else:
                kept.copy_(value)

    @contextmanager
    def worn_by(self, network: nn.Module) -> Iterator[None]:
        """Let a network have the averaged weights for a while."""
        own = {name: value.detach().clone() for name, value in network.state_dict().items()}
        network.load_state_dict(self._state)
        try:
            yield
        finally:
            network.load_state_dict(own)

    def state_dict(self) -> dict[str, Any]:
        """What `load_state_dict` goes on from."""
        return {"steps": self._steps, "state": self._state}

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Go on from a saved average."""
        self._steps = int(saved["steps"])
        state: dict[str, Tensor] = saved["state"]
        self._state = {name: value.clone() for name, value in state.items()}
