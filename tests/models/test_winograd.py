"""A convolution by Winograd's filtering is the convolution."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from geoseg_text.models.layers import winograd
from geoseg_text.models.layers.rotated_conv import AdaptiveRotatedConv


@pytest.mark.parametrize(
    ("batch", "inputs", "outputs", "rows", "cols"), [(2, 128, 256, 33, 31), (1, 130, 131, 64, 8)]
)
def test_convolution_is_that_of_the_library(
    batch: int, inputs: int, outputs: int, rows: int, cols: int
) -> None:
    torch.manual_seed(0)
    x, conv = torch.randn(batch, inputs, rows, cols), winograd.Convolution(inputs, outputs)
    assert conv.bias is not None
    with torch.inference_mode():
        assert winograd.pays(x, outputs)
        found = conv(x)
        exact = F.conv2d(x.double(), conv.weight.double(), conv.bias.double(), padding=1)
    assert (found - exact).abs().max() < 2e-4 * exact.std()
    assert (found - exact).square().mean().sqrt() < 1e-5 * exact.std()


def test_one_pixel_answers_with_its_kernel() -> None:
    kernels = torch.arange(9.0).view(1, 1, 3, 3)
    spot = torch.zeros(1, 1, 7, 9)
    spot[0, 0, 3, 4] = 1
    [answer] = winograd.convolve(spot, [winograd.factors(kernels)], 1)
    expected = torch.zeros(7, 9)
    expected[2:5, 3:6] = torch.arange(9.0).view(3, 3).flip(0, 1)
    torch.testing.assert_close(answer[0], expected, atol=1e-5, rtol=0)


def test_rotated_kernels_answer_alike_with_and_without_gradients() -> None:
    torch.manual_seed(0)
    conv, x = AdaptiveRotatedConv(128).eval(), torch.randn(2, 128, 32, 32)
    torch.nn.init.normal_(conv.angle.weight)  # so that the two images turn it differently
    plain = conv(x).detach()
    with torch.inference_mode():
        assert winograd.pays(x, 128)
        quick = conv(x)
    assert (quick - plain).abs().max() < 2e-4 * plain.std()


def test_learning_and_half_precision_take_the_plain_way() -> None:
    x = torch.randn(1, 128, 32, 32)
    assert not winograd.pays(x, 128)
    with torch.inference_mode():
        assert winograd.pays(x, 128)
        assert not winograd.pays(x.bfloat16(), 128)
        assert not winograd.pays(x, 64)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            assert not winograd.pays(x, 128)
