"""What is MAFN's own: its sizes and its rotated kernels."""

from __future__ import annotations

import torch

from geoseg_text.models import build_model
from geoseg_text.models.layers.coordinates import Coordinates
from geoseg_text.models.layers.rotated_conv import rotation_basis
from geoseg_text.models.mafn import MAFNConfig


def test_published_and_embedded_sizes() -> None:
    tiny = build_model("mafn-tiny")
    text = sum(p.numel() for p in tiny.text_encoder.parameters())
    assert sum(p.numel() for p in tiny.parameters()) - text <= 9_000_000
    assert text <= 11_000_000
    assert tiny.config.window_px == 256


def test_a_kernel_turned_by_nothing_is_itself_and_by_a_right_angle_is_transposed() -> None:
    kernel = torch.arange(9.0).view(1, 9)
    none, quarter = rotation_basis(torch.tensor([0.0, torch.pi / 2]))
    torch.testing.assert_close(kernel @ none, kernel)
    turned = (kernel @ quarter).view(3, 3)
    square = kernel.view(3, 3)
    assert any(torch.allclose(turned, torch.rot90(square, k), atol=1e-4) for k in (1, 3))


def test_coordinates_change_nothing_until_learnt_and_then_tell_places_apart() -> None:
    layer = Coordinates(6)
    blank = torch.zeros(1, 5, 8, 6)
    assert torch.equal(layer(blank), blank)
    torch.nn.init.normal_(layer.place.weight)
    seen = layer(blank)[0].flatten(0, 1)
    assert torch.cdist(seen, seen).add(torch.eye(40)).min() > 0.01


def test_coordinates_are_of_the_window_whatever_its_size() -> None:
    layer = Coordinates(3)
    torch.nn.init.normal_(layer.place.weight)
    coarse = layer(torch.zeros(1, 4, 4, 3))
    fine = layer(torch.zeros(1, 12, 12, 3))
    torch.testing.assert_close(fine[:, 1::3, 1::3], coarse)


def test_the_published_network_has_no_coordinates() -> None:
    assert build_model("mafn-tiny").config.coordinates
    assert not MAFNConfig().coordinates
