"""What is kept of weights is never older than the weights."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from geoseg_text.models.layers.keeping import Keeping
from geoseg_text.models.layers.noise_attention import AdaptiveNoiseAttention


class Squared(Keeping):
    """Gives its matrix times itself, and counts how often that was computed."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, 3))
        self.times = 0

    def forward(self) -> Tensor:
        return self.keep(self._product, self.weight)

    def _product(self) -> Tensor:
        self.times += 1
        return self.weight @ self.weight


def answered(module: Squared) -> Tensor:
    with torch.inference_mode():
        return module().clone()


def test_it_is_made_once_for_many_answers_and_never_while_learning() -> None:
    module = Squared().eval()
    for _ in range(3):
        answered(module)
    assert module.times == 1
    module().sum().backward()
    assert module.times == 2
    assert module.weight.grad is not None


def in_place(module: Squared) -> None:
    with torch.no_grad():
        module.weight.mul_(2)


def other_file(module: Squared) -> None:
    module.load_state_dict({"weight": torch.ones(3, 3)})


def a_step(module: Squared) -> None:
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    module().sum().backward()
    optimizer.step()


def rounded_and_back(module: Squared) -> None:
    module.half().float()


def behind_torch_s_back_in_training(module: Squared) -> None:
    module.train()
    module.weight.data.fill_(7)
    module.eval()


@pytest.mark.parametrize(
    "change", [in_place, other_file, a_step, rounded_and_back, behind_torch_s_back_in_training]
)
def test_changed_weights_give_a_new_answer(change: Callable[[Squared], None]) -> None:
    module = Squared().eval()
    answered(module)
    change(module)
    torch.testing.assert_close(answered(module), (module.weight @ module.weight).detach(), rtol=0, atol=0)


def test_copies_and_files_hold_weights_alone() -> None:
    module = Squared().eval()
    answered(module)
    assert copy.deepcopy(module)._made is None
    assert list(module.state_dict()) == ["weight"]
    saved = io.BytesIO()
    torch.save(module.state_dict(), saved)
    assert module._made is not None


def test_reduced_precision_of_one_answer_is_not_the_next_one_s() -> None:
    module = Squared().eval()
    with torch.autocast("cpu", torch.bfloat16):
        assert answered(module).dtype == torch.bfloat16
    assert answered(module).dtype == torch.float32


def test_the_noise_attention_answers_as_it_learns() -> None:
    torch.manual_seed(0)
    attention, y = AdaptiveNoiseAttention(32, 4).eval(), torch.randn(2, 5, 7, 32)
    learning = attention(y).detach()
    with torch.inference_mode():
        torch.testing.assert_close(attention(y), learning, rtol=1e-5, atol=1e-5)
